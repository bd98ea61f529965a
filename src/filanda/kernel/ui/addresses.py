# SPDX-License-Identifier: EUPL-1.2
"""Addresses of pages. Finding one by its name costs more than the rest of a line: each kind of address is asked for
once a process and language, and lines put their numbers in.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Protocol

from django.conf import settings
from django.http import HttpResponsePermanentRedirect
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language

__all__ = ["Leads", "address", "address_or_none", "has_address", "lead", "moved_to"]

_FIRST = 700_000_000_000_000  # numbers that stand in for those of a row
_PLAIN = re.compile(r"[a-z0-9_-]+")  # texts that stand in an address as they are


class Leads(Protocol):
    """What leads to a page: lines of things, of the desk, of what waits."""

    @property
    def url_name(self) -> str: ...
    @property
    def url_args(self) -> tuple[str | int, ...]: ...
    @property
    def query(self) -> str: ...


def address(name: str, *args: Any, **kwargs: Any) -> str:
    """As django.urls.reverse."""
    if not kwargs and all(type(one) is int or (type(one) is str and _PLAIN.fullmatch(one)) for one in args):
        shape = _shape(name, tuple(type(one) is int for one in args), *_standing())
        if shape is not None:
            return shape.format(*args) if args else shape
    return str(reverse(name, args=args or None, kwargs=kwargs or None))


def has_address(name: str, *args: Any) -> bool:
    """Whether an installed room has the page `name`: for links to rooms that may be missing."""
    try:
        address(name, *args)
    except NoReverseMatch:
        return False
    return True


def address_or_none(name: str, *args: Any, query: str = "") -> str:
    """The address with `?query`; "" where no installed room has the page."""
    try:
        return address(name, *args) + (f"?{query}" if query else "")
    except NoReverseMatch:
        return ""


def lead(line: Leads) -> str:
    """Where a line leads, with its query and the place in the page."""
    fragment = getattr(line, "fragment", "")
    found = address(line.url_name, *line.url_args)
    return f"{found}{'?' + line.query if line.query else ''}{'#' + fragment if fragment else ''}"


def _standing() -> tuple[str, str, str]:
    """What an address depends on besides its page."""
    return get_language() or "", get_script_prefix(), str(get_urlconf() or settings.ROOT_URLCONF)


@lru_cache(maxsize=2000)
def _shape(name: str, are_numbers: tuple[bool, ...], _language: str, _prefix: str, _urlconf: str) -> str | None:
    """The address with {0}, {1} … where the arguments go; None if they do not stand in it as they are."""
    given = [_FIRST + at if is_number else f"w{_FIRST + at}" for at, is_number in enumerate(are_numbers)]
    try:
        shape = str(reverse(name, args=given or None))
    except NoReverseMatch:
        return None
    if not given:
        return shape
    shape = shape.replace("{", "{{").replace("}", "}}")
    for at, one in enumerate(given):
        if shape.count(str(one)) != 1:
            return None
        shape = shape.replace(str(one), f"{{{at}}}")
    return shape


def moved_to(url: str) -> HttpResponsePermanentRedirect:
    """This page is at `url` now, for good as far as we know. Browsers ask again each time: names are changed back and
    united entries parted, and a redirect that was kept would lead astray then, or in a circle.
    """
    answer = HttpResponsePermanentRedirect(url)
    add_never_cache_headers(answer)
    return answer

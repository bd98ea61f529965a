# SPDX-License-Identifier: EUPL-1.2
"""Where lines of the desk and their actions lead. `reverse` costs more than the rest of a line; here each kind of
address is asked for once, and the lines put their numbers in.
"""

from __future__ import annotations

import re
from functools import lru_cache

from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.translation import get_language

from filanda.kernel.manifests.desk import DeskAction, DeskLine

__all__ = ["address", "link_of"]

_FIRST = 700_000_000_000_000  # numbers that stand in for those of a line
_PLAIN = re.compile(r"[a-z0-9_-]+")  # texts that stand in an address as they are


def link_of(line: DeskLine | DeskAction) -> str:
    """Where a line or an action leads, in the reader's language."""
    return address(line.url_name, line.url_args) + (f"?{line.query}" if line.query else "")


def address(name: str, args: tuple[str | int, ...]) -> str:
    """As `reverse(name, args=args)`."""
    if all(isinstance(one, int) or _PLAIN.fullmatch(one) for one in args):
        shape = _shape(name, tuple(isinstance(one, int) for one in args), get_language(), *_standing())
        if shape is not None:
            return shape.format(*args)
    return reverse(name, args=args)


def _standing() -> tuple[str, str]:
    return get_script_prefix(), str(get_urlconf() or "")


@lru_cache(maxsize=400)
def _shape(name: str, are_numbers: tuple[bool, ...], _language: str, _prefix: str, _urlconf: str) -> str | None:
    """The address with {0}, {1} … where the arguments go; None if they do not stand in it as they are."""
    given = [_FIRST + at if is_number else f"w{_FIRST + at}" for at, is_number in enumerate(are_numbers)]
    try:
        shape = reverse(name, args=given)
    except NoReverseMatch:
        return None
    shape = shape.replace("{", "{{").replace("}", "}}")
    for at, one in enumerate(given):
        if shape.count(str(one)) != 1:
            return None
        shape = shape.replace(str(one), f"{{{at}}}")
    return shape

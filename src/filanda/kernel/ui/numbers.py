# SPDX-License-Identifier: EUPL-1.2
"""Numbers in addresses and forms: of rows, pages, versions. What is none, or none that can be, leads nowhere."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls.converters import IntConverter

__all__ = ["IdConverter", "id_in", "ids_in", "page_in", "whole"]

_DIGITS = 18  # the largest key of PostgreSQL's bigint has 19
_MOST = 10**9 - 1  # as its integers, of versions and posts, can be
_MOST_PAGES = 1_000_000


class IdConverter(IntConverter):
    """`<id:…>` in an address: a number short enough for the database; a longer one is no address of ours."""

    regex = f"[0-9]{{1,{_DIGITS}}}"


def id_in(text: str | None) -> int | None:
    """The number of a row as a form or a query gives it; None for anything that can be none."""
    if not text or len(text) > _DIGITS or not (text.isascii() and text.isdecimal()):
        return None
    return int(text)


def ids_in(texts: Iterable[str]) -> list[int]:
    """The numbers of rows among `texts`, in their order; what is none is passed over."""
    return [found for text in texts if (found := id_in(text)) is not None]


def whole(text: str | None, *, least: int = 0, most: int = _MOST, default: int = 0) -> int:
    """`text` as a whole number, brought to between `least` and `most`; `default` for what is none."""
    found = id_in(text)
    return default if found is None or found > _MOST else min(max(found, least), most)


def page_in(request: HttpRequest, *, most: int = _MOST_PAGES) -> int:
    """The page that `?page=` asks for, from 1; anything else is the first."""
    return whole(request.GET.get("page"), least=1, most=most, default=1)

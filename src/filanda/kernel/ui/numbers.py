# SPDX-License-Identifier: EUPL-1.2
"""Numbers of rows in addresses and forms: one that no row can have leads nowhere, whoever typed it."""

from __future__ import annotations

from django.urls.converters import IntConverter

__all__ = ["IdConverter", "id_in"]

_DIGITS = 18  # the largest key of PostgreSQL's bigint has 19


class IdConverter(IntConverter):
    """`<id:…>` in an address: a number short enough for the database; a longer one is no address of ours."""

    regex = f"[0-9]{{1,{_DIGITS}}}"


def id_in(text: str | None) -> int | None:
    """The number of a row as a form or a query gives it; None for anything that can be none."""
    if not text or len(text) > _DIGITS or not (text.isascii() and text.isdecimal()):
        return None
    return int(text)

# SPDX-License-Identifier: EUPL-1.2
"""Links to pages of rooms that may be missing."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

__all__ = ["page"]


def page(name: str, *args: int | str, query: str = "") -> str:
    """The address of the page `name` in the reader's language; "" where no installed room has it."""
    try:
        return reverse(name, args=args or None) + query
    except NoReverseMatch:
        return ""

# SPDX-License-Identifier: EUPL-1.2
"""Links to pages of rooms that may be missing."""

from __future__ import annotations

from filanda.kernel.ui.addresses import address_or_none

__all__ = ["page"]


def page(name: str, *args: int | str, query: str = "") -> str:
    """The address of the page `name` in the reader's language; "" where no installed room has it."""
    found = address_or_none(name, *args)
    return found + query if found else ""

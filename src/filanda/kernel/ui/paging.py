# SPDX-License-Identifier: EUPL-1.2
"""Links between the pages of a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.http import urlencode

__all__ = ["pager", "pages_at"]


def pager(page: int, pages: int, address: Callable[[int], str]) -> dict[str, Any]:
    """What ui.pager shows: the first, the last and the neighbours of `page`; `address(number)` gives the address of a
    page. Gaps are None.
    """
    near = {1, 2, page - 1, page, page + 1, pages - 1, pages}
    links: list[dict[str, Any] | None] = []
    last = 0
    for number in sorted(one for one in near if 1 <= one <= pages):
        if number - last > 1:
            links.append(None)
        links.append({"number": number, "url": address(number), "is_current": number == page})
        last = number
    return {
        "page": page,
        "pages": pages,
        "previous_url": address(page - 1) if 1 < page <= pages else "",
        "next_url": address(page + 1) if page < pages else "",
        "links": links,
    }


def pages_at(url: str, **filters: str) -> Callable[[int], str]:
    """Addresses of the pages of a list at `url`, with the filters that are set; the first page has no number."""
    wanted = {name: value for name, value in filters.items() if value}

    def address(number: int) -> str:
        asked = wanted | ({"page": str(number)} if number > 1 else {})
        return url + (f"?{urlencode(asked)}" if asked else "")

    return address

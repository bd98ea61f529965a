# SPDX-License-Identifier: EUPL-1.2
"""Where the pages of a list are, for programs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

__all__ = ["link_pages"]


def link_pages(
    request: HttpRequest, response: HttpResponse, *, total: int, offset: int, limit: int, by_page: bool = False
) -> None:
    """Say where the first, previous, next and last page are (RFC 8288; relations of RFC 5005 and HTML).

    by_page: the address counts pages from 1 in `page`, else results from 0 in `offset`.
    """
    last = max(0, (total - 1) // limit * limit)
    offsets = {"first": 0, "last": last}
    if offset > 0:
        offsets["prev"] = max(0, min(offset - limit, last))
    if offset + limit < total:
        offsets["next"] = offset + limit
    links = []
    for relation in ("first", "prev", "next", "last"):
        if relation in offsets:
            query = request.GET.copy()
            if by_page:
                query["page"] = str(offsets[relation] // limit + 1)
            else:
                query["offset"] = str(offsets[relation])
            address = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
            links.append(f'<{address}>; rel="{relation}"')
    response.headers["Link"] = ", ".join(links)

# SPDX-License-Identifier: EUPL-1.2
"""What an address of the directory says, read from any query string and written back in one canonical form. Nothing
here raises: unknown names are dropped, numbers out of range are clamped, texts are cut and cleaned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from filanda.capabilities.search.queries import PROPOSAL_FACETS, PROPOSAL_SORTS
from filanda.kernel.text.folding import clean
from filanda.kernel.ui.numbers import whole

if TYPE_CHECKING:
    from django.http import QueryDict

__all__ = ["PER_PAGE", "QUERY_LENGTH", "Selection"]

PER_PAGE = 20
QUERY_LENGTH = 200
VALUES_MOST = 40
VALUE_LENGTH = 80
LAST_PAGE = 500


@dataclass(frozen=True)
class Selection:
    """Words, filters (facet -> values, both in a fixed order), sort ("" for the usual one) and page (from 1)."""

    q: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> Selection:
        filters = {}
        for name in PROPOSAL_FACETS:
            values = {clean(value[:VALUE_LENGTH]) for value in query.getlist(name)[: 4 * VALUES_MOST]} - {""}
            if values:
                filters[name] = tuple(sorted(values)[:VALUES_MOST])
        page, sort = query.get("page", ""), query.get("sort", "")
        return cls(
            q=" ".join(clean(query.get("q", "")[:QUERY_LENGTH]).split()),
            filters=filters,
            sort=sort if sort in PROPOSAL_SORTS else "",
            page=whole(page, least=1, most=LAST_PAGE, default=1),
        )

    @property
    def sort_used(self) -> str:
        """The sort asked for, else relevance when there are words and the newest when there are none."""
        if self.sort == "relevance" and not self.q:
            return "newest"
        return self.sort or ("relevance" if self.q else "newest")

    @property
    def is_empty(self) -> bool:
        return not self.q and not self.filters

    def query_string(self) -> str:
        """ "?q=…&kind=…" in canonical order, or "" when nothing is chosen."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(name, value) for name in PROPOSAL_FACETS for value in self.filters.get(name, ())]
        if self.sort:
            pairs.append(("sort", self.sort))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return f"?{urlencode(pairs)}" if pairs else ""

    def without(self, name: str, value: str) -> Selection:
        """The same with one filter value less, from the first page."""
        kept = tuple(known for known in self.filters.get(name, ()) if known != value)
        filters = {known: values for known, values in self.filters.items() if known != name}
        return replace(self, filters=filters | ({name: kept} if kept else {}), page=1)

    def only(self, name: str, value: str) -> Selection:
        """The same with this value alone in its facet, from the first page."""
        return replace(self, filters={**self.filters, name: (value,)}, page=1)

    def cleared(self) -> Selection:
        """The words and the sort without any filter."""
        return replace(self, filters={}, page=1)

    def at_page(self, page: int) -> Selection:
        return replace(self, page=page)

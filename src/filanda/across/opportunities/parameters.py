# SPDX-License-Identifier: EUPL-1.2
"""What an address of the directory says, read from any query string and written back in one canonical form. Nothing
here raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from filanda.capabilities.search.queries import FUNDING_FACETS, FUNDING_SORTS
from filanda.directory.funding.models import FundingState
from filanda.kernel.text.folding import clean
from filanda.kernel.ui.numbers import whole

if TYPE_CHECKING:
    from django.http import QueryDict

__all__ = ["LAST_PAGE", "PER_PAGE", "QUERY_LENGTH", "Selection"]

PER_PAGE = 20
QUERY_LENGTH = 200
LAST_PAGE = 500
_VALUES_MOST, _VALUE_LENGTH = 40, 80
_USUAL = (str(FundingState.FORTHCOMING), str(FundingState.OPEN))


@dataclass(frozen=True)
class Selection:
    """Words, filters (facet -> values), sort ("" for the usual one) and page (from 1)."""

    q: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> Selection:
        filters = {}
        for name in FUNDING_FACETS:
            given = query.getlist(name)[: 4 * _VALUES_MOST]
            values = {clean(value[:_VALUE_LENGTH]) for value in given} - {""}
            if values:
                filters[name] = tuple(sorted(values)[:_VALUES_MOST])
        sort = query.get("sort", "")
        return cls(
            q=" ".join(clean(query.get("q", "")[:QUERY_LENGTH]).split()),
            filters=filters,
            sort=sort if sort in FUNDING_SORTS else "",
            page=whole(query.get("page", ""), least=1, most=LAST_PAGE, default=1),
        )

    @property
    def sort_used(self) -> str:
        """The sort asked for, else relevance when there are words and the deadline when there are none."""
        if self.sort == "relevance" and not self.q:
            return "deadline"
        return self.sort or ("relevance" if self.q else "deadline")

    @property
    def filters_used(self) -> Mapping[str, tuple[str, ...]]:
        """What is over stands in the list only where somebody asks for it."""
        return self.filters if "state" in self.filters else {**self.filters, "state": _USUAL}

    def query_string(self) -> str:
        """ "?q=…&programme=…" in canonical order, or "" when nothing is chosen."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(name, value) for name in FUNDING_FACETS for value in self.filters.get(name, ())]
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

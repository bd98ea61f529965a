# SPDX-License-Identifier: EUPL-1.2
"""What a room tells the search index about one of its rows. Rooms build these; capabilities.search indexes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

PUBLIC = "public"
STAFF = ("role:facilitator", "role:region_administrator")


@dataclass(frozen=True)
class LanguageText:
    """A text and the ISO 639-1 code of its language ("" when unknown: indexed without stemming)."""

    language: str
    text: str


@dataclass(frozen=True)
class SearchDocument:
    """One findable row.

    `audience`: tokens of which the reader must hold at least one (see Actor.audience_tokens); empty: nobody finds it.
    `label`: what a suggestion shows. `names`: what a suggestion completes, matched with typos, never stemmed.
    `titles` weigh more than `texts`. `facets`: values by facet name; of a hierarchy give the value and all above it.
    `weight`: how much there is of it (an organisation: its pieces of evidence), to sort by and to order suggestions.
    `organisation_ids`: the bodies that evidence belongs to and that its readers may know.
    `shared`: stands for whatever documents of other rows repeat of this one; when it changes they are built again.
    """

    kind: str
    id: int
    region_id: int
    audience: tuple[str, ...]
    label: str
    sort_key: str = ""
    language: str = ""
    names: Sequence[str] = ()
    titles: Sequence[LanguageText] = ()
    texts: Sequence[LanguageText] = ()
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    weight: int = 0
    organisation_ids: Sequence[int] = ()
    shared: str = ""

# SPDX-License-Identifier: EUPL-1.2
"""Facets, chips and sorts of the directory, as the templates of ui/ take them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from filanda.across.opportunities.parameters import Selection
from filanda.capabilities.search.queries import FUNDING_FACETS, FacetCount
from filanda.directory.funding.models import FundingState
from filanda.directory.funding.search import NO_DEADLINE
from filanda.directory.taxonomies.models import Concept, ConceptScheme, label_in
from filanda.kernel.kept import Kept
from filanda.kernel.regions.models import Region

__all__ = ["Names", "active_filters", "groups", "month_label", "names_of", "sorts"]

OPTIONS_SHOWN = 12
_LEVELS = 2
_IS_OPEN = frozenset({"state", "programme", "deadline"})


@dataclass(frozen=True)
class Names:
    """What facets and their values are called. `broader`: of concepts below another one, that one's code."""

    headings: Mapping[str, str]
    states: Mapping[str, str]
    concepts: Mapping[str, str]
    broader: Mapping[str, str]

    def label(self, facet: str, value: str) -> str:
        if facet == "state":
            return self.states.get(value, value)
        if facet == "s3":
            return self.concepts.get(value, value)
        return month_label(value) if facet == "deadline" else value


_kept: Kept[tuple[int, str], Names] = Kept(60.0)


def names_of(region: Region) -> Names:
    """One query a minute, a process, a language."""
    language = (get_language() or "it").split("-")[0]
    return _kept.get((region.pk, language), lambda: _read(region, language))


def _read(region: Region, language: str) -> Names:
    schemes = ConceptScheme.objects.usable_in(region).filter(slug="s3")
    rows = Concept.objects.filter(scheme__in=schemes, ancestor_ids__len__lt=_LEVELS)
    rows = rows.order_by(F("scheme__region_id").asc(nulls_first=True))
    found = list(rows.values_list("code", "labels", "broader__code"))
    return Names(
        headings={
            "state": _("State"),
            "programme": _("Programme"),
            "s3": _("Ecosystem (S3)"),
            "deadline": _("Deadline"),
        },
        states={value: str(label) for value, label in FundingState.choices},
        concepts={code: label_in(labels, language) or code for code, labels, _above in found},
        broader={code: above or "" for code, _labels, above in found},
    )


def month_label(value: str) -> str:
    """ "2027-02" as people say it."""
    if value == NO_DEADLINE:
        return _("No deadline")
    try:
        day = date.fromisoformat(f"{value}-01")
    except ValueError:
        return value
    text = formats.date_format(day, "YEAR_MONTH_FORMAT")
    return text.lower() if (get_language() or "").startswith("it") else text


def groups(counted: Iterable[FacetCount], selection: Selection, names: Names) -> list[dict[str, Any]]:
    """The facets to narrow down by: the most frequent first, months in their order. What is chosen is shown even where
    it counts nothing.
    """
    by_facet: dict[str, dict[str, int]] = {name: {} for name in FUNDING_FACETS}
    for one in counted:
        by_facet.setdefault(one.name, {})[one.value] = one.count
    made = []
    for name in FUNDING_FACETS:
        chosen = selection.filters.get(name, ())
        counts = by_facet[name] | {value: by_facet[name].get(value, 0) for value in chosen}
        counts = {value: count for value, count in counts.items() if count or value in chosen}
        by_count = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        order = sorted(counts.items()) if name == "deadline" else by_count
        options = []
        for value, count in order:
            is_on = value in chosen
            above = names.broader.get(value, "") if name == "s3" else ""
            if not is_on and ((above and above not in chosen) or (name == "s3" and value not in names.concepts)):
                continue
            options.append({"value": value, "label": names.label(name, value), "count": count, "is_on": is_on})
        shown = [option for place, option in enumerate(options) if place < OPTIONS_SHOWN or option["is_on"]]
        if len(shown) > 1 or chosen:
            made.append(
                {
                    "name": name,
                    "label": names.headings[name],
                    "is_open": bool(chosen) or name in _IS_OPEN,
                    "more": len(options) - len(shown),
                    "options": shown,
                }
            )
    return made


def active_filters(selection: Selection, names: Names, list_url: str) -> list[dict[str, str]]:
    """Chips of what is on, each with the address without it."""
    return [
        {"label": names.label(name, value), "url": list_url + selection.without(name, value).query_string()}
        for name in FUNDING_FACETS
        for value in selection.filters.get(name, ())
    ]


def sorts(selection: Selection) -> list[dict[str, Any]]:
    """What the list may be ordered by. The usual order has no name in the address."""
    words = {"": _("Best match"), "deadline": _("Deadline")} if selection.q else {"": _("Deadline")}
    words["name"] = _("Title")
    chosen = "" if selection.sort_used == ("relevance" if selection.q else "deadline") else selection.sort_used
    return [{"value": value, "label": label, "is_on": value == chosen} for value, label in words.items()]

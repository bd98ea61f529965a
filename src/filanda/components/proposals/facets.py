# SPDX-License-Identifier: EUPL-1.2
"""Facets, chips, sorts, pages and the map of the directory, as the templates of ui/ take them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from filanda.capabilities.collaborations.models import Cooperation
from filanda.capabilities.search.queries import PROPOSAL_FACETS, FacetCount
from filanda.components.proposals.models import ProposalKind
from filanda.components.proposals.parameters import Selection
from filanda.directory.organisations.models import HelixRole
from filanda.directory.taxonomies.models import Concept, ConceptScheme, label_in
from filanda.kernel.kept import Kept
from filanda.kernel.regions.models import Region
from filanda.kernel.ui import shapes
from filanda.kernel.ui.numbers import ids_in
from filanda.spaces.models import Space

__all__ = ["Names", "active_filters", "groups", "names_of", "province_map", "sorts"]

OPTIONS_SHOWN = 12
IS_OPEN = frozenset({"open", "kind", "s3", "cooperation"})
_LEVELS = 2


@dataclass(frozen=True)
class Names:
    """What facets (`headings`) and their values are called. `broader`: of concepts that lie below another one, that
    one's code.
    """

    headings: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]
    broader: Mapping[str, str]

    def label(self, facet: str, value: str) -> str:
        return self.labels.get(facet, {}).get(value, value)


_concepts: Kept[tuple[int, str], dict[str, tuple[str, str]]] = Kept(60.0)
_words: Kept[tuple[int, str], tuple[dict[str, str], dict[str, dict[str, str]]]] = Kept(60.0)
_spaces: Kept[tuple[int, frozenset[int]], dict[int, dict[str, str]]] = Kept(60.0)


def _concept_names(region: Region, language: str) -> dict[str, tuple[str, str]]:
    """Code -> (label, code above it) of the region's priorities. One query a minute, a process, a language."""
    return _concepts.get((region.pk, language), lambda: _read_names(region, language))


def _read_names(region: Region, language: str) -> dict[str, tuple[str, str]]:
    schemes = ConceptScheme.objects.usable_in(region).filter(slug="s3")
    rows = Concept.objects.filter(scheme__in=schemes, ancestor_ids__len__lt=_LEVELS)
    rows = rows.order_by(F("scheme__region_id").asc(nulls_first=True))
    return {
        code: (label_in(labels, language) or code, broader or "")
        for code, labels, broader in rows.values_list("code", "labels", "broader__code")
    }


def names_of(region: Region, counted: Iterable[FacetCount], selection: Selection) -> Names:
    """What the values that were counted or chosen are called. Up to two queries a minute, a process. Spaces are named
    only where the index counted something in them for this reader.
    """
    language = (get_language() or "it").split("-")[0]
    concepts = _concept_names(region, language)
    ids = frozenset(ids_in(one.value for one in counted if one.name == "space" and one.count))
    spaces = _spaces.get((region.pk, ids), lambda: _read_spaces(ids)) if ids else {}
    headings, labels = _words.get((region.pk, language), lambda: (_headings(), _said(region, language)))
    return Names(
        headings=headings,
        labels=labels
        | {
            "s3": {code: label for code, (label, _above) in concepts.items()},
            "space": {str(pk): label_in(names, language) for pk, names in spaces.items()},
        },
        broader={code: above for code, (_label, above) in concepts.items()},
    )


def _read_spaces(ids: Iterable[int]) -> dict[int, dict[str, str]]:
    return dict(Space.objects.filter(pk__in=ids).values_list("pk", "names"))


def _headings() -> dict[str, str]:
    return {
        "open": _("State"),
        "kind": _("Kind of proposal"),
        "cooperation": _("Cooperation wanted"),
        "stage": _("Stage of development"),
        "s3": _("Ecosystem (S3)"),
        "helix_role": _("Kind of organisation"),
        "province": _("Province"),
        "space": _("Community"),
    }


def _said(region: Region, language: str) -> dict[str, dict[str, str]]:
    """What values are called whose words stand in our sentences or in the region's shapes."""
    drawn = shapes.load(region.shapes)
    areas = drawn["areas"] if drawn else ()
    return {
        "open": {"yes": _("Open to answers"), "no": _("Ended")},
        "kind": {value: str(label) for value, label in ProposalKind.choices},
        "cooperation": {value: str(label) for value, label in Cooperation.choices},
        "stage": {
            "early": _("Idea and first proof (TRL 1 to 3)"),
            "middle": _("Prototype and tests (TRL 4 to 6)"),
            "late": _("Ready or nearly (TRL 7 to 9)"),
        },
        "helix_role": {value: str(label) for value, label in HelixRole.choices},
        "province": {area["code"]: area["name"].get(language) or area["name"]["it"] for area in areas},
    }


def groups(counted: Iterable[FacetCount], selection: Selection, names: Names) -> list[dict[str, Any]]:
    """The facets to narrow down by, most frequent value first; what is chosen is shown even where it counts nothing. Of
    priorities the top is shown, and what lies below a chosen one.
    """
    by_facet: dict[str, dict[str, int]] = {name: {} for name in PROPOSAL_FACETS}
    for one in counted:
        by_facet.setdefault(one.name, {})[one.value] = one.count
    made = []
    for name in PROPOSAL_FACETS:
        chosen = selection.filters.get(name, ())
        counts = by_facet[name] | {value: by_facet[name].get(value, 0) for value in chosen}
        options = []
        for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            is_on = value in chosen
            above = names.broader.get(value, "") if name == "s3" else ""
            known = value in names.labels[name]
            if not is_on and ((above and above not in chosen) or not known):
                continue
            options.append({"value": value, "label": names.label(name, value), "count": count, "is_on": is_on})
        shown = [option for place, option in enumerate(options) if place < OPTIONS_SHOWN or option["is_on"]]
        if len(shown) > 1 or chosen:  # one single value narrows nothing down
            made.append(
                {
                    "name": name,
                    "label": names.headings[name],
                    "is_open": bool(chosen) or name in IS_OPEN,
                    "more": len(options) - len(shown),
                    "options": shown,
                }
            )
    return made


def active_filters(selection: Selection, names: Names, list_url: str) -> list[dict[str, str]]:
    """Chips of what is on, each with the address without it."""
    return [
        {
            "label": names.label(name, value),
            "url": list_url + selection.without(name, value).query_string(),
        }
        for name in PROPOSAL_FACETS
        for value in selection.filters.get(name, ())
    ]


def sorts(selection: Selection) -> list[dict[str, Any]]:
    """What the list may be ordered by. The usual order has no name in the address."""
    words = {"": _("Best match"), "newest": _("Newest")} if selection.q else {"": _("Newest")}
    words["name"] = _("Title")
    chosen = "" if selection.sort_used == ("relevance" if selection.q else "newest") else selection.sort_used
    return [{"value": value, "label": label, "is_on": value == chosen} for value, label in words.items()]


def province_map(
    region: Region, counted: Iterable[FacetCount], selection: Selection, list_url: str
) -> shapes.AreaMap | None:
    """The map of the region's provinces with counts; a click narrows down to one. None where there are no shapes."""
    values = {one.value: one.count for one in counted if one.name == "province" and one.count}
    urls = {code: list_url + selection.only("province", code).query_string() for code in values}
    language = (get_language() or "it").split("-")[0]
    return shapes.area_map(region.shapes, language, values, urls, selection.filters.get("province", ()))

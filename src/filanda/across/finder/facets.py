# SPDX-License-Identifier: EUPL-1.2
"""Facets, chips, sorts, pages and the map, as the templates want them (contexts: see the templates)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from filanda.across.finder.labels import SCHEMES, Name, facet_label, namer
from filanda.across.finder.parameters import Selection
from filanda.capabilities.search.queries import FacetCount
from filanda.kernel.regions.models import Region
from filanda.kernel.ui import shapes

__all__ = ["ORGANISATIONS", "Group", "Option", "Wording", "active_filters", "groups", "province_map", "sorts"]

OPTIONS_SHOWN = 12


@dataclass(frozen=True)
class Wording:
    """What the facets of a directory are called. `schemes`: facets whose values lie below each other; `is_open`: those
    that are open at first.
    """

    facet_label: Callable[[str], str]
    namer: Callable[[Region, str], Callable[[str], Name]]
    schemes: frozenset[str]
    is_open: frozenset[str]


ORGANISATIONS = Wording(facet_label, namer, frozenset(SCHEMES), frozenset({"helix_role", "s3", "province"}))


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a facet. `count` is None where counting would mislead (the answers to a need)."""

    value: str
    label: str
    count: int | None
    is_on: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A facet. `more`: options left out."""

    name: str
    label: str
    is_open: bool
    more: int
    options: list[Option] = field(default_factory=list)


def groups(
    region: Region,
    counted: Iterable[FacetCount],
    selection: Selection,
    *,
    with_counts: bool = True,
    wording: Wording = ORGANISATIONS,
) -> list[Group]:
    """The facets to narrow down by, most frequent value first; what is chosen is shown even where it counts nothing.

    Of hierarchical facets the top is shown, and what lies below a chosen value.
    """
    by_facet: dict[str, dict[str, int]] = {name: {} for name in selection.FACETS}
    for one in counted:
        by_facet.setdefault(one.name, {})[one.value] = one.count
    made = []
    for name in selection.FACETS:
        chosen = selection.filters.get(name, ())
        counts = by_facet[name] | {value: by_facet[name].get(value, 0) for value in chosen}
        options = []
        name_of = wording.namer(region, name)
        for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            known = name_of(value)
            is_on = value in chosen
            if name in wording.schemes and known.broader and not is_on and known.broader not in chosen:
                continue
            options.append(Option(value, known.label, count if with_counts else None, is_on))
        shown = [option for place, option in enumerate(options) if place < OPTIONS_SHOWN or option.is_on]
        # One single value narrows nothing down.
        if len(shown) > 1 or chosen:
            is_open = bool(chosen) or name in wording.is_open
            made.append(Group(name, wording.facet_label(name), is_open, len(options) - len(shown), shown))
    return made


def active_filters(
    region: Region, selection: Selection, list_url: str, wording: Wording = ORGANISATIONS
) -> list[dict[str, str]]:
    """Chips of what is on, each with the address without it."""
    return [
        {
            "label": wording.namer(region, name)(value).label,
            "url": list_url + selection.without(name, value).query_string(),
        }
        for name in selection.FACETS
        for value in selection.filters.get(name, ())
    ]


def sorts(selection: Selection, other: str = "evidence", label: str = "") -> list[dict[str, Any]]:
    """What a list may be ordered by: match, name, and `other` (called `label`).

    The usual order has no name in the address: it is relevance as soon as there are words, and must not stay "by name"
    when somebody begins to type.
    """
    words = {"": _("Best match"), "name": _("Name")} if selection.q else {"": _("Name")}
    words[other] = label or _("Most evidence")
    chosen = "" if selection.sort_used == ("relevance" if selection.q else "name") else selection.sort_used
    return [{"value": value, "label": label, "is_on": value == chosen} for value, label in words.items()]


def province_map(
    region: Region, counted: Iterable[FacetCount], selection: Selection, list_url: str
) -> shapes.AreaMap | None:
    """The map of the region's provinces with counts; a click narrows down to one. None where there are no shapes."""
    drawn = shapes.load(region.shapes)
    if drawn is None:
        return None
    code_of = {area["short"]: area["code"] for area in drawn["areas"]} | {
        area["code"]: area["code"] for area in drawn["areas"]
    }
    values: dict[str, int] = {}
    stored: dict[str, str] = {}
    for one in counted:
        if one.name == "province" and one.value in code_of:
            code = code_of[one.value]
            values[code] = values.get(code, 0) + one.count
            stored[code] = one.value
    urls = {code: list_url + selection.only("province", value).query_string() for code, value in stored.items()}
    current: Mapping[str, None] = dict.fromkeys(
        code_of[value] for value in selection.filters.get("province", ()) if value in code_of
    )
    return shapes.area_map(region.shapes, (get_language() or "it").split("-")[0], values, urls, current)

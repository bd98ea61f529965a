# SPDX-License-Identifier: EUPL-1.2
"""What an address of the people's directory says, and what its facets are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from django.utils.translation import gettext as _

from filanda.across.finder import labels
from filanda.across.finder.facets import Wording
from filanda.across.finder.labels import Name
from filanda.across.finder.parameters import Selection
from filanda.capabilities.search.queries import PEOPLE_FACETS, PEOPLE_SORTS
from filanda.directory.people.values import language_label
from filanda.kernel.regions.models import Region

__all__ = ["WORDING", "PeopleSelection", "facet_label", "namer", "value_label"]

_CONCEPTS = frozenset({"skills", "interests"})


class PeopleSelection(Selection):
    """As of organisations, with the facets and sorts of people."""

    FACETS: ClassVar[tuple[str, ...]] = PEOPLE_FACETS
    SORTS: ClassVar[tuple[str, ...]] = PEOPLE_SORTS


def facet_label(name: str) -> str:
    """The heading over a facet."""
    return {
        "skills": _("Skills"),
        "interests": _("Interests"),
        "helix_role": _("Works in"),
        "province": _("Province"),
        "languages": _("Languages"),
        "validated": _("Profile"),
    }[name]


def namer(region: Region, facet: str) -> Callable[[str], Name]:
    """What values of a facet are called, for many of them; the value itself when nothing is known of it."""
    if facet in _CONCEPTS:
        return labels.concept_namer(region, "s3")
    if facet == "languages":
        return lambda value: Name(language_label(value))
    if facet == "validated":
        words = {"yes": _("Validated by a facilitator"), "no": _("Not validated yet")}
        return lambda value: Name(words.get(value, value))
    return labels.namer(region, facet)


def value_label(region: Region, facet: str, value: str) -> Name:
    """What one value of a facet is called."""
    return namer(region, facet)(value)


WORDING = Wording(facet_label, namer, _CONCEPTS, frozenset({"skills", "helix_role", "province"}))

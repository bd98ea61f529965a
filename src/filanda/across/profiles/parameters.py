# SPDX-License-Identifier: EUPL-1.2
"""What an address of the people's directory says, and what its facets are called."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext as _

from filanda.across.finder import labels
from filanda.across.finder.facets import Wording
from filanda.across.finder.labels import Name
from filanda.across.finder.parameters import Selection
from filanda.capabilities.search.queries import PEOPLE_FACETS, PEOPLE_SORTS
from filanda.directory.people.values import language_label
from filanda.kernel.regions.models import Region

__all__ = ["WORDING", "PeopleSelection", "facet_label", "value_label"]

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


def value_label(region: Region, facet: str, value: str) -> Name:
    """What a value of a facet is called; the value itself when nothing is known of it."""
    if facet in _CONCEPTS:
        return labels.concept_names(region).get(("s3", value), Name(value))
    if facet == "languages":
        return Name(language_label(value))
    if facet == "validated":
        return Name({"yes": _("Validated by a facilitator"), "no": _("Not validated yet")}.get(value, value))
    return labels.value_label(region, facet, value)


WORDING = Wording(facet_label, value_label, _CONCEPTS, frozenset({"skills", "helix_role", "province"}))

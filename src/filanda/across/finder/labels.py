# SPDX-License-Identifier: EUPL-1.2
"""What facet values are called. Labels of concepts are kept in this process for a minute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from filanda.directory.organisations.models import EvidenceKind, HelixRole, OrganisationState, Size
from filanda.directory.taxonomies.models import Concept, ConceptScheme, label_in
from filanda.kernel.kept import Kept
from filanda.kernel.regions.models import Region
from filanda.kernel.ui import shapes

__all__ = [
    "SCHEMES",
    "Name",
    "concept_namer",
    "concept_names",
    "facet_label",
    "namer",
    "province_names",
    "value_label",
]

SCHEMES = {"s3": "s3", "activity": "ateco"}  # facet -> scheme whose codes are its values
_LEVELS = 2  # below the top: sections and divisions of activities, ecosystems and their topics

_CHOICES = {
    "helix_role": HelixRole,
    "evidence_kind": EvidenceKind,
    "size": Size,
    "state": OrganisationState,
}


@dataclass(frozen=True, slots=True)
class Name:
    """A concept or province: its label, and the code of the broader one ("" at the top)."""

    label: str
    broader: str = ""


def facet_label(name: str) -> str:
    """The heading over a facet."""
    return {
        "helix_role": _("Kind of organisation"),
        "s3": _("Ecosystem (S3)"),
        "activity": _("Economic activity"),
        "province": _("Province"),
        "evidence_kind": _("Kind of evidence"),
        "size": _("Size"),
        "state": _("State of the page"),
    }[name]


_known: Kept[tuple[int, str], dict[tuple[str, str], Name]] = Kept(60.0)


def concept_names(region: Region) -> Mapping[tuple[str, str], Name]:
    """(facet, code) -> name of the concepts that facets use. One query a minute, a process, a region, a language."""
    language = (get_language() or "it").split("-")[0]
    return _known.get((region.pk, language), lambda: _read_names(region, language))


def _read_names(region: Region, language: str) -> dict[tuple[str, str], Name]:
    facets = {scheme: facet for facet, scheme in SCHEMES.items()}
    schemes = ConceptScheme.objects.usable_in(region).filter(slug__in=facets)
    # A scheme of the region's own comes after the general one under the same name, and takes its place.
    rows = Concept.objects.filter(scheme__in=schemes, ancestor_ids__len__lt=_LEVELS)
    rows = rows.order_by(F("scheme__region_id").asc(nulls_first=True))
    return {
        (facets[slug], code): Name(label_in(labels, language) or code, broader or "")
        for slug, code, labels, broader in rows.values_list("scheme__slug", "code", "labels", "broader__code")
    }


def province_names(region: Region) -> dict[str, Name]:
    """Code as stored in sites (the plate code, or a code of the shapes) -> name, from the region's shapes."""
    language = (get_language() or "it").split("-")[0]
    drawn = shapes.load(region.shapes)
    found = {}
    for area in drawn["areas"] if drawn else ():
        name = Name(area["name"].get(language) or area["name"]["it"])
        found[area["code"]] = found[area["short"]] = name
    return found


def concept_namer(region: Region, facet: str) -> Callable[[str], Name]:
    """What codes of the concepts of `facet` (a key of SCHEMES) are called."""
    names = concept_names(region)
    return lambda value: names.get((facet, value)) or Name(value)


def namer(region: Region, facet: str) -> Callable[[str], Name]:
    """What values of `facet` are called, for many of them: what they share is looked up once."""
    if facet in _CHOICES:
        choices = _CHOICES[facet]
        return lambda value: Name(
            _("Unknown")
            if value == HelixRole.UNKNOWN
            else str(choices(value).label)
            if value in choices.values
            else value
        )
    if facet == "province":
        known = province_names(region)
        return lambda value: Name(_("Unknown")) if value == HelixRole.UNKNOWN else known.get(value) or Name(value)
    return concept_namer(region, facet)


def value_label(region: Region, facet: str, value: str) -> Name:
    """What `value` of `facet` is called; the value itself when nothing is known of it."""
    return namer(region, facet)(value)

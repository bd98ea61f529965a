# SPDX-License-Identifier: EUPL-1.2
"""What actions and importers share. No transaction is opened here: the outermost action has one."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import Model

from filanda.directory.organisations.models import (
    ConceptOrigin,
    EvidenceParty,
    MergedOrganisation,
    Organisation,
    OrganisationConcept,
    OrganisationName,
    OrganisationState,
    Site,
)
from filanda.kernel.regions.models import Region

__all__ = ["lock_imports", "merge_organisations"]

_IMPORT_LOCK = 0x66696C62
_ROLES = list(EvidenceParty.PartyRole.values)
_ORIGINS = [ConceptOrigin.CONFIRMED, ConceptOrigin.STATED, ConceptOrigin.SUGGESTED]
_STATES = [OrganisationState.VERIFIED, OrganisationState.CLAIMED, OrganisationState.LISTED]


def lock_imports(region: Region) -> None:
    """Until the transaction ends, nobody else writes organisations or evidence by natural key in `region`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_IMPORT_LOCK, region.pk])


def merge_organisations(region: Region, ids: Iterable[int]) -> tuple[int, list[int]]:
    """Unite organisations of `region` that are one body. Returns the id that stays and those that are gone.

    The one that somebody has claimed stays, else one of the region, else the oldest. It keeps every source id, name,
    identifier, site, concept and part in evidence of all of them; rows of rooms above follow; old ids are remembered
    in `MergedOrganisation`. If one was hidden, what stays is hidden: an objection outlives a merge.
    """
    rows = list(Organisation.objects.select_for_update().filter(region=region, pk__in=set(ids)).order_by("pk"))
    rows.sort(key=lambda row: (_STATES.index(OrganisationState(row.state)), row.is_external, row.pk))
    stays, gone = rows[0], rows[1:]
    for other in gone:
        _move_parties(stays, other)
        _move_concepts(stays, other)
        known = set(OrganisationName.objects.filter(organisation=stays).values_list("text", flat=True))
        OrganisationName.objects.filter(organisation=other, text__in=known).delete()
        if other.name not in known and other.name != stays.name:
            taken = OrganisationName.objects.filter(organisation=other, text=other.name).exists()
            if not taken:
                OrganisationName.objects.create(region=region, organisation=stays, text=other.name)
        if Site.objects.filter(organisation=stays, is_main=True).exists():
            Site.objects.filter(organisation=other).update(is_main=False)
        _move_the_rest(stays, other)
        stays.hidden_at = stays.hidden_at or other.hidden_at
        old_id = other.pk
        other.delete()
        MergedOrganisation.objects.create(region=region, old_id=old_id, organisation=stays)
        other.pk = old_id
    stays.save(update_fields=["hidden_at", "updated_at"])
    return stays.pk, [row.pk for row in gone]


def _move_parties(stays: Organisation, other: Organisation) -> None:
    mine = {party.evidence_id: party for party in EvidenceParty.objects.filter(organisation=stays)}
    for party in EvidenceParty.objects.filter(organisation=other):
        same = mine.get(party.evidence_id)
        if same is None:
            party.organisation = stays
            party.save(update_fields=["organisation"])
            continue
        same.role = min(same.role, party.role, key=_ROLES.index)
        if party.contribution is not None:
            same.contribution = (same.contribution or 0) + party.contribution
        same.save(update_fields=["role", "contribution"])
        party.delete()


def _move_concepts(stays: Organisation, other: Organisation) -> None:
    mine = {link.concept_id: link for link in OrganisationConcept.objects.filter(organisation=stays)}
    for link in OrganisationConcept.objects.filter(organisation=other):
        same = mine.get(link.concept_id)
        if same is None:
            link.organisation = stays
            link.save(update_fields=["organisation"])
            continue
        same.origin = min(same.origin, link.origin, key=lambda origin: _ORIGINS.index(ConceptOrigin(origin)))
        same.save(update_fields=["origin"])
        link.delete()


def _move_the_rest(stays: Organisation, other: Organisation) -> None:
    """Every other row that points at `other`, in whatever room above it lives, without knowing that room."""
    for relation in Organisation._meta.related_objects:
        model: type[Model] = relation.related_model
        if model is not Organisation:
            name = relation.field.name
            model._base_manager.filter(**{name: other}).update(**{name: stays})

# SPDX-License-Identifier: EUPL-1.2
"""What actions and importers share. No transaction is opened here: the outermost action has one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from filanda.directory.organisations.models import (
    ConceptOrigin,
    Evidence,
    EvidenceParty,
    MergedOrganisation,
    Organisation,
    OrganisationConcept,
    OrganisationName,
    OrganisationState,
    Site,
)
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean, sort_key

__all__ = [
    "EVIDENCE_FIELDS",
    "ORGANISATION_FIELDS",
    "give",
    "lock_imports",
    "merge_organisations",
    "on_merge",
    "set_hidden",
    "sign_history",
]

ORGANISATION_FIELDS = frozenset(
    {"name", "short_name", "helix_role", "legal_kind", "size", "website", "description", "description_language"}
    | {"languages", "is_natural_person"}
)
EVIDENCE_FIELDS = frozenset(
    {"kind", "title", "acronym", "text", "language", "started_on", "ended_on", "programme", "source_url"}
)

_IMPORT_LOCK = 0x66696C62
_ROLES = list(EvidenceParty.PartyRole.values)
_ORIGINS = [ConceptOrigin.CONFIRMED, ConceptOrigin.STATED, ConceptOrigin.SUGGESTED]
_STATES = [OrganisationState.VERIFIED, OrganisationState.CLAIMED, OrganisationState.LISTED]


def lock_imports(region: Region) -> None:
    """Until the transaction ends, nobody else writes organisations or evidence by natural key in `region`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_IMPORT_LOCK, region.pk])


def sign_history(actor: Actor, kind: str = "") -> UUID:
    """Until the transaction ends, versions of rows say that `actor` changed them, in one change. Returns its id.

    kind: "merge" for what the history shows and does not undo by itself.

    The platform signs nothing: what it writes is told by the journal.
    """
    change = uuid4()
    said = {"account": actor.account_id} | ({"kind": kind} if kind else {})
    signed = (str(change), json.dumps(said)) if actor.account_id is not None else ("", "")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)",
            signed,
        )
    return change


def set_hidden(
    organisation: Organisation, hidden_at: datetime | None, event: str, *, actor: Actor, reason: str = ""
) -> None:
    """Hide (or, with None, show) a locked organisation, and record `event` with the reason."""
    organisation.hidden_at = hidden_at
    organisation.save(update_fields=["hidden_at", "updated_at"])
    record(
        event,
        region=organisation.region,
        actor=actor,
        subject=organisation,
        payload={"reason": reason} if reason else {},
        touches={"organisation": [organisation.pk]},
    )


_following: list[Callable[[Region, Organisation, Organisation], None]] = []


def on_merge(follow: Callable[[Region, Organisation, Organisation], None]) -> None:
    """Let a room above follow merges: `follow(region, stays, other)` is called for each organisation that goes, in the
    merge's transaction, before the rows that point at `other` are moved. For what a plain move would break (one open
    row a body) or cannot find (keys that are no foreign keys, such as the scopes of roles). Called once, at start.
    """
    if follow not in _following:
        _following.append(follow)


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
        for follow in _following:
            follow(region, stays, other)
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
    """Every other row that points at `other`, in whatever room above it lives, without knowing that room.

    A row that cannot be there twice (a draft of the same person, say) goes with `other`.
    """
    for relation in Organisation._meta.related_objects:
        model: type[Model] = relation.related_model
        if model is Organisation:
            continue
        name = relation.field.name
        rows = model._base_manager.filter(**{name: other})
        try:
            with transaction.atomic():
                rows.update(**{name: stays})
        except IntegrityError:
            for pk in list(rows.values_list("pk", flat=True)):
                try:
                    with transaction.atomic():
                        model._base_manager.filter(pk=pk).update(**{name: stays})
                except IntegrityError:
                    model._base_manager.filter(pk=pk).delete()


def give(row: Organisation | Evidence, values: Mapping[str, Any], allowed: frozenset[str]) -> list[str]:
    """Set, check and save `values` on `row`; returns the names of those that are new."""
    if unknown := set(values) - allowed:
        raise TypeError(f"not fields that people change: {', '.join(sorted(unknown))}")
    changed = []
    for name, value in values.items():
        value = clean(value) if isinstance(value, str) else value
        if getattr(row, name) != value or row.pk is None:
            setattr(row, name, value)
            changed.append(name)
    if isinstance(row, Organisation):
        row.sort_key = sort_key(row.name)
    row.full_clean(exclude=["sort_key"] if isinstance(row, Organisation) else None)
    if changed:
        row.save()
    return sorted(changed)

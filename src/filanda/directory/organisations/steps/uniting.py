# SPDX-License-Identifier: EUPL-1.2
"""Entries that are one body become one, with a ledger by which they are parted again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.timezone import now as clock

from filanda.directory.organisations.models import (
    ConceptOrigin,
    EvidenceParty,
    Likeness,
    Merge,
    MergedOrganisation,
    NotTheSame,
    Organisation,
    OrganisationConcept,
    OrganisationName,
    OrganisationState,
    Site,
)
from filanda.directory.organisations.steps.following import Parting, followers, settlers
from filanda.directory.organisations.steps.ledger import put_back, relations, snapshot
from filanda.kernel.regions.models import Region

__all__ = ["UNDO_DAYS", "merge_organisations", "part_organisations", "staying", "unite"]

UNDO_DAYS = 30
_ROLES = list(EvidenceParty.PartyRole.values)
_ORIGINS = [ConceptOrigin.CONFIRMED, ConceptOrigin.STATED, ConceptOrigin.SUGGESTED]
_STATES = [OrganisationState.VERIFIED, OrganisationState.CLAIMED, OrganisationState.LISTED]


def staying(rows: Iterable[Organisation]) -> list[Organisation]:
    """`rows`, first the one that stays when they are united: somebody's, else one of the region, else the oldest."""
    return sorted(rows, key=lambda row: (_STATES.index(OrganisationState(row.state)), row.is_external, row.pk))


def merge_organisations(region: Region, ids: Iterable[int], *, source: str = "") -> tuple[int, list[int]]:
    """Unite organisations of `region` that are one body, as `source` says. Returns the id that stays, and those gone.

    Each one that goes has its own entry among the merges that can be undone.
    """
    rows = Organisation.objects.select_for_update().filter(region=region, pk__in=set(ids)).order_by("pk")
    stays, *gone = staying(rows)
    for other in gone:
        unite(stays, other, by=None, source=source, now=clock())
    return stays.pk, [other.pk for other in gone]


def unite(
    stays: Organisation,
    other: Organisation,
    *,
    by: int | None,
    now: datetime,
    source: str = "",
    finish: Callable[[Organisation], None] | None = None,
) -> Merge:
    """`other` becomes `stays`; both are locked. finish(stays): what else the merge writes. by: the account that did it.

    What stays keeps every source id, name, identifier, site, concept and part in evidence of both; rows of rooms above
    follow; the old id is remembered in `MergedOrganisation`. If one was hidden, what stays is hidden: an objection
    outlives a merge.
    """
    region = stays.region
    before = snapshot({stays.pk, other.pk})
    old_id, old_name = other.pk, other.name
    _move(region, stays, other)
    if finish is not None:
        finish(stays)
    made: Merge = Merge.objects.create(
        region=region,
        organisation=stays,
        old_id=old_id,
        old_name=old_name,
        source=source,
        ledger={"before": before, "after": snapshot({stays.pk}, before)},
        merged_at=now,
        merged_by_id=by,
        undo_until=now + timedelta(days=UNDO_DAYS),
    )
    return made


def part_organisations(merge: Merge, *, by: int | None, now: datetime) -> list[str]:
    """Undo a locked merge that can be undone. Returns a sentence for each thing that is not as it was before.

    Those that an import united are remembered as not the same, or its next run would unite them again.
    """
    ledger: dict[str, Any] = merge.ledger or {}
    put_back(ledger["before"], ledger["after"])
    MergedOrganisation.objects.filter(region=merge.region, old_id=merge.old_id).delete()
    again = Organisation.objects.get(pk=merge.old_id)
    stays = Organisation.objects.get(pk=merge.organisation_id)
    merge.undone_at, merge.undone_by_id, merge.ledger = now, by, None
    merge.save(update_fields=["undone_at", "undone_by", "ledger"])
    parting = Parting(merge.region, stays, again, ledger["before"], ledger["after"], now)
    said = [sentence for settle in settlers() for sentence in settle(parting)]
    if merge.source:
        first, second = sorted((stays, again), key=lambda row: row.pk)
        NotTheSame.objects.get_or_create(
            first=first, second=second, defaults={"region": merge.region, "said_by_id": by, "said_at": now}
        )
    return said


def _move(region: Region, stays: Organisation, other: Organisation) -> None:
    for follow in followers():
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
    Likeness.objects.filter(Q(first=other) | Q(second=other)).delete()
    _move_what_is_apart(stays, other)
    _move_the_rest(stays, other)
    stays.hidden_at = stays.hidden_at or other.hidden_at
    stays.save(update_fields=["hidden_at", "updated_at"])
    old_id = other.pk
    other.delete()
    MergedOrganisation.objects.create(region=region, old_id=old_id, organisation=stays)
    other.pk = old_id


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


def _move_what_is_apart(stays: Organisation, other: Organisation) -> None:
    """Whoever is not the same as `other` is not the same as `stays`; the lower id of a pair comes first."""
    for pair in NotTheSame.objects.filter(Q(first=other) | Q(second=other)):
        third = pair.second_id if pair.first_id == other.pk else pair.first_id
        first, second = sorted((third, stays.pk))
        if first == second or NotTheSame.objects.filter(first=first, second=second).exists():
            pair.delete()
            continue
        pair.first_id, pair.second_id = first, second
        pair.save(update_fields=["first", "second"])


def _move_the_rest(stays: Organisation, other: Organisation) -> None:
    """Every other row that points at `other`, in whatever room above it lives, without knowing that room.

    A row that cannot be there twice (a draft of the same person, say) goes with `other`.
    """
    for model, name in relations():
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

# SPDX-License-Identifier: EUPL-1.2
"""Two entries of one organisation united by a person, and parted again within thirty days; or found not to be the same.

A merge keeps a ledger: what every row that it touches said before and after, whatever room the row lives in. Parting
puts back what the merge changed and nobody changed since, makes again what it deleted, and says what is not as before.
Merges of imports are parted in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from filanda.directory.organisations.models import (
    EvidenceParty,
    Likeness,
    Merge,
    NotTheSame,
    Organisation,
    OrganisationName,
)
from filanda.directory.organisations.steps import lock_imports, sign_history
from filanda.directory.organisations.steps.uniting import part_organisations, staying, unite
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import sort_key

__all__ = [
    "CHOOSABLE",
    "CannotMerge",
    "CannotPart",
    "Parted",
    "forget_ledgers",
    "leave_apart",
    "merge",
    "part",
    "staying",
]

# What a facilitator chooses between: the rest of both is kept.
CHOOSABLE = (
    *("name", "short_name", "helix_role", "legal_kind", "size", "website", "description", "languages"),
    "is_natural_person",
)
_EMPTY: tuple[Any, ...] = ("", "unknown", [], None, False)


class CannotMerge(Exception):
    """The two are not there, or are one already."""


class CannotPart(Exception):
    """The merge is too old, undone, or a later one stands on it. `str()` is a sentence for the reader."""


@dataclass(frozen=True)
class Parted:
    """What a parting gave back. `left`: a sentence for each thing that is not as it was before the merge."""

    organisation: Organisation
    left: tuple[str, ...]


def merge(
    *, actor: Actor, first: Organisation, second: Organisation, values_of: Mapping[str, int], now: datetime
) -> Merge:
    """Unite two organisations. values_of: field of `CHOOSABLE` -> id of the one whose value is kept.

    Fields that are not named keep the value of the one that stays, or of the other where it says nothing. Everything
    else of both is kept, and old addresses lead to what is left. Raises CannotMerge and Forbidden.
    """
    region = first.region
    with transaction.atomic(durable=True):
        lock_imports(region)
        ids = {first.pk, second.pk}
        rows = {row.pk: row for row in Organisation.objects.select_for_update().filter(pk__in=ids, is_external=False)}
        if len(rows) != 2:
            raise CannotMerge(_("One of the two is not there any more: perhaps somebody united them a moment ago."))
        for row in rows.values():
            require(actor, "organisations.merge", row)
        stays, goes = staying(rows.values())
        chosen = _chosen(stays, goes, values_of)
        old_id, stays_name = goes.pk, stays.name
        sign_history(actor, kind="merge")

        def finish(left: Organisation) -> None:
            for name, value in chosen.items():
                setattr(left, name, value)
            left.sort_key = sort_key(left.name)
            left.save()
            if left.name != stays_name:
                OrganisationName.objects.filter(organisation=left, text=left.name).delete()
                OrganisationName.objects.get_or_create(organisation=left, text=stays_name, defaults={"region": region})

        made = unite(stays, goes, by=actor.account_id, now=now, finish=finish)
        _tell(actor, stays, old_id, "organisations.organisation.merged")
    return made


def part(*, actor: Actor, merge: Merge, now: datetime) -> Parted:
    """Undo a merge: the entry that was gone is there again, under its old address, with its people.

    What somebody changed since stays with the entry that they changed; whoever has left since is not put back. Raises
    CannotPart and Forbidden.
    """
    with transaction.atomic(durable=True):
        lock_imports(merge.region)
        locked: Merge = Merge.objects.select_for_update().get(pk=merge.pk)
        require(actor, "organisations.merge", locked.organisation)
        if locked.undone_at is not None:
            raise CannotPart(_("These two were parted already."))
        if locked.ledger is None or now > locked.undo_until:
            raise CannotPart(_("This is longer ago than thirty days: what is needed to part them is not kept."))
        later = Merge.objects.filter(organisation=locked.organisation_id, undone_at=None, pk__gt=locked.pk)
        kept = str(locked.organisation_id) in locked.ledger["before"].get(Organisation._meta.label, {})
        if later.exists() or not kept:
            raise CannotPart(_("Another entry was united with this one since: part that one first."))
        sign_history(actor, kind="merge")
        left = part_organisations(locked, by=actor.account_id, now=now)
        _tell(actor, locked.organisation, locked.old_id, "organisations.organisation.parted")
        again: Organisation = Organisation.objects.get(pk=locked.old_id)
    return Parted(again, tuple(left))


def forget_ledgers(region: Region, before: datetime, now: datetime) -> int:
    """What is needed to part two entries goes when it is too late for that, or older than the region keeps it."""
    too_late = Q(undo_until__lt=now) | Q(merged_at__lt=before)
    old = Merge.objects.filter(too_late, region=region, ledger__isnull=False)
    return int(old.update(ledger=None))


def leave_apart(*, actor: Actor, first: Organisation, second: Organisation) -> None:
    """Remember that two entries are not the same: they are not suggested again. Raises Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "organisations.merge", first)
        require(actor, "organisations.merge", second)
        one, other = sorted((first, second), key=lambda row: row.pk)
        NotTheSame.objects.get_or_create(
            first=one, second=other, defaults={"region": one.region, "said_by_id": actor.account_id}
        )
        Likeness.objects.filter(first=one, second=other).delete()
        record(
            "organisations.duplicates.left_apart",
            region=one.region,
            actor=actor,
            subject=one,
            payload={"other": other.pk},
        )


def _chosen(stays: Organisation, goes: Organisation, values_of: Mapping[str, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in CHOOSABLE:
        mine, theirs = getattr(stays, name), getattr(goes, name)
        keeps_theirs = values_of.get(name) == goes.pk or (name not in values_of and mine in _EMPTY)
        if keeps_theirs and mine != theirs:
            found[name] = theirs
            if name == "description":
                found["description_language"] = goes.description_language
    return found


def _tell(actor: Actor, organisation: Organisation, old_id: int, event: str) -> None:
    both = [organisation.pk, old_id]
    pieces = EvidenceParty.objects.filter(organisation__in=both).values_list("evidence_id", flat=True)
    record(
        event,
        region=organisation.region,
        actor=actor,
        subject=organisation,
        payload={"other": old_id},
        touches={"organisation": both, "evidence": pieces},
    )

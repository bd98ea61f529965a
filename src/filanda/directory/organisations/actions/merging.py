# SPDX-License-Identifier: EUPL-1.2
"""Two entries of one organisation united by a person, and parted again within thirty days; or found not to be the same.

A merge keeps a ledger: what every row that it touches said before and after, whatever room the row lives in. Parting
puts back what the merge changed and nobody changed since, and makes again what it deleted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.utils.translation import gettext as _

from filanda.directory.organisations.models import (
    VERSIONS,
    EvidenceParty,
    Merge,
    MergedOrganisation,
    NotTheSame,
    Organisation,
    OrganisationName,
    OrganisationState,
)
from filanda.directory.organisations.steps import lock_imports, merge_organisations, sign_history
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import RoleGrant
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.text.folding import sort_key

__all__ = ["CHOOSABLE", "CannotMerge", "CannotPart", "leave_apart", "merge", "part", "staying"]

UNDO_DAYS = 30
# What a facilitator chooses between: the rest of both is kept.
CHOOSABLE = (
    *("name", "short_name", "helix_role", "legal_kind", "size", "website", "description", "languages"),
    "is_natural_person",
)
_EMPTY: tuple[Any, ...] = ("", "unknown", [], None, False)
_STATES = [OrganisationState.VERIFIED, OrganisationState.CLAIMED, OrganisationState.LISTED]


class CannotMerge(Exception):
    """The two are not there, or are one already."""


class CannotPart(Exception):
    """The merge is too old, undone, or a later one stands on it. `str()` is a sentence for the reader."""


def staying(first: Organisation, second: Organisation) -> tuple[Organisation, Organisation]:
    """Which of two stays and which goes: somebody's, else the one of the region, else the older."""
    ordered = sorted(
        (first, second), key=lambda row: (_STATES.index(OrganisationState(row.state)), row.is_external, row.pk)
    )
    return ordered[0], ordered[1]


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
        stays, goes = staying(*rows.values())
        chosen = _chosen(stays, goes, values_of)
        sign_history(actor, kind="merge")
        before = _snapshot(ids)
        gone_name, stays_name = goes.name, stays.name
        merge_organisations(region, ids)
        left = Organisation.objects.get(pk=stays.pk)
        for name, value in chosen.items():
            setattr(left, name, value)
        left.sort_key = sort_key(left.name)
        left.save()
        if left.name != stays_name:
            OrganisationName.objects.filter(organisation=left, text=left.name).delete()
            OrganisationName.objects.get_or_create(organisation=left, text=stays_name, defaults={"region": region})
        made: Merge = Merge.objects.create(
            region=region,
            organisation=left,
            old_id=goes.pk,
            old_name=gone_name,
            ledger={"before": before, "after": _snapshot({left.pk}, before)},
            merged_at=now,
            merged_by_id=actor.account_id,
            undo_until=now + timedelta(days=UNDO_DAYS),
        )
        _tell(actor, left, goes.pk, "organisations.organisation.merged")
    return made


def part(*, actor: Actor, merge: Merge, now: datetime) -> Organisation:
    """Undo a merge: the entry that was gone is there again, under its old address. Returns it.

    What somebody changed since stays with the entry that they changed. Raises CannotPart and Forbidden.
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
        _put_back(locked.ledger)
        MergedOrganisation.objects.filter(old_id=locked.old_id).delete()
        locked.undone_at, locked.undone_by_id, locked.ledger = now, actor.account_id, None
        locked.save(update_fields=["undone_at", "undone_by", "ledger"])
        _tell(actor, locked.organisation, locked.old_id, "organisations.organisation.parted")
        again: Organisation = Organisation.objects.get(pk=locked.old_id)
    return again


def leave_apart(*, actor: Actor, first: Organisation, second: Organisation) -> None:
    """Remember that two entries are not the same: they are not suggested again. Raises Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "organisations.merge", first)
        require(actor, "organisations.merge", second)
        one, other = sorted((first, second), key=lambda row: row.pk)
        NotTheSame.objects.get_or_create(
            first=one, second=other, defaults={"region": one.region, "said_by_id": actor.account_id}
        )
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


# The ledger


def _relations() -> list[tuple[type[models.Model], str]]:
    """Every model, in any room, with the field that points at an organisation; not what is only kept of the past."""
    left_out = {*VERSIONS.values(), Organisation}
    found: list[tuple[type[models.Model], str]] = []
    for relation in Organisation._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.related_model not in left_out:
            found.append((relation.related_model, relation.field.name))
    return found


def _snapshot(ids: set[int], also: Mapping[str, Any] | None = None) -> dict[str, dict[str, dict[str, Any]]]:
    """What the organisations `ids` and every row that points at them say, by model and key; with the rows of `also`."""
    found: dict[str, dict[str, dict[str, Any]]] = {}

    def keep(model: Any, rows: models.QuerySet[Any]) -> None:
        names = [known.attname for known in model._meta.local_concrete_fields]
        mine = found.setdefault(model._meta.label, {})
        for row in rows.values(*names):
            mine[str(row[model._meta.pk.attname])] = {name: row[name] for name in names}

    keep(Organisation, Organisation.objects.filter(pk__in=ids))
    for model, name in _relations():
        keep(model, model._base_manager.filter(**{f"{name}__in": ids}))
    keep(RoleGrant, RoleGrant.objects.filter(scope_kind="organisation", scope_id__in=ids))
    for label, rows in (also or {}).items():
        model = apps.get_model(label)
        keep(model, model._base_manager.filter(pk__in=list(rows)))
    plain: dict[str, dict[str, dict[str, Any]]] = json.loads(json.dumps(found, cls=_Encoder))
    return {label: rows for label, rows in plain.items() if rows}


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        if isinstance(o, datetime):
            return o.isoformat()  # with microseconds, which Django's drops
        return o.hex() if isinstance(o, bytes) else bytes(o).hex() if isinstance(o, memoryview) else super().default(o)


def _python(model: Any, attname: str, value: Any) -> Any:
    known = next(one for one in model._meta.local_concrete_fields if one.attname == attname)
    if isinstance(known, models.BinaryField):
        return None if value is None else bytes.fromhex(value)
    return value if known.is_relation or value is None else known.to_python(value)


def _put_back(ledger: Mapping[str, Any]) -> None:
    before, after = ledger["before"], ledger["after"]
    ours = Organisation._meta.label
    order = [ours, *(label for label in before if label != ours)]
    for label in order[1:]:  # what the merge added, such as the other's name as a spelling
        model: Any = apps.get_model(label)
        added = [pk for pk in after.get(label, {}) if pk not in before[label]]
        model._base_manager.filter(pk__in=added).delete()
    for label in after:
        if label not in before:
            model = apps.get_model(label)
            model._base_manager.filter(pk__in=list(after[label])).delete()
    for label in order:
        model = apps.get_model(label)
        for pk, said in before[label].items():
            values = {name: _python(model, name, value) for name, value in said.items()}
            if pk not in after.get(label, {}):
                _make_again(model, values)
                continue
            row = model._base_manager.filter(pk=pk).values(*said).first()
            if row is None:
                continue  # somebody removed it since
            became = {name: _python(model, name, value) for name, value in after[label][pk].items()}
            changed = {
                name: value
                for name, value in values.items()
                if became[name] != value and _same(row[name], became[name])
            }
            if changed:
                _try(lambda model=model, pk=pk, changed=changed: model._base_manager.filter(pk=pk).update(**changed))


def _make_again(model: Any, values: dict[str, Any]) -> None:
    def make() -> None:
        row = model(**values)
        model._base_manager.bulk_create([row])
        model._base_manager.filter(pk=row.pk).update(**values)  # times that saving sets

    _try(make)


def _same(value: Any, other: Any) -> bool:
    if isinstance(value, memoryview | bytes):
        return bytes(value) == other
    return bool(value == other)


def _try(act: Any) -> None:
    """What cannot be there any more (what it belonged to was removed since) stays away."""
    try:
        with transaction.atomic():
            act()
    except IntegrityError:
        return

# SPDX-License-Identifier: EUPL-1.2
"""What becomes of people's belonging when two organisations are united, and when they are parted again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now as clock
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filanda.directory.affiliations.models import (
    OPEN_CLAIM,
    Claim,
    ClaimState,
    Invitation,
    JoinRequest,
    Position,
    RequestState,
)
from filanda.directory.organisations.models import Organisation
from filanda.directory.organisations.steps import Parting
from filanda.kernel.identity.models import Role, RoleGrant
from filanda.kernel.regions.models import Region

__all__ = ["follow_merge", "follow_part", "kept_in_ledgers"]


def kept_in_ledgers(ids: set[int]) -> tuple[QuerySet[RoleGrant]]:
    """Roles in organisations: their scope is no foreign key."""
    return (RoleGrant.objects.filter(scope_kind="organisation", scope_id__in=ids),)


def follow_merge(region: Region, stays: Organisation, other: Organisation) -> None:
    """Before rows that point at `other` are moved to `stays`: what cannot be there twice is ended, roles follow.

    Of two open claims or requests of one account the later ends; of two open grants of one role the other's ends, with
    the reason; the rest only changes its place.
    """
    at = clock()
    for claim in Claim.objects.select_for_update().filter(organisation=other, state__in=OPEN_CLAIM):
        if Claim.objects.filter(organisation=stays, account=claim.account_id, state__in=OPEN_CLAIM).exists():
            claim.state, claim.state_changed_at, claim.reason = ClaimState.LAPSED, at, "merged"
            claim.save(update_fields=["state", "state_changed_at", "reason"])
    for asked in JoinRequest.objects.select_for_update().filter(organisation=other, state=RequestState.ASKED):
        if JoinRequest.objects.filter(organisation=stays, account=asked.account_id, state=RequestState.ASKED).exists():
            asked.state, asked.state_changed_at, asked.reason = RequestState.WITHDRAWN, at, "merged"
            asked.save(update_fields=["state", "state_changed_at", "reason"])
    for position in Position.objects.select_for_update().filter(organisation=other):
        same = Position.objects.filter(
            organisation=stays,
            person=position.person_id,
            title=position.title,
            started_on=position.started_on,
            ended_on=position.ended_on,
        ).first()
        if same is not None:
            same.is_confirmed = same.is_confirmed or position.is_confirmed
            same.save(update_fields=["is_confirmed"])
            position.delete()
    grants = RoleGrant.objects.select_for_update().filter(region=region, scope_kind="organisation", scope_id=other.pk)
    taken = set(
        RoleGrant.objects.filter(
            region=region, scope_kind="organisation", scope_id=stays.pk, ended_at=None
        ).values_list("account_id", "role")
    )
    for grant in grants:
        if grant.ended_at is None and (grant.account_id, grant.role) in taken:
            grant.ended_at, grant.end_reason = at, f"united with organisation {stays.pk}"
        grant.scope_id = stays.pk
        grant.save(update_fields=["ended_at", "end_reason", "scope_id"])


def follow_part(parting: Parting) -> Iterator[str]:
    """What the merge ended is open again where what stood for it is still open: somebody who has left what the two were
    together, or was answered there, is not put back. What was granted there stays there.
    """
    stays, again = parting.stays.name, parting.again.name
    _leave_what_was_granted(parting)
    roles = _end_roles_again(parting)
    if roles:
        yield ngettext(
            "One role in %(name)s stays ended: it was ended in %(stays)s since.",
            "%(count)s roles in %(name)s stay ended: they were ended in %(stays)s since.",
            roles,
        ) % {"count": roles, "name": again, "stays": stays}
    asked = _close_again(parting, Claim, {*OPEN_CLAIM}) + _close_again(parting, JoinRequest, {RequestState.ASKED})
    if asked:
        yield ngettext(
            "One claim of or request to %(name)s stays closed: it was answered, or taken back, since.",
            "%(count)s claims of or requests to %(name)s stay closed: they were answered, or taken back, since.",
            asked,
        ) % {"count": asked, "name": again}
    positions = _end_positions_again(parting)
    if positions:
        yield ngettext(
            "One position at %(name)s is not there again, or has ended: whoever held it has left since.",
            "%(count)s positions at %(name)s are not there again, or have ended: whoever held them has left since.",
            positions,
        ) % {"count": positions, "name": again}
    if _lost_its_admins(parting):
        yield _("%(name)s has nobody who looks after it any more.") % {"name": again}


def _rows(parting: Parting, model: Any, *, of: Organisation, key: str = "organisation_id") -> dict[str, dict[str, Any]]:
    """What rows of `model` that belonged to `of` said before the merge."""
    said = parting.before.get(model._meta.label, {})
    return {pk: dict(row) for pk, row in said.items() if row[key] == of.pk}


def _leave_what_was_granted(parting: Parting) -> None:
    """A claim granted, a request accepted or an invitation used since gave a role in the one that stays."""
    after = parting.after
    for model, column, given in (
        (Claim, "state", {ClaimState.GRANTED}),
        (JoinRequest, "state", {RequestState.ACCEPTED}),
        (Invitation, "used_at", None),
    ):
        before: dict[str, dict[str, Any]] = _rows(parting, model, of=parting.again)
        for row in model._base_manager.filter(pk__in=list(before), organisation=parting.again):
            was = after[model._meta.label].get(str(row.pk), {}).get(column)
            value = getattr(row, column)
            is_given = value in given if given is not None else value is not None
            if is_given and (was is None if given is None else was != value):
                model._base_manager.filter(pk=row.pk).update(organisation=parting.stays)


def _end_roles_again(parting: Parting) -> int:
    ended = 0
    after = parting.after.get(RoleGrant._meta.label, {})
    theirs = _rows(parting, RoleGrant, of=parting.stays, key="scope_id")
    for pk, row in _rows(parting, RoleGrant, of=parting.again, key="scope_id").items():
        if row["ended_at"] is not None or pk not in after or after[pk]["ended_at"] is None:
            continue
        stood_for = [
            key
            for key, one in theirs.items()
            if (one["account_id"], one["role"], one["ended_at"]) == (row["account_id"], row["role"], None)
        ]
        if RoleGrant.objects.filter(pk__in=stood_for, ended_at=None).exists():
            continue
        ended += RoleGrant.objects.filter(pk=pk, ended_at=None).update(
            ended_at=after[pk]["ended_at"], end_reason=after[pk]["end_reason"]
        )
    return ended


def _close_again(parting: Parting, model: Any, open_states: set[Any]) -> int:
    closed = 0
    after = parting.after.get(model._meta.label, {})
    theirs = _rows(parting, model, of=parting.stays)
    for pk, row in _rows(parting, model, of=parting.again).items():
        if row["state"] not in open_states or pk not in after or after[pk]["state"] in open_states:
            continue
        stood_for = [
            key for key, one in theirs.items() if one["account_id"] == row["account_id"] and one["state"] in open_states
        ]
        if model.objects.filter(pk__in=stood_for, state__in=open_states).exists():
            continue
        said = {name: after[pk][name] for name in ("state", "state_changed_at", "reason")}
        closed += model.objects.filter(pk=pk, state__in=open_states).update(**said)
    return closed


def _end_positions_again(parting: Parting) -> int:
    """Positions that the merge made one: the other of the two tells what became of both."""
    gone = 0
    after = parting.after.get(Position._meta.label, {})
    theirs = _rows(parting, Position, of=parting.stays)
    alike = ("person_id", "title", "started_on", "ended_on")
    for pk, row in _rows(parting, Position, of=parting.again).items():
        made_again = Position.objects.filter(pk=pk)
        if pk in after:
            gone += not made_again.exists()
            continue
        stood_for = [key for key, one in theirs.items() if all(one[name] == row[name] for name in alike)]
        left = Position.objects.filter(pk__in=stood_for, person__erased_at=None).first()
        was = row["ended_on"] and date.fromisoformat(row["ended_on"])
        if left is None:
            made_again.delete()
            gone += 1
        elif left.ended_on != was:
            made_again.update(ended_on=left.ended_on)
            gone += left.ended_on is not None
    return gone


def _lost_its_admins(parting: Parting) -> bool:
    before = _rows(parting, RoleGrant, of=parting.again, key="scope_id").values()
    had = any(row["role"] == Role.ORGANISATION_ADMIN and row["ended_at"] is None for row in before)
    left = RoleGrant.objects.filter(
        scope_kind="organisation", scope_id=parting.again.pk, role=Role.ORGANISATION_ADMIN, ended_at=None
    )
    return had and not left.exists()

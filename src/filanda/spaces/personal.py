# SPDX-License-Identifier: EUPL-1.2
"""What this room keeps about people: how it leaves with them, how it is erased, how long it stays, what waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils.timezone import now as clock
from django.utils.translation import gettext as _

from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.steps import empty
from filanda.kernel.manifests import Waiting
from filanda.kernel.regions.models import Region
from filanda.spaces.models import (
    SCOPE,
    MemberRole,
    Membership,
    MembershipState,
    Pin,
    Space,
    SpaceInvitation,
    SpaceKind,
)
from filanda.spaces.steps import end_active, lock_space, told_event

__all__ = ["collect", "erase", "forget_invitations", "forget_memberships", "readdress", "waiting"]


def collect(account: Account) -> Mapping[str, Any]:
    """Memberships with what was said and when one was there; invitations to the account's address; what one opened."""
    found = {
        "communities.json": Membership.objects.filter(account=account).values(
            "space__names",
            "space__slug",
            "state",
            "state_changed_at",
            "role",
            "answer",
            "reason",
            "banned_until",
            "joined_at",
            "visited_at",
            "previous_visit_at",
            "seen_at",
            "created_at",
        ),
        "community-invitations.json": SpaceInvitation.objects.filter(email=account.email).values(
            "space__names", "email", "name", "role", "created_at", "expires_at", "uses", "withdrawn_at"
        ),
        "communities-opened.json": Space.objects.filter(created_by=account).values("slug", "names", "created_at"),
    }
    return {name: list(rows) for name, rows in found.items() if rows}


def readdress(account: Account, old: str, new: str) -> None:
    """Whoever was invited under the old address is so under the new one."""
    SpaceInvitation.objects.filter(email=old).update(email=new)


def erase(account: Account, keeps: bool) -> None:
    """Memberships and invitations go whatever stays of contributions; roles in spaces end. A space that is left without
    a manager so waits for the region's administrators (see `waiting`).
    """
    at = clock()
    for membership in Membership.objects.filter(account=account).order_by("space"):
        membership.space = lock_space(membership.space_id)
        if membership.state == MembershipState.ACTIVE:
            membership.state = MembershipState.LEFT
            membership.save(update_fields=["state"])
            end_active(actor=PLATFORM, membership=membership, now=at, reason="left the region")
            told_event("spaces.membership.left", actor=PLATFORM, membership=membership)
        empty("spaces.membership.greeted", membership, at)
        membership.delete()
    SpaceInvitation.objects.filter(email=account.email).delete()
    SpaceInvitation.objects.filter(invited_by=account).update(invited_by=None)
    Membership.objects.filter(invited_by=account).update(invited_by=None)
    Membership.objects.filter(decided_by=account).update(decided_by=None)
    Space.objects.filter(created_by=account).update(created_by=None)
    Pin.objects.filter(pinned_by=account).update(pinned_by=None)


def waiting(actor: Actor) -> Iterator[Waiting]:
    """For managers: requests to join; for everybody: invitations; for administrators: communities without a manager."""
    if actor.account_id is None:
        return
    mine = actor.scope_ids(SCOPE, Role.SPACE_MANAGER)
    if mine:
        rows = Membership.objects.filter(space__in=mine, state=MembershipState.REQUESTED).select_related("space")
        by_space: dict[int, list[Membership]] = {}
        for row in rows.order_by("state_changed_at"):
            by_space.setdefault(row.space_id, []).append(row)
        for several in by_space.values():
            label = _("Requests to join %(space)s") % {"space": several[0].space.name}
            since = several[0].state_changed_at
            yield Waiting(label, "spaces:requests", (several[0].space.slug,), len(several), since)
    invited = Membership.objects.filter(account=actor.account_id, state=MembershipState.INVITED)
    for row in invited.select_related("space").order_by("state_changed_at")[:20]:
        label = _("Invitation to %(space)s") % {"space": row.space.name}
        yield Waiting(label, "spaces:join", (row.space.slug,), 1, row.state_changed_at)
    if Role.REGION_ADMINISTRATOR in actor.roles:
        managers = Membership.objects.active().filter(
            space=OuterRef("pk"), role=MemberRole.MANAGER, account__is_active=True
        )
        lonely = Space.objects.visible_to(actor).filter(
            ~Exists(managers), kind=SpaceKind.COMMUNITY, archived_at=None, members_count__gt=0
        )
        for space in lonely.order_by("slug")[:20]:
            label = _("%(space)s has no manager any more") % {"space": space.name}
            yield Waiting(label, "spaces:appoint", (space.slug,), 1)


def forget_memberships(region: Region, before: datetime, now: datetime) -> int:
    """Memberships that ended before `before`; who is kept out stays on the list while that lasts."""
    ended = [MembershipState.LEFT, MembershipState.DECLINED, MembershipState.REMOVED]
    rows = Membership.objects.filter(state__in=ended, state_changed_at__lt=before)
    return int(rows.delete()[1].get(Membership._meta.label, 0))


def forget_invitations(region: Region, before: datetime, now: datetime) -> int:
    """Invitations used up, called back or run out before `before`; with them the unanswered ones under a name."""
    over = Q(withdrawn_at__lt=before) | Q(expires_at__lt=before) | Q(uses__gte=F("most_uses"), created_at__lt=before)
    gone = int(SpaceInvitation.objects.filter(over).delete()[1].get(SpaceInvitation._meta.label, 0))
    stale = Membership.objects.filter(state=MembershipState.INVITED, state_changed_at__lt=before)
    return gone + int(stale.delete()[1].get(Membership._meta.label, 0))

# SPDX-License-Identifier: EUPL-1.2
"""What actions of this room, and rooms above, share. No transaction is opened here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import SPACE_ROLES, Account, Role, RoleGrant
from filanda.kernel.journal.actions import record
from filanda.kernel.limits import Limit, TooMany, take
from filanda.kernel.policies import Decision, Forbidden
from filanda.kernel.regions.models import Region
from filanda.kernel.signin.steps import end_role, give_role
from filanda.spaces.errors import LastManager, SpaceWrong, TooOften
from filanda.spaces.models import (
    SCOPE,
    MemberRole,
    Membership,
    MembershipState,
    Openness,
    Space,
    SpaceInvitation,
    SpaceKind,
)
from filanda.spaces.values import free_slug

__all__ = [
    "account_id_of",
    "become_active",
    "change_role",
    "end_active",
    "enter",
    "enter_as_manager",
    "found_space",
    "has_other_managers",
    "lock_space",
    "note_activity",
    "note_visit",
    "recount",
    "require_other_managers",
    "setting",
    "space_path",
    "told_event",
    "use_up_invitations",
]

OPENED_A_DAY = Limit(20, timedelta(days=1))  # by one account
VISIT_ENDS_AFTER = timedelta(minutes=30)
SEEN_EVERY = timedelta(minutes=5)

DEFAULTS: dict[str, int] = {
    "holds_first_posts": 0,  # how many first contributions of a new member wait for a moderator
    "members_open_groups": 1,
}


def setting(space: Space, name: str) -> int:
    """A number among the settings of `space`, or its default. Raises KeyError for one that does not exist. No query."""
    given = space.settings.get(name) if isinstance(space.settings, dict) else None
    default = DEFAULTS[name]
    return given if isinstance(given, int) and 0 <= given <= 1000 else default


def account_id_of(actor: Actor) -> int:
    """Whose deed it is. Raises Forbidden for visitors and the platform."""
    if actor.account_id is None:
        raise Forbidden(Decision(False, _("Sign in first: only somebody can do this.")))
    return actor.account_id


def lock_space(space_id: int) -> Space:
    """The space's row, locked: who belongs to it is decided by one transaction at a time."""
    locked: Space = Space.objects.select_for_update(of=("self",)).select_related("region").get(pk=space_id)
    return locked


def recount(space: Space) -> int:
    """Count the active members anew; the caller holds the space's lock."""
    space.members_count = Membership.objects.active().filter(space=space).count()
    space.save(update_fields=["members_count"])
    return space.members_count


def note_activity(space_id: int, now: datetime) -> None:
    """Something was contributed to the space. For components; takes no lock for longer than one statement."""
    Space.objects.filter(pk=space_id).update(last_active_at=now)


def note_visit(membership: Membership, now: datetime) -> None:
    """The member looks at a page of the space. A visit ends with half an hour's absence; what is new is newer than the
    end of the visit before. Writes once in some minutes, on this row only; two pages at once count as one.
    """
    seen = membership.seen_at
    if seen is not None and now - seen < SEEN_EVERY:
        return
    changed: dict[str, Any] = {"seen_at": now}
    if seen is None or now - seen > VISIT_ENDS_AFTER:
        changed |= {"visited_at": now, "previous_visit_at": seen}
    if Membership.objects.filter(pk=membership.pk, seen_at=seen).update(**changed):
        for field, value in changed.items():
            setattr(membership, field, value)
    else:
        membership.refresh_from_db(fields=["seen_at", "visited_at", "previous_visit_at"])


def become_active(*, actor: Actor, membership: Membership, now: datetime, reason: str = "") -> None:
    """Give the role grant of an active `membership` (already moved and saved) and count the members anew. The caller
    holds the space's lock.
    """
    membership.joined_at = now
    membership.banned_until = None
    membership.reason = ""
    membership.save(update_fields=["joined_at", "banned_until", "reason"])
    _only_role(actor=actor, membership=membership, now=now, reason=reason)
    recount(membership.space)


def end_active(*, actor: Actor, membership: Membership, now: datetime, reason: str = "") -> None:
    """End every role grant in the space of a `membership` that is active no longer. The caller holds the lock."""
    for grant in _open_grants(membership):
        end_role(actor=actor, grant=grant, now=now, reason=reason)
    if membership.role != MemberRole.MEMBER:
        membership.role = MemberRole.MEMBER
        membership.save(update_fields=["role"])
    recount(membership.space)


def change_role(*, actor: Actor, membership: Membership, role: MemberRole, now: datetime, reason: str = "") -> None:
    """Let an active member be something else in the space. The caller holds the lock, and has asked after the last
    manager.
    """
    membership.role = role
    membership.save(update_fields=["role"])
    _only_role(actor=actor, membership=membership, now=now, reason=reason)


def _only_role(*, actor: Actor, membership: Membership, now: datetime, reason: str) -> None:
    for grant in _open_grants(membership):
        if grant.role != membership.role or (grant.until is not None and grant.until <= now):
            end_role(actor=actor, grant=grant, now=now, reason=reason)
    give_role(
        actor=actor,
        region=membership.region,
        account=membership.account,
        role=Role(membership.role),
        scope=(SCOPE, membership.space_id),
        reason=reason,
    )


def _open_grants(membership: Membership) -> list[RoleGrant]:
    rows = RoleGrant.objects.select_for_update(of=("self",)).select_related("account", "region")
    return list(
        rows.filter(
            account=membership.account_id,
            scope_kind=SCOPE,
            scope_id=membership.space_id,
            role__in=SPACE_ROLES,
            ended_at=None,
        )
    )


def enter_as_manager(*, actor: Actor, space: Space, account_id: int, now: datetime, reason: str = "") -> Membership:
    """Let somebody be a manager of `space`, whether they were inside or not. The caller has decided that `actor` may,
    and holds the space's lock (a new space needs none).
    """
    return enter(actor=actor, space=space, account_id=account_id, role=MemberRole.MANAGER, now=now, reason=reason)


def enter(
    *, actor: Actor, space: Space, account_id: int, role: MemberRole, now: datetime, reason: str = ""
) -> Membership:
    """Let somebody be inside `space` as `role`, whether they were inside or not: as `enter_as_manager`."""
    membership = (
        Membership.objects.select_for_update(of=("self",)).filter(space=space, account=account_id).first()
    ) or Membership(region=space.region, space=space, account_id=account_id, created_at=now)
    if membership.state != MembershipState.ACTIVE:
        membership.state_changed_at = now
    was_active = bool(membership.pk) and membership.state == MembershipState.ACTIVE
    membership.state, membership.role = MembershipState.ACTIVE, role
    membership.save()
    membership.space = space
    if was_active:
        change_role(actor=actor, membership=membership, role=role, now=now, reason=reason)
    else:
        become_active(actor=actor, membership=membership, now=now, reason=reason)
    return membership


def found_space(
    actor: Actor,
    region: Region,
    kind: SpaceKind,
    texts: Mapping[str, Mapping[str, str]],
    openness: str,
    parent: Space | None,
    now: datetime,
) -> Space:
    """Make a space with `texts` that were checked; `actor` manages it. The caller has decided that they may.

    Raises SpaceWrong, TooOften, Forbidden for who is nobody.
    """
    account_id = account_id_of(actor)
    try:
        take("spaces-opened", OPENED_A_DAY, who=f"account:{account_id}", region=region, now=now)
    except TooMany:
        raise TooOften from None
    names = texts["names"]
    name = names.get(region.default_language) or next(iter(names.values()))
    try:
        with transaction.atomic():
            space: Space = Space.objects.create(
                region=region,
                kind=kind,
                parent=parent,
                slug=free_slug(region, name, is_private=openness == Openness.PRIVATE),
                openness=openness,
                created_by_id=account_id,
                created_at=now,
                is_invented=region.is_invented,
                **texts,
            )
    except IntegrityError:
        raise SpaceWrong(
            {"": _("Somebody opened one with this name a moment ago. Look at it, or try again.")}
        ) from None
    enter_as_manager(actor=actor, space=space, account_id=account_id, now=now, reason="opened it")
    record(
        "spaces.space.created",
        region=region,
        actor=actor,
        subject=space,
        payload={"kind": kind.value, "openness": openness, "parent": parent.pk if parent else None},
        touches={"space": [space.pk]},
    )
    return space


def has_other_managers(space: Space, account_id: int) -> bool:
    """Whether somebody besides `account_id` manages `space`. One query; certain under the space's lock."""
    rows = Membership.objects.active().filter(space=space, role=MemberRole.MANAGER, account__is_active=True)
    return bool(rows.exclude(account=account_id).exists())


def require_other_managers(membership: Membership) -> None:
    """Raise LastManager if nobody else manages the space. The caller holds the space's lock."""
    if membership.role == MemberRole.MANAGER and not has_other_managers(membership.space, membership.account_id):
        raise LastManager


def space_path(space: Space) -> str:
    """The address of its home, in the active language."""
    return reverse("spaces:home", args=[space.slug])


def use_up_invitations(space: Space, account_id: int) -> None:
    """Whoever is inside needs no invitation to their address any more."""
    email = Account.objects.filter(pk=account_id).values("email")
    rows = SpaceInvitation.objects.filter(space=space, withdrawn_at=None, uses=0, email__in=email)
    rows.update(uses=1)


def told_event(name: str, *, actor: Actor, membership: Membership, payload: Mapping[str, Any] | None = None) -> None:
    """Record that somebody's membership changed. No words: ids only."""
    record(
        name,
        region=membership.region,
        actor=actor,
        subject=membership,
        payload={"space": membership.space_id, "account": membership.account_id, **(payload or {})},
        touches={"space": [membership.space_id]},
    )

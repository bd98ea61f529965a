# SPDX-License-Identifier: EUPL-1.2
"""Who announces events, who looks after them, who comes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.files.subjects import Ids, register_subject
from filanda.capabilities.moderation.suspensions import may_write
from filanda.components.events.models import SpaceEvent
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import SPACE_ROLES
from filanda.kernel.policies import Decision, Permission, decide
from filanda.spaces.models import Membership, MembershipState, Space, SpaceKind
from filanda.spaces.policies import MEMBERS, holds, keeps_order, space_of, space_scope, takes_part
from filanda.spaces.queries import component_setting

__all__ = ["PERMISSIONS", "may_organise", "may_propose", "may_register", "register_files"]

NAME = "events"
MEMBERS_PROPOSE = "members_propose"


def may_propose(actor: Actor, space: Space) -> Decision:
    return decide(actor, "events.propose", space)


def may_organise(actor: Actor, event: SpaceEvent) -> Decision:
    return decide(actor, "events.organise", event)


def may_register(actor: Actor, event: SpaceEvent) -> Decision:
    return decide(actor, "events.registrations.own", event)


_ARCHIVED = Decision(False, _("This community is archived: it can be read, but nobody writes in it any more."))


def _proposes(actor: Actor, obj: object) -> Decision:
    space = space_of(obj)
    if space.archived_at is not None:
        return _ARCHIVED
    keeps = keeps_order(actor, space)
    if keeps:
        return may_write(actor, space.pk)
    if not component_setting(space, NAME, MEMBERS_PROPOSE):
        return keeps
    return takes_part(actor, space)


def _organises(actor: Actor, obj: object) -> Decision:
    """Those who keep order in the space; the author, while they write in it."""
    space = space_of(obj)
    if space.archived_at is not None:
        return _ARCHIVED
    if keeps_order(actor, space):
        return may_write(actor, space.pk)
    author_id = getattr(obj, "author_id", None)
    if author_id is not None and author_id == actor.account_id:
        return takes_part(actor, space)
    return Decision(False, _("Only those who organise this event can do this."))


def _comes(actor: Actor, obj: object) -> Decision:
    """Members of the region to what an open space announces, except whom it keeps out; members of the space where it is
    closed. One query for who is not inside.
    """
    event = obj if isinstance(obj, SpaceEvent) else getattr(obj, "event", None)
    space = space_of(event if event is not None else obj)
    if event is not obj and getattr(obj, "account_id", actor.account_id) != actor.account_id:
        return _NOT_OWN
    if holds(actor, space):
        return Decision(True)
    if space.is_open and actor.is_member:
        banned = Membership.objects.filter(space=space, account=actor.account_id, state=MembershipState.BANNED)
        return Decision(True) if space.kind == SpaceKind.REGION or not banned.exists() else _KEPT_OUT
    if space.is_open:
        return Decision(False, _("Join this region first: that takes less than two minutes."))
    return Decision(False, _("This event is for the members of its community."))


def _own(actor: Actor, obj: object) -> Decision:
    return Decision(True) if getattr(obj, "account_id", None) == actor.account_id else _NOT_OWN


_KEPT_OUT = Decision(False, _("You are kept out of this community, and of what it plans."))
_NOT_OWN = Decision(False, _("Only the person themselves can do this."))


def _scope(obj: object) -> tuple[str, int]:
    event = getattr(obj, "event", None)
    return space_scope(event if event is not None else obj)


PERMISSIONS = (
    Permission(
        "events.propose",
        _("Announce events in a community"),
        roles=MEMBERS,
        scoped_roles=frozenset(SPACE_ROLES),
        scope=_scope,
        rule=_proposes,
    ),
    Permission(
        "events.organise",
        _("Look after an event: change it, cancel it, see who comes and what they answered, say who came"),
        roles=MEMBERS,
        scoped_roles=frozenset(SPACE_ROLES),
        scope=_scope,
        rule=_organises,
    ),
    Permission(
        "events.registrations.own",
        _("Register for an event"),
        roles=MEMBERS,
        scoped_roles=frozenset(SPACE_ROLES),
        scope=_scope,
        rule=_comes,
    ),
    Permission("events.registrations.leave", _("Say that one does not come after all"), everybody=True, rule=_own),
    Permission("events.calendar.own", _("Have a calendar address of one’s own"), roles=MEMBERS),
    Permission("events.seed", _("Make invented events in a demonstration")),
)


def _may_add(actor: Actor, number: int) -> Decision:
    event = SpaceEvent.objects.visible_to(actor).filter(pk=number).select_related("space").first()
    if event is None:
        return Decision(False, _("This is not there any more, or not for you to see."))
    return may_organise(actor, event)


def _seen(actor: Actor) -> Ids:
    seen: Ids = SpaceEvent.objects.visible_to(actor).order_by().values("pk")
    return seen


def register_files() -> None:
    """Events have files: what was left afterwards. Whoever sees the event opens them; staff too, only there."""
    register_subject("event", may_add=_may_add, visible=_seen, is_closed_to_staff=True)

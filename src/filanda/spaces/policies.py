# SPDX-License-Identifier: EUPL-1.2
"""The rules behind the permissions of this room."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.moderation.suspensions import may_write
from filanda.directory.people.queries import is_trusted, person_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.policies import Decision
from filanda.kernel.regions.scoped import active_region
from filanda.spaces.models import SCOPE, MemberRole, Membership, Space, SpaceKind

__all__ = [
    "MEMBERS",
    "STAFF",
    "WRITERS",
    "creation_is_free",
    "gives_room",
    "holds",
    "is_own",
    "is_validated",
    "keeps_order",
    "lacks_managers",
    "may_create",
    "may_read",
    "runs_it",
    "sees_health",
    "space_of",
    "space_scope",
    "takes_part",
]

STAFF = frozenset({Role.FACILITATOR, Role.REGION_ADMINISTRATOR})
MEMBERS = frozenset({Role.INNOVATOR}) | STAFF
WRITERS = frozenset({Role.SPACE_MANAGER, Role.SPACE_MODERATOR, Role.SPACE_MEMBER})


def space_of(obj: Any) -> Space:
    """The space that `obj` is, or that the row belongs to (select_related("space") saves a query)."""
    space: Space = obj if isinstance(obj, Space) else obj.space
    return space


def space_scope(obj: Any) -> tuple[str, int]:
    """The space that `obj` is about, as a scope of roles."""
    return (SCOPE, obj.pk if isinstance(obj, Space) else obj.space_id)


def holds(actor: Actor, obj: Any, *roles: str) -> bool:
    """Whether `actor` has one of `roles` (any, if none is named) in the space. No query."""
    return space_scope(obj)[1] in actor.scope_ids(SCOPE, *roles)


def may_read(actor: Actor, space: Space) -> bool:
    """Whether `actor` reads what stands in `space`, as SpaceQuerySet.readable_by. No query."""
    return space.is_open or actor.is_platform or holds(actor, space)


def takes_part(actor: Actor, obj: Any) -> Decision:
    """Whoever writes in a space: its members (not its readers), in the region's own all of the region; nobody in one
    that is archived; nobody whom a decision has suspended. For the permissions of components: `obj` is a space, or a
    row with one. One query for members.
    """
    space = space_of(obj)
    if space.archived_at is not None:
        return Decision(False, _("This community is archived: it can be read, but nobody writes in it any more."))
    if actor.is_platform:
        return Decision(True)
    if holds(actor, space, *WRITERS):
        return may_write(actor, space.pk)
    if space.kind == SpaceKind.REGION:
        if actor.is_member:
            return may_write(actor, space.pk)
        return Decision(False, _("Join this region first: that takes less than two minutes."))
    if holds(actor, space):
        return Decision(False, _("You read here, but do not write. A manager of this community can change that."))
    return Decision(False, _("Join this community first: its members write in it."))


def runs_it(actor: Actor, obj: Any) -> Decision:
    """Managers of a space look after it; the region's own space is looked after by the region's administrators.
    An administrator who is no manager has no power inside a community.
    """
    if holds(actor, obj, Role.SPACE_MANAGER):
        return Decision(True)
    if space_of(obj).kind == SpaceKind.REGION and Role.REGION_ADMINISTRATOR in actor.roles:
        return Decision(True)
    return Decision(False, _("Only the managers of this community can do this."))


def lacks_managers(actor: Actor, obj: Any) -> Decision:
    """Administrators give a community a manager only where there is none, and only one that they may know of."""
    space = space_of(obj)
    if space.is_private:
        return Decision(False, _("Only the managers of this community can do this."))
    if Membership.objects.active().filter(space=space, role=MemberRole.MANAGER, account__is_active=True).exists():
        return Decision(False, _("This community has a manager: managers choose who looks after it with them."))
    return Decision(True)


def gives_room(actor: Actor, obj: Any) -> Decision:
    """Administrators give room for files to the communities that they may know of."""
    space = space_of(obj)
    if space.is_private and not holds(actor, space):
        return Decision(False, _("Only the managers of this community can do this."))
    return Decision(True)


def keeps_order(actor: Actor, obj: Any) -> Decision:
    """Managers and moderators of a space; in the region's own, its administrators and facilitators."""
    if holds(actor, obj, Role.SPACE_MANAGER, Role.SPACE_MODERATOR):
        return Decision(True)
    if space_of(obj).kind == SpaceKind.REGION and actor.roles & STAFF:
        return Decision(True)
    return Decision(False, _("Only the managers and moderators of this community can do this."))


def sees_health(actor: Actor, obj: Any) -> Decision:
    """How a community does is seen by those who look after it, and by the region's staff who may read it; of a private
    one by its managers alone. No query.
    """
    space = space_of(obj)
    if holds(actor, space, Role.SPACE_MANAGER) or actor.is_platform:
        return Decision(True)
    is_theirs = holds(actor, space, Role.SPACE_MODERATOR) or bool(actor.roles & STAFF)
    if is_theirs and not space.is_private and may_read(actor, space):
        return Decision(True)
    return Decision(False, _("Only those who look after this community see how it does."))


def is_own(actor: Actor, obj: Any) -> Decision:
    """A membership is asked for, taken up and given up by the person whose it is."""
    if obj is None or (obj.account_id == actor.account_id and actor.account_id is not None):
        return Decision(True)
    return Decision(False, _("Only the person themselves can do this."))


def may_create(actor: Actor, parent: Any) -> Decision:
    """Who opens communities: the region's administrators; all members where the region's settings say so
    (settings["communities"]["who_creates"] = "members"). A sub-community: also the managers of the one above.
    """
    if parent is not None and holds(actor, parent, Role.SPACE_MANAGER):
        return Decision(True)
    if Role.REGION_ADMINISTRATOR in actor.roles and (parent is None or not parent.is_private):
        return Decision(True)
    if parent is None and creation_is_free():
        return Decision(True)
    return Decision(
        False,
        _("In this region, its administrators open communities. Write to them with what the community would be about."),
    )


def creation_is_free() -> bool:
    """Whether any member of the active region opens communities."""
    given = active_region().settings.get("communities")
    return isinstance(given, dict) and given.get("who_creates") == "members"


def is_validated(actor: Actor, _obj: Any) -> Decision:
    """Private groups are opened by people whom a facilitator has validated. One query."""
    person = person_of(actor)
    if person is not None and is_trusted(person, active_region()):
        return Decision(True)
    return Decision(
        False,
        _("A project group is opened by people whose profile is validated. Your facilitator does that, once."),
    )

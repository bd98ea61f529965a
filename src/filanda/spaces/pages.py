# SPDX-License-Identifier: EUPL-1.2
"""What every page of a space shows around its own content. For the screens of spaces and of their components::

    page = space_page(request, slug, tab="discussions")
    return render(request, "discussions/threads.html", {"page": page, …})

The template extends "spaces/space.html" and fills block `space_content`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.contrib.messages import get_messages
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.timezone import now as clock
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide
from filanda.spaces.errors import AtTheDoor
from filanda.spaces.models import (
    SCOPE,
    MemberRole,
    Membership,
    MembershipState,
    Openness,
    Space,
    SpaceKind,
)
from filanda.spaces.policies import keeps_order, may_read, sees_health, takes_part
from filanda.spaces.queries import components_of, role_in, space_at
from filanda.spaces.steps import note_visit

__all__ = ["SpacePage", "openness_words", "space_page"]

COLOURS = 8


@dataclass
class SpacePage:
    """`space` as the reader sees it. `role`: what they are in it (a MemberRole, "" for nobody); `membership`: their
    row, in whatever state, or None. `tabs`: list of {name, label, url, is_current}. `crumbs`: list of {label, url}; a
    page below a tab appends its own. `may`: "write" (takes part), "moderate", "manage", "members" -> bool.
    `door`: how they come in, or how they stand: "visitor", "stranger", "open", "ask", "invited", "requested", "active",
    "banned", "" (private, or the region itself). `is_readable`: False only where the door page is asked for.
    """

    space: Space
    actor: Actor
    membership: Membership | None
    role: str
    tab: str
    tabs: list[dict[str, Any]]
    crumbs: list[dict[str, str]]
    may: dict[str, bool]
    door: str
    is_readable: bool = True
    parent: Space | None = None
    messages: list[dict[str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.space.name

    @property
    def url(self) -> str:
        return _address("spaces:home", self.space.slug, get_language() or "it")

    @property
    def colour(self) -> int:
        """Which of the cloth's colours is this space's: of the style sheet's mono-0 to mono-7."""
        return self.space.pk % COLOURS

    @property
    def role_label(self) -> str:
        return str(MemberRole(self.role).label) if self.role else ""

    @property
    def openness(self) -> str:
        return openness_words(self.space)


def openness_words(space: Space) -> str:
    """Who reads and who joins, in a few words."""
    if space.kind == SpaceKind.REGION:
        return _("Open: everybody reads, members of the region write")
    if space.is_open:
        return _("Open: everybody reads, anybody in the region joins")
    if space.openness == Openness.RESTRICTED:
        return _("Restricted: members read, people ask to join")
    return _("Private: only its members know of it")


def space_page(request: HttpRequest, slug: str, *, tab: str, at_door: bool = False) -> SpacePage:
    """The frame of a page of the space at `slug`; `tab`: the name of a component, or "home", "members", "about",
    "settings", "search".

    Raises Http404 where the reader may not know of the space, or the component is switched off in it; AtTheDoor (a 404
    that site.errors turns into a way to the door) where they may know of it but not read, unless `at_door` says that
    this page is for them too. One query, and that of suspensions for members; a visit is noted at times.
    """
    actor = actor_of(request)
    space = space_at(slug, actor)
    if space is None:
        raise Http404(_("No community that you can see has this address."))
    is_readable = may_read(actor, space)
    if not is_readable and not at_door:
        raise AtTheDoor(space)
    on = components_of(space)
    if tab not in OWN_TABS and all(kind.name != tab for kind in on):
        raise Http404(_("This community does not use that."))
    membership: Membership | None = None
    if actor.account_id is not None and space.kind != SpaceKind.REGION:
        membership = space.own_membership  # type: ignore[attr-defined]
    if membership is not None and membership.state == MembershipState.ACTIVE and request.method == "GET":
        note_visit(membership, clock())
    may = {
        "write": bool(takes_part(actor, space)),
        "moderate": bool(keeps_order(actor, space)),
        "manage": bool(decide(actor, "spaces.manage", space)),
        "members": bool(decide(actor, "spaces.members.manage", space)),
    }
    tabs = _tabs(space, actor, on, tab, may) if is_readable else []
    parent = space.parent
    if parent is not None and parent.is_private and parent.pk not in actor.scope_ids(SCOPE):
        parent = None
    return SpacePage(
        space=space,
        actor=actor,
        membership=membership,
        role=role_in(actor, space),
        tab=tab,
        tabs=tabs,
        crumbs=_crumbs(space, parent, tabs, tab),
        may=may,
        door=_door(actor, space, membership),
        is_readable=is_readable,
        parent=parent,
        messages=[{"kind": one.level_tag, "text": str(one)} for one in get_messages(request)],
    )


OWN_TABS = frozenset({"home", "members", "about", "health", "settings", "door", "search"})


def _tabs(space: Space, actor: Actor, on: list[Any], tab: str, may: dict[str, bool]) -> list[dict[str, Any]]:
    language = get_language() or "it"
    entries = [("home", _("Home"), "spaces:home")]
    entries += [(kind.name, str(kind.label), kind.url_name) for kind in on]
    if actor.is_member and space.kind != SpaceKind.REGION:
        entries.append(("members", _("People"), "spaces:members"))
    entries.append(("about", _("About"), "spaces:about"))
    if sees_health(actor, space):
        entries.append(("health", _("How it does"), "communities:health"))
    if may["manage"]:
        entries.append(("settings", _("Settings"), "spaces:settings"))
    return [
        {"name": name, "label": label, "url": _address(route, space.slug, language), "is_current": name == tab}
        for name, label, route in entries
    ]


@lru_cache(maxsize=4096)
def _address(route: str, slug: str, language: str) -> str:
    """The address of a tab; `language` is the active one, which addresses begin with."""
    return reverse(route, args=[slug])


def _crumbs(space: Space, parent: Space | None, tabs: list[dict[str, Any]], tab: str) -> list[dict[str, str]]:
    language = get_language() or "it"
    crumbs = []
    if space.kind != SpaceKind.REGION:
        crumbs.append({"label": _("Communities"), "url": reverse("spaces:directory")})
    if parent is not None:
        crumbs.append({"label": parent.name, "url": _address("spaces:home", parent.slug, language)})
    crumbs.append({"label": space.name, "url": _address("spaces:home", space.slug, language)})
    crumbs += [{"label": one["label"], "url": one["url"]} for one in tabs if one["is_current"] and tab != "home"]
    return crumbs


def _door(actor: Actor, space: Space, membership: Membership | None) -> str:
    if space.kind == SpaceKind.REGION:
        return "" if actor.is_member else "visitor" if actor.account_id is None else "stranger"
    if actor.account_id is None:
        return "visitor"
    state = membership.state if membership is not None else ""
    if state == MembershipState.REQUESTED and space.is_open:
        return "open"
    if state in (
        MembershipState.ACTIVE,
        MembershipState.INVITED,
        MembershipState.REQUESTED,
        MembershipState.BANNED,
    ):
        return str(state)
    if not actor.is_member:
        return "stranger"
    if space.archived_at is not None or space.is_private:
        return ""
    return "open" if space.is_open else "ask"

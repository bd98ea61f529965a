# SPDX-License-Identifier: EUPL-1.2
"""Spaces and memberships as other rooms show them, and what people are told about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests.things import Key, ThingLine, Told
from filanda.spaces.models import MemberRole, Membership, MembershipState, Space
from filanda.spaces.queries import managers_of

__all__ = [
    "about_membership",
    "find_space",
    "managers_told",
    "membership_lines",
    "person_told",
    "said",
    "space_lines",
    "space_of_event",
]


def space_lines(actor: Actor, ids: Sequence[int]) -> Mapping[int, ThingLine]:
    """Spaces that `actor` may know of. One query."""
    rows = Space.objects.visible_to(actor).filter(pk__in=ids)
    return {
        space.pk: ThingLine(
            kind="space",
            id=space.pk,
            title=space.name,
            url_name="spaces:home",
            url_args=(space.slug,),
            excerpt=space.summary[:280],
            audience=space.audience if space.is_private else "public",
            at=space.created_at,
        )
        for space in rows
    }


def find_space(match: Mapping[str, Any]) -> int | None:
    """The space in an address of ours; who may know of it is asked of its line."""
    found: int | None = Space.objects.filter(slug=str(match.get("slug", ""))).values_list("pk", flat=True).first()
    return found


def membership_lines(actor: Actor, ids: Sequence[int]) -> Mapping[int, ThingLine]:
    """Memberships: one's own in whatever state, those of others for managers. Two queries. What is told about one is
    for the person and the managers only, so active ones of fellow members are none.
    """
    rows = Membership.objects.visible_to(actor).filter(pk__in=ids).select_related("space")
    mine = actor.scope_ids("space", MemberRole.MANAGER)
    found = [row for row in rows if row.account_id == actor.account_id or row.space_id in mine or actor.is_platform]
    names = dict(
        Person.objects.present().filter(account__in=[row.account_id for row in found]).values_list("account", "name")
    )
    lines = {}
    for row in found:
        is_own = row.account_id == actor.account_id
        if is_own:
            route, args = _own_page(row)
        elif row.state == MembershipState.REQUESTED:
            route, args = "spaces:requests", (row.space.slug,)
        else:
            route, args = "spaces:members", (row.space.slug,)
        lines[row.pk] = ThingLine(
            kind="membership",
            id=row.pk,
            title=row.space.name,
            url_name=route,
            url_args=args,
            excerpt=_excerpt(row, is_own=is_own),
            audience=f"account:{row.account_id}",
            author_id=row.account_id,
            author_name=names.get(row.account_id, ""),
            inside=(("space", row.space_id),),
            at=row.state_changed_at,
        )
    return lines


def _own_page(row: Membership) -> tuple[str, tuple[str, ...]]:
    if row.state == MembershipState.ACTIVE:
        return "spaces:home", (row.space.slug,)
    return "spaces:mine", ()


def _excerpt(row: Membership, *, is_own: bool) -> str:
    if row.state == MembershipState.REQUESTED:
        return row.answer[:280]
    if is_own and row.state in (MembershipState.DECLINED, MembershipState.REMOVED, MembershipState.BANNED):
        return row.reason[:280]
    return ""


def about_membership(event: Event) -> Key | None:
    return ("membership", event.subject_id) if event.subject_id else None


def space_of_event(event: Event) -> int | None:
    number = event.payload.get("space") if event.payload else None
    return number if isinstance(number, int) else None


def managers_told(event: Event) -> Iterable[Told]:
    """Who looks after the space. Two queries."""
    space = Space.objects.filter(pk=space_of_event(event) or 0).first()
    return [Told(account.pk, "manager") for account in managers_of(space)] if space is not None else []


def person_told(event: Event) -> Iterable[Told]:
    """The person whose membership it is."""
    number = event.payload.get("account") if event.payload else None
    return [Told(number, "member")] if isinstance(number, int) else []


def said(event: Event, line: ThingLine) -> str:
    """One sentence about what happened to a membership; `line.title` is the space's name."""
    names = {"space": line.title, "person": line.author_name or _("Somebody")}
    sentences = {
        "spaces.membership.asked": _("%(person)s asks to join %(space)s."),
        "spaces.membership.accepted": _("You are a member of %(space)s now."),
        "spaces.membership.declined": _("%(space)s did not take you in."),
        "spaces.membership.removed": _("You were removed from %(space)s."),
        "spaces.membership.banned": _("You are kept out of %(space)s."),
        "spaces.membership.lifted": _("You may join %(space)s again."),
        "spaces.membership.appointed": _("You look after %(space)s now."),
    }
    if event.type == "spaces.membership.greeted":
        words = str((event.payload or {}).get("words", ""))
        return _("A greeting from those who look after %(space)s: “%(words)s”") % {**names, "words": words}
    if event.type == "spaces.membership.role_changed":
        role = str((event.payload or {}).get("role", ""))
        label = str(MemberRole(role).label) if role in MemberRole.values else ""
        return _("Your role in %(space)s is now: %(role)s.") % {**names, "role": label}
    return sentences[event.type] % names

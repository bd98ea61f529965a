# SPDX-License-Identifier: EUPL-1.2
"""Who is told of introductions, what waits, what the desk sees, whose data they hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.timezone import now as clock
from django.utils.translation import gettext as _

from filanda.capabilities.introductions.actions import REMINDED_AFTER
from filanda.capabilities.introductions.models import Introduction, IntroductionState, Side
from filanda.capabilities.introductions.policies import side_of
from filanda.capabilities.introductions.queries import names_of
from filanda.capabilities.introductions.steps import answerers, lock, note
from filanda.directory.affiliations.queries import spoken_for
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests import Waiting
from filanda.kernel.manifests.desk import DeskAction, DeskLine, StillWaits
from filanda.kernel.manifests.things import Key, ThingLine, Told
from filanda.kernel.regions.working import days_after, working_time_after
from filanda.kernel.workflow import move

__all__ = [
    "about",
    "asked",
    "collect",
    "desk_lines",
    "desk_waiting",
    "erase",
    "everybody",
    "facilitator",
    "lines",
    "said",
    "touched",
    "waiting",
]

_S = IntroductionState
_OPEN = (_S.PROPOSED, _S.ONE_CONSENTED)
EXCERPT = 280


def lines(actor: Actor, ids: Sequence[int]) -> Mapping[int, ThingLine]:
    """Introductions that `actor` may see; nobody is named in a line. One query."""
    found = {}
    for row in Introduction.objects.visible_to(actor).filter(pk__in=set(ids)):
        found[row.pk] = ThingLine(
            kind="introduction",
            id=row.pk,
            title=_("Introduction"),
            url_name="collaborating:introduction",
            url_args=(row.pk,),
            excerpt=row.why[:EXCERPT],
            at=row.created_at,
        )
    return found


# Notices -------------------------------------------------------------------------------------------------------------


def about(event: Event) -> Key | None:
    return ("introduction", event.subject_id) if event.subject_id else None


def _sides(event: Event) -> list[Side]:
    rows = Side.objects.filter(introduction=event.subject_id or 0)
    return list(rows.select_related("organisation", "account", "introduction"))


def asked(event: Event) -> Iterator[Told]:
    """Those who answer for a side that has not answered yet."""
    for side in _sides(event):
        if side.consented_at is None and side.refused_at is None:
            for account in answerers(side):
                yield Told(account.pk, "party")


def everybody(event: Event) -> Iterator[Told]:
    """Both sides but the one that refused, and the facilitator."""
    yield from facilitator(event)
    for side in _sides(event):
        if side.refused_at is None:
            for account in answerers(side):
                yield Told(account.pk, "party")


def facilitator(event: Event) -> Iterator[Told]:
    row = Introduction.objects.filter(pk=event.subject_id or 0).values_list("facilitator", flat=True).first()
    if row is not None:
        yield Told(row, "manager")


def said(event: Event, line: ThingLine) -> str:
    match event.type:
        case "introductions.introduction.proposed" | "introductions.introduction.reminded":
            return _("Shall we introduce you to somebody? Say yes or no")
        case "introductions.introduction.consented":
            return _("One side has said yes to an introduction that you look after")
        case "introductions.introduction.made":
            return _("An introduction is made: both sides said yes, and now you can talk")
        case "introductions.introduction.refused":
            return _("An introduction did not come about: one side said no")
        case "introductions.introduction.lapsed":
            return _("An introduction lapsed after two weeks without an answer of both")
    return line.title


def waiting(actor: Actor) -> Iterator[Waiting]:
    """Introductions that wait for one's answer. One query for members."""
    if actor.account_id is None or not actor.is_member:
        return
    rows = Side.objects.filter(Side.of(actor), introduction__state__in=_OPEN, consented_at=None, refused_at=None)
    found = list(rows.order_by("introduction").values_list("introduction", "introduction__created_at")[:50])
    if len(found) == 1:
        yield Waiting(
            _("Say whether you want to be introduced"), "collaborating:introduction", (found[0][0],), 1, found[0][1]
        )
    elif found:
        yield Waiting(_("Introductions that wait for you"), "collaborating:introductions", (), len(found), found[0][1])


# The desk ------------------------------------------------------------------------------------------------------------


def _unreached(side: Side, spoken: frozenset[int]) -> bool:
    """Whether nobody here answers for a side that has not answered: a facilitator has to ask it."""
    if side.consented_at is not None or side.refused_at is not None or side.organisation_id is None:
        return False
    return side.organisation_id not in spoken and (side.account is None or not side.account.is_active)


def _spoken(sides: Iterable[Side]) -> frozenset[int]:
    return spoken_for(side.organisation_id for side in sides if side.organisation_id is not None)


def _with_sides(rows: Any) -> list[Introduction]:
    return list(rows.select_related("region").prefetch_related("sides__organisation", "sides__account"))


def desk_waiting(ids: Sequence[int] | None, _now: datetime) -> Iterator[StillWaits]:
    """Open ones: worth a look after seven days; at once where a side has nobody here, as a facilitator must ask it.
    Five queries.
    """
    rows = Introduction.objects.open()
    found = _with_sides(rows if ids is None else rows.filter(pk__in=ids))
    sides = [side for row in found for side in row.sides.all()]
    spoken = _spoken(sides)
    for row in found:
        must_ask = any(_unreached(side, spoken) for side in row.sides.all())
        shows = days_after(row.region, row.created_at, 0 if must_ask else REMINDED_AFTER.days)
        due = working_time_after(row.region, shows, 2)
        yield StillWaits(row.pk, row.created_at, due, holder_id=row.facilitator_id, shows_at=shows)


def desk_lines(actor: Actor, ids: Sequence[int], _now: datetime) -> dict[int, DeskLine]:
    """For facilitators who are none of the two. Six queries."""
    if Role.FACILITATOR not in actor.roles and not actor.is_platform:
        return {}
    rows = _with_sides(Introduction.objects.open().filter(pk__in=ids))
    sides = [side for row in rows for side in row.sides.all()]
    spoken, names = _spoken(sides), names_of(sides)
    found = {}
    for row in rows:
        if side_of(actor, row) is not None:
            continue
        context = []
        for side in row.sides.all():
            name = names[side.pk]
            if side.consented_at is not None:
                context.append(_("%(name)s has said yes") % {"name": name})
            elif _unreached(side, spoken):
                context.append(_("%(name)s has nobody here: ask them yourself") % {"name": name})
            else:
                context.append(_("%(name)s has not answered") % {"name": name})
        page = ("collaborating:introduction", (row.pk,))
        found[row.pk] = DeskLine(
            title=row.why if len(row.why) <= 120 else row.why[:119] + "…",
            url_name=page[0],
            url_args=page[1],
            context=tuple(context),
            actions=(DeskAction(_("Look at it"), page[0], page[1]),),
        )
    return found


def touched(event: Event) -> Iterable[int]:
    return [event.subject_id] if event.subject_id else []


# One's own data ------------------------------------------------------------------------------------------------------


def collect(account: Account) -> Mapping[str, Any]:
    """Introductions in which they were a side or that they asked for: what they said, never who the other is before it
    was made.
    """
    rows = Introduction.objects.filter(
        Q(pk__in=Side.objects.filter(Q(account=account) | Q(answered_by=account)).values("introduction"))
        | Q(proposed_by=account)
    )
    listed = []
    for row in rows.order_by("pk").prefetch_related("sides__organisation"):
        mine = [side for side in row.sides.all() if side.account_id == account.pk or side.answered_by_id == account.pk]
        others = [side for side in row.sides.all() if side not in mine and row.shows(side)] if mine else []
        listed.append(
            {
                "why": row.why,
                "state": row.state,
                "asked_at": row.created_at,
                "proposed_by_me": row.proposed_by_id == account.pk,
                "consented_at": [side.consented_at for side in mine],
                "refused_at": [side.refused_at for side in mine],
                "reason": [side.reason for side in mine if side.answered_by_id == account.pk],
                "other": [side.organisation.name for side in others if side.organisation is not None],
            }
        )
    return {"introductions.json": listed} if listed else {}


def erase(account: Account, keeps: bool) -> None:
    """Open introductions of theirs lapse; who they were and why they refused goes."""
    at = clock()
    mine = Side.objects.filter(account=account)
    for number in (
        Introduction.objects.open()
        .filter(pk__in=mine.values("introduction"))
        .order_by("pk")
        .values_list("pk", flat=True)
    ):
        row = lock(number)
        region = row.region
        move(row, "lapse", actor=PLATFORM, now=at)
        row.region = region
        note("lapsed", row, PLATFORM)
    if not keeps:
        Introduction.objects.filter(proposed_by=account, origin="asked").update(why="")
    Side.objects.filter(answered_by=account).update(answered_by=None, reason="")
    mine.update(account=None, reason="")
    Introduction.objects.filter(proposed_by=account).update(proposed_by=None, key="")
    Introduction.objects.filter(facilitator=account).update(facilitator=None)

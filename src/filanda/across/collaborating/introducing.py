# SPDX-License-Identifier: EUPL-1.2
"""What the pages of introductions show, prepared for their templates; who and what they are about."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from filanda.capabilities.introductions.models import ORGANISATION, SPEAKERS, Introduction, IntroductionState, Side
from filanda.capabilities.introductions.policies import side_of
from filanda.capabilities.introductions.queries import names_of
from filanda.capabilities.introductions.steps import Party, answerers, name_of
from filanda.capabilities.threads.conversations import talk_at
from filanda.components.proposals.models import Proposal
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.manifests import things
from filanda.kernel.manifests.things import Key
from filanda.kernel.text.folding import fold
from filanda.kernel.ui.addresses import lead
from filanda.kernel.ui.numbers import id_in
from filanda.kernel.ui.paging import pager

__all__ = ["chosen", "found_by", "hats", "introduction_page", "list_page", "party_of", "proposal_about"]

MOST = 8  # found by a name
PAGE = 100
_S = IntroductionState


def proposal_about(actor: Actor, given: str) -> Proposal | None:
    """The proposal that a page's `?proposal=` names, if `actor` may know it."""
    number = id_in(given)
    if number is None:
        return None
    found: Proposal | None = Proposal.objects.visible_to(actor).filter(pk=number).first()
    return found


def chosen(actor: Actor, key: str) -> dict[str, Any] | None:
    """Who "organisation:12" or "person:34" is, as far as `actor` may know them; None for nobody."""
    kind, _colon, typed = key.partition(":")
    number = id_in(typed)
    if number is None:
        return None
    if kind == "organisation":
        body = Organisation.objects.visible_to(actor).filter(pk=number, is_external=False).first()
        if body is not None:
            url = reverse("finder:organisation-short", args=[body.pk])
            return {"key": key, "name": body.name, "url": url, "organisation_id": body.pk, "account_id": None}
    if kind == "person":
        person = Person.objects.visible_to(actor).filter(pk=number, erased_at=None).first()
        if person is not None and person.account_id is not None:
            url = reverse("profiles:person", args=[person.pk, person.slug])
            return {
                "key": key,
                "name": person.name,
                "url": url,
                "organisation_id": None,
                "account_id": person.account_id,
            }
    return None


def party_of(found: dict[str, Any] | None, *, is_public: bool) -> Party:
    if found is None:
        return Party()
    return Party(found["organisation_id"], found["account_id"], is_public=is_public)


def found_by(actor: Actor, name: str) -> list[tuple[str, str]]:
    """Organisations and people whose names hold `name`, as choices. Two queries."""
    wanted = fold(name).strip()
    if len(wanted) < 2:
        return []
    bodies = Organisation.objects.visible_to(actor).filter(is_external=False, sort_key__contains=wanted)
    people = Person.objects.listed_to(actor).filter(sort_key__contains=wanted, account__isnull=False)
    return [(f"organisation:{one.pk}", one.name) for one in bodies.order_by("sort_key", "pk")[:MOST]] + [
        (f"person:{one.pk}", one.name) for one in people.order_by("sort_key", "pk")[:MOST]
    ]


def hats(actor: Actor) -> list[tuple[str, str]]:
    """For whom somebody asks: themselves, or an organisation they speak for."""
    speaks = actor.scope_ids(ORGANISATION, *SPEAKERS)
    bodies = Organisation.objects.filter(pk__in=speaks).order_by("sort_key", "pk") if speaks else []
    return [("", _("For myself")), *[(str(one.pk), one.name) for one in bodies]]


def _about(actor: Actor, row: Introduction, hidden: Side | None) -> dict[str, str] | None:
    """What it is about, unless that would tell who the `hidden` side is."""
    if not row.about_kind or row.about_id is None:
        return None
    if hidden is not None and row.about_kind == "proposal":
        proposal = Proposal.objects.filter(pk=row.about_id).first()
        if proposal is None or (
            (proposal.organisation_id is not None and proposal.organisation_id == hidden.organisation_id)
            or (proposal.owner_id is not None and proposal.owner_id in {one.pk for one in answerers(hidden)})
        ):
            return None
    kind = things().get(row.about_kind)
    line = kind.lines(actor, [row.about_id]).get(row.about_id) if kind is not None else None
    if line is None:
        return None
    return {"title": line.title, "url": lead(line), "lang": line.language}


def _side_row(row: Introduction, side: Side, *, shows: bool, with_reason: bool) -> dict[str, Any]:
    if side.consented_at is not None:
        state = _("has said yes")
    elif side.refused_at is not None:
        state = _("has said no")
    else:
        state = _("has not answered yet")
    is_body = side.organisation_id is not None
    url = ""
    if shows and is_body:
        url = reverse("finder:organisation-short", args=[side.organisation_id])
    return {
        "position": side.position,
        "name": name_of(side) if shows else (_("an organisation") if is_body else _("a person")),
        "url": url,
        "is_known": shows,
        "state": state,
        "answered": side.consented_at is not None or side.refused_at is not None,
        "reason": side.reason if with_reason else "",
        "can_be_noted": with_reason
        and row.state in (_S.PROPOSED, _S.ONE_CONSENTED)
        and side.consented_at is None
        and not answerers(side),
    }


def introduction_page(actor: Actor, row: Introduction, mine: Side | None = None, *, page: int = 0) -> dict[str, Any]:
    """The page of one introduction, for one of the two or a facilitator. `mine`: the side of a link; `page`: of the
    conversation, 0 for the latest.
    """
    sides = list(row.sides.all())
    mine = mine or side_of(actor, row)
    other = next((side for side in sides if mine is not None and side.pk != mine.pk), None)
    is_open = row.state in (_S.PROPOSED, _S.ONE_CONSENTED)
    hidden = other if other is not None and not row.shows(other) else None
    shown = []
    if mine is None:
        shown = [_side_row(row, side, shows=True, with_reason=True) for side in sides]
    elif other is not None:
        shown = [_side_row(row, other, shows=row.shows(other), with_reason=False)]
        if is_open or row.state == _S.REFUSED:  # whether the other has answered is not this side's business before
            shown[0]["state"] = ""
    talk = talk_at(actor, row.thread_id, page)
    here = reverse("collaborating:introduction", args=[row.pk])
    return {
        "row": row,
        "mine": mine,
        "is_side": mine is not None,
        "for_name": mine.organisation.name if mine is not None and mine.organisation is not None else "",
        "sides": shown,
        "about": _about(actor, row, hidden),
        "may_answer": mine is not None and is_open and mine.consented_at is None and mine.refused_at is None,
        "has_said_yes": mine is not None and mine.consented_at is not None,
        "has_said_no": mine is not None and mine.refused_at is not None,
        "is_open": is_open,
        "track": _track(row),
        "step": _step(row, mine),
        "talk": talk.thread,
        "posts": talk.messages,
        "talk_pages": pager(talk.shown, talk.pages, lambda number: f"{here}?page={number}#talk"),
    }


def _track(row: Introduction) -> list[dict[str, str]]:
    path = [_S.PROPOSED, _S.ONE_CONSENTED, _S.MADE]
    if row.state in (_S.REFUSED, _S.LAPSED):
        path = [_S.PROPOSED, _S(row.state)]
    at = path.index(_S(row.state))
    last = len(path) - 1
    return [
        {
            "label": str(step.label),
            "state": "done" if place < at else "current" if place == at else "todo",
        }
        for place, step in enumerate(path[: last + 1])
    ]


def _step(row: Introduction, mine: Side | None) -> str:
    match row.state:
        case "made":
            return _("Both said yes. Write to each other below.")
        case "refused":
            return _("One side said no. Nothing more happens, and nobody learns who the other was.")
        case "lapsed":
            return _("It lapsed without an answer of both. A facilitator may propose it anew.")
    if mine is None:
        return _("The two have been asked. After a week they are reminded, after two it lapses.")
    if mine.consented_at is not None:
        return _("You have said yes. Who the other is, you learn when they have too.")
    return _("Say yes or no. Neither of you learns who the other is before both have said yes.")


def list_page(actor: Actor) -> dict[str, Any]:
    """One's own introductions, those that wait for one's answer first; for facilitators, all of the region besides."""
    rows = Introduction.objects.visible_to(actor).prefetch_related("sides__organisation", "sides__account")
    mine, others = [], []
    found = list(rows.order_by("-created_at", "-pk")[:PAGE])
    is_facilitator = Role.FACILITATOR in actor.roles
    names = names_of(side for row in found for side in row.sides.all()) if is_facilitator else {}
    for row in found:
        side = side_of(actor, row)
        is_open = row.state in (_S.PROPOSED, _S.ONE_CONSENTED)
        line = {
            "url": reverse("collaborating:introduction", args=[row.pk]),
            "why": row.why if len(row.why) <= 160 else row.why[:159].rsplit(" ", 1)[0] + "…",
            "state": row.get_state_display() if side is None or not is_open else _("Open"),
            "at": row.created_at,
            "waits": side is not None and is_open and side.consented_at is None,
            "who": "",
        }
        if side is None:
            line["who"] = " · ".join(names[one.pk] for one in row.sides.all() if one.pk in names)
            others.append(line)
        else:
            mine.append(line)
    return {
        "mine": sorted(mine, key=lambda one: not one["waits"]),
        "others": others,
        "is_facilitator": is_facilitator,
    }


def key_about(proposal: Proposal | None) -> Key | None:
    return ("proposal", proposal.pk) if proposal is not None else None

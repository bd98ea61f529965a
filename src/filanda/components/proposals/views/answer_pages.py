# SPDX-License-Identifier: EUPL-1.2
"""What the pages of answers show, prepared for their templates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from filanda.capabilities.threads.conversations import talk_at
from filanda.capabilities.threads.policies import may_answer, may_open
from filanda.components.proposals.ladder import rungs
from filanda.components.proposals.models import (
    BRING_MOST,
    OPEN_STATES,
    ORGANISATION,
    REASON_MOST,
    SPEAKERS,
    WAITING_STATES,
    DeclineReason,
    ExpressionOfInterest,
    InterestState,
    Proposal,
)
from filanda.components.proposals.policies.answering import PLACE, is_author_side, is_owner_side, why_not
from filanda.components.proposals.queries.answering import received, sent
from filanda.components.proposals.refusals import Refusal
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.text.markdown import to_html
from filanda.kernel.ui.addresses import address as to
from filanda.kernel.ui.paging import pager
from filanda.kernel.workflow import possible_moves

__all__ = [
    "answers_page",
    "fields_of",
    "first_fields",
    "form_page",
    "interest_page",
    "other_hat",
    "told",
    "what_happened",
]

_S = InterestState
PAGE = 100  # answers in a list


def told(request: HttpRequest) -> list[dict[str, str]]:
    return [{"kind": one.level_tag, "text": str(one)} for one in messages.get_messages(request)]


def fields_of(interest: ExpressionOfInterest) -> dict[str, Any]:
    return {
        "organisation": interest.organisation_id,
        "brings": interest.brings,
        "questions": interest.questions,
    }


def first_fields(actor: Actor) -> dict[str, Any]:
    """An empty form: for the organisation one speaks for, if it is one."""
    speaks = sorted(actor.scope_ids(ORGANISATION, *SPEAKERS))
    return {"organisation": speaks[0] if len(speaks) == 1 else None, "brings": "", "questions": ""}


def other_hat(actor: Actor, proposal: Proposal, now: datetime) -> int | None:
    """An organisation on whose behalf `actor` could still answer, where the first choice has answered already."""
    for number in sorted(actor.scope_ids(ORGANISATION, *SPEAKERS)):
        if why_not(actor, proposal, number, now) is None:
            return number
    return None


def form_page(actor: Actor, proposal: Proposal, refusal: Refusal | None) -> dict[str, Any]:
    speaks = actor.scope_ids(ORGANISATION, *SPEAKERS) - {proposal.organisation_id}
    names = Organisation.objects.filter(pk__in=speaks).order_by("sort_key", "pk") if speaks else []
    reads = rungs(actor, proposal)
    return {
        "proposal": proposal,
        "proposal_url": to("proposals:proposal", proposal.pk, proposal.slug),
        "lang": _lang(proposal.language),
        "summary": proposal.summary if reads.summary else "",
        "partners_bring": proposal.partners_bring if reads.summary else "",
        "hats": [("", _("For myself")), *[(one.pk, one.name) for one in names]],
        "refusal": refusal,
        "refusal_url": _refusal_url(refusal, proposal),
        "may_write": refusal is None or refusal.code in ("not_validated", "already_open", "not_speaker", "too_many"),
        "may_send": refusal is None or refusal.code in ("already_open", "not_speaker"),
        "most": BRING_MOST,
    }


def _refusal_url(refusal: Refusal | None, proposal: Proposal) -> str:
    if refusal is None or not refusal.url_name:
        return ""
    try:
        address = reverse(refusal.url_name, args=refusal.url_args)
    except NoReverseMatch:
        return ""
    return f"{address}?proposal={proposal.pk}" if refusal.code == "own_side" else address


def _lang(language: str) -> str:
    return language if language and language != (get_language() or "it")[:2] else ""


def _who(actor: Actor, rows: Iterable[ExpressionOfInterest]) -> dict[int, dict[str, str]]:
    """By answer, who wrote it and on whose behalf: they have named themselves to this proposal's side by sending it.
    One query.
    """
    found = list(rows)
    accounts = {row.author_id for row in found if row.author_id is not None}
    people = {one.account_id: one for one in Person.objects.filter(account__in=accounts, erased_at=None)}
    seen = set(Person.objects.visible_to(actor).filter(account__in=accounts).values_list("pk", flat=True))
    named = {}
    for row in found:
        person = people.get(row.author_id)
        organisation = row.organisation
        named[row.pk] = {
            "person": person.name if person is not None else _("a former member"),
            "person_url": to("profiles:person", person.pk, person.slug)
            if person is not None and person.pk in seen
            else "",
            "organisation": organisation.name if organisation is not None else "",
            "organisation_url": to("finder:organisation-short", organisation.pk) if organisation is not None else "",
        }
    return named


def _row(row: ExpressionOfInterest, who: dict[str, str] | None) -> dict[str, Any]:
    page = "proposals:answer" if row.state == _S.DRAFT else "proposals:interest"
    words = " ".join(row.brings.split())
    return {
        "id": row.pk,
        "url": to(page, row.proposal_id if row.state == _S.DRAFT else row.pk),
        "title": row.proposal.title or _("Proposal without a title"),
        "lang": _lang(row.proposal.language),
        "state": row.state,
        "state_label": row.get_state_display(),
        "waits": row.state in WAITING_STATES,
        "at": row.sent_at or row.edited_at or row.created_at,
        "who": who,
        "organisation": row.organisation.name if row.organisation is not None else "",
        "words": words if len(words) <= 240 else words[:239].rsplit(" ", 1)[0] + "…",
        "words_lang": _lang(row.language),
        "brings": row.brings,
        "questions": row.questions,
    }


def answers_page(actor: Actor, number: int | None, *, compares: bool) -> dict[str, Any] | None:
    """Answers received and sent. None where `number` is no proposal of `actor`'s side. Five queries at most."""
    proposal = None
    rows = received(actor)
    if number is not None:
        proposal = Proposal.objects.filter(Proposal.objects.all().owned(actor), pk=number).first()
        if proposal is None:
            return None
        rows = rows.filter(proposal=proposal)
    got = list(rows[:PAGE])
    named = _who(actor, got)
    groups: list[dict[str, Any]] = []
    by_proposal: dict[int, dict[str, Any]] = {}
    for row in got:
        group = by_proposal.get(row.proposal_id)
        if group is None:
            group = {
                "title": row.proposal.title,
                "lang": _lang(row.proposal.language),
                "state": row.proposal.get_state_display(),
                "url": to("proposals:proposal", row.proposal_id, row.proposal.slug),
                "answers_url": f"{to('proposals:answers')}?proposal={row.proposal_id}",
                "rows": [],
            }
            by_proposal[row.proposal_id] = group
            groups.append(group)
        group["rows"].append(_row(row, named[row.pk]))
    for group in groups:
        group["can_compare"] = len([one for one in group["rows"] if one["waits"]]) > 1
    mine = [] if proposal is not None else [_row(row, None) for row in sent(actor)[:PAGE]]
    return {
        "proposal": proposal,
        "groups": groups,
        "mine": mine,
        "compares": compares and proposal is not None,
        "compared": [one for group in groups for one in group["rows"] if one["waits"]] if compares else [],
        "directory_url": to("proposals:directory"),
    }


def interest_page(actor: Actor, found: ExpressionOfInterest, now: datetime, *, page: int = 0) -> dict[str, Any]:
    """The page of one answer, for its author's side, the owner's side or the facilitator. `page`: of the conversation;
    0 for the latest.
    """
    proposal = found.proposal
    side = "author" if is_author_side(actor, found) else "owner" if is_owner_side(actor, found) else "facilitator"
    talk = talk_at(actor, found.thread_id, page)
    thread = talk.thread
    here = to("proposals:interest", found.pk)
    can_talk = may_answer(actor, thread) if thread is not None else may_open(actor, (PLACE, found.pk))
    moves = {one.name for one in possible_moves(found, actor)}
    is_over = proposal.state not in OPEN_STATES
    accept_url = _address("collaborating:accept", found.pk) if "accept" in moves and not is_over else ""
    return {
        "interest": found,
        "proposal": proposal,
        "title": proposal.title,
        "lang": _lang(proposal.language),
        "words_lang": _lang(found.language),
        "proposal_url": to("proposals:proposal", proposal.pk, proposal.slug),
        "who": _who(actor, [found])[found.pk],
        "side": side,
        "owner_name": _owner_name(actor, proposal, found, side),
        "brings": to_html(found.brings),
        "questions": to_html(found.questions) if found.questions else "",
        "track": _track(found),
        "step": _step(found, side, is_over=is_over),
        "talk": thread,
        "posts": talk.messages,
        "talk_pages": pager(talk.shown, talk.pages, lambda number: f"{here}?page={number}#talk"),
        "can_talk": bool(can_talk),
        "why_no_talk": "" if can_talk else str(can_talk.reason),
        "accept_url": accept_url,
        "may_shortlist": "shortlist" in moves and not is_over,
        "may_decline": "decline" in moves,
        "may_withdraw": "withdraw" in moves,
        "reasons": [("", _("Choose a reason")), *DeclineReason.choices],
        "reason_most": REASON_MOST,
        "group_url": _group_url(actor, found),
        "collaboration_url": _address("collaborating:collaboration", found.collaboration_id)
        if found.collaboration_id and side != "facilitator"
        else "",
        "answers_url": to("proposals:answers") + (f"?proposal={proposal.pk}" if side == "owner" else ""),
        "say_url": to("proposals:interest-say", found.pk),
        "move_url": lambda name: to("proposals:interest-move", found.pk, name),
    }


def _address(name: str, *args: Any) -> str:
    """A page of a room above; "" where it is not installed."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _group_url(actor: Actor, found: ExpressionOfInterest) -> str:
    group = found.group
    if group is None or group.pk not in actor.scope_ids("space"):
        return ""
    return to("spaces:home", group.slug)


def _owner_name(actor: Actor, proposal: Proposal, found: ExpressionOfInterest, side: str) -> str:
    """Whom the author writes to: the organisation; a person alone as far as the reader may know them, by name once
    they have accepted.
    """
    if proposal.organisation is not None:
        return str(proposal.organisation.name)
    people = Person.objects.all() if found.state == _S.ACCEPTED else Person.objects.visible_to(actor)
    person = people.filter(account=proposal.owner_id or 0, erased_at=None).first()
    return person.name if person is not None else _("the owner of the proposal")


def _track(found: ExpressionOfInterest) -> list[dict[str, str]]:
    """Where it stands, in the steps that this one took or can still take."""
    ended = found.state in (_S.DECLINED, _S.WITHDRAWN, _S.LAPSED)
    path = [_S.SENT, _S.READ, _S.SHORTLISTED, _S.ACCEPTED]
    if ended or found.state == _S.ACCEPTED:
        steps = [_S.SENT]
        if found.read_at is not None:
            steps.append(_S.READ)
        steps.append(_S(found.state))
        at = len(steps) - 1
    else:
        steps, at = path, path.index(_S(found.state))
    return [
        {
            "label": str(step.label),
            "state": "done" if place < at else "current" if place == at else "todo",
        }
        for place, step in enumerate(steps)
    ]


def _step(found: ExpressionOfInterest, side: str, *, is_over: bool) -> str:
    """The next step for this reader, in a sentence."""
    match found.state, side:
        case (("sent" | "read" | "shortlisted"), "owner") if is_over:
            return _("The proposal is not open at the moment. Once it is shown again, you can decide on this answer.")
        case (("sent" | "read"), "owner"):
            return _("Ask what you still need to know, then put it on the shortlist, accept or decline.")
        case "shortlisted", "owner":
            return _("It is on your shortlist. Accept it, or decline it with a reason: whoever answered waits.")
        case "sent", "author":
            return _("Nobody has opened it yet. After a week the owner is reminded; after two a facilitator is told.")
        case "read", "author":
            return _("It has been read. You hear as soon as the owner decides; meanwhile you can write to them.")
        case "shortlisted", "author":
            return _("You are on the shortlist. Answer the owner’s questions below; they decide next.")
        case (("sent" | "read" | "shortlisted"), _side):
            return _("The owner decides. You read along, and can write to both sides.")
        case "accepted", "owner":
            return _("You have accepted it. Agree on the first steps below, or in the project group.")
        case "accepted", "author":
            return _("Accepted. Agree on the first steps below, or in the project group.")
        case "accepted", _side:
            return _("Accepted. The two sides go on from here.")
        case "declined", "author":
            return _("Declined: the reason stands below. Look at other open proposals, or answer anew with more.")
        case "withdrawn", "author":
            return _("You have withdrawn it. You can answer again while the proposal is open.")
        case "lapsed", "author":
            return _("The proposal ended before a decision. Look at other open proposals.")
    return _("Nothing more is to be done here.")


def what_happened(found: ExpressionOfInterest, is_author: bool) -> str:
    """What somebody else did a moment before, to whoever came second."""
    match found.state:
        case "withdrawn":
            if is_author:
                return _("It had been withdrawn already: nothing else was changed.")
            return _("Whoever answered withdrew it a moment before. Nothing was changed; they are not told of this.")
        case "accepted":
            if is_author:
                return _(
                    "The owner accepted it a moment before you withdrew it. Write to them below if you have doubts."
                )
            return _("Somebody of your side accepted it a moment before. Nothing else was changed.")
        case "declined":
            if is_author:
                return _("The owner declined it a moment before: nothing else was changed.")
            return _("Somebody of your side declined it a moment before. Nothing else was changed.")
        case "lapsed":
            return _("The proposal ended a moment before, and this answer lapsed with it. Nothing else was changed.")
    return _("Somebody else acted a moment before. This is how it stands now.")

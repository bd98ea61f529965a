# SPDX-License-Identifier: EUPL-1.2
"""The page of one proposal as its template wants it: who, what, where it stands, and the next step for this reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.template.defaultfilters import filesizeformat
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from markupsafe import Markup

from filanda.capabilities.collaborations.models import Cooperation, ValueBand
from filanda.capabilities.files.queries import address, files_shown
from filanda.capabilities.follows.queries import standing
from filanda.components.proposals.cards import Who, topics_of, whose
from filanda.components.proposals.ladder import Door, Rungs, rungs_of
from filanda.components.proposals.models import (
    ORGANISATION,
    SPEAKERS,
    WAITING_STATES,
    Admission,
    AdmissionState,
    ClosedAs,
    ExpressionOfInterest,
    InterestQuerySet,
    IprPosition,
    Proposal,
    ProposalState,
    Review,
    ReviewOutcome,
    Rung,
)
from filanda.components.proposals.queries.reading import address_of, title_of
from filanda.directory.funding.queries import cards as calls_of
from filanda.directory.people.values import language_label
from filanda.directory.taxonomies.models import label_in
from filanda.kernel.database.compiled import made, padded
from filanda.kernel.database.compiled import rows as rows_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.ui.addresses import address as to
from filanda.kernel.ui.addresses import address_or_none
from filanda.spaces.models import SpaceKind

__all__ = ["Step", "portrait"]

_P = ProposalState


@dataclass(frozen=True)
class Act:
    """A link, or (`is_post`) a button that posts `fields`."""

    label: str
    url: str
    is_main: bool = False
    is_post: bool = False


@dataclass(frozen=True)
class Step:
    """What this reader does next: a sentence, and one or a few ways."""

    title: str
    words: str = ""
    acts: tuple[Act, ...] = ()
    closes: str = ""  # where the form that closes it posts to; "" for those who may not

    @property
    def shown(self) -> list[Act]:
        """Those whose page is there."""
        return [act for act in self.acts if act.url]


@dataclass
class Standing:
    """What the reader has to do with it."""

    reads: Rungs
    is_owner: bool = False
    is_facilitator: bool = False
    interest: ExpressionOfInterest | None = None
    admission: Admission | None = None
    waiting: int = 0
    answers: int = 0
    asked: int = 0
    returned: Review | None = None
    remarks: list[str] = field(default_factory=list)


def standing_of(actor: Actor, proposal: Proposal) -> Standing:
    """Three queries at most for the owner's side, two for members, none for visitors."""
    reads, admission = rungs_of(actor, proposal)
    found = Standing(reads, proposal.is_owned_by(actor), proposal.is_looked_after_by(actor), admission=admission)
    if actor.account_id is None:
        return found
    if found.is_owner:
        counted = {one["state"]: one["number"] for one in rows_of("proposals: answers", _answers, [proposal.pk])}
        found.answers = sum(number for state, number in counted.items() if state not in ("draft", "withdrawn"))
        found.waiting = sum(counted.get(state, 0) for state in WAITING_STATES)
        found.asked = len(rows_of("proposals: who asks", _asking, [proposal.pk]))
        if proposal.state == _P.DRAFT:
            last = Review.objects.filter(proposal=proposal).first()
            found.returned = last if last is not None and last.outcome == ReviewOutcome.RETURNED else None
    elif actor.is_member:
        found.interest = _interest(actor, proposal)
    return found


def _answers(given: Sequence[Any]) -> QuerySet[Any, Any]:
    rows = ExpressionOfInterest.objects.filter(proposal=given[0]).order_by()
    return rows.values("state").annotate(number=Count("pk"))


def _asking(given: Sequence[Any]) -> QuerySet[Any, Any]:
    return Admission.objects.filter(proposal=given[0], state=AdmissionState.ASKED).values("pk")


_INTEREST = ("id", "state")


def _interest(actor: Actor, proposal: Proposal) -> ExpressionOfInterest | None:
    """The last answer of `actor`'s side. One query."""
    speaks = sorted(actor.scope_ids(ORGANISATION, *SPEAKERS))

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        rows = ExpressionOfInterest.objects.filter(InterestQuerySet.of_side(given[1], given[2:]), proposal=given[0])
        return rows.order_by("-created_at", "-pk").values(*_INTEREST)[:1]

    ids = [proposal.pk, actor.account_id or 0, *(padded(speaks) if speaks else [])]
    for one in rows_of("proposals: an answer", build, ids):
        found: ExpressionOfInterest = made(ExpressionOfInterest, _INTEREST, list(one.values()))
        return found
    return None


def portrait(actor: Actor, proposal: Proposal, now: datetime) -> dict[str, Any]:
    """Everything that the page shows. Seven queries at most for visitors, eleven for the owner's side."""
    stands = standing_of(actor, proposal)
    reads = stands.reads
    topics = topics_of([proposal.pk]).get(proposal.pk, [])
    key = ("proposal", proposal.pk)
    how = standing(actor, [key])
    here = to("proposals:proposal", *address_of(proposal))
    language = (get_language() or "it")[:2]
    is_shown = proposal.state in (_P.PUBLISHED, _P.IN_TALKS, _P.CLOSED, _P.EXPIRED) and proposal.hidden_at is None
    return {
        "proposal": proposal,
        "title": title_of(proposal),
        "lang": proposal.language if proposal.title and proposal.language not in ("", language) else "",
        "who": _who(whose(actor, [proposal], with_people=True)[proposal.pk]),
        "space": _space(proposal),
        "summary": proposal.summary if reads.summary else "",
        "partners_bring": proposal.partners_bring if reads.summary else "",
        "html": Markup(proposal.html) if reads.text else "",  # noqa: S704 - cleaned when it was written
        "reads": reads,
        "files": [{"name": one.name, "url": address(one), "size": filesizeformat(one.size)} for one in files_shown(key)]
        if reads.text
        else [],
        "facts": _facts(proposal, reads),
        "funding_call": _funding_call(actor, proposal),
        "topics": [_topic(topic.scheme, topic.code, topic.label) for topic in topics],
        "track": _track(proposal, stands),
        "track_note": _note(proposal, now),
        "step": _step(actor, proposal, stands, now),
        "door": _door(proposal, reads, stands),
        "ladder": _ladder(proposal) if stands.is_owner or stands.is_facilitator else [],
        "is_owner": stands.is_owner,
        "asked": stands.asked,
        "admissions_url": to("proposals:admissions", proposal.pk) if stands.is_owner else "",
        "returned": stands.returned,
        "is_public": is_shown and proposal.audience == "public",
        "level": how.level(key),
        "is_marked": how.is_bookmarked(key),
        "here": here,
        "report_url": address_or_none("moderation:report", query=f"thing=proposal:{proposal.pk}") if is_shown else "",
        "canonical_path": here,
    }


def _who(who: Who) -> dict[str, Any]:
    return {
        "organisation": who.organisation,
        "organisation_url": address_or_none("finder:organisation", who.organisation_id, who.organisation_slug)
        if who.organisation_id is not None
        else "",
        "helix_role": who.helix_role,
        "helix_label": who.helix_label,
        "person": who.person,
        "person_url": address_or_none("profiles:person", who.person_id, who.person_slug)
        if who.person_id is not None
        else "",
    }


def _space(proposal: Proposal) -> dict[str, str]:
    space = proposal.space
    is_region = space.kind == SpaceKind.REGION
    return {"name": "" if is_region else space.name, "url": to("proposals:space", space.slug)}


def _topic(scheme: str, code: str, label: str) -> dict[str, Any]:
    where = to("proposals:directory") + "?" + urlencode({"s3": code}) if scheme == "s3" else ""
    return {"label": label, "url": where, "is_suggested": False}


def _facts(proposal: Proposal, reads: Rungs) -> list[dict[str, Any]]:
    """Pairs of the side column. What belongs to the rung of the summary stands there only for who reads it."""
    cooperation = dict(Cooperation.choices)
    found: list[tuple[str, Any]] = [
        (_("Cooperation wanted"), [str(cooperation[one]) for one in proposal.cooperation if one in cooperation]),
        (_("Stage of development"), _stage(proposal)),
        (_("Place"), label_in(proposal.place.labels) if proposal.place is not None else ""),
        (_("Languages of work"), [language_label(code) for code in proposal.languages]),
    ]
    if reads.summary:
        found.append((_("Rights"), str(IprPosition(proposal.ipr).label) if proposal.ipr else ""))
        found.append((_("Budget"), str(ValueBand(proposal.budget).label) if proposal.budget else ""))
    return [
        {"label": label, "values": value if isinstance(value, list) else [value]} for label, value in found if value
    ]


def _funding_call(actor: Actor, proposal: Proposal) -> dict[str, Any] | None:
    """For which call it looks for a consortium, as long as the reader may see that. Two queries, none without one."""
    found = calls_of(actor, [proposal.funding_call_id]) if proposal.funding_call_id is not None else []
    if not found:
        return None
    language = (get_language() or "it")[:2]
    call = found[0]
    return {
        "title": call.title,
        "url": address_or_none("funding:call", call.id),
        "lang": call.language if call.language != language else "",
        "state": str(call.state.label),
        "deadline": call.next_deadline,
    }


def _stage(proposal: Proposal) -> str:
    now, wanted = proposal.trl_now, proposal.trl_wanted
    if now and wanted and now != wanted:
        return _("TRL %(now)d now, TRL %(wanted)d wanted") % {"now": now, "wanted": wanted}
    if now or wanted:
        return _("TRL %(now)d") % {"now": now or wanted}
    return ""


def _track(proposal: Proposal, stands: Standing) -> list[dict[str, str]]:
    """Where it stands: for its own side from the draft on, for readers from publication on."""
    is_inside = stands.is_owner or stands.is_facilitator or proposal.state in (_P.DRAFT, _P.IN_REVIEW)
    last = {
        _P.EXPIRED: _("Expired"),
        _P.SUSPENDED: _("Suspended"),
        _P.CLOSED: _("Collaborating") if proposal.closed_as == ClosedAs.COLLABORATING else _("Closed"),
    }.get(_P(proposal.state), _("Collaborating"))
    steps = [_("Draft"), _("Review")] if is_inside else []
    steps += [_("Published"), _("In talks"), last]
    at = {_P.DRAFT: 0, _P.IN_REVIEW: 1, _P.PUBLISHED: 2, _P.IN_TALKS: 3}.get(_P(proposal.state), 4)
    at -= 0 if is_inside else 2
    states = ["done" if place < at else "current" if place == at else "ahead" for place in range(len(steps))]
    if proposal.state in (_P.EXPIRED, _P.SUSPENDED) or proposal.closed_as in (ClosedAs.WITHDRAWN, ClosedAs.NO_PARTNER):
        states[-2] = "done" if proposal.suspended_from == _P.IN_TALKS else "ahead"
    return [{"label": label, "state": state} for label, state in zip(steps, states, strict=True)]


def _note(proposal: Proposal, now: datetime) -> str:
    """One sentence on the state."""
    match proposal.state:
        case _P.PUBLISHED | _P.IN_TALKS if proposal.expires_at is not None:
            days = max(0, (proposal.expires_at - now) // timedelta(days=1))
            left = ngettext("One day left.", "%(count)d days left.", days) % {"count": days}
            if proposal.state == _P.IN_TALKS:
                return _("Its author is in talks with somebody, and still takes answers.") + " " + left
            return _("Open to answers.") + " " + left
        case _P.CLOSED:
            return str(ClosedAs(proposal.closed_as).label)
        case _P.EXPIRED:
            return _("Its time is over; its author can renew it.")
        case _P.IN_REVIEW:
            return _("A facilitator reads it, usually within one working day.")
        case _P.SUSPENDED:
            return _("Suspended by a decision.")
    return _("Only your side sees it.")


def _ladder(proposal: Proposal) -> list[str]:
    """Who reads what, for those who look after it."""
    is_open = proposal.audience == "public"
    readers = {
        Rung.PUBLIC: _("everybody") if is_open else _("members of %(space)s") % {"space": proposal.space.name},
        Rung.MEMBERS: _("members of this region")
        if is_open
        else _("members of %(space)s") % {"space": proposal.space.name},
        Rung.LET_IN: _("whom you let in"),
    }
    let_in = readers[Rung(proposal.text_for)]
    if proposal.text_for == Rung.LET_IN and proposal.needs_undertaking:
        let_in = _("whom you let in, once they undertake confidentiality")
    return [
        _("Title: %(readers)s") % {"readers": readers[Rung.PUBLIC]},
        _("Summary: %(readers)s") % {"readers": readers[Rung(proposal.summary_for)]},
        _("Full text: %(readers)s") % {"readers": let_in},
    ]


def _door(proposal: Proposal, reads: Rungs, stands: Standing) -> dict[str, Any]:
    """How this reader comes to the full text."""
    asks = to("proposals:ask", proposal.pk)
    label, link = "", asks
    match reads.door:
        case Door.SIGN_IN:
            label = _("Sign in")
            link = f"{to('signin:start')}?{urlencode({'next': to('proposals:short', proposal.pk)})}"
        case Door.JOIN:
            label, link = _("Join the region"), address_or_none("joining:start")
        case Door.ASK:
            label = _("Ask to read the full text")
        case Door.REFUSED | Door.ENDED:
            label = _("Ask again")
        case Door.UNDERTAKE:
            label = _("Read the undertaking")
    reason = stands.admission.reason if stands.admission is not None else ""
    return {"words": reads.why_not, "label": label if link else "", "url": link, "reason": reason}


def _step(actor: Actor, proposal: Proposal, stands: Standing, now: datetime) -> Step:
    if stands.is_owner:
        return _owners_step(proposal, stands)
    if proposal.state == _P.IN_REVIEW and Role.FACILITATOR in actor.roles:
        return Step(
            _("This proposal waits for review"),
            _("Is the need clear to an outsider? What is offered in return? Is nothing confidential here by mistake?"),
            (Act(_("Review it"), address_or_none("proposals:review", proposal.pk), is_main=True),),
        )
    if stands.is_facilitator:
        return Step(
            _("You look after this proposal"),
            _("See who could answer it, and introduce them."),
            (
                Act(_("Who could answer"), address_or_none("matchmaking:proposal", proposal.pk), is_main=True),
                Act(
                    _("Introduce two parties"),
                    address_or_none("collaborating:new-introduction", query=f"proposal={proposal.pk}"),
                ),
            ),
        )
    if not proposal.is_open or (proposal.expires_at is not None and proposal.expires_at <= now):
        return Step(
            _("This proposal takes no more answers"),
            _("Look at others like it, or write your own."),
            (
                Act(_("See open proposals"), to("proposals:directory"), is_main=True),
                Act(_("Write a proposal"), address_or_none("proposals:new")),
            ),
        )
    return _readers_step(actor, proposal, stands)


def _readers_step(actor: Actor, proposal: Proposal, stands: Standing) -> Step:
    answer = address_or_none("proposals:answer", proposal.pk)
    if actor.is_visitor:
        after = urlencode({"next": answer or to("proposals:short", proposal.pk)})
        return Step(
            _("Could you help, or do you know who could?"),
            _("Answering takes a free account: an e-mail address, no password, under two minutes."),
            (
                Act(_("Sign in and answer"), f"{to('signin:start')}?{after}", is_main=True),
                Act(_("See who could help with a need of yours"), address_or_none("finder:home")),
            ),
        )
    if not actor.is_member:
        return Step(
            _("Could you help?"),
            _("Members of this region answer. Joining takes less than two minutes."),
            (Act(_("Join the region"), address_or_none("joining:start"), is_main=True),),
        )
    interest = stands.interest
    if interest is None or interest.state in ("declined", "withdrawn", "lapsed"):
        acts = [Act(_("Answer this proposal"), answer, is_main=True)]
        if interest is not None:
            acts.append(Act(_("See your last answer"), address_or_none("proposals:interest", interest.pk)))
        words = _("Say what you bring and what you want to know. Only its author and their facilitator read it.")
        return Step(_("Could you help?"), words, tuple(acts))
    if interest.state == "draft":
        return Step(
            _("You have begun an answer"),
            _("It is kept as a draft; nobody else sees it."),
            (Act(_("Finish and send it"), answer, is_main=True),),
        )
    return Step(
        _("You have answered: %(state)s") % {"state": interest.get_state_display().lower()},
        "",
        (Act(_("See your answer and talk"), address_or_none("proposals:interest", interest.pk), is_main=True),),
    )


def _owners_step(proposal: Proposal, stands: Standing) -> Step:
    number = proposal.pk
    edit = Act(_("Change it"), address_or_none("proposals:edit", number, "what"))
    matches = Act(_("Who could answer"), address_or_none("matchmaking:proposal", number))
    answers = address_or_none("proposals:answers", query=f"proposal={number}")
    closes = address_or_none("proposals:move", number, "close")

    def moves(name: str, label: str, *, is_main: bool = False) -> Act:
        return Act(label, address_or_none("proposals:move", number, name), is_main=is_main, is_post=True)

    match proposal.state:
        case _P.DRAFT:
            title = _("Returned with reasons: mend it and send it again") if stands.returned else _("Finish your draft")
            return Step(
                title,
                "" if stands.returned else _("Nobody else sees it yet."),
                (Act(_("Go on writing"), address_or_none("proposals:edit", number, "what"), is_main=True),),
            )
        case _P.IN_REVIEW:
            return Step(
                _("A facilitator reads your proposal"),
                _("You are told when it is published, or returned with what should be mended."),
                (moves("take-back", _("Take it back and change it")),),
            )
        case _P.EXPIRED:
            return Step(
                _("Its time is over"),
                _("Renew it if you still look for somebody: it keeps its place, its answers and its readers."),
                (moves("renew", _("Renew it"), is_main=True),),
            )
        case _P.CLOSED:
            return Step(
                str(ClosedAs(proposal.closed_as).label),
                proposal.reason,
                (
                    Act(_("Answers received"), answers),
                    Act(_("Write another proposal"), address_or_none("proposals:new")),
                ),
            )
        case _P.SUSPENDED:
            return Step(
                _("Suspended by a decision"),
                _("The reasons, and how to object, stand under “Decisions about you”."),
                (Act(_("Decisions about you"), address_or_none("moderation:mine"), is_main=True),),
            )
    talks = (
        moves("fail-talks", _("The talks have failed"))
        if proposal.state == _P.IN_TALKS
        else moves("begin-talks", _("We are in talks"))
    )
    if stands.waiting:
        title = ngettext("One answer waits for you", "%(count)d answers wait for you", stands.waiting) % {
            "count": stands.waiting
        }
        acts: tuple[Act, ...] = (Act(_("Read the answers"), answers, is_main=True), matches, edit, talks)
        return Step(title, _("A quick word, even a no, is what people remember."), acts, closes)
    title = _("Nobody has answered yet") if not stands.answers else _("No answer waits for you")
    acts = (
        Act(matches.label, matches.url, is_main=True),
        *([Act(_("Answers received"), answers)] if stands.answers else []),
        edit,
        talks,
    )
    return Step(title, _("See who could answer, with what they have done, and ask to be introduced."), acts, closes)

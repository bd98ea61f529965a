# SPDX-License-Identifier: EUPL-1.2
"""Suggestions as their templates want them. What is shown of anything is read again as the reader may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Left
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.timezone import localdate, now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markupsafe import Markup

from filanda.across.matchmaking.funding import TEXT_READ, nearest_passage
from filanda.across.matchmaking.models import Found, MatchFeedback, NotForMe
from filanda.across.matchmaking.queries import Match
from filanda.components.proposals.cards import Card as ProposalCard
from filanda.components.proposals.cards import cards as proposal_cards
from filanda.directory.funding.models import FundingCall
from filanda.directory.organisations.queries import EvidenceCard, evidence_cards, organisation_cards, slug_of
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.ui.moments import day_of

__all__ = ["REASONS", "Proof", "Row", "dismissed_rows", "rows"]


def REASONS() -> list[tuple[str, str]]:  # noqa: N802 - what the select offers, in the reader's language
    return [(value, str(label)) for value, label in NotForMe.choices]


@dataclass(frozen=True, slots=True)
class Proof:
    """A piece of evidence. `url`: where it stands on its organisation's page."""

    title: str
    url: str
    language: str
    kind_label: str
    year: str


@dataclass(frozen=True, slots=True)
class Row:
    """A suggestion. `key`: "organisation:12". `introduce_url`: "" where nobody can be asked."""

    key: str
    name: str
    url: str
    language: str
    why: str
    facts: tuple[str, ...]
    helix_role: str = ""
    helix_label: str = ""
    is_close: bool = True
    proofs: tuple[Proof, ...] = ()
    introduce_url: str = ""
    answer_url: str = ""
    passage: Markup | str = ""


def rows(
    found: Sequence[Match],
    *,
    actor: Actor,
    proposal_id: int | None = None,
    organisation_id: int | None = None,
    first: str = "",
    asked: str = "",
    language: str = "",
) -> list[Row]:
    """Suggestions that `actor` may see, in order. `proposal_id`: for which they are; else (`organisation_id`) they are
    proposals for somebody. `first`: "organisation:12", the proposal's side, where a facilitator reads: they introduce
    it to others, and are not introduced themselves. `asked`, in `language`: with what calls were found, as far as
    `actor` reads it; its words are marked in them. Up to seven queries, whatever their number.
    """
    ids: dict[str, list[int]] = {kind: [one.id for one in found if one.kind == kind] for kind in Found.values}
    bodies = organisation_cards(ids[Found.ORGANISATION], actor) if ids[Found.ORGANISATION] else {}
    people = _people(ids[Found.PERSON], actor)
    proposals = {card.id: card for card in proposal_cards(actor, ids[Found.PROPOSAL])} if ids[Found.PROPOSAL] else {}
    calls = _calls(ids[Found.FUNDING_CALL], actor)
    pieces = evidence_cards([piece for one in found for piece in one.evidence], actor) if found else {}
    made = []
    for one in found:
        row: Row | None = None
        if one.kind == Found.ORGANISATION and one.id in bodies:
            card = bodies[one.id]
            row = Row(
                key=f"organisation:{one.id}",
                name=card.name,
                url=reverse("finder:organisation", args=[one.id, card.slug]),
                language="",
                why=one.why,
                facts=tuple(filter(None, (card.municipality or card.province,))),
                helix_role=card.helix_role,
                helix_label=card.helix_label,
                is_close=one.is_close,
                proofs=_proofs(one, pieces, card.id, card.slug),
                introduce_url=_introduce(first, proposal=proposal_id, organisation=one.id),
            )
        elif one.kind == Found.PERSON and one.id in people:
            person = people[one.id]
            headline = person.headline_to(actor)
            row = Row(
                key=f"person:{one.id}",
                name=person.name,
                url=_page("profiles:person", one.id, person.slug),
                language="",
                why=one.why,
                facts=(headline,) if headline else (),
                introduce_url=_introduce(first, proposal=proposal_id, person=one.id),
            )
        elif one.kind == Found.PROPOSAL and one.id in proposals:
            row = _proposal_row(one, proposals[one.id], pieces, proposal_id, organisation_id, first)
        elif one.kind == Found.FUNDING_CALL and one.id in calls:
            row = _call_row(one, calls[one.id], pieces, organisation_id, asked, language)
        if row is not None:
            made.append(row)
    return made


def _proposal_row(
    one: Match,
    card: ProposalCard,
    pieces: Mapping[int, EvidenceCard],
    proposal_id: int | None,
    organisation_id: int | None,
    first: str,
) -> Row:
    language = (get_language() or "it")[:2]
    return Row(
        key=f"proposal:{one.id}",
        name=card.title,
        url=reverse("proposals:proposal", args=[card.id, card.slug]),
        language=card.language if card.language != language else "",
        why=one.why,
        facts=tuple(filter(None, (card.kind_label, card.who.name, card.place))),
        helix_role=card.who.helix_role,
        helix_label=card.who.helix_label,
        proofs=_proofs(one, pieces, organisation_id, "-") if organisation_id is not None else (),
        # A proposal found for a proposal: its side and mine. Found for somebody: it can be answered.
        introduce_url=(
            _introduce(first, proposal=card.id, organisation=card.who.organisation_id)
            or _introduce(first, proposal=card.id, person=card.who.person_id)
            if proposal_id is not None
            else ""
        ),
        answer_url=_page("proposals:answer", card.id) if proposal_id is None else "",
    )


def _call_row(
    one: Match,
    call: FundingCall,
    pieces: Mapping[int, EvidenceCard],
    organisation_id: int | None,
    asked: str,
    language: str,
) -> Row:
    reader = (get_language() or "it")[:2]
    today = localdate(now())
    ends = min((day for day in call.deadlines if day >= today), default=None)
    facts = (
        call.programme,
        str(call.state(today).label),
        _("until %(day)s") % {"day": day_of(ends)} if ends is not None else "",
    )
    return Row(
        key=f"funding_call:{one.id}",
        name=call.title,
        url=_page("funding:call", one.id),
        language=call.language if call.language != reader else "",
        why=one.why,
        facts=tuple(filter(None, facts)),
        proofs=_proofs(one, pieces, organisation_id, "-"),
        passage=nearest_passage(call, asked, language) if asked else "",
    )


def _calls(ids: Sequence[int], actor: Actor) -> dict[int, FundingCall]:
    """One query, none for nothing."""
    if not ids:
        return {}
    rows = FundingCall.objects.visible_to(actor).annotate(beginning=Left("text", TEXT_READ)).defer("text")
    found = {row.pk: row for row in rows.filter(pk__in=ids)}
    for row in found.values():
        row.text = row.beginning
    return found


def _proofs(
    one: Match, pieces: Mapping[int, EvidenceCard], organisation_id: int | None, slug: str
) -> tuple[Proof, ...]:
    if organisation_id is None:
        return ()
    base = reverse("finder:organisation", args=[organisation_id, slug_of(slug) if slug != "-" else "-"])
    language = (get_language() or "it")[:2]
    return tuple(
        Proof(
            title=pieces[piece].title,
            url=f"{base}?e={piece}#e{piece}",
            language=pieces[piece].language if pieces[piece].language != language else "",
            kind_label=pieces[piece].kind_label,
            year=pieces[piece].years,
        )
        for piece in one.evidence
        if piece in pieces
    )


def _people(ids: Sequence[int], actor: Actor) -> dict[int, Person]:
    if not ids:
        return {}
    return {row.pk: row for row in Person.objects.listed_to(actor).filter(pk__in=ids)}


def _page(name: str, *args: Any) -> str:
    try:
        return reverse(name, args=args or None)
    except NoReverseMatch:
        return ""


def _introduce(first: str, **query: int | None) -> str:
    """Where one asks to be introduced, with what for; where `first` is given, where a facilitator introduces it. ""
    where no installed room does that.
    """
    known = {name: str(value) for name, value in query.items() if value is not None}
    if len(known) != 2:
        return ""
    if not first:
        address = _page("collaborating:ask-introduction")
    else:
        address = _page("collaborating:new-introduction")
        proposal = known.pop("proposal")
        ((kind, number),) = known.items()
        known = {"first": first, "second": f"{kind}:{number}", "proposal": proposal}
    return f"{address}?{urlencode(known)}" if address else ""


def dismissed_rows(said: Sequence[MatchFeedback], *, actor: Actor) -> list[Row]:
    """What was said no to, the latest first, to take it back. As `rows`."""
    reasons = {f"{one.kind}:{one.object_id}": one.get_reason_display() for one in said}
    found = [Match(one.kind, one.object_id, 1, 0.0, "", {}) for one in reversed(said)]
    return [_said(row, reasons[row.key]) for row in rows(found, actor=actor)]


def _said(row: Row, reason: str) -> Row:
    return Row(key=row.key, name=row.name, url=row.url, language=row.language, why=reason, facts=())

# SPDX-License-Identifier: EUPL-1.2
"""Rows of the directory and answers to a need, as their templates want them."""

from __future__ import annotations

from dataclasses import dataclass, field

from markupsafe import Markup

from filanda.across.finder.addresses import Addresses
from filanda.across.finder.parameters import QUERY_LENGTH, Selection
from filanda.across.finder.portrait import kind_label, place, size_label, state_label
from filanda.across.finder.queries import EVIDENCE_SHOWN, Completion, Directory, NeedAnswer
from filanda.capabilities.files.queries import Logo, logos_of
from filanda.capabilities.matching.explaining import distinct
from filanda.capabilities.matching.queries import OrganisationMatch
from filanda.capabilities.search.highlight import mark
from filanda.directory.organisations.queries import Card

__all__ = ["MatchRow", "Row", "completion_url", "match_rows", "rows"]

WORDS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Row:
    """An organisation in the directory."""

    name: str
    url: str
    helix_role: str
    helix_label: str
    kind_label: str
    place: str
    size_label: str
    state: str
    state_label: str
    evidence_count: int
    concepts: list[str]
    snippet: Markup | str
    snippet_language: str
    logo: Logo | None = None


def rows(found: Directory, q: str, addresses: Addresses) -> list[Row]:
    """The page's organisations; with words, each with the evidence that fits them best."""
    made = []
    logos = logos_of("organisation", [card.id for card in found.cards])
    for card in found.cards:
        reason = found.reasons.get(card.id)
        made.append(
            Row(
                name=card.name,
                url=addresses.organisation(card.id, card.slug),
                helix_role=card.helix_role,
                helix_label=card.helix_label,
                kind_label=kind_label(card.legal_kind),
                place=place(card.municipality, card.province),
                size_label=size_label(card.size),
                state=card.state,
                state_label=state_label(card.state),
                evidence_count=card.evidence_count,
                concepts=found.concepts.get(card.id, []),
                snippet=mark(reason.title, q, reason.language) if reason else "",
                snippet_language=reason.language if reason else "",
                logo=logos.get(card.id),
            )
        )
    return made


def completion_url(one: Completion, addresses: Addresses) -> str:
    """An organisation's page; evidence leads to a search for its title."""
    if one.kind == "organisation":
        return addresses.organisation(one.id, one.slug)
    return addresses.organisations + Selection(q=one.text[:QUERY_LENGTH]).query_string()


@dataclass(frozen=True, slots=True)
class Proof:
    """A piece of evidence that carried an organisation."""

    title: Markup
    url: str
    kind_label: str
    year: str
    language: str
    excerpt: Markup
    partners: int


@dataclass(frozen=True, slots=True)
class Part:
    """What a piece of evidence added. share: per cent of the organisation's score."""

    title: str
    share: int


@dataclass(frozen=True, slots=True)
class MatchRow:
    """An organisation that could help, and why."""

    name: str
    url: str
    helix_role: str
    helix_label: str
    kind_label: str
    place: str
    state: str
    state_label: str
    rank: int
    key: str
    introduction_url: str
    more_evidence: int
    is_close: bool
    evidence: list[Proof] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    logo: Logo | None = None


def match_rows(found: NeedAnswer, addresses: Addresses, need_token: str) -> list[MatchRow]:
    """The answers to a need, in order."""
    logos = logos_of("organisation", found.organisations)
    return [
        _match_row(rank, one, found.organisations[one.organisation_id], found, addresses, need_token, logos)
        for rank, one in enumerate(found.matches.organisations, start=1)
        if one.organisation_id in found.organisations
    ]


def _match_row(
    rank: int,
    one: OrganisationMatch,
    card: Card,
    found: NeedAnswer,
    addresses: Addresses,
    need_token: str,
    logos: dict[int, Logo],
) -> MatchRow:
    pieces = [piece for piece in one.evidence[:EVIDENCE_SHOWN] if piece.evidence_id in found.evidence]
    proofs: list[Proof] = []
    words: list[str] = []
    for piece in pieces:
        evidence, why = found.evidence[piece.evidence_id], found.reasons[piece.evidence_id]
        words += why.words
        proofs.append(
            Proof(
                title=why.title,
                url=addresses.evidence(card.id, card.slug, evidence.id),
                kind_label=evidence.kind_label,
                year=evidence.years,
                language=evidence.language,
                excerpt=why.excerpt,
                partners=max(0, len(evidence.parties) - 1),
            )
        )
    return MatchRow(
        name=card.name,
        url=addresses.organisation(card.id, card.slug),
        helix_role=card.helix_role,
        helix_label=card.helix_label,
        kind_label=kind_label(card.legal_kind),
        place=place(card.municipality, card.province),
        state=card.state,
        state_label=state_label(card.state),
        rank=rank,
        key=str(card.id),
        introduction_url=addresses.introduction(card.id, card.slug, need_token),
        more_evidence=max(0, one.counted - len(pieces)),
        is_close=one.is_close,
        evidence=proofs,
        words=distinct(words)[:WORDS_SHOWN],
        parts=[Part(found.evidence[piece.evidence_id].title, round(piece.share * 100)) for piece in pieces],
        logo=logos.get(card.id),
    )

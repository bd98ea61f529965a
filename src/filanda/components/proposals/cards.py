# SPDX-License-Identifier: EUPL-1.2
"""Proposals as rows of lists, each with what its reader may read of it. Used by lists, exports, the API and e-mails."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Prefetch

from filanda.capabilities.collaborations.models import Cooperation
from filanda.components.proposals.ladder import Rungs, with_rungs
from filanda.components.proposals.models import Proposal, ProposalConcept
from filanda.directory.organisations.models import ConceptOrigin, Organisation
from filanda.directory.organisations.queries import slug_of
from filanda.directory.people.models import Person
from filanda.directory.taxonomies.models import label_in
from filanda.kernel.identity.actors import Actor

__all__ = ["Card", "Topic", "Who", "cards", "topics_of", "whose"]

TOPICS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Topic:
    """A confirmed concept of a proposal."""

    scheme: str
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Who:
    """Whose proposal it is, as far as the reader may know: the organisation for which it is made, and the person where
    they show themselves. Both may be missing.
    """

    organisation_id: int | None = None
    organisation: str = ""
    organisation_slug: str = ""
    helix_role: str = ""
    helix_label: str = ""
    person_id: int | None = None
    person: str = ""
    person_slug: str = ""

    @property
    def name(self) -> str:
        return self.organisation or self.person


@dataclass(frozen=True, slots=True)
class Card:
    """One proposal in a list. `summary`, `partners_bring`, `budget` and `ipr` are empty where the reader does not read
    that rung.
    """

    id: int
    slug: str
    title: str
    language: str
    kind: str
    kind_label: str
    state: str
    state_label: str
    is_open: bool
    who: Who
    space_id: int
    audience: str
    summary: str
    partners_bring: str
    budget: str
    ipr: str
    cooperation: tuple[str, ...]
    cooperation_labels: tuple[str, ...]
    trl_now: int | None
    trl_wanted: int | None
    place: str
    published_at: datetime | None
    expires_at: datetime | None
    answers_count: int
    reads: Rungs
    topics: list[Topic] = field(default_factory=list)


def cards(actor: Actor, ids: Sequence[int]) -> list[Card]:
    """Those of `ids` that `actor` may know of, in the order of `ids`. Two queries for visitors, three for members; one
    more where somebody proposes for themselves.
    """
    links = ProposalConcept.objects.exclude(origin=ConceptOrigin.SUGGESTED).select_related("concept__scheme")
    rows = (
        Proposal.objects.visible_to(actor)
        .filter(pk__in=ids)
        .select_related("organisation", "place")
        .defer("source", "html")
        .prefetch_related(Prefetch("concept_links", links.order_by("pk"), "about"))
    )
    found = {row.pk: row for row in with_rungs(actor, rows)}
    owners = whose(actor, found.values())
    return [_card(found[one], owners[one]) for one in ids if one in found]


def whose(actor: Actor, rows: Iterable[Proposal], *, with_people: bool = False) -> dict[int, Who]:
    """By proposal. `with_people`: the person too where there is an organisation. One query, none where nobody proposes
    for themselves. Needs row.organisation.
    """
    rows = list(rows)
    accounts = {row.owner_id for row in rows if row.owner_id is not None and (with_people or not _body(row))}
    people = {}
    if accounts:
        listed = Person.objects.visible_to(actor).filter(account__in=accounts)
        people = {person.account_id: person for person in listed}
    found = {}
    for row in rows:
        person = people.get(row.owner_id)
        body = _body(row)
        found[row.pk] = Who(
            organisation_id=body.pk if body else None,
            organisation=body.name if body else "",
            organisation_slug=slug_of(body.name) if body else "",
            helix_role=body.helix_role if body else "",
            helix_label=body.get_helix_role_display() if body else "",
            person_id=person.pk if person else None,
            person=person.name if person else "",
            person_slug=person.slug if person else "",
        )
    return found


def _body(row: Proposal) -> Organisation | None:
    body: Organisation | None = row.organisation
    return body if body is not None and body.hidden_at is None else None


def topics_of(rows: Iterable[ProposalConcept]) -> list[Topic]:
    """Concepts as topics. Needs link.concept.scheme."""
    return [
        Topic(link.concept.scheme.slug, link.concept.code, label_in(link.concept.labels) or link.concept.code)
        for link in rows
    ]


def _card(row: Proposal, who: Who) -> Card:
    reads: Rungs = row.rungs  # type: ignore[attr-defined]
    labels = dict(Cooperation.choices)
    return Card(
        id=row.pk,
        slug=row.slug,
        title=row.title or str(row.get_kind_display()),
        language=row.language if row.title else "",
        kind=row.kind,
        kind_label=row.get_kind_display(),
        state=row.state,
        state_label=row.get_state_display(),
        is_open=row.is_open,
        who=who,
        space_id=row.space_id,
        audience=row.audience,
        summary=row.summary if reads.summary else "",
        partners_bring=row.partners_bring if reads.summary else "",
        budget=row.budget if reads.summary else "",
        ipr=row.ipr if reads.summary else "",
        cooperation=tuple(row.cooperation),
        cooperation_labels=tuple(str(labels[one]) for one in row.cooperation if one in labels),
        trl_now=row.trl_now,
        trl_wanted=row.trl_wanted,
        place=label_in(row.place.labels) if row.place is not None else "",
        published_at=row.published_at,
        expires_at=row.expires_at,
        answers_count=row.answers_count,
        reads=reads,
        topics=topics_of(row.about),  # type: ignore[attr-defined]
    )

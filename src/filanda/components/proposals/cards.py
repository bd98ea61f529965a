# SPDX-License-Identifier: EUPL-1.2
"""Proposals as rows of lists, each with what its reader may read of it. Used by lists, exports, the API and e-mails."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import get_language

from filanda.capabilities.collaborations.models import Cooperation
from filanda.components.proposals.ladder import Rungs, with_rungs
from filanda.components.proposals.models import Proposal, ProposalConcept, ProposalKind, ProposalState
from filanda.directory.organisations.models import ConceptOrigin, HelixRole, Organisation
from filanda.directory.organisations.queries import slug_of
from filanda.directory.people.models import STAFF, Person
from filanda.directory.taxonomies.models import Concept, label_in
from filanda.kernel.database.compiled import made, padded
from filanda.kernel.database.compiled import rows as rows_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.kept import Kept

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


# What cards show, and what `ladder.rungs_with` decides by.
_PROPOSAL = (
    *("id", "space_id", "audience", "kind", "owner_id", "organisation_id", "title", "summary", "language"),
    *("summary_for", "text_for", "needs_undertaking", "cooperation", "trl_now", "trl_wanted", "ipr", "place_id"),
    *("partners_bring", "budget", "facilitator_id", "state", "published_at", "expires_at", "answers_count"),
    "hidden_at",
)
_BODY = ("id", "name", "helix_role", "hidden_at")
_PLACE = ("id", "labels")


def cards(actor: Actor, ids: Sequence[int]) -> list[Card]:
    """Those of `ids` that `actor` may know of, in the order of `ids`. Two queries for visitors, three for members; one
    more where somebody proposes for themselves.
    """
    if not ids:
        return []
    actor = copy(actor)  # itself: requests hold it lazily, and each row asks it several times
    wanted = padded(ids)
    rows = [_proposal(one) for one in rows_of("proposals: cards", _read, wanted)]
    found = {row.pk: row for row in with_rungs(actor, rows) if row.rungs.title}  # type: ignore[attr-defined]
    if not found:
        return []
    topics = topics_of(wanted)
    owners = whose(actor, found.values())
    words = _words.get(get_language() or "", _said)
    return [_card(found[one], owners[one], topics.get(one, []), words) for one in ids if one in found]


class _Words(NamedTuple):
    """What values are called in the reader's language."""

    kinds: dict[str, str]
    states: dict[str, str]
    cooperation: dict[str, str]
    roles: dict[str, str]


_words: Kept[str, _Words] = Kept(3600.0)


def _said() -> _Words:
    lists = (ProposalKind, ProposalState, Cooperation, HelixRole)
    return _Words(*({value: str(label) for value, label in choices.choices} for choices in lists))


def _read(ids: Sequence[int]) -> QuerySet[Any, Any]:
    """Whoever asks: what they may know of each is `ladder.rungs_with`, the same rule as `visible_to`."""
    bodies, places = (f"organisation__{name}" for name in _BODY), (f"place__{name}" for name in _PLACE)
    return Proposal.objects.filter(pk__in=ids).values(*_PROPOSAL, *bodies, *places)


def _read_topics(ids: Sequence[int]) -> QuerySet[Any, Any]:
    links = ProposalConcept.objects.filter(proposal__in=ids).exclude(origin=ConceptOrigin.SUGGESTED)
    fields = ("proposal", "concept__code", "concept__labels", "concept__scheme__slug")
    return links.order_by("pk").values(*fields)


def _proposal(one: dict[str, Any]) -> Proposal:
    row: Proposal = made(Proposal, _PROPOSAL, [one[name] for name in _PROPOSAL])
    if row.organisation_id is not None:
        body = [one[f"organisation__{name}"] for name in _BODY]
        row.organisation = made(Organisation, _BODY, body)
    if row.place_id is not None:
        row.place = made(Concept, _PLACE, [one[f"place__{name}"] for name in _PLACE])
    return row


def whose(actor: Actor, rows: Iterable[Proposal], *, with_people: bool = False) -> dict[int, Who]:
    """By proposal. `with_people`: the person too where there is an organisation. One query, none where nobody proposes
    for themselves. Needs row.organisation.
    """
    rows = list(rows)
    accounts = {row.owner_id for row in rows if row.owner_id is not None and (with_people or not _body(row))}
    people = _people(actor, sorted(accounts)) if accounts else {}
    roles = _words.get(get_language() or "", _said).roles
    found = {}
    for row in rows:
        person = people.get(row.owner_id or 0)
        body = _body(row)
        found[row.pk] = Who(
            organisation_id=body.pk if body else None,
            organisation=body.name if body else "",
            organisation_slug=slug_of(body.name) if body else "",
            helix_role=body.helix_role if body else "",
            helix_label=roles.get(body.helix_role, "") if body else "",
            person_id=person.pk if person else None,
            person=person.name if person else "",
            person_slug=person.slug if person else "",
        )
    return found


_PERSON = ("id", "account_id", "name")


def _people(actor: Actor, accounts: Sequence[int]) -> dict[int, Person]:
    """By account, those whom `actor` may know. One query."""
    is_staff = actor.is_platform or bool(actor.roles & STAFF)
    # For members alone it matters who they are: themselves, and whom they blocked.
    own = [actor.account_id] if actor.is_member and not is_staff and actor.account_id is not None else []

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        reader = replace(copy(actor), account_id=given[0]) if own else actor
        return Person.objects.visible_to(reader).filter(account__in=given[len(own) :]).values(*_PERSON)

    key = ("proposals: people of cards", is_staff, actor.is_member, bool(own))
    found = rows_of(key, build, [*own, *padded(accounts)])
    rows: list[Person] = [made(Person, _PERSON, [one[name] for name in _PERSON]) for one in found]
    return {row.account_id: row for row in rows if row.account_id is not None}


def _body(row: Proposal) -> Organisation | None:
    body: Organisation | None = row.organisation
    return body if body is not None and body.hidden_at is None else None


def topics_of(ids: Sequence[int]) -> dict[int, list[Topic]]:
    """Confirmed concepts by proposal. One query."""
    found: dict[int, list[Topic]] = {}
    for one in rows_of("proposals: topics", _read_topics, padded(ids)):
        code = one["concept__code"]
        topic = Topic(one["concept__scheme__slug"], code, label_in(one["concept__labels"]) or code)
        found.setdefault(one["proposal"], []).append(topic)
    return found


def _card(row: Proposal, who: Who, topics: list[Topic], words: _Words) -> Card:
    reads: Rungs = row.rungs  # type: ignore[attr-defined]
    return Card(
        id=row.pk,
        slug=row.slug,
        title=row.title or words.kinds[row.kind],
        language=row.language if row.title else "",
        kind=row.kind,
        kind_label=words.kinds[row.kind],
        state=row.state,
        state_label=words.states[row.state],
        is_open=row.is_open,
        who=who,
        space_id=row.space_id,
        audience=row.audience,
        summary=row.summary if reads.summary else "",
        partners_bring=row.partners_bring if reads.summary else "",
        budget=row.budget if reads.summary else "",
        ipr=row.ipr if reads.summary else "",
        cooperation=tuple(row.cooperation),
        cooperation_labels=tuple(words.cooperation[one] for one in row.cooperation if one in words.cooperation),
        trl_now=row.trl_now,
        trl_wanted=row.trl_wanted,
        place=label_in(row.place.labels) if row.place is not None else "",
        published_at=row.published_at,
        expires_at=row.expires_at,
        answers_count=row.answers_count,
        reads=reads,
        topics=topics,
    )

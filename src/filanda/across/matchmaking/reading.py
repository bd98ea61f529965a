# SPDX-License-Identifier: EUPL-1.2
"""What the worker reads of proposals, people and funding calls, and for whom: each class of readers has a text of
its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from django.db.models import Sum
from django.utils.timezone import localdate, now

from filanda.capabilities.matching import things
from filanda.capabilities.matching.embedding import Embedder
from filanda.capabilities.matching.models import ThingPart
from filanda.capabilities.matching.things import ThingText, question_text
from filanda.components.proposals.ladder import rungs_with
from filanda.components.proposals.models import Proposal, ProposalState
from filanda.directory.funding.models import FundingCall
from filanda.directory.people.models import Person, PersonConcept
from filanda.directory.taxonomies.models import label_in
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.regions.models import Region

__all__ = [
    "FUNDING",
    "PERSON",
    "PROPOSAL",
    "part_for",
    "question_of",
    "read_all",
    "text_of_call",
    "texts_of_person",
    "texts_of_proposal",
]

PROPOSAL, PERSON, FUNDING = "proposal", "person", "funding_call"
AT_ONCE = 50  # rows read in one query


def part_for(actor: Actor) -> str:
    """The class of readers that `actor` belongs to."""
    return ThingPart.MEMBERS if actor.is_member or actor.is_platform else ThingPart.PUBLIC


def question_of(proposal: Proposal, actor: Actor) -> str:
    """With what `actor` asks who fits a proposal: as much of it as they read. No query for the owner's side."""
    reads = rungs_with(actor, proposal, None)
    return question_text(
        proposal.title, proposal.summary if reads.summary else "", proposal.source if reads.text else ""
    )


def read_all(region: Region, model: Embedder, may_go_on: Callable[[], bool]) -> bool:
    """Read what is new or changed, drop what is gone; whether all is done. Proposals first."""
    done = _read(region, PROPOSAL, _proposal_stamps(), _proposals, model, may_go_on)
    done = done and _read(region, PERSON, _person_stamps(), _people, model, may_go_on)
    done = done and _read(region, FUNDING, _call_stamps(), _calls, model, may_go_on)
    things.place_all(region)
    return done


_Rows = Callable[[Sequence[int]], Iterable[tuple[int, Sequence[ThingText]]]]


def _read(
    region: Region, kind: str, stamps: dict[int, int], rows: _Rows, model: Embedder, may_go_on: Callable[[], bool]
) -> bool:
    known = things.known_stamps(kind)
    gone = known.keys() - stamps.keys()
    if gone:
        things.forget(kind, gone)
    changed = [one for one, stamp in stamps.items() if known.get(one) != stamp]

    def waiting() -> Iterator[tuple[int, int, Sequence[ThingText]]]:
        for start in range(0, len(changed), AT_ONCE):
            for object_id, texts in rows(changed[start : start + AT_ONCE]):
                yield object_id, stamps[object_id], texts

    return things.keep(region, kind, waiting(), model, may_go_on)


def _proposal_stamps() -> dict[int, int]:
    """Drafts are nobody's to find; what has ended is kept, as it may come back."""
    rows = Proposal.objects.exclude(state=ProposalState.DRAFT).order_by("pk")
    return dict(rows.values_list("pk", "version"))


def _proposals(ids: Sequence[int]) -> Iterator[tuple[int, Sequence[ThingText]]]:
    for row in Proposal.objects.filter(pk__in=ids).order_by("pk"):
        yield row.pk, texts_of_proposal(row)


def texts_of_proposal(row: Proposal) -> list[ThingText]:
    """As visitors, as members and as its own side read it. Who was let in alone is not a class: for ranking they are
    members.
    """
    made = [
        ThingText(
            row.pk, part, question_text(row.title, _reached(row, reader, "summary"), _reached(row, reader, "text"))
        )
        for part, reader in ((ThingPart.PUBLIC, _ANYBODY), (ThingPart.MEMBERS, _MEMBER))
    ]
    whole = question_text(row.title, row.summary, row.source)
    return [*made, ThingText(row.pk, ThingPart.QUESTION, whole, row.language)]


_ANYBODY = Actor(account_id=None)
_MEMBER = Actor(account_id=-1, roles=frozenset({Role.INNOVATOR}))  # a member like any other: nobody's side


def _reached(row: Proposal, reader: Actor, rung: str) -> str:
    # The ladder says who reads what of a proposal that is shown; that it is shown at all is asked when it is suggested.
    seen = Proposal(
        audience="public",
        state=ProposalState.PUBLISHED,
        summary_for=row.summary_for,
        text_for=row.text_for,
        needs_undertaking=row.needs_undertaking,
    )
    reads = rungs_with(reader, seen, None)
    if rung == "summary":
        return row.summary if reads.summary else ""
    return row.source if reads.text else ""


def _person_stamps() -> dict[int, int]:
    rows = Person.objects.present().exclude(listing="private").annotate(topics=Sum("concept_links__concept"))
    return {
        pk: int(updated.timestamp()) + (topics or 0)
        for pk, updated, topics in rows.order_by("pk").values_list("pk", "updated_at", "topics")
    }


def _people(ids: Sequence[int]) -> Iterator[tuple[int, Sequence[ThingText]]]:
    for row in Person.objects.filter(pk__in=ids).order_by("pk").prefetch_related("concept_links__concept"):
        yield row.pk, texts_of_person(row)


def texts_of_person(row: Person) -> list[ThingText]:
    """What they say they do, can and look for, as visitors and as members read it; nothing where that is nothing."""
    made = []
    for part, reader in ((ThingPart.PUBLIC, _ANYBODY), (ThingPart.MEMBERS, _MEMBER)):
        text = _said(row, lambda field, reader=reader: row.field_visible_to(field, reader))  # type: ignore[misc]
        if text:
            made.append(ThingText(row.pk, part, text))
    # Always one, so that it is known that they were read.
    return [*made, ThingText(row.pk, ThingPart.QUESTION, _said(row, lambda _field: True), row.text_language)]


def _said(row: Person, shows: Callable[[str], bool]) -> str:
    kinds = {"skills": PersonConcept.Kind.SKILL, "interests": PersonConcept.Kind.INTEREST}
    parts = [row.headline if shows("headline") else ""]
    for field, kind in kinds.items():
        if shows(field):
            parts.append(
                ", ".join(label_in(link.concept.labels, "en") for link in row.concept_links.all() if link.kind == kind)
            )
    parts.append(row.about if shows("about") else "")
    return question_text(*parts)


def _call_stamps() -> dict[int, int]:
    """What is over or withdrawn is suggested to nobody, and needs no vector."""
    return dict(FundingCall.objects.answerable(localdate(now())).order_by("pk").values_list("pk", "version"))


def _calls(ids: Sequence[int]) -> Iterator[tuple[int, Sequence[ThingText]]]:
    for row in FundingCall.objects.filter(pk__in=ids).order_by("pk"):
        yield row.pk, [ThingText(row.pk, ThingPart.PUBLIC, text_of_call(row), row.language)]


def text_of_call(row: FundingCall) -> str:
    """A call as it is compared: everybody reads all of it."""
    return question_text(row.title, row.text)

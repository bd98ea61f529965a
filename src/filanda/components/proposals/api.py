# SPDX-License-Identifier: EUPL-1.2
"""Proposals in the public API: what visitors find and read. The ladder holds: a summary or a full text is there only
where its author shows it to everybody; never who answered, or how many did.

Descriptions are source strings: they are translated when the OpenAPI document is shown (site.api).
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - under this name it is collected
from ninja import Field, Query, Router, Schema

from filanda.capabilities.search.queries import PROPOSAL_FACETS, find_proposals
from filanda.components.proposals import facets
from filanda.components.proposals.cards import Card, cards
from filanda.components.proposals.ladder import rungs
from filanda.components.proposals.models import SHOWN_STATES
from filanda.components.proposals.parameters import Selection
from filanda.components.proposals.queries.reading import proposal_at
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.regions.models import Region
from filanda.kernel.ui.problems import NOT_FOUND, Problem
from filanda.spaces.api import CommunityParameters

__all__ = ["router"]

PAGE, PAGE_MOST, VALUES_MOST = 20, 100, 40

router = Router()


class ProposalsParameters(CommunityParameters):
    q: str = Field("", max_length=200, description=N_("Words of titles and of public summaries. Empty: all."))
    open: list[Literal["yes", "no"]] = Field([], max_length=2, description=N_("Whether it can be answered."))
    kind: list[Literal["look_for", "offer", "together"]] = Field(
        [],
        max_length=3,
        description=N_("Somebody looks for something, offers it, or wants to build it together."),
    )
    cooperation: list[str] = Field(
        [], max_length=VALUES_MOST, description=N_("Kinds of cooperation wanted, such as research, licence or pilot.")
    )
    stage: list[Literal["early", "middle", "late"]] = Field(
        [], max_length=3, description=N_("Technology readiness now: 1 to 3, 4 to 6, 7 to 9.")
    )
    s3: list[str] = Field(
        [],
        max_length=VALUES_MOST,
        description=N_("Codes of the regional strategy (S3). See /concepts."),
    )
    helix_role: list[str] = Field(
        [], max_length=VALUES_MOST, description=N_("Place in the quadruple helix of the organisation that proposes.")
    )
    province: list[str] = Field([], max_length=VALUES_MOST, description=N_("Codes of provinces on the region's map."))
    space: list[str] = Field([], max_length=VALUES_MOST, description=N_("Ids of communities."))
    sort: Literal["relevance", "newest", "name"] | None = Field(
        None, description=N_("Order; without it by relevance when there are words, else the newest first.")
    )
    offset: int = Field(0, ge=0, le=10_000, description=N_("How many results to skip."))
    limit: int = Field(PAGE, ge=1, le=PAGE_MOST, description=N_("How many results to give."))

    def chosen(self) -> dict[str, list[str]]:
        """Facets with at least one value."""
        return {name: sorted(set(getattr(self, name))) for name in PROPOSAL_FACETS if getattr(self, name)}


class ProposalTopicRecord(Schema):
    scheme: str
    code: str
    label: str


class ProposalRecord(Schema):
    id: int
    title: str
    url: str = Field(description=N_("The proposal's page for people."))
    language: str | None = Field(description=N_("Of title and texts (ISO 639-1)."))
    kind: str
    state: str
    is_open: bool = Field(description=N_("It can be answered."))
    summary: str | None = Field(description=N_("Only where everybody may read it."))
    partners_bring: str | None = Field(description=N_("What partners should bring; as the summary."))
    organisation: str | None
    organisation_id: int | None
    person: str | None = Field(description=N_("Who proposes, where no organisation does and they show themselves."))
    cooperation: list[str]
    trl_now: int | None
    trl_wanted: int | None
    place: str | None
    topics: list[ProposalTopicRecord]
    published_at: datetime | None
    expires_at: datetime | None


class ProposalFacetValue(Schema):
    name: str
    value: str
    label: str
    count: int


class ProposalList(Schema):
    total: int
    offset: int
    limit: int
    is_loosened: bool = Field(description=N_("Nothing held all the words: these hold some of them."))
    is_rebuilding: bool = Field(description=N_("The index is being built just now, so that some may be missing."))
    proposals: list[ProposalRecord]
    facets: list[ProposalFacetValue] = Field(
        description=N_("Counts of proposals by value; each without its own filter.")
    )


class ProposalDetail(Schema):
    proposal: ProposalRecord
    html: str | None = Field(description=N_("The full text as HTML that is safe to show, where everybody may read it."))


@router.get(
    "/proposals",
    response=ProposalList,
    operation_id="listProposals",
    url_name="proposals",
    tags=["proposals"],
    summary=N_("What people look for, offer and want to build together"),
    description=N_("As everybody finds them: titles, and summaries that their authors show to everybody."),
)
def list_proposals(request: HttpRequest, parameters: Query[ProposalsParameters]) -> ProposalList:
    region: Region = request.region  # type: ignore[attr-defined]
    text = " ".join(parameters.q.split())
    found = find_proposals(
        region,
        VISITOR,
        text,
        parameters.chosen(),
        parameters.sort or ("relevance" if text else "newest"),
        offset=parameters.offset,
        limit=parameters.limit,
    )
    names = facets.names_of(region, found.facets, Selection())
    return ProposalList(
        total=found.total,
        offset=parameters.offset,
        limit=parameters.limit,
        is_loosened=found.is_loosened,
        is_rebuilding=found.is_rebuilding,
        proposals=[_record(request, card) for card in cards(VISITOR, found.ids)],
        facets=[
            ProposalFacetValue(name=one.name, value=one.value, label=names.label(one.name, one.value), count=one.count)
            for one in found.facets
            if one.count
        ],
    )


@router.get(
    "/proposals/{int:number}",
    response=ProposalDetail,
    operation_id="getProposal",
    url_name="proposal",
    tags=["proposals"],
    summary=N_("One proposal"),
    description=N_("With its full text, where its author shows that to everybody."),
    openapi_extra={"x-problems": ["not-found"]},
)
def get_proposal(request: HttpRequest, number: int, parameters: Query[CommunityParameters]) -> ProposalDetail:
    found = proposal_at(VISITOR, number)
    if found is None or found.state not in SHOWN_STATES:
        sentence = _("No proposal with the number %(id)s can be seen here. See %(path)s.")
        raise Problem(NOT_FOUND, sentence % {"id": number, "path": "/api/v1/proposals"})
    card = cards(VISITOR, [number])[0]
    return ProposalDetail(proposal=_record(request, card), html=found.html if rungs(VISITOR, found).text else None)


def _record(request: HttpRequest, card: Card) -> ProposalRecord:
    return ProposalRecord(
        id=card.id,
        title=card.title,
        url=request.build_absolute_uri(reverse("proposals:proposal", args=[card.id, card.slug])),
        language=card.language or None,
        kind=card.kind,
        state=card.state,
        is_open=card.is_open,
        summary=card.summary or None,
        partners_bring=card.partners_bring or None,
        organisation=card.who.organisation or None,
        organisation_id=card.who.organisation_id,
        person=card.who.person or None,
        cooperation=list(card.cooperation),
        trl_now=card.trl_now,
        trl_wanted=card.trl_wanted,
        place=card.place or None,
        topics=[ProposalTopicRecord(scheme=one.scheme, code=one.code, label=one.label) for one in card.topics],
        published_at=card.published_at,
        expires_at=card.expires_at,
    )

# SPDX-License-Identifier: EUPL-1.2
"""Funding calls in the public API: what can be applied for, as everybody finds it.

Descriptions are source strings: they are translated when the OpenAPI document is shown (site.api).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - under this name it is collected
from ninja import Field, Query, Router, Schema

from filanda.across.opportunities import facets
from filanda.across.opportunities.parameters import Selection
from filanda.capabilities.search.queries import FUNDING_FACETS, find_funding
from filanda.directory.funding.queries import Card, call_at, cards
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.regions.models import Region
from filanda.kernel.ui.problems import NOT_FOUND, Problem
from filanda.spaces.api import CommunityParameters

__all__ = ["router"]

PAGE, PAGE_MOST, VALUES_MOST = 20, 100, 40

router = Router()


class FundingParameters(CommunityParameters):
    q: str = Field("", max_length=200, description=N_("Words of titles and texts. Empty: all."))
    state: list[Literal["forthcoming", "open", "closed"]] = Field(
        [], max_length=3, description=N_("As the dates say. Without it, what can still be applied for.")
    )
    programme: list[str] = Field([], max_length=VALUES_MOST, description=N_("Names of programmes, as /funding counts."))
    s3: list[str] = Field(
        [],
        max_length=VALUES_MOST,
        description=N_("Codes of the regional strategy (S3). See /concepts."),
    )
    deadline: list[str] = Field(
        [], max_length=VALUES_MOST, description=N_("Months of the next deadline, such as 2027-02; none: without one.")
    )
    sort: Literal["relevance", "deadline", "name"] | None = Field(
        None, description=N_("Order; without it by relevance when there are words, else what ends first.")
    )
    offset: int = Field(0, ge=0, le=10_000, description=N_("How many results to skip."))
    limit: int = Field(PAGE, ge=1, le=PAGE_MOST, description=N_("How many results to give."))

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """Facets with at least one value."""
        return {name: tuple(sorted(set(getattr(self, name)))) for name in FUNDING_FACETS if getattr(self, name)}


class FundingTopicRecord(Schema):
    scheme: str
    code: str
    label: str
    is_suggested: bool = Field(description=N_("By machine, confirmed by nobody."))


class FundingRecord(Schema):
    id: int
    title: str
    url: str = Field(description=N_("The page of the funding call for people, here."))
    link: str | None = Field(description=N_("Where the authority publishes it: that page counts."))
    language: str | None = Field(description=N_("Of title and texts (ISO 639-1)."))
    state: str
    programme: str | None
    identifier: str | None
    action_kind: str | None
    opens_on: date | None
    next_deadline: date | None
    closes_on: date | None = Field(description=N_("The last deadline."))
    budget: int | None = Field(description=N_("In all, in euros."))
    grant_min: int | None = Field(description=N_("For one project, in euros."))
    grant_max: int | None = Field(description=N_("For one project, in euros."))
    source: str | None = Field(description=N_("Who published it."))
    licence: str | None = Field(description=N_("Under which its text may be shown."))
    topics: list[FundingTopicRecord]
    updated_at: datetime


class FundingFacetValue(Schema):
    name: str
    value: str
    label: str
    count: int


class FundingList(Schema):
    total: int
    offset: int
    limit: int
    is_loosened: bool = Field(description=N_("Nothing held all the words: these hold some of them."))
    is_rebuilding: bool = Field(description=N_("The index is being built just now, so that some may be missing."))
    calls: list[FundingRecord]
    facets: list[FundingFacetValue] = Field(
        description=N_("Counts of funding calls by value; each without its own filter.")
    )


class FundingDetail(Schema):
    call: FundingRecord
    text: str | None = Field(description=N_("Plain text, paragraphs apart by empty lines."))
    deadlines: list[date]


@router.get(
    "/funding",
    response=FundingList,
    operation_id="listFundingCalls",
    url_name="funding",
    tags=["funding"],
    summary=N_("What can be applied for"),
    description=N_("Calls of the region, of the country and of Europe that others publish."),
)
def list_funding(request: HttpRequest, parameters: Query[FundingParameters]) -> FundingList:
    region: Region = request.region  # type: ignore[attr-defined]
    text = " ".join(parameters.q.split())
    selection = Selection(q=text, filters=parameters.chosen(), sort=parameters.sort or "")
    found = find_funding(
        region,
        VISITOR,
        text,
        selection.filters_used,
        selection.sort_used,
        offset=parameters.offset,
        limit=parameters.limit,
    )
    names = facets.names_of(region)
    return FundingList(
        total=found.total,
        offset=parameters.offset,
        limit=parameters.limit,
        is_loosened=found.is_loosened,
        is_rebuilding=found.is_rebuilding,
        calls=[_record(request, card) for card in cards(VISITOR, found.ids)],
        facets=[
            FundingFacetValue(name=one.name, value=one.value, label=names.label(one.name, one.value), count=one.count)
            for one in found.facets
            if one.count
        ],
    )


@router.get(
    "/funding/{int:number}",
    response=FundingDetail,
    operation_id="getFundingCall",
    url_name="funding-call",
    tags=["funding"],
    summary=N_("One funding call"),
    description=N_("With its text and all its deadlines; what is over can still be read."),
    openapi_extra={"x-problems": ["not-found"]},
)
def get_funding_call(request: HttpRequest, number: int, parameters: Query[CommunityParameters]) -> FundingDetail:
    found = call_at(VISITOR, number)
    if found is None:
        sentence = _("No funding call with the number %(id)s can be seen here. See %(path)s.")
        raise Problem(NOT_FOUND, sentence % {"id": number, "path": "/api/v1/funding"})
    card = cards(VISITOR, [number])[0]
    return FundingDetail(call=_record(request, card), text=found.text or None, deadlines=found.deadlines)


def _record(request: HttpRequest, card: Card) -> FundingRecord:
    return FundingRecord(
        id=card.id,
        title=card.title,
        url=request.build_absolute_uri(reverse("funding:call", args=[card.id])),
        link=card.link or None,
        language=card.language or None,
        state=str(card.state),
        programme=card.programme or None,
        identifier=card.identifier or None,
        action_kind=card.action_kind or None,
        opens_on=card.opens_on,
        next_deadline=card.next_deadline,
        closes_on=card.closes_on,
        budget=card.budget,
        grant_min=card.grant_min,
        grant_max=card.grant_max,
        source=card.source_name or None,
        licence=card.licence or None,
        topics=[
            FundingTopicRecord(scheme=one.scheme, code=one.code, label=one.label, is_suggested=one.is_suggested)
            for one in card.topics
        ],
        updated_at=card.updated_at,
    )

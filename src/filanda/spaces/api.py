# SPDX-License-Identifier: EUPL-1.2
"""Communities in the public API: visitors only, so listed ones, and of restricted ones the door alone.

Descriptions are source strings: they are translated when the OpenAPI document is shown (site.api).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - under this name it is collected
from ninja import Field, Query, Router, Schema
from pydantic import ValidationInfo, model_validator

from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.text.folding import clean
from filanda.kernel.ui.problems import INVALID, NOT_FOUND, FieldError, Problem
from filanda.spaces.homes import line_shown, news_of, topics_of
from filanda.spaces.listing import Card, Wanted, find_spaces
from filanda.spaces.models import SpaceKind
from filanda.spaces.queries import space_at

__all__ = ["router"]

NEWS_MOST = 20
VALUES_MOST = 40

router = Router()


class CommunityParameters(Schema):
    """One that is not known is refused: a misspelt filter would find everything."""

    lang: str | None = Field(
        None,
        description=N_(
            "Language of labels and messages, one of the region's. Without it, Accept-Language decides, else the "
            "region's own language."
        ),
        json_schema_extra={"enum": ["it", "en"]},
    )

    @model_validator(mode="before")
    @classmethod
    def _only_known(cls, data: Any, info: ValidationInfo) -> Any:
        asked = (info.context or {})["request"].GET
        if unknown := [name for name in asked if name not in cls.model_fields]:
            names = ", ".join(sorted(cls.model_fields))
            sentence = _("There is no such parameter here. There are: %(names)s.") % {"names": names}
            raise Problem(
                INVALID,
                _("Some parameters are not known here; see errors."),
                [FieldError(sentence, parameter=name[:100]) for name in unknown[:20]],
            )
        return data


class CommunitiesParameters(CommunityParameters):
    q: str = Field("", max_length=200, description=N_("Words of names and summaries, in any language. Empty: all."))
    s3: list[str] = Field(
        [],
        max_length=VALUES_MOST,
        description=N_("Codes of priorities of the regional smart specialisation strategy. See /concepts."),
    )
    openness: list[Literal["open", "restricted"]] = Field(
        [], max_length=2, description=N_("Open: everybody reads. Restricted: members read, people ask to join.")
    )
    sort: Literal["alive", "name", "newest", "members"] = Field("alive", description=N_("Order."))
    page: int = Field(1, ge=1, le=500, description=N_("Which page, of 24 results each."))


class CommunityRecord(Schema):
    id: int
    slug: str
    name: str
    summary: str
    openness: str
    members: int
    topics: list[str]
    part_of: str
    last_active_at: datetime | None
    url: str


class CommunityList(Schema):
    total: int
    page: int
    pages: int
    communities: list[CommunityRecord]


class NewsRecord(Schema):
    kind: str
    title: str
    excerpt: str
    language: str
    author: str
    at: datetime | None
    url: str


class CommunityDetail(Schema):
    id: int
    slug: str
    name: str
    summary: str
    rules: str
    openness: str
    members: int
    topics: list[str]
    created_at: datetime
    archived_at: datetime | None
    url: str
    feed_url: str
    news: list[NewsRecord]


@router.get(
    "/communities",
    response=CommunityList,
    operation_id="listCommunities",
    url_name="communities",
    tags=["communities"],
    summary=N_("The directory of communities"),
    description=N_("Listed communities; private ones and project groups are not there. Most alive first."),
)
def list_communities(request: HttpRequest, parameters: Query[CommunitiesParameters]) -> CommunityList:
    filters = {"s3": tuple(sorted(set(parameters.s3))), "openness": tuple(sorted(set(parameters.openness)))}
    wanted = Wanted(
        q=" ".join(clean(parameters.q).split()),
        filters={name: values for name, values in filters.items() if values},
        sort="" if parameters.sort == "alive" else parameters.sort,
        page=parameters.page,
    )
    found = find_spaces(VISITOR, wanted, now())
    return CommunityList(
        total=found.total,
        page=found.page,
        pages=found.pages,
        communities=[_record(request, card) for card in found.cards],
    )


@router.get(
    "/communities/{slug}",
    response=CommunityDetail,
    operation_id="getCommunity",
    url_name="community",
    tags=["communities"],
    summary=N_("One community"),
    description=N_("What it says of itself; of an open one also what is new in it."),
    openapi_extra={"x-problems": ["not-found"]},
)
def get_community(request: HttpRequest, slug: str, parameters: Query[CommunityParameters]) -> CommunityDetail:
    space = space_at(slug[:80], VISITOR)
    if space is None or space.kind == SpaceKind.REGION:
        raise Problem(
            NOT_FOUND,
            _("No community at this address can be seen here. Search in %(path)s.") % {"path": "/api/v1/communities"},
        )
    shown = [line_shown(line) for _name, line in news_of(VISITOR, space, None, NEWS_MOST)] if space.is_open else []
    return CommunityDetail(
        id=space.pk,
        slug=space.slug,
        name=space.name,
        summary=space.summary,
        rules=space.text("rules"),
        openness=space.openness,
        members=space.members_count,
        topics=topics_of(space),
        created_at=space.created_at,
        archived_at=space.archived_at,
        url=_at(request, reverse("spaces:home", args=[space.slug])),
        feed_url=_at(request, reverse("spaces:feed", args=[space.slug])) if space.is_open else "",
        news=[
            NewsRecord(
                kind=line["kind"],
                title=line["title"],
                excerpt=line["excerpt"],
                language=line["language"],
                author=line["author"],
                at=line["at"],
                url=_at(request, line["url"]),
            )
            for line in shown
        ],
    )


def _record(request: HttpRequest, card: Card) -> CommunityRecord:
    return CommunityRecord(
        id=card.id,
        slug=card.slug,
        name=card.name,
        summary=card.summary,
        openness=card.openness,
        members=card.members_count,
        topics=card.topics,
        part_of=card.parent_name,
        last_active_at=card.last_active_at,
        url=_at(request, reverse("spaces:home", args=[card.slug])),
    )


def _at(request: HttpRequest, path: str) -> str:
    return f"{request.scheme}://{request.get_host()}{path}"

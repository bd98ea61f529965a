# SPDX-License-Identifier: EUPL-1.2
"""Discussions of open communities in the public API: what visitors read.

Descriptions are source strings: they are translated when the OpenAPI document is shown (site.api).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - under this name it is collected
from ninja import Field, Query, Router, Schema

from filanda.capabilities.threads.models import Thread
from filanda.capabilities.threads.queries import POSTS_PAGE, THREADS_PAGE, PostRow, ThreadRow, post_rows
from filanda.capabilities.threads.rendering import finished
from filanda.components.discussions import queries
from filanda.components.discussions.policies import title_slug
from filanda.components.discussions.queries import Author
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.ui.problems import NOT_FOUND, Problem
from filanda.spaces.api import CommunityParameters
from filanda.spaces.models import Space
from filanda.spaces.policies import may_read
from filanda.spaces.queries import has_component, space_at

__all__ = ["router"]


router = Router()


class ThreadsParameters(CommunityParameters):
    show: Literal["all", "questions", "unanswered"] = Field("all", description=N_("Which discussions."))
    page: int = Field(1, ge=1, le=10_000, description=N_("Which page, of 25 results each."))


class ThreadParameters(CommunityParameters):
    page: int = Field(1, ge=1, le=100_000, description=N_("Which page, of 20 posts each."))


class ThreadRecord(Schema):
    id: int
    title: str
    language: str
    kind: str
    author: str
    created_at: datetime
    posts: int
    last_post_at: datetime
    last_author: str
    is_answered: bool
    is_pinned: bool
    is_closed: bool
    url: str


class ThreadList(Schema):
    total: int
    page: int
    pages: int
    threads: list[ThreadRecord]


class PostRecord(Schema):
    number: int
    author: str
    author_url: str
    html: str
    language: str
    state: str
    is_answer: bool
    created_at: datetime
    edited_at: datetime | None
    reply_to: int | None
    reactions: dict[str, int]
    url: str


class ThreadDetail(Schema):
    thread: ThreadRecord
    page: int
    pages: int
    posts: list[PostRecord]


@router.get(
    "/communities/{slug}/threads",
    response=ThreadList,
    operation_id="listThreads",
    url_name="threads",
    tags=["communities"],
    summary=N_("The discussions of an open community"),
    description=N_("Pinned ones first, then the latest. Names are those of people who show theirs to everybody."),
    openapi_extra={"x-problems": ["not-found"]},
)
def list_threads(request: HttpRequest, slug: str, parameters: Query[ThreadsParameters]) -> ThreadList:
    space = _space(slug)
    show = "" if parameters.show == "all" else parameters.show
    rows, total, page = queries.listed_threads(VISITOR, space, show=show, page=parameters.page)
    people = _people(rows, space)
    return ThreadList(
        total=total,
        page=page,
        pages=max(1, -(-total // THREADS_PAGE)),
        threads=[_thread(request, space, row, people) for row in rows],
    )


@router.get(
    "/communities/{slug}/threads/{int:number}",
    response=ThreadDetail,
    operation_id="getThread",
    url_name="thread",
    tags=["communities"],
    summary=N_("One discussion with a page of its posts"),
    description=N_("Posts as HTML that is safe to show. A removed or deleted post has no words."),
    openapi_extra={"x-problems": ["not-found"]},
)
def get_thread(request: HttpRequest, slug: str, number: int, parameters: Query[ThreadParameters]) -> ThreadDetail:
    space = _space(slug)
    found = queries.thread_in(VISITOR, space, number)
    if found is None or found.moved_to_id is not None:
        raise _missing(slug)
    total = queries.posts_in_all(VISITOR, found, False)
    pages = max(1, -(-total // POSTS_PAGE))
    page = min(parameters.page, pages)
    posts = post_rows(VISITOR, found, page=page)
    people = queries.authors(
        {found.author_id, found.last_author_id} | {post.author_id for post in posts}, VISITOR, space
    )
    htmls = finished(VISITOR, [post.html for post in posts])
    return ThreadDetail(
        thread=_thread(request, space, found, people),
        page=page,
        pages=pages,
        posts=[_post(request, space, found, post, str(html), people) for post, html in zip(posts, htmls, strict=True)],
    )


def _space(slug: str) -> Space:
    space = space_at(slug, VISITOR)
    if space is None or not may_read(VISITOR, space) or not has_component(space, "discussions"):
        raise _missing(slug)
    return space


def _missing(slug: str) -> Problem:
    sentence = _("Nothing can be read here: see the open communities at %(path)s.")
    return Problem(NOT_FOUND, sentence % {"path": "/api/v1/communities"})


def _people(rows: Iterable[ThreadRow], space: Space) -> dict[int | None, Author]:
    accounts = {row.author_id for row in rows} | {row.last_author_id for row in rows}
    return queries.authors(accounts, VISITOR, space)


def _thread(
    request: HttpRequest, space: Space, row: ThreadRow | Thread, people: dict[int | None, Author]
) -> ThreadRecord:
    address = reverse("discussions:thread", args=[space.slug, row.id, title_slug(row.title)])
    return ThreadRecord(
        id=row.id,
        title=row.title,
        language=row.language,
        kind=str(row.kind),
        author=people[row.author_id].name,
        created_at=row.created_at,
        posts=row.posts_count,
        last_post_at=row.last_post_at,
        last_author=people[row.last_author_id].name,
        is_answered=row.answer_id is not None,
        is_pinned=row.pinned_at is not None,
        is_closed=row.closed_at is not None,
        url=request.build_absolute_uri(address),
    )


def _post(
    request: HttpRequest, space: Space, thread: Thread, post: PostRow, html: str, people: dict[int | None, Author]
) -> PostRecord:
    author = people[post.author_id]
    address = reverse("discussions:post", args=[space.slug, thread.pk, post.number])
    return PostRecord(
        number=post.number,
        author=author.name,
        author_url=request.build_absolute_uri(author.url) if author.url else "",
        html=html,
        language=post.language,
        state=str(post.state),
        is_answer=thread.answer_id == post.id,
        created_at=post.created_at,
        edited_at=post.edited_at,
        reply_to=post.reply_number,
        reactions=dict(post.reactions),
        url=request.build_absolute_uri(address),
    )

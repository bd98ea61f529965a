# SPDX-License-Identifier: EUPL-1.2
"""What the screens show of threads and posts. Each says how many queries it costs; none grows with the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from filanda.capabilities.files.models import StoredFile
from filanda.capabilities.files.queries import address
from filanda.capabilities.threads.models import (
    Post,
    PostState,
    Reaction,
    ReactionName,
    ReadPosition,
    Thread,
    ThreadKind,
)
from filanda.directory.affiliations.models import Position
from filanda.directory.organisations.models import HelixRole
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.ui.cloth import initials
from filanda.spaces.models import SCOPE, MemberRole, Membership, MembershipState, Space

__all__ = [
    "FILTERS",
    "PAGE",
    "POSTS_PAGE",
    "Author",
    "ThreadPage",
    "authors",
    "first_unread",
    "listed_threads",
    "page_of",
    "shown_posts",
    "thread_in",
]

PAGE = 25  # threads
POSTS_PAGE = 20
FILTERS = ("", "unread", "questions", "unanswered", "mine")
UNANSWERED_DAYS = 2


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody who wrote, as far as the reader may know them. `url` is empty where their page is not the reader's to
    open; then `name` says only that it is a member. `helix`: of the organisation where they are now, if they show it.
    """

    name: str
    url: str = ""
    mark: str = ""
    helix: str = ""
    helix_label: str = ""
    role: str = ""


def authors(accounts: Iterable[int | None], actor: Actor, space: Space) -> dict[int | None, Author]:
    """By account, everybody of `accounts`; None is a former member. One query."""
    wanted = {account for account in accounts if account is not None}
    former = _("A former member")
    found: dict[int | None, Author] = {None: Author(former, mark=initials(former, "small"))}
    unknown = _("A member")
    role = Membership.objects.filter(space=space, account=OuterRef("account"), state=MembershipState.ACTIVE)
    today = localdate()
    here = Position.objects.filter(
        Q(ended_on=None) | Q(ended_on__gt=today),
        person=OuterRef("pk"),
        organisation__hidden_at=None,
        organisation__is_external=False,
    )
    rows = (
        Person.objects.visible_to(actor)
        .filter(account__in=wanted)
        .annotate(
            space_role=Subquery(role.values("role")[:1]), helix=Subquery(here.values("organisation__helix_role")[:1])
        )
        .only("pk", "name", "account_id", "visibility", "listing", "facilitator_id")
    )
    base = reverse("profiles:people")
    for person in rows if wanted else ():
        shows = person.helix if person.helix and person.field_visible_to("positions", actor) else ""
        found[person.account_id] = Author(
            name=person.name,
            url=f"{base}{person.pk}/{person.slug}/",
            mark=initials(person.name, "small"),
            helix=shows,
            helix_label=str(HelixRole(shows).label) if shows else "",
            role=_ROLES.get(person.space_role or "", ""),
        )
    nobody = Author(unknown, mark=initials(unknown, "small"))
    for account in wanted:
        found.setdefault(account, nobody)
    return found


_ROLES = {MemberRole.MANAGER.value: "manager", MemberRole.MODERATOR.value: "moderator"}


@dataclass(frozen=True)
class ThreadPage:
    """A page of the list: `rows` are threads with `read_number` (None: never opened)."""

    rows: list[Any]
    total: int
    page: int
    pages: int


def listed_threads(
    actor: Actor, space: Space, *, show: str = "", page: int = 1, ids: Sequence[int] | None = None
) -> ThreadPage:
    """Threads of `space`, pinned ones first, then the latest. `show`: one of FILTERS. Two queries.

    `ids`: only these, in this order (a search's).
    """
    seen = Thread.objects.visible_to(actor).in_place(SCOPE, space.pk).filter(moved_to=None)
    seen = _filtered(seen, actor, show)
    if ids is not None:
        by_id = {row.pk: row for row in with_position(seen.filter(pk__in=ids), actor)}
        rows = [by_id[number] for number in ids if number in by_id]
        return ThreadPage(rows, len(rows), 1, 1)
    total = seen.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    ordered = with_position(seen, actor).order_by(F("pinned_at").desc(nulls_last=True), "-last_post_at", "-pk")
    return ThreadPage(list(ordered[(page - 1) * PAGE : page * PAGE]), total, page, pages)


def _filtered(seen: QuerySet[Thread], actor: Actor, show: str) -> QuerySet[Thread]:
    if show == "questions":
        return seen.filter(kind=ThreadKind.QUESTION)
    if show == "unanswered":
        return seen.filter(kind=ThreadKind.QUESTION, answer=None, closed_at=None)
    if show == "mine" and actor.account_id is not None:
        written = Post.objects.filter(thread=OuterRef("pk"), author=actor.account_id)
        return seen.filter(Exists(written))
    if show == "unread" and actor.account_id is not None:
        read = ReadPosition.objects.filter(thread=OuterRef("pk"), account=actor.account_id)
        return seen.annotate(seen_to=Coalesce(Subquery(read.values("number")[:1]), 0)).filter(
            last_number__gt=F("seen_to")
        )
    return seen


def with_position(rows: QuerySet[Thread], actor: Actor) -> QuerySet[Thread]:
    """`rows` with `read_number`: how far `actor` has read each; None for those never opened."""
    if actor.account_id is None:
        return rows
    read = ReadPosition.objects.filter(thread=OuterRef("pk"), account=actor.account_id)
    return rows.annotate(read_number=Subquery(read.values("number")[:1]))


def thread_in(actor: Actor, space: Space, number: int) -> Thread | None:
    """The thread, if `actor` may see it in `space`; with `read_number` and `answer_number`. One query."""
    seen = Thread.objects.visible_to(actor).in_place(SCOPE, space.pk).filter(pk=number)
    found: Thread | None = with_position(seen, actor).annotate(answer_number=F("answer__number")).first()
    return found


def _readable(actor: Actor, thread: Thread, keeps_order: bool) -> QuerySet[Post]:
    """The posts of a thread that the reader has seen to be theirs: what `Post.visible_to` says, without asking for the
    thread again.
    """
    rows = Post.objects.filter(thread=thread)
    if keeps_order:
        return rows
    shown = Q(state__in=[PostState.SHOWN, PostState.REMOVED, PostState.DELETED])
    if actor.account_id is not None:
        shown |= Q(author=actor.account_id)
    return rows.filter(shown)


def page_of(actor: Actor, thread: Thread, number: int, keeps_order: bool) -> int:
    """On which page post `number` stands. One query."""
    before = _readable(actor, thread, keeps_order).filter(number__lt=number).count()
    return int(before // POSTS_PAGE + 1)


def first_unread(actor: Actor, thread: Thread, keeps_order: bool) -> int:
    """The number of the first post after the reader's position, else of the last one. One query."""
    rows = _readable(actor, thread, keeps_order)
    read = getattr(thread, "read_number", None) or 0
    found = rows.filter(number__gt=read).order_by("number").values_list("number", flat=True).first()
    return int(found or thread.last_number or 1)


@dataclass(frozen=True)
class PostPage:
    rows: list[Post]
    total: int
    page: int
    pages: int


def shown_posts(actor: Actor, thread: Thread, *, page: int, keeps_order: bool, after: int | None = None) -> PostPage:
    """A page of posts, each with `reply_number` and `reply_author`; with `after` those of a higher number instead.

    One query where every number is still there, which is nearly always; two where some are held or moved away.
    """
    rows = _readable(actor, thread, keeps_order).annotate(
        reply_number=F("reply_to__number"), reply_author=F("reply_to__author"), reply_thread=F("reply_to__thread_id")
    )
    if after is not None:
        found = list(rows.filter(number__gt=after).order_by("number")[:200])
        return PostPage(found, len(found), 1, 1)
    is_whole = thread.posts_count == thread.numbers_given
    total = thread.numbers_given if is_whole else rows.count()
    pages = max(1, -(-total // POSTS_PAGE))
    page = min(max(page, 1), pages)
    start = (page - 1) * POSTS_PAGE
    if is_whole:  # by number, from the index, however long the thread is
        found = list(rows.filter(number__gt=start, number__lte=start + POSTS_PAGE).order_by("number"))
    else:
        found = list(rows.order_by("number")[start : start + POSTS_PAGE])
    return PostPage(found, total, page, pages)


def reactions_of(actor: Actor, posts: Iterable[Post]) -> dict[int, set[str]]:
    """By post, what `actor` has said with a word. One query, none for visitors."""
    if actor.account_id is None:
        return {}
    mine: dict[int, set[str]] = {}
    rows = Reaction.objects.filter(account=actor.account_id, post__in=[post.pk for post in posts])
    for post, name in rows.values_list("post", "name"):
        mine.setdefault(post, set()).add(name)
    return mine


def files_of_posts(posts: Sequence[Post]) -> dict[int, list[dict[str, Any]]]:
    """By post, its files as rows. The caller sees the posts; files are served only to who does. One query."""
    found: dict[int, list[dict[str, Any]]] = {}
    ids = [post.pk for post in posts if post.state in (PostState.SHOWN, PostState.HELD)]
    for file in StoredFile.objects.filter(subject_kind="post", subject_id__in=ids):
        small = file.variants.get("small") or {}
        found.setdefault(file.subject_id, []).append(
            {
                "name": file.name,
                "url": address(file),
                "size": filesizeformat(file.size),
                "preview": (address(file, "small") if small else address(file)) if file.is_image else "",
                "width": small.get("width") or file.width or "",
                "height": small.get("height") or file.height or "",
            }
        )
    return found


REACTIONS: tuple[str, ...] = tuple(ReactionName.values)


def choosable(actor: Actor, thread: Thread, most: int) -> list[Post]:
    """The latest posts after the first, to be split off: those with words. For those who keep order. One query."""
    rows = Post.objects.visible_to(actor).filter(
        thread=thread, number__gt=1, state__in=[PostState.SHOWN, PostState.HELD, PostState.HIDDEN]
    )
    return sorted(rows.order_by("-number")[:most], key=lambda post: post.number)


def mergeable(actor: Actor, space: Space, thread: Thread, q: str, most: int = 12) -> list[Thread]:
    """Threads of the same space that `thread` may be merged into: with all words of `q` in the title, else the latest.
    One query.
    """
    rows = Thread.objects.visible_to(actor).in_place(SCOPE, space.pk).filter(moved_to=None).exclude(pk=thread.pk)
    for word in q.split()[:8]:
        rows = rows.filter(title__icontains=word)
    return list(rows.order_by("-last_post_at", "-pk")[:most])

# SPDX-License-Identifier: EUPL-1.2
"""Reads about threads and posts. Each says how many queries it costs; none grows with the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from filanda.capabilities.files.models import StoredFile
from filanda.capabilities.threads.models import (
    FormerNumber,
    Post,
    PostState,
    Reaction,
    ReadPosition,
    Thread,
    ThreadKind,
)
from filanda.capabilities.threads.places import kept_by, reads
from filanda.capabilities.threads.places import place as place_kind
from filanda.capabilities.threads.rendering import readers_among
from filanda.directory.people.models import Person
from filanda.kernel.database import compiled
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import Key
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.text.folding import fold

__all__ = [
    "POSTS_PAGE",
    "THREADS_PAGE",
    "Measure",
    "Named",
    "PostRow",
    "ThreadRow",
    "latest",
    "measure",
    "page_of",
    "people_named",
    "post_rows",
    "thread_at",
    "thread_rows",
    "threads_seen",
    "unanswered",
    "unread_in",
    "where",
]

THREADS_PAGE = 25
POSTS_PAGE = 20
NAMED_MOST = 8
_READABLE = (PostState.SHOWN, PostState.REMOVED, PostState.DELETED)


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A thread in a list. `read_number`: how far the reader is, 0 for one never opened; `unread`: numbers since."""

    id: int
    title: str
    language: str
    kind: str
    author_id: int | None
    created_at: datetime
    posts_count: int
    last_number: int
    last_post_at: datetime
    last_author_id: int | None
    answer_id: int | None
    pinned_at: datetime | None
    closed_at: datetime | None
    hidden_at: datetime | None
    place_kind: str
    place_id: int
    version: int
    read_number: int

    @property
    def unread(self) -> int:
        return max(0, self.last_number - self.read_number)


_THREAD_FIELDS = tuple(name for name in ThreadRow.__dataclass_fields__ if name != "read_number")


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post on a page. `html` as stored: see rendering.finished; empty for one without words. `mine`: what the reader
    said about it.
    """

    id: int
    number: int
    author_id: int | None
    html: str
    language: str
    state: str
    version: int
    reactions: dict[str, int]
    via_mail: bool
    created_at: datetime
    edited_at: datetime | None
    reply_number: int | None
    reply_author_id: int | None
    mine: frozenset[str] = frozenset()
    has_files: bool = False


_POST_FIELDS: tuple[str, ...] = tuple(PostRow.__dataclass_fields__)[:-4]
_BIG = BigIntegerField()


def with_position(rows: QuerySet[Thread], actor: Actor) -> QuerySet[Thread]:
    """`rows` with `read_number`: how far `actor` has read each, 0 for those never opened."""
    return with_number_read(rows, actor.account_id)


def with_number_read(rows: QuerySet[Thread], account: int | None) -> QuerySet[Thread]:
    """`rows` with `read_number`, of an account."""
    if account is None:
        return rows.annotate(read_number=F("last_number"))
    read = ReadPosition.objects.filter(thread=OuterRef("pk"), account=account)
    return rows.annotate(read_number=Coalesce(Subquery(read.values("number")[:1]), 0))


@dataclass(frozen=True, slots=True)
class Measure:
    """Of the threads in a list: how many, and a mark that is another one when any of them has changed."""

    total: int
    mark: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """The threads of a place that a reader sees, for queries compiled once: `where` decides what they are but for the
    `numbers`; `rows` makes them of the numbers, `account` finds the reader's among them.
    """

    where: tuple[Any, ...]
    numbers: list[int | str]
    rows: Callable[[Sequence[Any]], Any]
    account: Callable[[Sequence[Any]], int | None]


def _seen_in(actor: Actor, place: Key) -> _Seen:
    keeps = any(kind == place[0] and place[1] in ids for kind, ids in kept_by(actor))
    is_reader = actor.account_id is not None
    is_let_in = not actor.is_platform and reads(actor, place)
    first = 2 if is_reader else 1
    numbers: list[int | str] = [place[1], *([actor.account_id] if actor.account_id is not None else [])]
    if not actor.is_platform:
        numbers += actor.audience_tokens

    def rows(given: Sequence[Any]) -> Any:
        found = Thread.objects.in_place(place[0], given[0])
        kept = [(place[0], [given[0]])] if keeps else []
        read = [(place[0], [given[0]])] if is_let_in else []
        return found if actor.is_platform else found.seen_by(account(given), given[first : len(numbers)], kept, read)

    def account(given: Sequence[Any]) -> int | None:
        return given[1] if is_reader else None

    where = (active_region().pk, place[0], actor.is_platform, is_reader, keeps, is_let_in, len(numbers))
    return _Seen(where, numbers, rows, account)


def measure(actor: Actor, place: Key, *, filter: str = "") -> Measure:
    """How long the list of `thread_rows` is, and a mark that changes with it. One query."""
    seen = _seen_in(actor, place)

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        rows = _filtered(seen.rows(given), seen.account(given), filter).order_by()
        counted: QuerySet[Any, Any] = rows.values("place_kind").annotate(
            total=Count("pk"), versions=Sum("version"), ids=Sum("pk"), latest=Max("last_post_at")
        )
        return counted

    found = compiled.rows(("threads: measure", filter, *seen.where), build, seen.numbers)
    if not found:
        return Measure(0, "")
    row = found[0]
    return Measure(row["total"], f"{row['total']}.{row['versions']}.{row['ids']}.{row['latest'].timestamp()}")


def thread_rows(actor: Actor, place: Key, *, filter: str = "", page: int = 1) -> list[ThreadRow]:
    """A page of the threads of `place`, pinned ones first, then the latest. `filter`: "", "unread", "questions",
    "unanswered", "mine". One query.
    """
    seen = _seen_in(actor, place)
    start = (max(1, page) - 1) * THREADS_PAGE

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        account = seen.account(given)
        rows = with_number_read(_filtered(seen.rows(given), account, filter), account)
        ordered = rows.order_by(F("pinned_at").desc(nulls_last=True), "-last_post_at", "-pk")
        return ordered[start : start + THREADS_PAGE].values(*_THREAD_FIELDS, "read_number")

    found = compiled.rows(("threads: list", filter, start, *seen.where), build, seen.numbers)
    return [ThreadRow(**row) for row in found]


def threads_seen(actor: Actor, place: Key, ids: Sequence[int]) -> dict[int, ThreadRow]:
    """Those of `ids` that stand in `place` and that `actor` sees. One query, none for no ids."""
    if not ids:
        return {}
    seen = _seen_in(actor, place)
    wanted = [*ids, *([ids[-1]] * (-len(ids) % 8))]  # a few lengths of the list: each is compiled once

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        account = seen.account(given)
        rows = seen.rows(given).filter(moved_to=None, pk__in=given[len(seen.numbers) :])
        found: QuerySet[Any, Any] = with_number_read(rows, account).order_by().values(*_THREAD_FIELDS, "read_number")
        return found

    found = compiled.rows(("threads: some", *seen.where), build, [*seen.numbers, *wanted])
    return {row["id"]: ThreadRow(**row) for row in found}


def thread_at(
    actor: Actor, place: Key, number: int, more: Callable[[Any, int | None], Any], fields: Sequence[str]
) -> Any:
    """The thread `number`, if it is in `place` and `actor` may see it, with `read_number`, `answer_number`, and the
    annotations `fields` that `more(rows, account)` gives. One query.
    """
    seen = _seen_in(actor, place)

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        account = seen.account(given)
        rows = with_number_read(seen.rows(given).filter(pk=given[-1]), account)
        rows = more(rows.annotate(answer_number=F("answer__number")), account)
        found: QuerySet[Any, Any] = rows.values(*_THREAD, "read_number", "answer_number", *fields)
        return found

    found = compiled.rows(("threads: one", *fields, *seen.where), build, [*seen.numbers, number])
    if not found:
        return None
    row = found[0]
    thread = compiled.made(Thread, _THREAD, [row[name] for name in _THREAD])
    for name in ("read_number", "answer_number", *fields):
        setattr(thread, name, row[name])
    return thread


_THREAD = tuple(field.attname for field in Thread._meta.concrete_fields)


def _filtered(rows: Any, account: int | None, filter: str) -> Any:
    rows = rows.filter(moved_to=None)
    if filter == "questions":
        return rows.filter(kind=ThreadKind.QUESTION)
    if filter == "unanswered":
        return rows.filter(kind=ThreadKind.QUESTION, answer=None, closed_at=None)
    if filter == "mine":
        return rows.filter(Exists(Post.objects.filter(thread=OuterRef("pk"), author=account or 0)))
    if filter == "unread":
        return with_number_read(rows, account).filter(last_number__gt=F("read_number"))
    return rows


def readable(actor: Actor, thread: Thread, *, keeps_order: bool = False) -> QuerySet[Post]:
    """Posts of a thread that the caller has found to be `actor`'s to see: as Post.visible_to, without asking again."""
    rows = Post.objects.filter(thread=thread)
    if keeps_order or actor.is_platform:
        return rows
    shown = Q(state__in=_READABLE)
    if actor.account_id is not None:
        shown |= Q(author=actor.account_id)
    return rows.filter(shown)


def post_rows(actor: Actor, thread: Thread, *, page: int = 1, keeps_order: bool = False) -> list[PostRow]:
    """A page of the posts of a thread that `actor` sees. One query."""
    sees_all = keeps_order or actor.is_platform
    # Nothing held, hidden or moved away: found by number, not counted.
    is_whole = thread.posts_count == thread.numbers_given
    start = (max(1, page) - 1) * POSTS_PAGE
    numbers = [thread.pk, *([start, start + POSTS_PAGE] if is_whole else [])]
    if actor.account_id is not None:
        numbers.append(actor.account_id)

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        rows = Post.objects.filter(thread=given[0])
        account = given[-1] if actor.account_id is not None else None
        if not sees_all:
            shown = Q(state__in=_READABLE)
            rows = rows.filter(shown | Q(author=account) if account is not None else shown)
        said = Reaction.objects.filter(account=account, post=OuterRef("pk")).order_by("pk")
        files = StoredFile.objects.filter(subject_kind="post", subject_id=OuterRef("pk"))
        rows = rows.annotate(has_files=Exists(files)).order_by("number")
        fields = [*_POST_FIELDS, "has_files", "reply_to__number", "reply_to__author_id"]
        if account is not None:
            rows = rows.annotate(mine=ArraySubquery(said.values("name")))
            fields.append("mine")
        if is_whole:
            rows = rows.filter(number__gt=Value(given[1], _BIG), number__lte=Value(given[2], _BIG))
        found = rows.values(*fields)
        return found if is_whole else found[start : start + POSTS_PAGE]

    where = (active_region().pk, sees_all, actor.account_id is not None, is_whole or start)
    rows: list[PostRow] = []
    for row in compiled.rows(("threads: posts", *where), build, numbers):
        values: list[Any] = [row[name] for name in (*_POST_FIELDS, "reply_to__number", "reply_to__author_id")]
        values += [frozenset(row.get("mine") or ()), row["has_files"]]
        rows.append(PostRow(*values))
    return rows


def reactions_of(actor: Actor, posts: Iterable[int]) -> dict[int, frozenset[str]]:
    """By post, what `actor` said about it. One query, none for visitors."""
    if actor.account_id is None:
        return {}
    said: dict[int, set[str]] = {}
    for post, name in Reaction.objects.filter(account=actor.account_id, post__in=list(posts)).values_list(
        "post", "name"
    ):
        said.setdefault(post, set()).add(name)
    return {post: frozenset(names) for post, names in said.items()}


def page_of(actor: Actor, thread: Thread, number: int, *, keeps_order: bool = False) -> int:
    """On which page post `number` stands. One query, none where every number is there."""
    if thread.posts_count == thread.numbers_given:
        return (max(1, number) - 1) // POSTS_PAGE + 1
    before = readable(actor, thread, keeps_order=keeps_order).filter(number__lt=number).count()
    return int(before // POSTS_PAGE + 1)


def first_unread(actor: Actor, thread: Thread, *, keeps_order: bool = False) -> int:
    """The first post that `actor` has not seen, else the last one. Two queries."""
    read = 0
    if actor.account_id is not None:
        known = ReadPosition.objects.filter(thread=thread, account=actor.account_id)
        read = known.values_list("number", flat=True).first() or 0
    rows = readable(actor, thread, keeps_order=keeps_order).filter(number__gt=read).order_by("number")
    return int(rows.values_list("number", flat=True).first() or thread.last_number or 1)


def unread_in(actor: Actor, places: Iterable[Key]) -> dict[Key, int]:
    """By place, how many threads have something that `actor` has not read. One query, none for visitors."""
    wanted = list(places)
    if actor.account_id is None or not wanted:
        return {}
    of_places = Q()
    for kind, number in wanted:
        of_places |= Q(place_kind=kind, place_id=number)
    rows = with_position(Thread.objects.visible_to(actor).filter(of_places, moved_to=None), actor)
    counted = rows.filter(last_number__gt=F("read_number")).order_by().values_list("place_kind", "place_id")
    found = {(kind, number): count for kind, number, count in counted.annotate(count=Count("pk"))}
    return {key: found.get(key, 0) for key in wanted}


def latest(actor: Actor, place: Key, *, since: datetime | None = None, most: int = 10) -> list[ThreadRow]:
    """Threads in which something was said after `since` (without it: lately), the latest first. One query."""
    rows = Thread.objects.visible_to(actor).in_place(*place).filter(moved_to=None)
    if since is not None:
        rows = rows.filter(last_post_at__gt=since)
    ordered = with_position(rows, actor).order_by("-last_post_at", "-pk")[:most]
    return [ThreadRow(*row) for row in ordered.values_list(*_THREAD_FIELDS, "read_number")]


def unanswered(place: Key) -> QuerySet[Thread]:
    """Questions of `place` that nobody else has written in: for those who look after it."""
    rows: QuerySet[Thread] = Thread.objects.in_place(*place).filter(
        kind=ThreadKind.QUESTION, first_reply_at=None, closed_at=None, hidden_at=None, moved_to=None
    )
    return rows


def where(actor: Actor, thread_id: int, number: int | None = None) -> tuple[Thread, int | None] | None:
    """Where an old address leads: the thread that it was merged into or moved with, and the post's present number;
    None for what `actor` may not see. Three queries at most for a merge.
    """
    if number is not None:
        now_at = FormerNumber.objects.filter(thread=thread_id, number=number).values_list("post", flat=True).first()
        post = Post.objects.visible_to(actor).select_related("thread")
        found = post.filter(pk=now_at).first() if now_at else post.filter(thread=thread_id, number=number).first()
        if found is not None:
            return found.thread, found.number
    thread = Thread.objects.visible_to(actor).filter(pk=thread_id).first()
    for _step in range(10):
        if thread is None or thread.moved_to_id is None:
            break
        thread = Thread.objects.visible_to(actor).filter(pk=thread.moved_to_id).first()
    return (thread, None) if thread is not None else None


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who can be named in a post, as "@" and `handle`."""

    name: str
    handle: str
    account_id: int


def people_named(actor: Actor, place: Key, q: str, most: int = NAMED_MOST) -> list[Named]:
    """People whose name has a word that begins with every word of `q`, whom `actor` may know and who may read what is
    written in `place`. Two queries.
    """
    words = fold(q).split()[:5]
    if not words or actor.account_id is None:
        return []
    rows = Person.objects.listed_to(actor).exclude(account=None).exclude(account=actor.account_id)
    for word in words:
        rows = rows.filter(Q(sort_key__startswith=word) | Q(sort_key__contains=f" {word}"))
    found = rows.only("pk", "name", "account_id").order_by("sort_key", "pk")[: 10 * most]
    readers = readers_among(place_kind(place[0]).audience(place[1]), found)
    return [Named(person.name, f"{person.slug}-{person.pk}", person.account_id or 0) for person in readers[:most]]

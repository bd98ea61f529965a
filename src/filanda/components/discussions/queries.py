# SPDX-License-Identifier: EUPL-1.2
"""What the screens show of threads and posts. Each says how many queries it costs; none grows with the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.template.defaultfilters import filesizeformat
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from filanda.capabilities.files.models import StoredFile
from filanda.capabilities.files.queries import address
from filanda.capabilities.follows.models import Bookmark, Follow
from filanda.capabilities.threads.models import Draft, Post, PostState, Thread
from filanda.capabilities.threads.queries import (
    THREADS_PAGE,
    Measure,
    PostRow,
    ThreadRow,
    measure,
    readable,
    thread_at,
    thread_rows,
)
from filanda.directory.affiliations.models import Position
from filanda.directory.organisations.models import HelixRole
from filanda.directory.people.models import Person, PersonSeen
from filanda.directory.people.queries import reader_class, reader_in_class
from filanda.kernel.database import compiled
from filanda.kernel.identity.actors import Actor
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.ui.addresses import address as address_of
from filanda.kernel.ui.cloth import initials
from filanda.spaces.models import SCOPE, MemberRole, Membership, MembershipState, Space

__all__ = [
    "Author",
    "authors",
    "choosable",
    "files_of_posts",
    "listed_threads",
    "measured",
    "mergeable",
    "page_of_threads",
    "people_known",
    "posts_in_all",
    "thread_in",
]


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


def authors(
    accounts: Iterable[int | None], actor: Actor, space: Space, known: Sequence[dict[str, Any]] | None = None
) -> dict[int | None, Author]:
    """By account, everybody of `accounts`; None is a former member. `known`: what `people_known` found of them, if it
    was asked before; else one query.
    """
    wanted = {account for account in accounts if account is not None}
    former = _("A former member")
    found: dict[int | None, Author] = {None: Author(former, mark=initials(former, "small"))}
    unknown = _("A member")
    base, language = address_of("profiles:people"), get_language() or ""
    for row in people_known(wanted, actor, space) if known is None else known:
        person = PersonSeen(*(row[name] for name in _PERSON))
        shows = row["helix"] if row["helix"] and person.field_visible_to("positions", actor) else ""
        found[person.account_id] = Author(
            name=person.name,
            url=f"{base}{person.id}/{person.slug}/",
            mark=initials(person.name, "small"),
            helix=shows,
            helix_label=_helix_label(shows, language) if shows else "",
            role=_ROLES.get(row["space_role"] or "", ""),
        )
    nobody = Author(unknown, mark=initials(unknown, "small"))
    for account in wanted:
        found.setdefault(account, nobody)
    return found


@lru_cache(maxsize=64)
def _helix_label(role: str, language: str) -> str:
    return str(HelixRole(role).label)


# In the order of PersonSeen.
_PERSON = ("id", "account_id", "name", "listing", "visibility", "facilitator_id")


def people_known(accounts: Iterable[int | None], actor: Actor, space: Space) -> list[dict[str, Any]]:
    """Those of `accounts` whom `actor` may know, each with what `authors` says of them: while it is the same, what was
    rendered of them is right. One query, none for nobody.
    """
    wanted = sorted({account for account in accounts if account is not None})
    if not wanted:
        return []
    today = localdate()
    # A few lengths of the list: each is compiled once.
    wanted += [wanted[-1]] * (-len(wanted) % 8)
    class_of, more = reader_class(actor)

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        role = Membership.objects.filter(
            space=given[0], account=OuterRef("account"), state=MembershipState.ACTIVE, role__in=_ROLES
        )
        here = Position.objects.filter(
            Q(ended_on=None) | Q(ended_on__gt=today),
            person=OuterRef("pk"),
            organisation__hidden_at=None,
            organisation__is_external=False,
        )
        rows = Person.objects.visible_to(reader_in_class(class_of, given[1:])).filter(
            account__in=given[1 + len(more) :]
        )
        found: QuerySet[Any, Any] = (
            rows.annotate(
                space_role=Subquery(role.values("role")[:1]),
                helix=Subquery(here.values("organisation__helix_role")[:1]),
            )
            .order_by("pk")
            .values(*_PERSON, "space_role", "helix")
        )
        return found

    return compiled.rows(
        ("discussions: authors", active_region().pk, class_of, today), build, [space.pk, *more, *wanted]
    )


_ROLES = {MemberRole.MANAGER.value: "manager", MemberRole.MODERATOR.value: "moderator"}


def thread_in(actor: Actor, space: Space, number: int) -> Thread | None:
    """The thread, if `actor` may see it in `space`; with `read_number`, `answer_number`, and how the reader stands to
    it: `level`, `is_bookmarked`, `has_draft`. One query.
    """
    found: Thread | None = thread_at(
        actor, (SCOPE, space.pk), number, _with_standing, ("level", "is_bookmarked", "has_draft")
    )
    return found


def _with_standing(rows: Any, account: int | None) -> Any:
    if account is None:
        no = Value(False)
        return rows.annotate(level=Value(""), is_bookmarked=no, has_draft=no)
    about = {"account": account, "thing_kind": "thread", "thing_id": OuterRef("pk")}
    draft = Draft.objects.filter(account=account, place=Concat(Value("thread:"), Cast(OuterRef("pk"), CharField())))
    return rows.annotate(
        level=Coalesce(Subquery(Follow.objects.filter(**about).values("level")[:1]), Value("")),
        is_bookmarked=Exists(Bookmark.objects.filter(**about)),
        has_draft=Exists(draft),
    )


def listed_threads(actor: Actor, space: Space, *, show: str, page: int) -> tuple[list[ThreadRow], int, int]:
    """A page of the list, how many there are in all, and which page it is: the last one for a number beyond. Two
    queries.
    """
    total = measured(actor, space, show=show).total
    page = min(page, max(1, -(-total // THREADS_PAGE)))
    return page_of_threads(actor, space, show=show, page=page) if total else [], total, page


def measured(actor: Actor, space: Space, *, show: str) -> Measure:
    """How long the list is, and a mark that changes with it. One query."""
    return measure(actor, (SCOPE, space.pk), filter=show)


def page_of_threads(actor: Actor, space: Space, *, show: str, page: int) -> list[ThreadRow]:
    """A page of the list. One query."""
    return thread_rows(actor, (SCOPE, space.pk), filter=show, page=page)


def posts_in_all(actor: Actor, thread: Thread, keeps_order: bool) -> int:
    """How many posts `actor` finds in a thread that they see. No query where every number is there, else one."""
    if thread.posts_count == thread.numbers_given:
        return int(thread.numbers_given)
    return readable(actor, thread, keeps_order=keeps_order).count()


def files_of_posts(posts: Sequence[PostRow]) -> dict[int, list[dict[str, Any]]]:
    """By post, its files as rows. The caller sees the posts; files are served only to who does. One query, none
    without files."""
    found: dict[int, list[dict[str, Any]]] = {}
    ids = [post.id for post in posts if post.has_files and post.state in (PostState.SHOWN, PostState.HELD)]
    if not ids:
        return found
    rows = StoredFile.objects.filter(subject_kind="post", subject_id__in=ids)
    for file in rows.only("subject_id", "name", "size", "media_type", "variants", "width", "height"):
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


def choosable(actor: Actor, thread: Thread, most: int) -> list[Post]:
    """The latest posts after the first, to be split off: those with words. For those who keep order. One query."""
    rows = Post.objects.visible_to(actor).filter(
        thread=thread, number__gt=1, state__in=[PostState.SHOWN, PostState.HELD, PostState.HIDDEN]
    )
    return sorted(rows.order_by("-number")[:most], key=lambda post: post.number)


def mergeable(actor: Actor, space: Space, thread: Thread, q: str, most: int = 12) -> list[tuple[int, str, str]]:
    """Threads of the same space that `thread` may be merged into, (id, title, language): with all words of `q` in the
    title, else the latest. One query.
    """
    rows = Thread.objects.visible_to(actor).in_place(SCOPE, space.pk).filter(moved_to=None).exclude(pk=thread.pk)
    for word in q.split()[:8]:
        rows = rows.filter(title__icontains=word)
    return list(rows.order_by("-last_post_at", "-pk").values_list("pk", "title", "language")[:most])

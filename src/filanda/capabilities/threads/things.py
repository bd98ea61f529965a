# SPDX-License-Identifier: EUPL-1.2
"""Threads and posts as things that people follow, mark, report and link to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filanda.capabilities.threads.models import FormerNumber, Post, PostState, Thread
from filanda.capabilities.threads.places import Place, place, places
from filanda.capabilities.threads.rendering import plain
from filanda.capabilities.threads.steps import moderating
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import Enforcement, Thing, ThingLine

__all__ = ["POST", "THREAD", "post_lines", "thread_lines"]

EXCERPT = 280


def thread_lines(actor: Actor, ids: Sequence[int]) -> Mapping[int, ThingLine]:
    """Threads that `actor` may see, by the id asked for; one that was merged is shown as what it was merged into.
    Four queries at most.
    """
    wanted = _followed(list(ids))
    rows = Thread.objects.visible_to(actor).filter(pk__in=set(wanted.values()))
    found = {row.pk: row for row in rows}
    firsts = dict(
        Post.objects.filter(thread__in=found, number=1, state=PostState.SHOWN).values_list("thread", "source")
    )
    names = names_of(actor, {row.author_id for row in found.values()})
    lines = {}
    for asked, number in wanted.items():
        row = found.get(number)
        where = _place(row.place_kind) if row is not None else None
        if row is None or where is None:
            continue
        url_name, url_args = where.thread_page(row.place_id, row.pk, row.title)
        lines[asked] = ThingLine(
            kind="thread",
            id=row.pk,
            title=row.title,
            url_name=url_name,
            url_args=url_args,
            excerpt=plain(firsts.get(row.pk, ""), EXCERPT),
            language=row.language,
            audience=_audience(where, row.audience),
            author_id=row.author_id,
            author_name=names[row.author_id],
            inside=((row.place_kind, row.place_id),),
            at=row.created_at,
        )
    return lines


def post_lines(actor: Actor, ids: Sequence[int]) -> Mapping[int, ThingLine]:
    """Posts that `actor` may see, with their words; without any where they were removed or deleted. Two queries."""
    rows = list(Post.objects.visible_to(actor).filter(pk__in=set(ids)).select_related("thread"))
    names = names_of(actor, {row.author_id for row in rows})
    lines = {}
    for row in rows:
        thread, where = row.thread, _place(row.thread.place_kind)
        if where is None:
            continue
        fragment = ""
        if where.post_page is not None:
            url_name, url_args = where.post_page(thread.place_id, thread.pk, row.number)
        else:
            url_name, url_args = where.thread_page(thread.place_id, thread.pk, thread.title)
            fragment = f"post-{row.number}"
        is_said = row.state not in (PostState.REMOVED, PostState.DELETED)
        lines[row.pk] = ThingLine(
            kind="post",
            id=row.pk,
            title=thread.title,
            url_name=url_name,
            url_args=url_args,
            fragment=fragment,
            excerpt=plain(row.source, EXCERPT) if is_said else "",
            language=row.language,
            audience=_audience(where, thread.audience),
            author_id=row.author_id,
            author_name=names[row.author_id],
            inside=(("thread", thread.pk), (thread.place_kind, thread.place_id)),
            at=row.created_at,
        )
    return lines


def names_of(actor: Actor, accounts: Iterable[int | None]) -> dict[int | None, str]:
    """Present names by account, as far as `actor` may know them. One query."""
    wanted = {account for account in accounts if account is not None}
    names: dict[int | None, str] = dict.fromkeys(wanted, _("A member"))
    if wanted:
        rows = Person.objects.visible_to(actor).filter(account__in=wanted).only("account_id", "name")
        for row in rows:
            names[row.account_id] = row.name
    names[None] = _("A former member")
    return names


def _followed(ids: Iterable[int]) -> dict[int, int]:
    """Where each thread is now: itself, or what it was merged into. One query, and one more for every merge of what had
    been merged into.
    """
    wanted = {number: number for number in ids}
    moved = dict(Thread.objects.filter(pk__in=wanted).exclude(moved_to=None).values_list("pk", "moved_to"))
    steps = 0
    while moved and steps < 10:
        wanted = {asked: moved.get(number) or number for asked, number in wanted.items()}
        moved = dict(
            Thread.objects.filter(pk__in=set(moved.values())).exclude(moved_to=None).values_list("pk", "moved_to")
        )
        steps += 1
    return wanted


def _place(kind: str) -> Place | None:
    try:
        return place(kind)
    except KeyError:
        return None


def _audience(where: Place, audience: str) -> str:
    """The token of a line's readers; "" where no token says it, and each is asked for."""
    return audience if where.read_by is None else ""


def _find_thread(match: Mapping[str, Any]) -> int | None:
    for kind in places():
        for _name, thread, post in kind.pages:
            if not post and thread in match:
                return int(match[thread])
    return None


def _find_post(match: Mapping[str, Any]) -> int | None:
    """One query."""
    for kind in places():
        for _name, thread, post in kind.pages:
            if post and thread in match and post in match:
                at = {"thread": match[thread], "number": match[post]}
                found = Post.objects.filter(**at).values_list("pk", flat=True).first()
                return found or FormerNumber.objects.filter(**at).values_list("post", flat=True).first()
    return None


class _Pages:
    """Names of pages of all places, read when somebody asks: rooms above register theirs after this one."""

    def __init__(self, *, of_posts: bool) -> None:
        self.of_posts = of_posts

    def __iter__(self) -> Iterator[str]:
        return (name for kind in places() for name, _thread, post in kind.pages if bool(post) == self.of_posts)


THREAD = Thing(
    kind="thread",
    label=gettext_lazy("Discussion"),
    lines=thread_lines,
    is_followed=True,
    is_bookmarked=True,
    enforcement=Enforcement(
        hide=moderating.hide_thread,
        remove=moderating.remove_thread,
        restore=moderating.restore_thread,
        text=moderating.thread_text,
    ),
    url_names=_Pages(of_posts=False),
    find=_find_thread,
)
POST = Thing(
    kind="post",
    label=gettext_lazy("Post"),
    lines=post_lines,
    is_bookmarked=True,
    enforcement=Enforcement(
        hide=moderating.hide_post,
        remove=moderating.remove_post,
        restore=moderating.restore_post,
        text=moderating.post_text,
    ),
    url_names=_Pages(of_posts=True),
    find=_find_post,
)

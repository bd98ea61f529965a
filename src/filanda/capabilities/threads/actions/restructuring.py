# SPDX-License-Identifier: EUPL-1.2
"""Moving, splitting and merging threads. Old addresses go on working; what people wrote for a few readers is never
carried to where more people read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from filanda.capabilities.follows.steps import carry_over
from filanda.capabilities.threads.errors import NotPossible, ThreadGone
from filanda.capabilities.threads.models import FormerNumber, Post, ReadPosition, Thread
from filanda.capabilities.threads.places import place as place_kind
from filanda.capabilities.threads.steps.counting import lock_threads, recount
from filanda.capabilities.threads.steps.positions import advance_many
from filanda.capabilities.threads.steps.posts import checked_title, save_counts, tell
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import Key
from filanda.kernel.policies import require

__all__ = ["merge_threads", "move_thread", "split_thread"]

PUBLIC = "public"
MOST_AT_ONCE = 1000  # posts


def move_thread(*, actor: Actor, thread: Thread, place: Key, now: datetime) -> None:
    """Move a thread to another place, where `actor` keeps order too; its readers are that place's from then on.

    Raises Forbidden, ThreadGone, NotPossible (to where more people read); KeyError for a kind of place without threads.
    """
    where = place_kind(place[0])
    with transaction.atomic(durable=True):
        row = _locked(thread.pk)[thread.pk]
        require(actor, "threads.keep_order", row)
        if (row.place_kind, row.place_id) == place:
            return
        require(actor, "threads.open", place)
        audience = where.audience(place[1])
        there = Thread(place_kind=place[0], place_id=place[1], audience=audience)
        require(actor, "threads.keep_order", there)
        _keep_private(row.audience, audience)
        left = {"left": [row.place_kind, row.place_id]}
        row.place_kind, row.place_id, row.audience = place[0], place[1], audience
        row.pinned_at = None
        row.version += 1
        row.save(update_fields=["place_kind", "place_id", "audience", "pinned_at", "version"])
        tell("threads.thread.moved", actor=actor, thread=row, payload=left)


def split_thread(*, actor: Actor, thread: Thread, numbers: Iterable[int], title: str, now: datetime) -> Thread:
    """Make a thread of its own of some posts of another, in the same place. Raises Forbidden, ThreadGone, NotPossible,
    NothingWritten, TextTooLong.
    """
    line, wanted = checked_title(title), sorted(set(numbers))
    if not wanted:
        raise NotPossible(_("Choose the posts that become a discussion of their own."))
    if 1 in wanted:
        raise NotPossible(_("The first post stays: it is what the discussion is about. Choose others."))
    with transaction.atomic(durable=True):
        row = _locked(thread.pk)[thread.pk]
        require(actor, "threads.keep_order", row)
        posts = _locked_posts(row, wanted)
        if len(posts) != len(wanted):
            raise NotPossible(_("Some of these posts are not here any more. Look again and choose."))
        if len(posts) > MOST_AT_ONCE:
            raise NotPossible(_("These are too many posts at once. Choose fewer."))
        first = posts[0]
        made: Thread = Thread.objects.create(
            region=row.region,
            place_kind=row.place_kind,
            place_id=row.place_id,
            audience=row.audience,
            title=line,
            language=first.language,
            author_id=first.author_id,
            created_at=first.created_at,
            last_post_at=first.created_at,
            last_author_id=first.author_id,
        )
        if row.answer_id in {post.pk for post in posts}:
            row.answer = row.answered_at = None
        _carry(posts, row, made)
        _settle(row, now)
        _settle(made, now)
        there = {post: index + 1 for index, post in enumerate(wanted)}
        read = ReadPosition.objects.filter(thread=row).values_list("account", "number")
        known = [(made.pk, account, _reached(there, number)) for account, number in read]
        advance_many(row.region, [one for one in known if one[2]], now)
        tell("threads.thread.split", actor=actor, thread=row, payload={"into": made.pk, "posts": len(posts)})
        tell("threads.thread.made", actor=actor, thread=made, payload={"from": row.pk, "posts": len(posts)})
    return made


def merge_threads(*, actor: Actor, thread: Thread, into: Thread, now: datetime) -> None:
    """Put the posts of `thread` after those of `into`; the old address leads there. Raises Forbidden, ThreadGone,
    NotPossible.
    """
    if thread.pk == into.pk:
        raise NotPossible(_("A discussion cannot be merged with itself. Choose another one."))
    with transaction.atomic(durable=True):
        rows = _locked(thread.pk, into.pk)
        row, other = rows[thread.pk], rows[into.pk]
        require(actor, "threads.keep_order", row)
        require(actor, "threads.keep_order", other)
        _keep_private(row.audience, other.audience)
        posts = _locked_posts(row)
        if len(posts) > MOST_AT_ONCE:
            raise NotPossible(_("These are too many posts at once. Choose fewer."))
        seen_to = other.last_number
        numbers = _carry(posts, row, other)
        row.answer = row.answered_at = row.pinned_at = None
        row.moved_to = other
        _settle(row, now, "moved_to", "pinned_at")
        _settle(other, now)
        _unite_positions(row, other, seen_to, numbers, now)
        carry_over(("thread", row.pk), ("thread", other.pk))
        payload = {"from": row.pk, "posts": len(posts)}
        tell("threads.thread.merged", actor=actor, thread=other, payload=payload, also=[row.pk])


def _locked(*wanted: int) -> dict[int, Thread]:
    rows = lock_threads(*wanted)
    if set(rows) != set(wanted):
        raise ThreadGone
    if any(row.moved_to_id is not None for row in rows.values()):
        raise NotPossible(_("This discussion was merged with another one meanwhile: go there."))
    return rows


def _locked_posts(thread: Thread, numbers: list[int] | None = None) -> list[Post]:
    rows = Post.objects.select_for_update(of=("self",)).filter(thread=thread).order_by("number")
    return list(rows if numbers is None else rows.filter(number__in=numbers))


def _keep_private(audience: str, other: str) -> None:
    if audience not in (PUBLIC, other):
        raise NotPossible(
            _(
                "Other people would read there what was written for the readers here, who did not agree to that. Ask "
                "its authors to post it there."
            )
        )


def _carry(posts: list[Post], source: Thread, target: Thread) -> dict[int, int]:
    """Give `posts` the next numbers of `target`, in their order. Returns new numbers by old ones."""
    FormerNumber.objects.bulk_create(
        [FormerNumber(region_id=post.region_id, thread=source, number=post.number, post=post) for post in posts]
    )
    numbers = {}
    for post in posts:
        target.numbers_given += 1
        numbers[post.number] = target.numbers_given
        post.thread, post.number, post.was_answer_at = target, target.numbers_given, None
    Post.objects.bulk_update(posts, ["thread", "number", "was_answer_at"], batch_size=200)
    return numbers


def _settle(thread: Thread, now: datetime, *fields: str) -> None:
    recount(thread)
    thread.version += 1
    if not thread.posts_count and thread.moved_to_id is None:
        thread.hidden_at = thread.hidden_at or now
    save_counts(thread, "numbers_given", "answer", "answered_at", "hidden_at", *fields)


def _reached(numbers: dict[int, int], read_to: int) -> int:
    """How far somebody who had read up to `read_to` is, in new numbers."""
    return max((new for old, new in numbers.items() if old <= read_to), default=0)


def _unite_positions(row: Thread, other: Thread, seen_to: int, numbers: dict[int, int], now: datetime) -> None:
    """Who had read all of `other` has read on as far as they had read in `row`; for others the new posts come later."""
    had_read = dict(ReadPosition.objects.filter(thread=row).values_list("account", "number"))
    up_to_date = ReadPosition.objects.filter(thread=other, account__in=had_read, number__gte=seen_to)
    known = [
        (other.pk, account, _reached(numbers, had_read[account]))
        for account in up_to_date.values_list("account", flat=True)
    ]
    advance_many(row.region, [one for one in known if one[2]], now)
    ReadPosition.objects.filter(thread=row).delete()

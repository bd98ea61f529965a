# SPDX-License-Identifier: EUPL-1.2
"""What a thread says of its posts: counted anew, and equal to what actions add up."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import Coalesce

from filanda.capabilities.threads.models import Post, PostState, Reaction, Thread

__all__ = ["SEEN", "counted", "lock_post", "lock_threads", "recount", "recount_reactions"]

SEEN = (PostState.SHOWN, PostState.HIDDEN, PostState.REMOVED, PostState.DELETED)  # numbers that readers have seen


def lock_threads(*threads: int) -> dict[int, Thread]:
    """The rows, locked in the order of their ids, so that two who need both never wait for each other."""
    rows = Thread.objects.select_for_update(no_key=True, of=("self",)).select_related("region").order_by("pk")
    return {row.pk: row for row in rows.filter(pk__in=threads)}


def lock_post(post: Post) -> tuple[Thread, Post]:
    """The post's thread, then the post. Raises Post.DoesNotExist when it is gone.

    A post that was moved since it was read is found where it is now.
    """
    thread_id: int = post.thread_id
    while True:
        thread = lock_threads(thread_id)[thread_id]
        row: Post = Post.objects.select_for_update(no_key=True, of=("self",)).get(pk=post.pk)
        if row.thread_id == thread_id:
            row.thread = thread
            return thread, row
        thread_id = row.thread_id


def counted(thread: Thread) -> dict[str, Any]:
    """What the rows of its posts say: posts_count, last_number, first_reply_at. One query."""
    shown = Q(state=PostState.SHOWN)
    others = shown & Q(number__gt=1) & ~Q(author=thread.author_id)
    found: dict[str, Any] = dict(
        Post.objects.filter(thread=thread)
        .order_by()
        .aggregate(
            posts_count=Count("pk", filter=shown),
            last_number=Coalesce(Max("number", filter=Q(state__in=SEEN)), 0),
            first_reply_at=Min("created_at", filter=others),
        )
    )
    if thread.author_id is None:  # of a former member nobody knows any more which posts were theirs
        found["first_reply_at"] = thread.first_reply_at
    return found


def recount(thread: Thread) -> None:
    """Write what `counted` finds, and who wrote last, to a locked thread. The caller saves it. Two queries."""
    found = counted(thread)
    thread.posts_count = found["posts_count"]
    thread.last_number = found["last_number"]
    thread.first_reply_at = found["first_reply_at"]
    last = (
        Post.objects.filter(thread=thread, state=PostState.SHOWN)
        .order_by("-created_at", "-number")
        .only("author", "created_at")
    )
    newest = last.first()
    thread.last_author_id = newest.author_id if newest is not None else thread.author_id
    thread.last_post_at = newest.created_at if newest is not None else thread.created_at


def recount_reactions(post_id: int) -> dict[str, int]:
    """How often each word was said about a post. One query."""
    rows = Reaction.objects.filter(post=post_id).order_by().values_list("name").annotate(count=Count("pk"))
    return dict(sorted(rows))

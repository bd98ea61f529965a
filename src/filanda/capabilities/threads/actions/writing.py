# SPDX-License-Identifier: EUPL-1.2
"""Opening threads, answering, editing, deleting, reacting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from filanda.capabilities.threads import limits
from filanda.capabilities.threads.errors import EditConflict, ThreadClosed, ThreadGone
from filanda.capabilities.threads.models import (
    Draft,
    Post,
    PostRevision,
    PostState,
    Reaction,
    ReactionName,
    Thread,
    ThreadKind,
)
from filanda.capabilities.threads.places import place as place_kind
from filanda.capabilities.threads.rendering import render
from filanda.capabilities.threads.steps.counting import lock_post, recount_reactions
from filanda.capabilities.threads.steps.positions import advance
from filanda.capabilities.threads.steps.posts import (
    checked_source,
    checked_title,
    inspected,
    keep_files,
    lock_place_of,
    sent_already,
    set_mentions,
    take_back,
    tell,
    write_answer,
    write_post,
)
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import Key
from filanda.kernel.policies import require
from filanda.kernel.regions.scoped import active_region

__all__ = ["answer", "delete_post", "edit_post", "open_thread", "react"]


def open_thread(
    *,
    actor: Actor,
    place: Key,
    title: str,
    source: str,
    kind: str = ThreadKind.DISCUSSION,
    key: str = "",
    uploads: Sequence[UploadedFile] = (),
    is_suspect: bool = False,
    now: datetime,
) -> Thread:
    """Open a thread in `place`, such as ("space", 17), with its first post. Sent twice with one `key`, it is one.

    Where the place holds it, or something about how it was sent `is_suspect` and the author is new, the thread is
    hidden until somebody has released its first post. Raises Forbidden,
    NothingWritten, TextTooLong, TooManyPosts, TooManyLinks, SaidAlready, FileRefused; ValueError for an unknown kind.
    """
    title, text = checked_title(title), checked_source(source, has_files=bool(uploads))
    kind = ThreadKind(kind)
    require(actor, "threads.open", place)
    region, where = active_region(), place_kind(place[0])
    files = inspected(uploads)
    rendered = render(text, actor=actor, audience=where.audience(place[1]))
    try:
        with transaction.atomic(durable=True):
            if (sent := sent_already(actor, key)) is not None:
                return sent.thread
            require(actor, "threads.open", place)
            limits.check(actor=actor, region=region, source=text, rendered=rendered, now=now)
            thread: Thread = Thread.objects.create(
                region=region,
                place_kind=place[0],
                place_id=place[1],
                audience=where.audience(place[1]),
                kind=kind,
                title=title,
                language=rendered.language,
                author_id=actor.account_id,
                created_at=now,
                last_post_at=now,
                last_author_id=actor.account_id,
            )
            post = write_post(
                actor=actor,
                thread=thread,
                source=text,
                rendered=rendered,
                key=key,
                is_held=is_suspect and limits.is_new(actor, region, now),
                now=now,
            )
            keep_files(actor, post, files, now)
            if actor.account_id is not None:
                advance(region, actor.account_id, {thread.pk: 1}, now)
                Draft.objects.filter(account=actor.account_id, place=f"{place[0]}:{place[1]}").delete()
            event = "threads.post.held" if post.state == PostState.HELD else "threads.thread.opened"
            tell(event, actor=actor, thread=thread, post=post)
    except IntegrityError:  # the same form, sent twice at once
        if (sent := sent_already(actor, key)) is None:
            raise
        return sent.thread
    return thread


def answer(
    *,
    actor: Actor,
    thread: Thread,
    source: str,
    reply_to: Post | None = None,
    key: str = "",
    via_mail: bool = False,
    uploads: Sequence[UploadedFile] = (),
    is_suspect: bool = False,
    now: datetime,
) -> Post:
    """Answer in `thread`, or in the one that it was merged into meanwhile. Sent twice with one `key`, it is one post.
    Held where the place says so, and where something about how it was sent `is_suspect` and the author is new.

    Raises Forbidden, ThreadClosed, NothingWritten, TextTooLong, TooManyPosts, TooManyLinks, SaidAlready, FileRefused.
    """
    text = checked_source(source, has_files=bool(uploads))
    require(actor, "threads.answer", thread)
    files = inspected(uploads)
    rendered = render(text, actor=actor, audience=thread.audience)
    try:
        with transaction.atomic(durable=True):
            locked = lock_place_of(thread)
            if (sent := sent_already(actor, key)) is not None:
                return sent
            require(actor, "threads.answer", locked)
            if locked.closed_at is not None:
                raise ThreadClosed(locked.closed_reason)
            limits.check(
                actor=actor, region=locked.region, source=text, rendered=rendered, thread_id=locked.pk, now=now
            )
            if locked.audience != thread.audience:
                rendered = render(text, actor=actor, audience=locked.audience)
            parent = None
            if reply_to is not None:
                parent = Post.objects.visible_to(actor).filter(pk=reply_to.pk, thread=locked).first()
            post = write_answer(
                actor=actor,
                thread=locked,
                source=text,
                rendered=rendered,
                reply_to=parent,
                key=key,
                via_mail=via_mail,
                is_held=is_suspect and limits.is_new(actor, locked.region, now),
                now=now,
            )
            keep_files(actor, post, files, now)
            if actor.account_id is not None:
                Draft.objects.filter(account=actor.account_id, place=f"thread:{thread.pk}").delete()
    except IntegrityError:  # the same form, sent twice at once, to two threads
        if (sent := sent_already(actor, key)) is None:
            raise
        return sent
    return post


def edit_post(*, actor: Actor, post: Post, source: str, version: int, now: datetime) -> Post:
    """Change one's own words; `version`: the one that was being changed. How they read before is kept.

    Raises EditConflict when somebody was faster, Forbidden, NothingWritten, TextTooLong, TooManyLinks, ThreadGone.
    """
    text = checked_source(source)
    with transaction.atomic(durable=True):
        try:
            thread, row = lock_post(post)
        except Post.DoesNotExist:
            raise ThreadGone from None
        require(actor, "threads.edit", row)
        if row.version != version:
            raise EditConflict(row)
        if row.source == text:
            return row
        rendered = render(text, actor=actor, audience=thread.audience)
        limits.check_links(actor=actor, region=thread.region, rendered=rendered, now=now)
        PostRevision.objects.create(
            region_id=row.region_id,
            post=row,
            version=row.version,
            source=row.source,
            editor_id=actor.account_id,
            written_at=row.edited_at or row.created_at,
        )
        row.source, row.html, row.language = text, rendered.html, rendered.language
        row.version += 1
        row.edited_at = now
        row.save(update_fields=["source", "html", "language", "version", "edited_at"])
        named = set_mentions(row, rendered.accounts)
        thread.version += 1
        if row.number == 1:
            thread.language = rendered.language
        thread.save(update_fields=["version", "language"])
        Draft.objects.filter(account=actor.account_id, place=f"post:{row.pk}").delete()
        is_shown = row.state == PostState.SHOWN
        payload = {"version": row.version, "named": named if is_shown else []}
        tell("threads.post.edited", actor=actor, thread=thread, post=row, payload=payload)
    return row


def delete_post(*, actor: Actor, post: Post, now: datetime) -> None:
    """Take one's own words back: a stone stays, but of a held post. Twice is the same as once.

    Raises Forbidden, ThreadGone.
    """
    with transaction.atomic(durable=True):
        try:
            thread, row = lock_post(post)
        except Post.DoesNotExist:
            raise ThreadGone from None
        require(actor, "threads.delete", row)
        if row.state == PostState.DELETED:
            return
        take_back(thread, row, now)
        tell("threads.post.deleted", actor=actor, thread=thread, post=row)


def react(*, actor: Actor, post: Post, name: str, is_on: bool, now: datetime) -> dict[str, int]:
    """Say a word about somebody's post, or take it back. Returns the counts. Doing it twice is doing it once.

    Raises Forbidden, ThreadGone; ValueError for a word that there is not.
    """
    name = ReactionName(name)
    with transaction.atomic(durable=True):
        try:
            thread, row = lock_post(post)
        except Post.DoesNotExist:
            raise ThreadGone from None
        require(actor, "threads.react", row)
        mine = Reaction.objects.filter(post=row, account=actor.account_id, name=name)
        if mine.exists() == is_on:
            counts: dict[str, int] = row.reactions
            return counts
        if is_on and actor.account_id is not None:
            Reaction.objects.create(
                region_id=row.region_id, post=row, account_id=actor.account_id, name=name, created_at=now
            )
        else:
            mine.delete()
        row.reactions = recount_reactions(row.pk)
        row.save(update_fields=["reactions"])
        thread.version += 1
        thread.save(update_fields=["version"])
    return dict(row.reactions)

# SPDX-License-Identifier: EUPL-1.2
"""Writing a post, and what goes with it, as part of an action. No transaction is opened here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from filanda.capabilities.files.actions import inspect
from filanda.capabilities.files.inspecting import Inspected
from filanda.capabilities.files.models import FileAudience, FileKind, StoredFile
from filanda.capabilities.files.steps import delete_files, keep_file
from filanda.capabilities.follows.steps import follow, forget_thing
from filanda.capabilities.threads.errors import NothingWritten, TextTooLong
from filanda.capabilities.threads.models import (
    POST_MOST,
    TITLE_MOST,
    Mention,
    Post,
    PostState,
    Reaction,
    Thread,
)
from filanda.capabilities.threads.places import place
from filanda.capabilities.threads.rendering import Rendered
from filanda.capabilities.threads.steps.counting import lock_threads, recount
from filanda.capabilities.threads.steps.positions import keep_up
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.text.folding import clean

__all__ = [
    "SUBJECT",
    "checked_source",
    "checked_title",
    "inspected",
    "keep_files",
    "lock_place_of",
    "save_counts",
    "sent_already",
    "take_back",
    "take_words_away",
    "tell",
    "write_answer",
    "write_post",
]

SUBJECT = "post"  # of files
COUNTS = ("posts_count", "last_number", "first_reply_at", "last_author", "last_post_at")


def checked_source(source: str, *, has_files: bool = False) -> str:
    """Markdown as it is stored. Raises NothingWritten, TextTooLong."""
    text = clean(source.replace("\r\n", "\n").replace("\r", "\n"))
    if not text and not has_files:
        raise NothingWritten
    if len(text) > POST_MOST:
        raise TextTooLong(len(text), POST_MOST)
    return text


def checked_title(title: str) -> str:
    """A title in one line. Raises NothingWritten, TextTooLong."""
    line = " ".join(clean(title).split())
    if not line:
        raise NothingWritten(_("Give it a title: what it is about, in one line."))
    if len(line) > TITLE_MOST:
        raise TextTooLong(len(line), TITLE_MOST)
    return line


def inspected(uploads: Sequence[UploadedFile]) -> list[tuple[UploadedFile, Inspected]]:
    """What the files are. Takes a while: before the transaction. Raises FileRefused."""
    return [(upload, inspect(FileKind.DOCUMENT, upload)) for upload in uploads]


def sent_already(actor: Actor, key: str) -> Post | None:
    """The post that was sent with this key, if the form was sent twice. One query."""
    if not key or actor.account_id is None:
        return None
    found: Post | None = Post.objects.filter(author=actor.account_id, key=key).select_related("thread").first()
    return found


def lock_place_of(thread: Thread) -> Thread:
    """The locked row of `thread`, or of the thread that it was merged into meanwhile."""
    locked = lock_threads(thread.pk)[thread.pk]
    while locked.moved_to_id is not None:
        locked = lock_threads(locked.moved_to_id)[locked.moved_to_id]
    return locked


def write_post(
    *,
    actor: Actor,
    thread: Thread,
    source: str,
    rendered: Rendered,
    now: datetime,
    key: str = "",
    reply_to: Post | None = None,
    via_mail: bool = False,
    is_held: bool = False,
) -> Post:
    """Write the next post of a locked `thread`, with its mentions, and count it. Held where the place says so too."""
    holds = not actor.is_platform and (is_held or place(thread.place_kind).holds(actor, thread.place_id))
    before = thread.last_number
    thread.numbers_given += 1
    post: Post = Post.objects.create(
        region_id=thread.region_id,
        thread=thread,
        number=thread.numbers_given,
        author_id=actor.account_id,
        reply_to=reply_to,
        source=source,
        html=rendered.html,
        language=rendered.language,
        state=PostState.HELD if holds else PostState.SHOWN,
        state_changed_at=now,
        key=key,
        via_mail=via_mail,
        created_at=now,
    )
    set_mentions(post, rendered.accounts)
    thread.version += 1
    if not holds:
        count_in(thread, post, at=now)
    elif post.number == 1:
        thread.hidden_at = now
    save_counts(thread, "numbers_given", "hidden_at")
    if actor.account_id is not None:
        follow(thread.region, actor.account_id, ("thread", thread.pk))
        if not holds:
            keep_up(thread.pk, actor.account_id, before, post.number, now)
    return post


def write_answer(
    *,
    actor: Actor,
    thread: Thread,
    source: str,
    rendered: Rendered,
    now: datetime,
    key: str = "",
    reply_to: Post | None = None,
    via_mail: bool = False,
    is_held: bool = False,
) -> Post:
    """Write the next post of a locked `thread`, and say so to whoever follows it."""
    post = write_post(
        actor=actor,
        thread=thread,
        source=source,
        rendered=rendered,
        key=key,
        reply_to=reply_to,
        via_mail=via_mail,
        is_held=is_held,
        now=now,
    )
    event = "threads.post.held" if post.state == PostState.HELD else "threads.post.written"
    tell(event, actor=actor, thread=thread, post=post)
    return post


def count_in(thread: Thread, post: Post, *, at: datetime) -> None:
    """`post` is shown, as the newest one of a locked thread. The caller saves the thread."""
    thread.posts_count += 1
    thread.last_number = post.number
    thread.last_author_id = post.author_id
    thread.last_post_at = at
    if post.number > 1 and thread.first_reply_at is None and post.author_id != thread.author_id:
        thread.first_reply_at = post.created_at


def save_counts(thread: Thread, *fields: str) -> None:
    thread.save(update_fields=[*COUNTS, "version", *fields])


def set_mentions(post: Post, accounts: Iterable[int]) -> list[int]:
    """Who is named in `post` as it stands now. Returns those who were not before."""
    wanted = set(accounts)
    there = set(Mention.objects.filter(post=post).values_list("account", flat=True)) if post.version > 1 else set()
    if there - wanted:
        Mention.objects.filter(post=post, account__in=there - wanted).delete()
    new = sorted(wanted - there)
    Mention.objects.bulk_create(
        [Mention(region_id=post.region_id, post=post, account_id=account) for account in new], ignore_conflicts=True
    )
    return new


def keep_files(
    actor: Actor, post: Post, files: Sequence[tuple[UploadedFile, Inspected]], now: datetime
) -> list[StoredFile]:
    """Attach files to `post`: whoever sees the post opens them. Raises QuotaReached."""
    return [
        keep_file(
            actor=actor,
            region=post.thread.region,
            subject=(SUBJECT, post.pk),
            kind=FileKind.DOCUMENT,
            inspected=found,
            upload=upload,
            audience=FileAudience.SUBJECT,
            now=now,
        )
        for upload, found in files
    ]


def take_words_away(post: Post, state: str, now: datetime) -> None:
    """Leave a stone: the words, earlier versions, files, mentions and reactions of `post` are gone for good."""
    post.source = post.html = post.language = post.key = ""
    post.state, post.state_changed_at = state, now
    post.reactions = {}
    post.version += 1
    post.save(update_fields=["source", "html", "language", "key", "state", "state_changed_at", "reactions", "version"])
    post.revisions.all().delete()
    Mention.objects.filter(post=post).delete()
    Reaction.objects.filter(post=post).delete()
    delete_files(StoredFile.objects.filter(subject_kind=SUBJECT, subject_id=post.pk))


def take_back(thread: Thread, post: Post, now: datetime) -> None:
    """The locked `post` of the locked `thread` goes, as its author wished: a stone stays, so that answers to it keep
    their place. One that was held goes whole: no reader has seen it, and none shall learn of it.
    """
    if post.state == PostState.HELD and post.number > 1:
        delete_files(StoredFile.objects.filter(subject_kind=SUBJECT, subject_id=post.pk))
        forget_thing((SUBJECT, post.pk))
        Post.objects.filter(pk=post.pk).delete()
    else:
        take_words_away(post, PostState.DELETED, now)
    after_disappearing(thread, post, now)


def after_disappearing(thread: Thread, post: Post, now: datetime) -> None:
    """A post of a locked thread is shown no longer: counts, the accepted answer, and the thread if nothing is left."""
    recount(thread)
    thread.version += 1
    if thread.answer_id == post.pk:
        thread.answer = thread.answered_at = None
    if not thread.posts_count and thread.hidden_at is None:
        thread.hidden_at = now
    save_counts(thread, "answer", "answered_at", "hidden_at")


def tell(
    name: str,
    *,
    actor: Actor,
    thread: Thread,
    post: Post | None = None,
    payload: Mapping[str, Any] | None = None,
    also: Sequence[int] = (),
) -> None:
    """Record what happened in a thread: ids, numbers and counts only, never words. `also`: other threads touched."""
    said: dict[str, Any] = {"thread": thread.pk, "place": [thread.place_kind, thread.place_id]}
    if post is not None:
        said |= {"post": post.pk, "number": post.number}
    record(
        name,
        region=thread.region,
        actor=actor,
        subject=post if post is not None else thread,
        payload=said | dict(payload or {}),
        touches={"thread": [thread.pk, *also]},
    )

# SPDX-License-Identifier: EUPL-1.2
"""What threads keep about people: how it leaves with them, how it is erased, how long drafts stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import IO, Any

from django.db.models import Q
from django.utils.timezone import now as clock
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filanda.capabilities.threads.models import (
    Draft,
    Mention,
    Post,
    PostRevision,
    PostState,
    Reaction,
    ReadPosition,
    Thread,
)
from filanda.capabilities.threads.rendering import MENTION
from filanda.capabilities.threads.steps.counting import lock_post, recount, recount_reactions
from filanda.capabilities.threads.steps.posts import save_counts, take_back, tell
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import Account
from filanda.kernel.manifests import PersonalData, Retention
from filanda.kernel.regions.models import Region

__all__ = ["DRAFTS_KEPT", "PERSONAL_DATA"]

BATCH = 500


def _collect(account: Account) -> Mapping[str, Any]:
    posts = Post.objects.filter(author=account).order_by("created_at", "pk")
    files: dict[str, Any] = {
        "posts.json": list(
            posts.values(
                "thread",
                "number",
                "thread__title",
                "source",
                "language",
                "state",
                "created_at",
                "edited_at",
                "via_mail",
            )
        ),
        "earlier-versions.json": list(
            PostRevision.objects.filter(post__author=account)
            .order_by("post", "version")
            .values("post__thread", "post__number", "version", "source", "written_at")
        ),
        "drafts.json": list(Draft.objects.filter(account=account).values("place", "title", "source", "saved_at")),
        "reactions.json": list(
            Reaction.objects.filter(account=account)
            .order_by("created_at", "pk")
            .values("post__thread", "post__number", "name", "created_at")
        ),
        "read.json": list(
            ReadPosition.objects.filter(account=account).order_by("thread").values("thread", "number", "read_at")
        ),
    }
    return {name: rows for name, rows in files.items() if rows}


def _files(account: Account) -> Iterator[tuple[str, IO[bytes]]]:
    """What they wrote, as a text to read: Markdown."""
    posts = Post.objects.filter(author=account).exclude(source="").order_by("created_at", "pk")
    pieces = [
        f"## {title} (#{number}, {at:%Y-%m-%d %H:%M})\n\n{source}\n"
        for title, number, at, source in posts.values_list("thread__title", "number", "created_at", "source")
    ]
    if pieces:
        yield "posts.md", BytesIO("\n".join(pieces).encode())


def _erase(account: Account, keeps: bool) -> None:
    """What they wrote stays as by a former member, or goes and leaves stones; everything else of theirs goes."""
    now = clock()
    Draft.objects.filter(account=account).delete()
    ReadPosition.objects.filter(account=account).delete()
    _forget_reactions(account)
    _forget_mentions(account)
    threads = set(Thread.objects.filter(author=account).values_list("pk", flat=True))
    for post in Post.objects.filter(author=account).order_by("thread", "number").iterator(chunk_size=BATCH):
        thread, row = lock_post(post)
        threads.add(thread.pk)
        if not keeps and row.state != PostState.DELETED:
            take_back(thread, row, now)
    PostRevision.objects.filter(editor=account).update(editor=None)
    Post.objects.filter(author=account).update(author=None, key="")
    gone = {} if keeps else {"title": _("A discussion whose first post was deleted")}
    Thread.objects.filter(author=account).update(author=None, **gone)
    Thread.objects.filter(last_author=account).update(last_author=None)
    for thread in Thread.objects.select_for_update(no_key=True).filter(pk__in=threads).select_related("region"):
        recount(thread)
        thread.version += 1
        save_counts(thread)
        tell("threads.author.erased", actor=PLATFORM, thread=thread, payload={"keeps": keeps})


def _forget_reactions(account: Account) -> None:
    said = Reaction.objects.filter(account=account)
    posts = sorted(said.values_list("post", flat=True).distinct())
    said.delete()
    for number in posts:
        post = Post.objects.filter(pk=number).first()
        if post is not None:
            _thread, row = lock_post(post)
            row.reactions = recount_reactions(row.pk)
            row.save(update_fields=["reactions"])


def _forget_mentions(account: Account) -> None:
    """Their name goes from the handles in what others wrote, and with it those of people who are nobody any more."""
    mentions = Mention.objects.filter(account=account)
    posts = list(mentions.values_list("post", flat=True))
    mentions.delete()
    rows: list[Post | PostRevision] = [*Post.objects.filter(pk__in=posts)]
    rows += PostRevision.objects.filter(post__in=posts)
    for row in rows:
        numbers = {int(match[2]) for match in MENTION.finditer(row.source)}
        others = Person.objects.filter(pk__in=numbers).exclude(Q(account=None) | Q(account=account))
        source = _without_handles(row.source, besides=set(others.values_list("pk", flat=True)))
        if source != row.source:
            row.source = source
            row.save(update_fields=["source"])


def _without_handles(source: str, *, besides: set[int]) -> str:
    return MENTION.sub(lambda match: match[0] if int(match[2]) in besides else "@…", source)


def _forget_drafts(region: Region, before: datetime, now: datetime) -> int:
    deleted, _per_model = Draft.objects.filter(region=region, saved_at__lt=before).delete()
    return int(deleted)


PERSONAL_DATA = PersonalData("threads", gettext_lazy("What you wrote in discussions"), _collect, _erase, _files)
DRAFTS_KEPT = Retention("threads_drafts", gettext_lazy("Drafts of posts"), 180, _forget_drafts)

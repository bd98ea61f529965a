# SPDX-License-Identifier: EUPL-1.2
"""A discussion becomes a page of documents in the same space."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from filanda.across.journeys.models import Journey
from filanda.capabilities.threads.actions import answer
from filanda.capabilities.threads.models import Post, PostState, Thread
from filanda.components.documents.actions.bringing import write_page
from filanda.components.documents.models import SUBJECT, Document
from filanda.components.documents.queries import address_of, names_of
from filanda.kernel.identity.actors import VISITOR, Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.spaces.models import Space

__all__ = ["PERMISSION", "composed", "documents_of", "to_document"]

PERMISSION = "discussions.keep_order"


def to_document(
    *, actor: Actor, space: Space, thread: Thread, title: str, numbers: Sequence[int], key: str, now: datetime
) -> Document:
    """Write a page from the chosen posts of `thread`, with who wrote them and a link back; say so in the thread, unless
    it is closed; note the journey. The page, its note and the answer are three writes, each whole: if the last fails,
    the page stands with its link and the thread is only not answered.

    Raises ValidationError ("title", "posts"), Forbidden.
    """
    require(actor, PERMISSION, space)
    posts = _posts(actor, thread, numbers)
    source = composed(actor, space, thread, posts)
    document = write_page(actor=actor, space=space, folder=None, title=title, source=source, now=now)
    with transaction.atomic(durable=True):
        Journey.objects.create(
            region=space.region,
            space=space,
            source_kind="thread",
            source_id=thread.pk,
            target_kind=SUBJECT,
            target_id=document.pk,
            made_by_id=actor.account_id,
            made_at=now,
        )
        record(
            "journeys.thread.documented",
            region=space.region,
            actor=actor,
            subject=thread,
            payload={"document": document.pk, "posts": len(posts)},
        )
    if thread.closed_at is None:
        address = reverse("documents:document", args=address_of(document))
        said = _("What was found out here is a document now: [%(title)s](%(address)s)") % {
            "title": _escaped(document.title),
            "address": address,
        }
        answer(actor=actor, thread=thread, source=said, key=key, now=now)
    return document


def _posts(actor: Actor, thread: Thread, numbers: Sequence[int]) -> list[Post]:
    rows = Post.objects.visible_to(actor).filter(thread=thread, state=PostState.SHOWN, number__in=list(numbers))
    found = list(rows.select_related("author").order_by("number"))
    if not found:
        raise ValidationError({"posts": _("Choose at least one post.")})
    return found


def composed(actor: Actor, space: Space, thread: Thread, posts: Sequence[Post]) -> str:
    """The page's Markdown: each post with who wrote it, by the name that every reader of the space may know, then
    where it comes from.
    """
    reader = VISITOR if space.is_open else actor
    names = names_of(reader, [post.author_id for post in posts])
    parts = []
    for post in posts:
        words = _("%(name)s, %(day)s") % {
            "name": _escaped(names[post.author_id]),
            "day": post.created_at.date().isoformat(),
        }
        address = reverse("discussions:post", args=[space.slug, thread.pk, post.number])
        parts.append(f"{post.source.strip()}\n\n— [{words}]({address})")
    link = reverse("discussions:thread", args=[space.slug, thread.pk, "-"])
    come = _("From the discussion [%(title)s](%(address)s)") % {"title": _escaped(thread.title), "address": link}
    return "\n\n---\n\n".join([*parts, come])


def documents_of(actor: Actor, thread: Thread) -> list[Document]:
    """Documents that `thread` has become, that `actor` may see. One query."""
    made = Journey.objects.filter(source_kind="thread", source_id=thread.pk, target_kind=SUBJECT)
    rows = Document.objects.visible_to(actor).filter(pk__in=made.values("target_id"))
    return list(rows.select_related("space").order_by("pk"))


def _escaped(text: str) -> str:
    """`text` as words in Markdown, whatever stands in it."""
    return "".join(f"\\{one}" if one in "\\`*_[]<>!#|~" else one for one in text)

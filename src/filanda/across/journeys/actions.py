# SPDX-License-Identifier: EUPL-1.2
"""A discussion becomes a page of documents in the same space."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from filanda.across.journeys.models import THREAD, Journey
from filanda.capabilities.threads.models import Post, PostState, Thread
from filanda.capabilities.threads.rendering import MENTION, literal, render
from filanda.capabilities.threads.steps.posts import lock_place_of, write_answer
from filanda.components.documents.models import SUBJECT, Document
from filanda.components.documents.queries import address_of
from filanda.components.documents.steps import add_page, checked_page, checked_title
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.ui.moments import day_of
from filanda.spaces.models import Space
from filanda.spaces.steps import lock_space

__all__ = ["PERMISSION", "composed", "documents_of", "to_document"]

PERMISSION = "discussions.keep_order"


def to_document(
    *, actor: Actor, space: Space, thread: Thread, title: str, numbers: Sequence[int], key: str, now: datetime
) -> Document:
    """Write a page from the chosen posts of `thread`, with a link back to each; say so in the thread, unless it is
    closed; note the journey. Sent twice with one `key`, it is one page.

    Raises ValidationError ("title", "posts", "source"), QuotaReached, Forbidden.
    """
    words = checked_title(title)
    with transaction.atomic(durable=True):
        place = lock_space(space.pk)
        require(actor, PERMISSION, place)
        require(actor, "documents.add", place)
        if (made := _made_already(actor, key)) is not None:
            return made
        posts = _posts(actor, thread, numbers)
        document = add_page(actor, place, None, words, checked_page(composed(place, thread, posts)), now)
        Journey.objects.create(
            region=place.region,
            space=place,
            source_kind=THREAD,
            source_id=thread.pk,
            target_kind=SUBJECT,
            target_id=document.pk,
            parts=[post.pk for post in posts],
            key=key,
            made_by_id=actor.account_id,
            made_at=now,
        )
        record(
            "journeys.thread.documented",
            region=place.region,
            actor=actor,
            subject=thread,
            payload={"space": place.pk, "document": document.pk, "posts": len(posts)},
        )
        _answer(actor, thread, document, now)
    return document


def _made_already(actor: Actor, key: str) -> Document | None:
    """The page that was made with this key, if the form was sent twice; none once that page is gone for good."""
    if not key or actor.account_id is None:
        return None
    journeys = Journey.objects.filter(made_by=actor.account_id, key=key, target_kind=SUBJECT)
    rows = Document.objects.select_related("space").filter(pk__in=journeys.values("target_id"))
    found: Document | None = rows.first()
    if found is None:
        journeys.update(key="")
    return found


def _answer(actor: Actor, thread: Thread, document: Document, now: datetime) -> None:
    locked = lock_place_of(thread)
    if locked.closed_at is not None:
        return
    require(actor, "threads.answer", locked)
    said = _("What was found out here is a document now: [%(title)s](%(address)s)") % {
        "title": literal(document.title),
        "address": reverse("documents:document", args=address_of(document)),
    }
    rendered = render(said, actor=actor, audience=locked.audience)
    write_answer(actor=actor, thread=locked, source=said, rendered=rendered, now=now)


def _posts(actor: Actor, thread: Thread, numbers: Sequence[int]) -> list[Post]:
    rows = Post.objects.visible_to(actor).filter(thread=thread, state=PostState.SHOWN, number__in=list(numbers))
    found = list(rows.order_by("number"))
    if not found:
        raise ValidationError({"posts": _("Choose at least one post.")})
    return found


def composed(space: Space, thread: Thread, posts: Sequence[Post]) -> str:
    """The page's Markdown: each post with a link to where it was said, then one to the whole discussion.

    It names nobody, nor the discussion: a page is text that stays, and who may know a name, and for how long, is
    decided where the link leads, each time somebody opens it.
    """
    parts = []
    for post in posts:
        where = _("Post %(number)s of %(day)s") % {
            "number": post.number,
            "day": day_of(post.created_at),
        }
        address = reverse("discussions:post", args=[space.slug, thread.pk, post.number])
        parts.append(f"{MENTION.sub('@…', post.source.strip())}\n\n— [{where}]({address})")
    link = reverse("discussions:thread", args=[space.slug, thread.pk, "-"])
    parts.append(_("Put together from [a discussion](%(address)s).") % {"address": link})
    return "\n\n---\n\n".join(parts)


def documents_of(actor: Actor, thread: Thread) -> list[Document]:
    """Documents that `thread` has become, that `actor` may see. One query."""
    made = Journey.objects.filter(source_kind=THREAD, source_id=thread.pk, target_kind=SUBJECT)
    rows = Document.objects.visible_to(actor).filter(pk__in=made.values("target_id"))
    return list(rows.select_related("space").order_by("pk"))

# SPDX-License-Identifier: EUPL-1.2
"""What moves between components keep about people: who made them, and whose words went along."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from filanda.across.journeys.models import THREAD, Journey
from filanda.capabilities.threads.models import Post
from filanda.capabilities.threads.rendering import MENTION
from filanda.components.documents.models import SUBJECT, Document
from filanda.components.documents.steps import rewrite_page
from filanda.kernel.identity.models import Account

__all__ = ["collect", "erase"]

_PARAGRAPHS = re.compile(r"\n[ \t]*\n+")


def collect(account: Account) -> Mapping[str, Any]:
    """What they made of discussions, and which documents hold words of theirs."""
    posts = list(Post.objects.filter(author=account).values_list("pk", flat=True))
    files = {
        "made-of-discussions.json": Journey.objects.filter(made_by=account),
        "quoted-in-documents.json": Journey.objects.filter(parts__overlap=posts) if posts else Journey.objects.none(),
    }
    fields = ("space__slug", "source_kind", "source_id", "target_kind", "target_id", "made_at")
    return {name: list(rows.order_by("pk").values(*fields)) for name, rows in files.items() if rows}


def erase(account: Account, keeps: bool) -> None:
    """Who made it is forgotten. What they wrote in discussions stays in pages made of them, where no name stands beside
    it, or is taken out of every version: each paragraph as they wrote it. Rooms below are erased later, so their posts
    are still there to compare with.
    """
    if not keeps:
        _take_out_words_of(account)
    Journey.objects.filter(made_by=account).update(made_by=None, key="")


def _take_out_words_of(account: Account) -> None:
    posts = {post.pk: post for post in Post.objects.filter(author=account).prefetch_related("revisions")}
    if not posts:
        return
    gone = _("(Who wrote this has left, and took the words along.)")
    for journey in Journey.objects.filter(source_kind=THREAD, target_kind=SUBJECT, parts__overlap=list(posts)):
        document = Document.objects.select_related("region").filter(pk=journey.target_id).first()
        if document is None:
            continue
        theirs = {
            paragraph
            for post in (posts[part] for part in journey.parts if part in posts)
            for source in (post.source, *(revision.source for revision in post.revisions.all()))
            for paragraph in _PARAGRAPHS.split(MENTION.sub("@…", source).strip())
            if paragraph
        }
        rewrite_page(document, partial(_without, paragraphs=theirs, instead=gone))


def _without(source: str, paragraphs: set[str], instead: str) -> str:
    """`source` with one sentence in the place of each run of `paragraphs`."""
    left: list[str] = []
    for paragraph in _PARAGRAPHS.split(source):
        if paragraph.strip() not in paragraphs:
            left.append(paragraph)
        elif not left or left[-1] != instead:
            left.append(instead)
    return "\n\n".join(left)

# SPDX-License-Identifier: EUPL-1.2
"""Who is told of news, in which words; how they are found; whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from filanda.capabilities.follows.queries import followers
from filanda.components.news.models import NewsItem
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests.documents import LanguageText, SearchDocument
from filanda.kernel.manifests.things import Key, ThingLine, Told
from filanda.kernel.text.folding import sort_key
from filanda.spaces.models import SCOPE, label_in

__all__ = [
    "about",
    "collect",
    "corrected",
    "documents",
    "erase",
    "ids",
    "its_followers",
    "recipients",
    "sentence",
    "space_of",
]


def recipients(event: Event) -> Iterable[Told]:
    """Those who follow the space, when it comes out for the first time."""
    space_id = space_of(event)
    if space_id is None or not (event.payload or {}).get("is_first"):
        return []
    return [Told(number, "follow") for number in followers([(SCOPE, space_id)])]


def its_followers(event: Event) -> Iterable[Told]:
    """Those who follow this very piece: readers of the space are not told of every comma."""
    return [Told(number, "follow") for number in followers([("news", event.subject_id)])] if event.subject_id else []


def about(event: Event) -> Key | None:
    return ("news", event.subject_id) if event.subject_id else None


def space_of(event: Event) -> int | None:
    return (event.payload or {}).get("space")


def sentence(event: Event, line: ThingLine) -> str:
    return _("News: %(title)s") % {"title": line.title}


def corrected(event: Event, line: ThingLine) -> str:
    return _("Changed: %(title)s") % {"title": line.title}


def ids() -> Iterable[int]:
    return NewsItem.objects.order_by("pk").values_list("pk", flat=True)


def documents(numbers: Sequence[int]) -> Iterable[SearchDocument]:
    """Published news, for the readers of their space."""
    for item in NewsItem.objects.published().filter(pk__in=numbers).select_related("space"):
        yield SearchDocument(
            kind="news",
            id=item.pk,
            region_id=item.region_id,
            audience=(item.audience,),
            label=item.title,
            sort_key=sort_key(item.title),
            language=item.language,
            titles=[LanguageText(item.language, item.title)],
            texts=[LanguageText(item.language, f"{item.summary}\n{item.source}")],
            facets={"space": [str(item.space_id)]},
        )


def collect(account: Account) -> Mapping[str, Any]:
    rows = NewsItem.objects.filter(author=account).order_by("pk").select_related("space")
    return {
        "news.json": [
            {
                "space": label_in(item.space.names),
                "title": item.title,
                "summary": item.summary,
                "text": item.source,
                "state": item.state,
                "published_at": item.published_at,
            }
            for item in rows
        ]
    }


def erase(account: Account, keeps: bool) -> None:
    """News are the community's: they stay, without a name; drafts that nobody has seen go."""
    NewsItem.objects.filter(author=account, published_at=None).delete()
    NewsItem.objects.filter(author=account).update(author=None)

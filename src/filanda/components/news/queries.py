# SPDX-License-Identifier: EUPL-1.2
"""Reads of news: what a space's home, the front page and rooms that deal with anything show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils.text import slugify

from filanda.components.news.models import NewsItem
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import VISITOR, Actor
from filanda.kernel.manifests.things import ThingLine
from filanda.spaces.models import SCOPE, Space

__all__ = ["address_of", "as_line", "front_page", "latest", "lines", "names_of"]


def address_of(item: NewsItem) -> tuple[str, int, str]:
    """The arguments of its page, "news:item": the space's slug, its id, words of its title. Needs item.space."""
    return item.space.slug, item.pk, slugify(item.title)[:60].strip("-") or "news"


def names_of(actor: Actor, items: Iterable[NewsItem]) -> dict[int, str]:
    """By account, the names of those who wrote `items`, of those whom `actor` may see. One query, none for no items."""
    accounts = {item.author_id for item in items if item.author_id is not None}
    if not accounts:
        return {}
    rows = Person.objects.visible_to(actor).filter(account__in=accounts).values_list("account", "name")
    return {account_id: name for account_id, name in rows if account_id is not None}


def as_line(item: NewsItem, names: Mapping[int, str]) -> ThingLine:
    return ThingLine(
        kind="news",
        id=item.pk,
        title=item.title,
        url_name="news:item",
        url_args=address_of(item),
        excerpt=(item.summary or item.source)[:280],
        language=item.language,
        audience=item.audience,
        author_id=item.author_id,
        author_name=names.get(item.author_id or 0, ""),
        inside=((SCOPE, item.space_id),),
        at=item.published_at or item.created_at,
    )


def lines(actor: Actor, ids: Sequence[int]) -> Mapping[int, ThingLine]:
    """Those of `ids` that `actor` may see. Two queries."""
    rows = list(NewsItem.objects.visible_to(actor).filter(pk__in=ids).select_related("space"))
    names = names_of(actor, rows)
    return {item.pk: as_line(item, names) for item in rows}


def latest(actor: Actor, space: Space, since: datetime | None, most: int) -> list[ThingLine]:
    """What came out in `space` after `since` (without it: lately), newest first. Two queries."""
    rows = NewsItem.objects.visible_to(actor).published().filter(space=space).select_related("space")
    if since is not None:
        rows = rows.filter(published_at__gt=since)
    found = list(rows.order_by("-published_at", "-pk")[:most])
    names = names_of(actor, found)
    return [as_line(item, names) for item in found]


def front_page(most: int = 3) -> list[NewsItem]:
    """What the region's staff chose for the front page, for everybody, newest first. One query."""
    rows = NewsItem.objects.visible_to(VISITOR).published().filter(is_on_front=True).select_related("space")
    return list(rows.order_by("-published_at", "-pk")[:most])

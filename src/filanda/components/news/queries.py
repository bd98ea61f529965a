# SPDX-License-Identifier: EUPL-1.2
"""Reads of news: what a space's home, the front page and rooms that deal with anything show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Coalesce, JSONObject, Left, NullIf
from django.utils.text import slugify

from filanda.components.news.models import NewsItem
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import VISITOR, Actor
from filanda.kernel.manifests.things import ThingLine
from filanda.spaces.components import Lines, as_columns
from filanda.spaces.models import SCOPE, Space

__all__ = ["NEWS", "address_of", "as_line", "front_page", "lines", "names_of"]


def address_of(item: NewsItem) -> tuple[str, int, str]:
    """The arguments of its page, "news:item": the space's slug, its id, words of its title. Needs item.space."""
    return item.space.slug, item.pk, title_slug(item.title)


def title_slug(title: str) -> str:
    """Words for an address."""
    return slugify(title)[:60].strip("-") or "news"


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


def _rows(actor: Actor, space_id: int, _now: Any) -> QuerySet[Any, Any]:
    rows = NewsItem.objects.visible_to(actor).published().filter(space=space_id).order_by("-published_at", "-pk")
    text = Left(Coalesce(NullIf("summary", Value("")), "source", output_field=TextField()), 280)
    return as_columns(rows, at="published_at", text=text)


def _line(row: Mapping[str, Any], space: Space, names: Mapping[int, str]) -> ThingLine:
    return ThingLine(
        kind="news",
        id=row["line_id"],
        title=row["line_title"],
        url_name="news:item",
        url_args=(space.slug, row["line_id"], title_slug(row["line_title"])),
        excerpt=row["line_text"],
        language=row["line_language"],
        audience=row["line_audience"],
        author_id=row["line_author"],
        author_name=names.get(row["line_author"], ""),
        inside=((SCOPE, space.pk),),
        at=row["line_at"],
    )


def _body(_actor: Actor, _words: Sequence[Sequence[Any]]) -> Any:
    return JSONObject(html=Left("html", SEARCHED))


SEARCHED = 20_000  # characters of an item in which words are marked
NEWS = Lines(_rows, _line, body=_body)  # what came out last


def front_page(most: int = 3) -> list[NewsItem]:
    """What the region's staff chose for the front page, for everybody, newest first. One query."""
    rows = NewsItem.objects.visible_to(VISITOR).published().filter(is_on_front=True).select_related("space")
    return list(rows.order_by("-published_at", "-pk")[:most])

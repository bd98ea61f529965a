# SPDX-License-Identifier: EUPL-1.2
"""Pages of news: of one space, of the whole region, one piece, writing it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime, now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from markupsafe import Markup

from filanda.capabilities.follows.queries import standing
from filanda.capabilities.notifications.timing import zone_of
from filanda.components.news import actions
from filanda.components.news.forms import read_moment, typed
from filanda.components.news.models import NewsItem, NewsState
from filanda.components.news.queries import address_of, names_of
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide, require
from filanda.kernel.text.markdown import to_html
from filanda.kernel.ui.addresses import moved_to
from filanda.kernel.ui.numbers import page_in, whole
from filanda.kernel.ui.paging import pager, pages_at
from filanda.kernel.workflow import MoveNotPossible, possible_moves
from filanda.spaces.pages import SpacePage, space_page

A_PAGE = 12
_MOVES = frozenset({"publish", "schedule", "unschedule", "withdraw", "front", "unfront"})


def _enter(request: HttpRequest, slug: str) -> SpacePage:
    return space_page(request, slug, tab="news")


def _card(item: NewsItem) -> dict[str, Any]:
    return {
        "id": item.pk,
        "url": reverse("news:item", args=address_of(item)),
        "title": item.title,
        "summary": item.summary or "",
        "language": item.language,
        "at": item.published_at or item.created_at,
        "state": item.state,
        "state_words": str(item.get_state_display()),
        "publish_at": item.publish_at,
        "space": item.space.name,
        "space_url": reverse("spaces:home", args=[item.space.slug]),
    }


@require_safe
def all_news(request: HttpRequest) -> HttpResponse:
    """News of every space that the reader may read, the newest first."""
    rows = NewsItem.objects.visible_to(actor_of(request)).published().select_related("space")
    paginator = Paginator(rows.order_by("-published_at", "-pk"), A_PAGE)
    number = page_in(request)
    context = {
        "items": [_card(row) for row in paginator.get_page(number)],
        "pager": pager(paginator.get_page(number).number, paginator.num_pages, pages_at(request.path)),
    }
    return render(request, "news/all.html", context)


@require_safe
def list_news(request: HttpRequest, slug: str) -> HttpResponse:
    """News of one space; drafts on top for those who write them."""
    page = _enter(request, slug)
    rows = NewsItem.objects.visible_to(page.actor).filter(space=page.space).select_related("space")
    may_write = bool(decide(page.actor, "news.write", page.space))
    waiting = []
    if may_write:
        unseen = rows.exclude(state=NewsState.PUBLISHED).order_by("publish_at", "-created_at")
        waiting = [_card(row) for row in unseen[:50]]
    paginator = Paginator(rows.published().order_by("-published_at", "-pk"), A_PAGE)
    number = page_in(request)
    context = {
        "page": page,
        "items": [_card(row) for row in paginator.get_page(number)],
        "pager": pager(paginator.get_page(number).number, paginator.num_pages, pages_at(request.path)),
        "waiting": waiting,
        "may_write": may_write,
        "new_url": reverse("news:new", args=[slug]),
    }
    return render(request, "news/list.html", context)


@require_safe
def item(request: HttpRequest, slug: str, number: int, title: str) -> HttpResponse:
    """One piece of news."""
    page = _enter(request, slug)
    row = _find(page, number)
    right = reverse("news:item", args=address_of(row))
    if request.path != right:
        return moved_to(right)
    return render(request, "news/item.html", _item_context(request, page, row, {}))


def _item_context(request: HttpRequest, page: SpacePage, row: NewsItem, errors: dict[str, str]) -> dict[str, Any]:
    how = standing(page.actor, [("news", row.pk)])
    may_write = bool(decide(page.actor, "news.write", row))
    return {
        "page": page,
        "item": _card(row),
        "html": Markup(row.html),  # noqa: S704 - cleaned when it was written
        "author": names_of(page.actor, [row]).get(row.author_id or 0, ""),
        "edited_at": row.edited_at if row.published_at and row.edited_at and row.edited_at > row.published_at else None,
        "is_hidden": row.hidden_at is not None,
        "is_on_front": row.is_on_front,
        "may_write": may_write,
        "moves": [move.name for move in possible_moves(row, page.actor)] if may_write else [],
        "may_front": row.state == NewsState.PUBLISHED
        and row.audience == "public"
        and bool(decide(page.actor, "news.front")),
        "level": how.level(("news", row.pk)),
        "is_marked": how.is_bookmarked(("news", row.pk)),
        "edit_url": reverse("news:edit", args=[page.space.slug, row.pk]),
        "move_url": reverse("news:move", args=[page.space.slug, row.pk]),
        "report_url": f"{reverse('moderation:report')}?thing=news:{row.pk}",
        "zone": str(zone_of(page.space.region)),
        "publish_at": request.POST.get("publish_at")
        or (localtime(row.publish_at, zone_of(page.space.region)).strftime("%Y-%m-%dT%H:%M") if row.publish_at else ""),
        "errors": errors,
        "summary": [{"name": name, "message": message} for name, message in errors.items()],
    }


def _find(page: SpacePage, number: int) -> NewsItem:
    rows = NewsItem.objects.visible_to(page.actor).filter(space=page.space, pk=number)
    found: NewsItem | None = rows.select_related("space__region").first()
    if found is None:
        raise Http404
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Write a piece of news."""
    page = _enter(request, slug)
    require(page.actor, "news.write", page.space)
    values = typed(request.POST)
    if request.method != "POST":
        return _form(request, page, values, {})
    if "preview" in request.POST:
        return _form(request, page, values, {}, is_preview=True)
    try:
        made = actions.write_news(actor=page.actor, space=page.space, now=now(), **values)
    except ValidationError as error:
        return _form(request, page, values, _words(error))
    return redirect("news:item", *address_of(made))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Change a piece of news."""
    page = _enter(request, slug)
    row = _find(page, number)
    require(page.actor, "news.write", row)
    if request.method != "POST":
        return _form(request, page, {"title": row.title, "summary": row.summary, "source": row.source}, {}, row=row)
    values = typed(request.POST)
    version = request.POST.get("version", "")
    if "preview" in request.POST:
        return _form(request, page, values, {}, row=row, is_preview=True, version=version)
    try:
        actions.edit_news(
            actor=page.actor,
            item=row,
            version=whole(version),
            now=now(),
            **values,
        )
    except ValidationError as error:
        return _form(request, page, values, _words(error), row=row, version=version)
    except actions.Outdated as late:
        return _form(request, page, values, {"source": str(late)}, row=late.item, other=late.item)
    row.refresh_from_db()
    return redirect("news:item", *address_of(row))


def _words(error: ValidationError) -> dict[str, str]:
    if hasattr(error, "error_dict"):
        return {name: " ".join(messages) for name, messages in error.message_dict.items()}
    return {"": " ".join(error.messages)}


def _form(
    request: HttpRequest,
    page: SpacePage,
    values: dict[str, str],
    errors: dict[str, str],
    *,
    row: NewsItem | None = None,
    other: NewsItem | None = None,
    is_preview: bool = False,
    version: str = "",
) -> HttpResponse:
    context = {
        "page": page,
        "values": values,
        "errors": errors,
        "summary": [{"name": name, "message": message} for name, message in errors.items()],
        "version": version if version and other is None else str(row.version) if row is not None else "",
        "is_new": row is None,
        "back_url": reverse("news:item", args=address_of(row))
        if row is not None
        else reverse("news:list", args=[page.space.slug]),
        "other": {"title": other.title, "summary": other.summary, "source": other.source}
        if other is not None
        else None,
        "preview": to_html(values["source"][: actions.TEXT_MOST]) if is_preview else "",
        "is_preview": is_preview,
    }
    return render(request, "news/form.html", context, status=409 if other is not None else 422 if errors else 200)


@require_POST
def move(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Publish, schedule, take back, put on the front page."""
    page = _enter(request, slug)
    row = _find(page, number)
    wish = request.POST.get("wish", "")
    if wish not in _MOVES:
        raise Http404
    try:
        _do(request, page, row, wish)
    except ValidationError as error:
        return render(request, "news/item.html", _item_context(request, page, row, _words(error)), status=422)
    except MoveNotPossible as error:
        return render(request, "news/item.html", _item_context(request, page, row, {"": str(error)}), status=409)
    return redirect("news:item", *address_of(row))


def _do(request: HttpRequest, page: SpacePage, row: NewsItem, wish: str) -> None:
    actor, moment = page.actor, now()
    if wish == "publish":
        actions.publish_news(actor=actor, item=row, now=moment)
    elif wish == "schedule":
        at = read_moment(request.POST.get("publish_at", ""), zone_of(page.space.region))
        actions.schedule_news(actor=actor, item=row, at=at, now=moment)
    elif wish == "unschedule":
        actions.schedule_news(actor=actor, item=row, at=None, now=moment)
    elif wish == "withdraw":
        actions.withdraw_news(actor=actor, item=row, now=moment)
    else:
        actions.put_on_front(actor=actor, item=row, is_on=wish == "front")

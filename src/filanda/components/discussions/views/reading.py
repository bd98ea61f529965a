# SPDX-License-Identifier: EUPL-1.2
"""Reading: the list, a thread, how far somebody has read, what of it they follow."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from markupsafe import Markup

from filanda.capabilities.follows import actions as following
from filanda.capabilities.follows.queries import standing
from filanda.capabilities.threads import actions as talking
from filanda.capabilities.threads.models import Draft, PostRevision, PostState, Thread
from filanda.components.discussions import queries
from filanda.components.discussions.composing import composer
from filanda.components.discussions.differences import differences
from filanda.components.discussions.framing import (
    Room,
    enter,
    number_in,
    pager,
    post_rows,
    thread_rows,
    thread_states,
)
from filanda.components.discussions.policies import title_slug
from filanda.components.discussions.searching import search_threads
from filanda.kernel.ui.moments import when

__all__ = ["all_read", "bookmark", "follow", "history", "permalink", "short", "thread", "threads", "unread"]

KEPT_SECONDS = 300  # of what visitors are shown: "3 minutes ago" is right to within this


@require_safe
def threads(request: HttpRequest, slug: str) -> HttpResponse:
    """The list. ?show= one of FILTERS, ?q= words, ?page= from 1."""
    room = enter(request, slug)
    is_reader = room.actor.account_id is not None
    filters = [
        ("", _("All")),
        *([("unread", _("Unread"))] if is_reader else []),
        ("questions", _("Questions")),
        ("unanswered", _("Unanswered")),
        *([("mine", _("Mine"))] if is_reader else []),
    ]
    show = request.GET.get("show", "")
    show = show if any(show == name for name, _label in filters) else ""
    q = " ".join(request.GET.get("q", "").split())[:200]
    page = number_in(request.GET.get("page", ""))
    asked = {"show": show} if show else {}
    context: dict[str, Any] = {
        "page": room.page,
        "room": room,
        "q": q,
        "show": show,
        "filters": [
            {"label": label, "url": room.root + (f"?show={name}" if name else ""), "is_on": name == show and not q}
            for name, label in filters
        ],
        "found": None,
        "canonical_path": room.root,
    }
    if q:
        found = search_threads(room, q, page)
        context |= {"found": found, "rows": [], "pager": pager(room.root, found.page, found.pages, {"q": q})}
        context["total"] = found.total
    else:
        listed = queries.listed_threads(room.actor, room.space, show=show, page=page)
        context |= {
            "rows": thread_rows(room, listed.rows),
            "total": listed.total,
            "pager": pager(room.root, listed.page, listed.pages, asked),
        }
    return render(request, "discussions/threads.html", context)


@require_safe
def short(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    room = enter(request, slug)
    return HttpResponseRedirect(room.thread_url(room.find(number)))


@require_safe
def thread(request: HttpRequest, slug: str, number: int, title: str) -> HttpResponse:
    """A page of posts. ?page= from 1. What a member reads is read from then on."""
    room = enter(request, slug)
    found = room.find(number)
    if title != title_slug(found.title):
        asked = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(room.thread_url(found) + (f"?{asked}" if asked else ""))
    return show_thread(request, room, found, page=number_in(request.GET.get("page", "")))


def show_thread(
    request: HttpRequest,
    room: Room,
    found: Thread,
    *,
    page: int,
    composing: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The thread's page; `composing`: what the composer holds when it is shown again after an error."""
    url = room.thread_url(found)
    is_reader = room.actor.account_id is not None
    posts, about = _posts_for_reader(room, found, page) if is_reader else _posts_for_visitors(room, found, page)
    moved = found.moved_to if found.moved_to_id is not None else None
    answer_number = getattr(found, "answer_number", None)
    context: dict[str, Any] = {
        "page": room.page,
        "room": room,
        "talk": found,
        "title": found.title,
        "title_lang": found.language,
        "thread_url": url,
        "states": thread_states(found),
        "posts": posts,
        "pager": pager(url, about["page"], about["pages"]),
        "at": about,
        "answer_url": f"{room.root}{found.pk}/p/{answer_number}/" if answer_number else "",
        "answer_number": answer_number,
        "moved_url": f"{room.root}{moved.pk}/" if moved is not None else "",
        "closed_when": when(found.closed_at) if found.closed_at is not None else "",
        "unread_url": f"{room.root}{found.pk}/unread/"
        if about.get("line") and about["line_page"] != about["page"]
        else "",
        "standing": None,
        "composer": composing,
        "sign_in": not is_reader,
        "description": _beginning(posts) if about["page"] == 1 and not is_reader else "",
        "canonical_path": url + (f"?page={about['page']}" if about["page"] > 1 else ""),
    }
    if is_reader:
        key = ("thread", found.pk)
        stands = standing(room.actor, [key])
        context["standing"] = {"level": stands.level(key), "is_bookmarked": stands.is_bookmarked(key)}
        if composing is None and found.closed_at is None and moved is None and (room.may_write or room.may_join):
            draft = Draft.objects.filter(account=room.actor.account_id, place=f"thread:{found.pk}").first()
            context["composer"] = composer(room, thread=found, draft=draft, last=about["last"])
    response = render(request, "discussions/thread.html", context, status=status)
    if is_reader and request.method == "GET" and about["last"] > (getattr(found, "read_number", None) or 0):
        talking.mark_read(actor=room.actor, thread=found, number=about["last"], now=now())
    return response


def _beginning(posts: str) -> str:
    """How the first text begins, for those who list pages."""
    text = Markup(posts[:4000]).striptags()  # noqa: S704 - only to take its marks away
    return " ".join(text.split())[:160]


def _posts_for_visitors(room: Room, thread: Thread, page: int) -> tuple[str, dict[str, Any]]:
    """The posts as HTML, rendered once for all visitors: kept by the thread's version, for some minutes at most."""
    key = f"discussions:posts:{thread.pk}:{thread.version}:{thread.last_number}:{page}:{get_language()}"
    kept: tuple[str, dict[str, Any]] | None = cache.get(key)
    if kept is None:
        found = queries.shown_posts(room.actor, thread, page=page, keeps_order=False)
        rows = post_rows(room, thread, found.rows)
        last = found.rows[-1].number if found.rows else 0
        about = {"page": found.page, "pages": found.pages, "total": found.total, "last": last, "line": 0}
        kept = (_rendered(room, thread, rows), about)
        cache.set(key, kept, KEPT_SECONDS)
    return Markup(kept[0]), kept[1]  # noqa: S704 - rendered by a template of ours


def _posts_for_reader(room: Room, thread: Thread, page: int) -> tuple[str, dict[str, Any]]:
    found = queries.shown_posts(room.actor, thread, page=page, keeps_order=room.keeps_order)
    read = getattr(thread, "read_number", None)
    # The line stands above the first post that is new, unless everything is, or nothing.
    fresh = [
        post.number for post in found.rows if read and post.number > read and post.author_id != room.actor.account_id
    ]
    line = fresh[0] if fresh else 0
    last = found.rows[-1].number if found.rows else 0
    has_more = read is not None and thread.last_number > read
    about = {
        "page": found.page,
        "pages": found.pages,
        "total": found.total,
        "last": last,
        "line": 1 if has_more else 0,
        "line_page": found.page if line else 0,
    }
    return Markup(_rendered(room, thread, post_rows(room, thread, found.rows, line=line))), about  # noqa: S704 - ours


def _rendered(room: Room, thread: Thread, rows: list[dict[str, Any]]) -> str:
    base = f"{room.root}{thread.pk}/"
    return render_to_string("discussions/_posts.html", {"posts": rows, "base": base, "reader": room.actor.account_id})


@require_safe
def permalink(request: HttpRequest, slug: str, number: int, post: int) -> HttpResponse:
    """To the page on which a post stands, and to it there."""
    room = enter(request, slug)
    found = room.find(number)
    row = room.find_post(found, post)
    return HttpResponseRedirect(at_post(room, found, row.number))


def at_post(room: Room, thread: Thread, number: int) -> str:
    """The address of post `number` on its page. One query at most."""
    page = 1 if number <= queries.POSTS_PAGE else queries.page_of(room.actor, thread, number, room.keeps_order)
    return room.thread_url(thread) + (f"?page={page}" if page > 1 else "") + f"#post-{number}"


@never_cache
@require_safe
def unread(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """To the first post that the reader has not seen."""
    room = enter(request, slug)
    found = room.find(number)
    return HttpResponseRedirect(at_post(room, found, queries.first_unread(room.actor, found, room.keeps_order)))


@never_cache
@require_POST
def all_read(request: HttpRequest, slug: str) -> HttpResponse:
    room = enter(request, slug)
    talking.mark_all_read(actor=room.actor, place=("space", room.space.pk), now=now())
    return HttpResponseRedirect(room.root)


@never_cache
@require_POST
def follow(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """level: following, muted, or empty for neither."""
    room = enter(request, slug)
    found = room.find(number)
    level = request.POST.get("level", "")
    if level not in ("", "following", "muted"):
        raise Http404
    following.set_follow(actor=room.actor, thing=("thread", found.pk), level=level or None, now=now())
    return _after_standing(request, room, found)


@never_cache
@require_POST
def bookmark(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """on: 1 or 0."""
    room = enter(request, slug)
    found = room.find(number)
    is_on = request.POST.get("on", "") == "1"
    following.set_bookmark(actor=room.actor, thing=("thread", found.pk), is_on=is_on, now=now())
    return _after_standing(request, room, found)


def _after_standing(request: HttpRequest, room: Room, thread: Thread) -> HttpResponse:
    if not getattr(request, "htmx", None):
        return HttpResponseRedirect(room.thread_url(thread))
    key = ("thread", thread.pk)
    stands = standing(room.actor, [key])
    context = {
        "standing": {"level": stands.level(key), "is_bookmarked": stands.is_bookmarked(key)},
        "base": f"{room.root}{thread.pk}/",
    }
    return render(request, "discussions/_standing.html", context)


@never_cache
@require_safe
def history(request: HttpRequest, slug: str, number: int, post: int) -> HttpResponse:
    """How a post read before its edits, each with what changed. Of removed and deleted posts nothing is shown."""
    room = enter(request, slug)
    found = room.find(number)
    row = room.find_post(found, post)
    if row.state in (PostState.REMOVED, PostState.DELETED):
        raise Http404
    before = list(PostRevision.objects.filter(post=row).order_by("version"))
    texts = [(one.version, one.source, one.written_at) for one in before]
    texts.append((row.version, row.source, row.edited_at or row.created_at))
    versions = [
        {
            "version": version,
            "when": when(at),
            "is_first": place == 0,
            "is_present": place == len(texts) - 1,
            "changes": differences(texts[place - 1][1], source) if place else [("same", source)],
        }
        for place, (version, source, at) in enumerate(texts)
    ]
    people = queries.authors({row.author_id}, room.actor, room.space)
    context = {
        "page": room.page,
        "thread_url": room.thread_url(found),
        "back_url": f"{room.root}{found.pk}/p/{row.number}/",
        "title": found.title,
        "number": row.number,
        "author": people[row.author_id],
        "lang": row.language,
        "versions": list(reversed(versions)),
    }
    return render(request, "discussions/history.html", context)

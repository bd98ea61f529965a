# SPDX-License-Identifier: EUPL-1.2
"""Reading: the list, a thread, how far somebody has read, what of it they follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
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
from filanda.capabilities.threads.places import place
from filanda.capabilities.threads.queries import POSTS_PAGE, THREADS_PAGE, PostRow, first_unread, page_of, where
from filanda.capabilities.threads.queries import post_rows as read_rows
from filanda.capabilities.threads.rendering import names_known, people_in, shows_things
from filanda.components.discussions import queries
from filanda.components.discussions.composing import composer, without_handles
from filanda.components.discussions.differences import differences
from filanda.components.discussions.framing import (
    Room,
    authors_of,
    enter,
    post_rows,
    thread_rows,
    thread_states,
    words_of,
    writers_of,
)
from filanda.components.discussions.policies import title_slug
from filanda.components.discussions.searching import search_threads
from filanda.kernel.ui.addresses import moved_to
from filanda.kernel.ui.moments import when
from filanda.kernel.ui.numbers import page_in
from filanda.kernel.ui.paging import pager, pages_at

__all__ = ["all_read", "bookmark", "follow", "history", "permalink", "short", "thread", "threads", "unread"]

KEPT_SECONDS = 300  # of what visitors are shown: "3 minutes ago" is right to within this
LIST_SECONDS = 60  # of a list


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
    page = page_in(request)
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
        context |= {"found": found, "rows": [], "pager": pager(found.page, found.pages, pages_at(room.root, q=q))}
        context["total"] = found.total
    else:
        measured = queries.measured(room.actor, room.space, show=show)
        total = measured.total
        page = min(page, max(1, -(-total // THREADS_PAGE)))
        context |= {
            "rows": _rows(room, show, page, measured.mark) if total else "",
            "total": total,
            "pager": pager(page, max(1, -(-total // THREADS_PAGE)), pages_at(room.root, **asked)),
        }
    return render(request, "discussions/threads.html", context)


@dataclass(frozen=True)
class _Kept:
    """A part of a page as visitors are shown it. It names `accounts` and people mentioned, as they were known then:
    where one of them is known otherwise by now, or not at all, it is not shown again.
    """

    html: str
    about: dict[str, Any]
    accounts: tuple[int | None, ...]
    known: list[dict[str, Any]]
    mentioned: dict[int, str]

    def still_holds(self, room: Room) -> bool:
        """One query, and one for who is mentioned."""
        if self.known != queries.people_known(self.accounts, room.actor, room.space):
            return False
        return not self.mentioned or self.mentioned == names_known(room.actor, self.mentioned)


def _kept(room: Room, key: str) -> _Kept | None:
    kept: _Kept | None = cache.get(key) if room.actor.is_visitor else None
    return kept if kept is not None and kept.still_holds(room) else None


def _rows(room: Room, show: str, page: int, mark: str) -> str:
    """A page of the list as HTML; for visitors, whom it shows the same, kept until a thread of it has changed."""
    key = f"discussions:list:{room.space.pk}:{room.root}:{show}:{page}:{mark}:{get_language()}"
    kept = _kept(room, key)
    if kept is None:
        listed = queries.page_of_threads(room.actor, room.space, show=show, page=page)
        accounts = tuple(writers_of(listed))
        known = queries.people_known(accounts, room.actor, room.space)
        html = render_to_string("discussions/_rows.html", {"rows": thread_rows(room, listed, known)})
        kept = _Kept(html, {}, accounts, known, {})
        if room.actor.is_visitor:
            cache.set(key, kept, LIST_SECONDS)
    return Markup(kept.html)  # noqa: S704 - rendered by a template of ours


@require_safe
def short(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    room = enter(request, slug)
    found = queries.thread_in(room.actor, room.space, number)
    return HttpResponseRedirect(room.thread_url(found) if found is not None else elsewhere(room, number))


def elsewhere(room: Room, thread_id: int, number: int | None = None) -> str:
    """Where a thread, or a post of it, is now: merged, split off, moved to another community. 404 for what is not the
    reader's to see.
    """
    led = where(room.actor, thread_id, number) if (number or 0) < 2**31 else None
    if led is None or (number is not None and led[1] is None and led[0].pk == thread_id):
        raise Http404
    found, now_at = led
    try:
        url_name, url_args = place(found.place_kind).thread_page(found.place_id, found.pk, found.title)
    except KeyError:
        raise Http404 from None
    address = reverse(url_name, args=url_args)
    if number is None or now_at is None:
        return address
    keeps = bool(place(found.place_kind).keeps_order(room.actor, found.place_id))
    at = page_of(room.actor, found, now_at, keeps_order=keeps)
    return address + (f"?page={at}" if at > 1 else "") + f"#post-{now_at}"


@require_safe
def thread(request: HttpRequest, slug: str, number: int, title: str) -> HttpResponse:
    """A page of posts. ?page= from 1. What a member reads is read from then on."""
    room = enter(request, slug)
    found = queries.thread_in(room.actor, room.space, number)
    if found is None or found.moved_to_id is not None:
        return HttpResponseRedirect(elsewhere(room, number))
    if title != title_slug(found.title):
        asked = request.META.get("QUERY_STRING", "")
        return moved_to(room.thread_url(found) + (f"?{asked}" if asked else ""))
    return show_thread(request, room, found, page=page_in(request))


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
        "pager": pager(about["page"], about["pages"], pages_at(url)),
        "at": about,
        "answer_url": f"{room.root}{found.pk}/p/{answer_number}/" if answer_number else "",
        "answer_number": answer_number,
        "closed_when": when(found.closed_at) if found.closed_at is not None else "",
        "unread_url": f"{room.root}{found.pk}/unread/" if about["has_new"] else "",
        "standing": None,
        "composer": composing,
        "sign_in": not is_reader,
        "description": _beginning(posts) if about["page"] == 1 and not is_reader else "",
        "canonical_path": url + (f"?page={about['page']}" if about["page"] > 1 else ""),
    }
    if is_reader:
        context["standing"] = {"level": found.level, "is_bookmarked": found.is_bookmarked}  # type: ignore[attr-defined]
        if composing is None and found.closed_at is None and (room.may_write or room.may_join):
            draft = None
            if found.has_draft:  # type: ignore[attr-defined]
                draft = Draft.objects.filter(account=room.actor.account_id, place=f"thread:{found.pk}").first()
            context["composer"] = composer(room, thread=found, draft=draft, last=about["last"])
    response = render(request, "discussions/thread.html", context, status=status)
    if is_reader and request.method == "GET" and about["last"] > (getattr(found, "read_number", 0)):
        talking.mark_read(actor=room.actor, thread=found, number=about["last"], now=now())
    return response


def _beginning(posts: str) -> str:
    """How the first text begins, for those who list pages."""
    at = posts.find('<div class="post-text')
    text = Markup(posts[at : at + 2000]).striptags() if at >= 0 else ""  # noqa: S704 - only to take its marks away
    return " ".join(text.split())[:160]


def _posts_for_visitors(room: Room, thread: Thread, page: int) -> tuple[str, dict[str, Any]]:
    """The posts as HTML, rendered once for all visitors: kept by the thread's version, for some minutes at most. A page
    that shows things of ours is not kept: whether they may be seen is asked each time.
    """
    key = f"discussions:posts:{thread.pk}:{thread.version}:{thread.last_number}:{page}:{get_language()}"
    kept = _kept(room, key)
    if kept is None:
        posts, about = _page(room, thread, page)
        accounts, words = tuple(authors_of(posts)), words_of(posts)
        # Read before the posts are rendered: what changes meanwhile is found out by whoever asks next.
        known = queries.people_known(accounts, room.actor, room.space)
        mentioned = names_known(room.actor, people_in(words))
        html = _rendered(room, thread, post_rows(room, thread, posts, known=known, mentioned=mentioned))
        kept = _Kept(html, about, accounts, known, mentioned)
        if not shows_things(words):
            cache.set(key, kept, KEPT_SECONDS)
    return Markup(kept.html), kept.about  # noqa: S704 - rendered by a template of ours


def _posts_for_reader(room: Room, thread: Thread, page: int) -> tuple[str, dict[str, Any]]:
    posts, about = _page(room, thread, page)
    read: int = getattr(thread, "read_number", 0)
    # The line stands above the first post that is new, unless everything is, or nothing.
    me = room.actor.account_id
    fresh = next((post.number for post in posts if read and post.number > read and post.author_id != me), 0)
    about["has_new"] = bool(read) and thread.last_number > read and not fresh
    return Markup(_rendered(room, thread, post_rows(room, thread, posts, line=fresh))), about  # noqa: S704 - ours


def _page(room: Room, thread: Thread, page: int) -> tuple[list[PostRow], dict[str, Any]]:
    total = queries.posts_in_all(room.actor, thread, room.keeps_order)
    pages = max(1, -(-total // POSTS_PAGE))
    page = min(page, pages)
    posts = read_rows(room.actor, thread, page=page, keeps_order=room.keeps_order)
    last = posts[-1].number if posts else 0
    return posts, {"page": page, "pages": pages, "total": total, "last": last, "has_new": False}


def _rendered(room: Room, thread: Thread, rows: list[dict[str, Any]]) -> str:
    base = f"{room.root}{thread.pk}/"
    return render_to_string("discussions/_posts.html", {"posts": rows, "base": base, "reader": room.actor.account_id})


@require_safe
def permalink(request: HttpRequest, slug: str, number: int, post: int) -> HttpResponse:
    """To the page on which a post stands, and to it there, wherever that is by now."""
    return HttpResponseRedirect(elsewhere(enter(request, slug), number, post))


def at_post(room: Room, thread: Thread, number: int) -> str:
    """The address of post `number` on its page. One query at most."""
    page = page_of(room.actor, thread, number, keeps_order=room.keeps_order)
    return room.thread_url(thread) + (f"?page={page}" if page > 1 else "") + f"#post-{number}"


@never_cache
@require_safe
def unread(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """To the first post that the reader has not seen."""
    room = enter(request, slug)
    found = room.find(number)
    return HttpResponseRedirect(at_post(room, found, first_unread(room.actor, found, keeps_order=room.keeps_order)))


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
    texts = [(one.version, without_handles(one.source), one.written_at) for one in before]
    texts.append((row.version, without_handles(row.source), row.edited_at or row.created_at))
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

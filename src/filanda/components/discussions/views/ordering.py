# SPDX-License-Identifier: EUPL-1.2
"""Keeping order: pin, close, rename, move, split, merge, release. For the managers and moderators of the space."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from filanda.capabilities.threads import actions as talking
from filanda.capabilities.threads import errors as wrong
from filanda.capabilities.threads.models import TITLE_MOST, PostState, Thread
from filanda.capabilities.threads.rendering import plain
from filanda.components.discussions import queries
from filanda.components.discussions.forms import numbers_in
from filanda.components.discussions.framing import Room, enter
from filanda.components.discussions.policies import may_keep_order
from filanda.components.discussions.views.reading import at_post
from filanda.kernel.policies import Forbidden, require
from filanda.kernel.ui.numbers import id_in
from filanda.spaces.models import SCOPE, Space

__all__ = ["move", "order", "release"]

MOVES = ("pin", "unpin", "close", "reopen", "rename", "move", "split", "merge")
CHOICES = 200  # posts to tick


@never_cache
@require_safe
def order(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Everything that may be done with a thread. ?q= looks for the thread to merge it into."""
    room = enter(request, slug)
    return _page(request, room, room.find(number))


def _page(
    request: HttpRequest,
    room: Room,
    thread: Thread,
    *,
    typed: dict[str, Any] | None = None,
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    require(room.actor, "discussions.keep_order", room.space)
    errors = errors or {}
    q = " ".join(request.GET.get("q", "").split())[:200]
    posts = queries.choosable(room.actor, thread, most=CHOICES)
    people = queries.authors({post.author_id for post in posts}, room.actor, room.space)
    kept = room.actor.scope_ids(SCOPE)
    spaces = [
        (str(space.pk), space.name)
        for space in Space.objects.readable_by(room.actor)
        .filter(pk__in=kept, archived_at=None)
        .exclude(pk=room.space.pk)
        if may_keep_order(room.actor, space)
    ]
    candidates = queries.mergeable(room.actor, room.space, thread, q)
    context = {
        "page": room.page,
        "room": room,
        "talk": thread,
        "title": thread.title,
        "title_lang": thread.language,
        "thread_url": room.thread_url(thread),
        "here": f"{room.root}{thread.pk}/order/",
        "typed": {"title": thread.title, "reason": "", "split_title": "", "posts": []} | (typed or {}),
        "errors": errors,
        "listed": [{"name": name, "message": one} for name, sentences in errors.items() for one in sentences],
        "title_most": TITLE_MOST,
        "posts": [
            {
                "n": post.number,
                "author": people[post.author_id].name,
                "words": plain(post.source, 140),
                "lang": post.language,
                "is_held": post.state == PostState.HELD,
            }
            for post in posts
        ],
        "spaces": sorted(spaces, key=lambda pair: pair[1].lower()),
        "q": q,
        "candidates": [{"id": pk, "title": title, "lang": language} for pk, title, language in candidates],
    }
    return render(request, "discussions/order.html", context, status=status)


@never_cache
@require_POST
def move(request: HttpRequest, slug: str, number: int, move: str) -> HttpResponse:
    """One of MOVES. close: reason; rename: title; move: space; split: posts, split_title; merge: into."""
    room = enter(request, slug)
    thread = room.find(number)
    require(room.actor, "discussions.keep_order", room.space)
    if move not in MOVES:
        raise Http404
    typed = {name: " ".join(request.POST.get(name, "").split()) for name in ("title", "reason", "split_title")}
    errors = _wrong(request, move, typed)
    if errors:
        return _page(
            request, room, thread, typed=typed | {"posts": numbers_in(request, "posts")}, errors=errors, status=422
        )
    try:
        there = _do(request, room, thread, move, typed)
    except wrong.EXPECTED as error:
        typed_again = typed | {"posts": numbers_in(request, "posts")}
        return _page(request, room, thread, typed=typed_again, errors={"": [str(error)]}, status=422)
    return HttpResponseRedirect(there)


def _wrong(request: HttpRequest, move: str, typed: dict[str, str]) -> dict[str, list[str]]:
    """What is missing, by field."""
    match move:
        case "close" if not typed["reason"]:
            return {"reason": [_("Say why it is closed: everybody reads it above the thread.")]}
        case "close" if len(typed["reason"]) > 300:
            return {"reason": [_("This is too long: up to 300 characters fit.")]}
        case "rename" if not typed["title"]:
            return {"title": [_("Give it a title: what it is about, in one line.")]}
        case "rename" if len(typed["title"]) > TITLE_MOST:
            return {"title": [_("This is too long: up to %(most)s characters fit.") % {"most": TITLE_MOST}]}
        case "split":
            wrong: dict[str, list[str]] = {}
            if not numbers_in(request, "posts"):
                wrong["posts"] = [_("Tick the posts that are to be a thread of their own.")]
            if not typed["split_title"]:
                wrong["split_title"] = [_("Give it a title: what it is about, in one line.")]
            elif len(typed["split_title"]) > TITLE_MOST:
                wrong["split_title"] = [_("This is too long: up to %(most)s characters fit.") % {"most": TITLE_MOST}]
            return wrong
    return {}


def _do(request: HttpRequest, room: Room, thread: Thread, move: str, typed: dict[str, str]) -> str:
    """Do it; returns where to go then."""
    actor, at = room.actor, now()
    plain: dict[str, Callable[[], object]] = {
        "pin": lambda: talking.pin_thread(actor=actor, thread=thread, is_on=True, now=at),
        "unpin": lambda: talking.pin_thread(actor=actor, thread=thread, is_on=False, now=at),
        "close": lambda: talking.close_thread(actor=actor, thread=thread, reason=typed["reason"], now=at),
        "reopen": lambda: talking.reopen_thread(actor=actor, thread=thread, now=at),
        "rename": lambda: talking.rename_thread(actor=actor, thread=thread, title=typed["title"], now=at),
    }
    if move in plain:
        plain[move]()
        return f"{room.root}{thread.pk}/"
    if move == "move":
        space = _space(room, request.POST.get("space", ""))
        talking.move_thread(actor=actor, thread=thread, place=(SCOPE, space.pk), now=at)
        return f"{room.root.replace(f'/{room.space.slug}/', f'/{space.slug}/')}{thread.pk}/"
    if move == "split":
        numbers = numbers_in(request, "posts")
        made = talking.split_thread(actor=actor, thread=thread, numbers=numbers, title=typed["split_title"], now=at)
        return room.thread_url(made)
    into = id_in(request.POST.get("into")) or 0
    other = room.find(into)
    talking.merge_threads(actor=actor, thread=thread, into=other, now=at)
    return room.thread_url(other)


def _space(room: Room, text: str) -> Space:
    found = Space.objects.readable_by(room.actor).filter(pk=id_in(text)).first()
    if found is None:
        raise Http404
    if not (decision := may_keep_order(room.actor, found)):
        raise Forbidden(decision)
    return found


@never_cache
@require_POST
def release(request: HttpRequest, slug: str, number: int, post: int) -> HttpResponse:
    """Show a post that was held."""
    room = enter(request, slug)
    thread = room.find(number)
    row = room.find_post(thread, post)
    shown = talking.release_post(actor=room.actor, post=row, now=now())
    return HttpResponseRedirect(at_post(room, room.find(number), shown.number))

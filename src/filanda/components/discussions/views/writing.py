# SPDX-License-Identifier: EUPL-1.2
"""Writing: new threads, answers, edits, reactions, drafts, the preview, whom one may name."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.capabilities.files.inspecting import FileRefused
from filanda.capabilities.files.receiving import takes_files
from filanda.capabilities.threads import actions as talking
from filanda.capabilities.threads import errors
from filanda.capabilities.threads.models import TITLE_MOST, Draft, Post, PostState, ReactionName, Thread
from filanda.capabilities.threads.queries import people_named
from filanda.components.discussions import queries
from filanda.components.discussions.composing import composer, previewed, quote_of
from filanda.components.discussions.forms import FILE_BYTES, FILES_MOST, Written, files_again, written
from filanda.components.discussions.framing import Room, enter, post_rows
from filanda.components.discussions.views.reading import at_post
from filanda.kernel.identity.requests import SignInFirst
from filanda.kernel.policies import Forbidden
from filanda.kernel.ui.numbers import id_in, whole
from filanda.spaces.actions.joining import join_space
from filanda.spaces.errors import NotAllowedIn, TooOften

__all__ = ["accept", "answer", "delete", "draft", "edit", "new", "people", "preview", "react"]


@takes_files(FILE_BYTES, most_files=FILES_MOST)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Start a thread."""
    room = enter(request, slug)
    _require_writing(room, room.root + "new/")
    if request.method != "POST":
        kept = Draft.objects.filter(account=room.actor.account_id, place=f"space:{room.space.pk}").first()
        return _new_page(request, room, composer(room, draft=kept))
    wants_preview = "preview" in request.POST
    typed = written(request, with_title=not wants_preview, needs_words=not wants_preview)
    if wants_preview:
        return _new_page(request, room, composer(room, typed=typed, preview=previewed(room, typed.source)))
    if not typed.errors:
        try:
            _join_first(room, typed)
            made = talking.open_thread(
                actor=room.actor,
                place=_place(room),
                title=typed.title,
                source=typed.source,
                kind=typed.kind,
                key=typed.key,
                uploads=typed.uploads,
                is_suspect=typed.is_suspect,
                now=now(),
            )
            return HttpResponseRedirect(room.thread_url(made))
        except EXPECTED as error:
            _told(typed, error)
    _about_files(typed)
    return _new_page(request, room, composer(room, typed=typed), status=422)


def _new_page(request: HttpRequest, room: Room, composing: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(
        request, "discussions/new.html", {"page": room.page, "room": room, "composer": composing}, status=status
    )


@takes_files(FILE_BYTES, most_files=FILES_MOST)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Answer in a thread. GET: the form alone, with ?quote= or ?to= the number of a post."""
    room = enter(request, slug)
    thread = room.find(number)
    _require_writing(room, f"{room.root}{thread.pk}/answer/")
    if request.method != "POST":
        kept = Draft.objects.filter(account=room.actor.account_id, place=f"thread:{thread.pk}").first()
        quoted, reply_to = "", 0
        for name in ("quote", "to"):
            if asked := whole(request.GET.get(name)):
                post = room.find_post(thread, asked)
                reply_to = post.number
                if name == "quote" and post.state == PostState.SHOWN:
                    quoted = quote_of(post, _name_of(room, post))
        context = composer(room, thread=thread, draft=kept, reply_to=reply_to, quoted=quoted, last=thread.last_number)
        return _answer_page(request, room, thread, context)
    wants_preview = "preview" in request.POST
    typed = written(request, needs_words=not wants_preview)
    if wants_preview:
        shown = previewed(room, typed.source)
        return _answer_page(request, room, thread, composer(room, thread=thread, typed=typed, preview=shown))
    if not typed.errors:
        try:
            _join_first(room, typed)
            parent = room.find_post(thread, typed.reply_to) if typed.reply_to else None
            made = talking.answer(
                actor=room.actor,
                thread=thread,
                source=typed.source,
                reply_to=parent,
                key=typed.key,
                uploads=typed.uploads,
                is_suspect=typed.is_suspect,
                now=now(),
            )
            return _answered(request, room, thread, made, typed)
        except EXPECTED as error:
            _told(typed, error)
    _about_files(typed)
    composing = composer(room, thread=thread, typed=typed)
    if _is_htmx(request):
        return render(request, "discussions/_composer.html", {"composer": composing, "room": room}, status=422)
    return _answer_page(request, room, thread, composing, status=422)


def _answer_page(
    request: HttpRequest, room: Room, thread: Thread, composing: dict[str, Any], status: int = 200
) -> HttpResponse:
    to = None
    if composing["reply_to"]:
        post = Post.objects.visible_to(room.actor).filter(thread=thread, number=composing["reply_to"]).first()
        to = room.row_of(thread, post) if post is not None else None
    context = {
        "page": room.page,
        "room": room,
        "title": thread.title,
        "title_lang": thread.language,
        "thread_url": room.thread_url(thread),
        "composer": composing,
        "to": to,
    }
    return render(request, "discussions/answer.html", context, status=status)


def _answered(request: HttpRequest, room: Room, thread: Thread, made: Post, typed: Written) -> HttpResponse:
    """The posts since what the page showed, with what others wrote meanwhile; then an empty composer."""
    thread = room.find(thread.pk)
    there = at_post(room, thread, made.number)
    talking.mark_read(actor=room.actor, thread=thread, number=thread.last_number, now=now())
    posts = room.rows_at(thread, made.number)
    # On the page that the reader has before them: everything since then, else they go to where it stands.
    is_next = bool(typed.last) and bool(posts) and posts[0].number <= typed.last
    if not _is_htmx(request):
        return HttpResponseRedirect(there)
    if not is_next or typed.joins:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = there
        return response
    rows = post_rows(room, thread, [row for row in posts if row.number > typed.last])
    last = posts[-1].number
    context = {
        "posts": rows,
        "base": f"{room.root}{thread.pk}/",
        "reader": room.actor.account_id,
        "composer": composer(room, thread=thread, last=last),
        "room": room,
        "said": _("Your answer is there.")
        if made.state == PostState.SHOWN
        else _("Your answer waits until a moderator has looked at it."),
        "focus": made.number,
    }
    return render(request, "discussions/_answered.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, number: int, post: int) -> HttpResponse:
    """Change one's own post. Somebody who was faster does not lose what they wrote, nor does the second one."""
    room = enter(request, slug)
    thread = room.find(number)
    row = room.find_post(thread, post)
    if (
        row.author_id is None
        or row.author_id != room.actor.account_id
        or row.state not in (PostState.SHOWN, PostState.HELD)
    ):
        raise Http404
    if request.method != "POST":
        kept = Draft.objects.filter(account=room.actor.account_id, place=f"post:{row.pk}").first()
        return _edit_page(request, room, thread, row, composer(room, thread=thread, post=row, draft=kept))
    wants_preview = "preview" in request.POST
    typed = written(request, needs_words=not wants_preview)
    if wants_preview:
        shown = previewed(room, typed.source)
        context = composer(room, thread=thread, post=row, typed=typed, preview=shown)
        context["version"] = typed.version
        return _edit_page(request, room, thread, row, context)
    theirs = ""
    if not typed.errors:
        try:
            talking.edit_post(actor=room.actor, post=row, source=typed.source, version=typed.version, now=now())
            return HttpResponseRedirect(at_post(room, room.find(number), row.number))
        except errors.EditConflict as error:
            row = error.post
            theirs = row.source
            typed.wrong(
                "source",
                _(
                    "This post was changed meanwhile. Below is what it says now; your text is still in the field. "
                    "Put the two together and save."
                ),
            )
            context = composer(room, thread=thread, post=row, typed=typed, theirs=theirs)
            return _edit_page(request, room, thread, row, context, status=409)
        except EXPECTED as error:
            _told(typed, error)
    context = composer(room, thread=thread, post=row, typed=typed)
    context["version"] = typed.version
    return _edit_page(request, room, thread, row, context, status=422)


def _edit_page(
    request: HttpRequest, room: Room, thread: Thread, post: Post, composing: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = {
        "page": room.page,
        "room": room,
        "title": thread.title,
        "title_lang": thread.language,
        "thread_url": room.thread_url(thread),
        "back_url": f"{room.root}{thread.pk}/p/{post.number}/",
        "number": post.number,
        "composer": composing,
    }
    return render(request, "discussions/edit.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, slug: str, number: int, post: int) -> HttpResponse:
    """Delete one's own post, after having been asked."""
    room = enter(request, slug)
    thread = room.find(number)
    row = room.find_post(thread, post)
    if row.author_id is None or row.author_id != room.actor.account_id:
        raise Http404
    if request.method != "POST":
        context = {
            "page": room.page,
            "title": thread.title,
            "title_lang": thread.language,
            "thread_url": room.thread_url(thread),
            "back_url": f"{room.root}{thread.pk}/p/{row.number}/",
            "row": room.row_of(thread, row),
            "here": request.path,
        }
        return render(request, "discussions/delete.html", context)
    talking.delete_post(actor=room.actor, post=row, now=now())
    return HttpResponseRedirect(at_post(room, room.find(number), row.number))


@never_cache
@require_POST
def react(request: HttpRequest, slug: str, number: int, post: int) -> HttpResponse:
    """name: one of ReactionName; said again it is taken back. on: 1 or 0 says which, without it the other one."""
    room = enter(request, slug)
    thread = room.find(number)
    row = room.find_post(thread, post)
    name, asked = _split(request.POST.get("react", ""))
    if name not in ReactionName.values:
        raise Http404
    talking.react(actor=room.actor, post=row, name=name, is_on=asked, now=now())
    if not _is_htmx(request):
        return HttpResponseRedirect(at_post(room, thread, row.number))
    context = {"p": room.row_of(thread, row), "base": f"{room.root}{thread.pk}/"}
    return render(request, "discussions/_reactions.html", context)


def _split(text: str) -> tuple[str, bool]:
    """ "thanks:1" -> ("thanks", True)."""
    name, _colon, on = text.partition(":")
    return name, on != "0"


@never_cache
@require_POST
def accept(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """post: the number of the answer; 0 takes the mark away."""
    room = enter(request, slug)
    thread = room.find(number)
    asked = id_in(request.POST.get("post", ""))
    if asked is None:
        raise Http404
    post = room.find_post(thread, asked) if asked else None
    talking.accept_answer(actor=room.actor, thread=thread, post=post, now=now())
    return HttpResponseRedirect(at_post(room, thread, post.number) if post is not None else room.thread_url(thread))


@never_cache
@require_POST
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """What the text will look like, as a piece of HTML."""
    room = enter(request, slug)
    _may_compose(room)
    typed = written(request, needs_words=False)
    context = {"html": previewed(room, typed.source), "errors": typed.errors.get("source", [])}
    return render(request, "discussions/_preview.html", context, status=422 if typed.errors else 200)


@never_cache
@require_POST
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep what is being written (place, title, source); an empty text lets go of it. 204."""
    room = enter(request, slug)
    _may_compose(room)
    place = request.POST.get("place", "")
    kind, _colon, number = place.partition(":")
    if kind not in ("thread", "post", "space") or id_in(number) is None:
        raise Http404
    source = request.POST.get("source", "").replace("\r\n", "\n")
    title = " ".join(request.POST.get("title", "").split())[:TITLE_MOST]
    try:
        if source.strip() or title:
            talking.save_draft(actor=room.actor, place=place, title=title, source=source, now=now())
        else:
            talking.drop_draft(actor=room.actor, place=place)
    except EXPECTED:  # far longer than a post may be: what was kept last stays
        return HttpResponse(status=422)
    return HttpResponse(status=204)


@never_cache
@require_safe
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Whom one may name: ?q= the beginning of a name. [{"name": …, "handle": "maria-rossi-12"}, …]"""
    room = enter(request, slug)
    _may_compose(room)
    q = " ".join(request.GET.get("q", "").split())[:80]
    found = people_named(room.actor, _place(room), q) if q else []
    return JsonResponse({"people": [{"name": one.name, "handle": one.handle} for one in found]})


OF_THE_TEXT = (errors.NothingWritten, errors.SaidAlready, errors.TextTooLong, errors.TooManyLinks)
EXPECTED = (FileRefused, Forbidden, NotAllowedIn, TooOften, *errors.EXPECTED)


def _told(typed: Written, error: Exception) -> None:
    name = "files" if isinstance(error, FileRefused) else "source" if isinstance(error, OF_THE_TEXT) else ""
    typed.wrong(name, str(error))


def _about_files(typed: Written) -> None:
    if typed.uploads and "files" not in typed.errors:
        typed.wrong("files", files_again(len(typed.uploads)))


def _place(room: Room) -> tuple[str, int]:
    return "space", room.space.pk


def _is_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def _name_of(room: Room, post: Post) -> str:
    return queries.authors({post.author_id}, room.actor, room.space)[post.author_id].name


def _may_compose(room: Room) -> None:
    if not room.may_write and not room.may_join:
        raise Forbidden(room.may_write)


def _require_writing(room: Room, back: str) -> None:
    """The reader may write here, or may join by sending. Raises SignInFirst, Forbidden."""
    if room.may_write or room.may_join:
        return
    if room.actor.is_visitor:
        raise SignInFirst(back)
    raise Forbidden(room.may_write)


def _join_first(room: Room, typed: Written) -> None:
    """Somebody who writes where they are no member yet has said with the same tap that they join."""
    if room.may_join and typed.joins:
        join_space(actor=room.actor, space=room.space, now=now())
        room.renew()

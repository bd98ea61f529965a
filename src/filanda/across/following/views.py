# SPDX-License-Identifier: EUPL-1.2
"""Pages of what one is told, follows and has marked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.across.following.forms import read_choices
from filanda.capabilities.follows import actions as follow_actions
from filanda.capabilities.follows.queries import bookmarks_of, followed_by, standing
from filanda.capabilities.notifications import actions
from filanda.capabilities.notifications.choices import DEFAULTS, KIND_LABELS
from filanda.capabilities.notifications.models import Channel, Notification
from filanda.capabilities.notifications.queries import (
    MOST_COUNTED,
    choices_of,
    lines_of,
    notification_page,
    preferences_of,
    unread_count,
)
from filanda.capabilities.notifications.timing import zone_of
from filanda.capabilities.notifications.unsubscribing import read_token
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.manifests import things
from filanda.kernel.manifests.things import ThingLine
from filanda.kernel.policies import require
from filanda.kernel.ui.addresses import lead
from filanda.kernel.ui.numbers import id_in

_WISHES = {"follow": "following", "mute": "muted", "unfollow": None, "unmute": None}


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    require(actor, "notifications.own")
    return actor


@never_cache
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """What one was told, newest first."""
    actor = _reader(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in KIND_LABELS else ""
    is_unread = request.GET.get("only") == "unread"
    lines, gone, following = notification_page(actor, before=_place(request), kind=kind, is_unread=is_unread)
    actions.drop(actor=actor, rows=gone, now=now())
    query: dict[str, str | int] = {"kind": kind, "only": "unread" if is_unread else ""}
    context = {
        "lines": [
            {
                "url": reverse("following:open", args=[line.notification.pk]),
                "sentence": line.sentence,
                "title": line.thing.title,
                "excerpt": line.thing.excerpt,
                "language": line.thing.language,
                "space": line.space.title if line.space else "",
                "at": line.at,
                "is_unread": line.is_unread,
            }
            for line in lines
        ],
        "kinds": [("", _("All kinds")), *((name, str(label)) for name, label in KIND_LABELS.items())],
        "kind": kind,
        "is_unread": is_unread,
        "unread": unread_count(actor),
        "most": MOST_COUNTED,
        "until": now().isoformat(),
        "next_url": f"?{urlencode({**query, 'before': following[0].isoformat(), 'id': following[1]})}"
        if following
        else "",
    }
    return render(request, "following/notifications.html", context)


def _place(request: HttpRequest) -> tuple[datetime, int] | None:
    """Where the page begins, if the address says so in a way that can be understood."""
    try:
        at = datetime.fromisoformat(request.GET.get("before", ""))
    except ValueError:
        return None
    number = id_in(request.GET.get("id"))
    return (at, number) if at.tzinfo is not None and number else None


@never_cache
@require_safe
def count(request: HttpRequest) -> JsonResponse:
    """How much is unread: asked now and then by open pages. Nobody signed in: nothing is."""
    return JsonResponse({"unread": unread_count(request.actor)})  # type: ignore[attr-defined]


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """All that stood there when the page was made has been seen."""
    actor = _reader(request)
    try:
        until = datetime.fromisoformat(request.POST.get("until", ""))
    except ValueError:
        until = now()
    actions.mark_all_read(actor=actor, until=until if until.tzinfo is not None else now(), now=now())
    return redirect("following:notifications")


@never_cache
@require_safe
def open_one(request: HttpRequest, number: int) -> HttpResponse:
    """Where a notification leads; it has then been read."""
    actor = _reader(request)
    row = Notification.objects.visible_to(actor).filter(pk=number).select_related("event").first()
    if row is None:
        raise Http404
    lines = lines_of(actor, [row])
    if not lines and actor.withheld:  # theirs again with a second factor
        raise Http404
    if not lines:
        actions.drop(actor=actor, rows=[row], now=now())
        raise Http404
    actions.mark_read(actor=actor, notification=row, now=now())
    return redirect(lead(lines[0].thing))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """What one wants to hear of, and how: everywhere, and in each space one follows."""
    actor = _reader(request)
    spaces = [line for row, line in followed_by(actor) if row.thing_kind == "space"]
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        form = read_choices(request.POST, [line.id for line in spaces])
        errors = form.errors
        if not errors:
            try:
                actions.choose(actor=actor, choices=form.choices, now=now())
                actions.set_quiet_hours(actor=actor, begin=form.quiet_from, end=form.quiet_until)
                actions.stop_mail(actor=actor, is_on=form.wants_mail, now=now())
                return redirect(f"{reverse('following:choices')}?saved")
            except ValidationError as error:
                errors = {"channel": " ".join(error.messages)}
        status = 422
    return render(request, "following/choices.html", _choices_context(request, actor, spaces, errors), status=status)


def _given(posted: Mapping[str, str] | None, name: str, otherwise: str) -> str:
    return otherwise if posted is None else posted.get(name, otherwise)


def _choices_context(
    request: HttpRequest, actor: Actor, spaces: list[ThingLine], errors: dict[str, str]
) -> dict[str, Any]:
    chosen = choices_of(actor)
    own = preferences_of(actor)
    posted: Mapping[str, str] | None = request.POST if request.method == "POST" else None

    def shown(space_id: int, kind: str) -> str:
        default = "" if space_id else str(DEFAULTS[kind])
        return _given(posted, f"c-{space_id}-{kind}", str(chosen.get((space_id, kind), default)))

    in_spaces = ("threads", "news", "events", "documents")
    return {
        "kinds": [
            {"name": f"c-0-{kind}", "label": label, "value": shown(0, kind)} for kind, label in KIND_LABELS.items()
        ],
        "spaces": [
            {
                "title": line.title,
                "kinds": [
                    {"name": f"c-{line.id}-{kind}", "label": KIND_LABELS[kind], "value": shown(line.id, kind)}
                    for kind in in_spaces
                ],
                "is_own": any((line.id, kind) in chosen for kind in in_spaces),
            }
            for line in spaces
        ],
        "channels": [(value, str(label)) for value, label in Channel.choices],
        "quiet_from": _given(posted, "quiet_from", str(own.quiet_from if own else 0)),
        "quiet_until": _given(posted, "quiet_until", str(own.quiet_until if own else 0)),
        "wants_mail": "wants_mail" in posted if posted is not None else own is None or own.no_mail_since is None,
        "hours": [(str(hour), f"{hour:02}:00") for hour in range(24)],
        "zone": str(zone_of(request.region)),  # type: ignore[attr-defined]
        "errors": errors,
        "summary": [{"name": name, "message": message} for name, message in errors.items()],
        "saved": "saved" in request.GET,
    }


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link at the foot of an e-mail. Asking is a page with one button; a POST, from it or from a mail
    program (RFC 8058), does it without signing in: the link is the key, so there is no session to be misused.
    """
    wish = read_token(token, request.region)  # type: ignore[attr-defined]
    if wish is None:
        raise Http404
    kinds: list[str] = []
    if request.method == "POST":
        kinds = actions.unsubscribe(wish=wish, now=now())
    context = {
        "is_done": request.method == "POST",
        "kinds": [str(KIND_LABELS[kind]) for kind in ([wish.kind] if wish.kind else kinds)],
        "channel": str(Channel(wish.channel).label),
        "kind": str(KIND_LABELS[wish.kind]) if wish.kind else "",
    }
    return render(request, "following/unsubscribe.html", context)


@never_cache
@require_safe
def followed(request: HttpRequest) -> HttpResponse:
    """What one follows and has muted."""
    actor = _reader(request)
    return render(request, "following/followed.html", {"items": _items(followed_by(actor))})


@never_cache
@require_safe
def bookmarks(request: HttpRequest) -> HttpResponse:
    """What one has marked."""
    actor = _reader(request)
    return render(request, "following/bookmarks.html", {"items": _items(bookmarks_of(actor))})


def _items(found: list[Any]) -> list[dict[str, Any]]:
    known = things()
    return [
        {
            "thing": f"{row.thing_kind}:{row.thing_id}",
            "kind": str(known[row.thing_kind].label),
            "title": line.title,
            "language": line.language,
            "url": lead(line),
            "excerpt": line.excerpt,
            "level": getattr(row, "level", ""),
            "note": getattr(row, "note", ""),
            "at": row.created_at,
        }
        for row, line in found
    ]


@require_POST
def set_one(request: HttpRequest) -> HttpResponse:
    """Follow, mute, mark one thing, or take it back; then back to the page, or (htmx) the buttons as they stand now."""
    actor = actor_of(request)
    require(actor, "follows.own")
    kind, _colon, typed = request.POST.get("thing", "").partition(":")
    wish, number = request.POST.get("wish", ""), id_in(typed)
    if number is None:
        raise Http404
    thing = (kind, number)
    try:
        if wish in _WISHES:
            follow_actions.set_follow(actor=actor, thing=thing, level=_WISHES[wish], now=now())
        elif wish in {"mark", "unmark"}:
            follow_actions.set_bookmark(
                actor=actor, thing=thing, is_on=wish == "mark", note=request.POST.get("note", ""), now=now()
            )
        else:
            raise Http404
    except follow_actions.ThingGone as gone:
        raise Http404(str(gone)) from gone
    path = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(path, allowed_hosts=None) or not path.startswith("/"):
        path = reverse("following:followed")
    if getattr(request, "htmx", False):
        how = standing(actor, [thing])
        context = {
            "thing": f"{kind}:{number}",
            "level": how.level(thing),
            "is_marked": how.is_bookmarked(thing),
            "path": path,
        }
        return render(request, "following/standing.html", context)
    return redirect(path)

# SPDX-License-Identifier: EUPL-1.2
"""Registering for an event and not coming after all; the calendar of one's own."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.components.events import queries
from filanda.components.events.actions import registering
from filanda.components.events.calendars import MEDIA_TYPE, calendar_of, feed_of, token_of
from filanda.components.events.details import Closed
from filanda.components.events.framing import enter, event_context, find, row_of, words_of
from filanda.components.events.models import QUESTIONS_MOST, Registration, RegistrationState, SpaceEvent
from filanda.components.events.views.reading import FEED_MOST, page_address
from filanda.kernel.identity.actors import actor_for
from filanda.kernel.identity.requests import signed_in
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.spaces.models import SCOPE

__all__ = ["leave", "own_calendar", "own_feed", "register"]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take a place, or a turn in the waiting list. GET leads to the event, after signing in."""
    page = enter(request, slug)
    row = find(page, number)
    here = reverse("events:event", args=queries.address_of(row))
    signed_in(request, here)
    if request.method != "POST":
        return redirect(here)
    answers = [request.POST.get(f"answer_{place}", "") for place in range(QUESTIONS_MOST)]
    try:
        made = registering.register(actor=page.actor, event=row, answers=answers, now=now())
    except ValidationError as error:
        context = event_context(page, row, answers=answers, errors=words_of(error))
        return render(request, "events/event.html", context, status=422)
    except Closed as error:
        context = event_context(page, find(page, number), answers=answers, errors={"": str(error)})
        return render(request, "events/event.html", context, status=409)
    if made.state == RegistrationState.REGISTERED:
        messages.success(request, _("You are registered. We remind you before it begins."))
    else:
        messages.success(request, _("You stand in the waiting list. If a place becomes free, you are told at once."))
    return redirect(here)


@never_cache
@require_POST
def leave(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Not come after all."""
    page = enter(request, slug)
    row = find(page, number)
    try:
        registering.leave_event(actor=page.actor, event=row, now=now())
    except Closed as error:
        return render(request, "events/event.html", event_context(page, row, errors={"": str(error)}), status=409)
    messages.success(request, _("You are no longer registered."))
    return redirect(reverse("events:event", args=queries.address_of(row)))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_calendar(request: HttpRequest) -> HttpResponse:
    """The address of one's own calendar; POST makes another one."""
    actor = signed_in(request)
    require(actor, "events.calendar.own")
    kept = registering.own_calendar(actor=actor, renew=request.method == "POST", now=now())
    if request.method == "POST":
        messages.success(request, _("This is your new address. The one before leads nowhere any more."))
        return redirect("events:calendar")
    path = reverse("events:own-feed", args=[token_of(kept)])
    moment = now()
    soon = Registration.objects.open().filter(account=actor.account_id, event=OuterRef("pk"))
    rows = SpaceEvent.objects.visible_to(actor).announced().filter(Exists(soon), ends_at__gt=moment)
    found = list(rows.select_related("space").order_by("starts_at", "pk")[:50])
    states = queries.states_of(actor, found)
    context = {
        "address": request.build_absolute_uri(path),
        "webcal": f"webcal://{request.get_host()}{path}",
        "made_at": kept.made_at,
        "rows": [row_of(one, moment, state=states.get(one.pk, "")) for one in found],
        "told": [str(one) for one in messages.get_messages(request)],
        "region_url": reverse("events:region"),
    }
    return render(request, "events/calendar.html", context)


@never_cache
@require_safe
def own_feed(request: HttpRequest, token: str) -> HttpResponse:
    """What one is registered for, and the events of the communities one belongs to: for whoever has the address, which
    is the secret. What its owner may no longer see is not in it.
    """
    here: Region = request.region  # type: ignore[attr-defined]
    found = feed_of(token, here)
    if found is None:
        raise Http404
    _feed, account = found
    actor = actor_for(account)
    if not actor.is_member:
        raise Http404
    mine = Registration.objects.open().filter(account=account, event=OuterRef("pk"))
    rows = SpaceEvent.objects.visible_to(actor).announced()
    rows = rows.filter(Q(space__in=actor.scope_ids(SCOPE)) | Exists(mine)).select_related("space")
    events = list(rows.order_by("-starts_at", "-pk")[:FEED_MOST])
    content = calendar_of(
        reversed(events),
        name=_("My events"),
        address=page_address(request),
        states=queries.states_of(actor, events),
        source=request.path,
    )
    response = HttpResponse(content, content_type=MEDIA_TYPE)
    response.headers["X-Robots-Tag"] = "noindex"
    return response

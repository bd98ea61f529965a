# SPDX-License-Identifier: EUPL-1.2
"""Asking a facilitator for an introduction. An e-mail address is enough."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from filanda.across.finder.addresses import Addresses
from filanda.across.finder.portrait import place
from filanda.across.finder.visitors import address_of, wait_sentence
from filanda.capabilities.needs import limits
from filanda.capabilities.needs.actions import EmailNotUsable, TextTooLong, ask_for_introduction, checked_email
from filanda.capabilities.needs.models import RequestState, SavedNeed
from filanda.directory.organisations.models import Organisation
from filanda.directory.organisations.queries import Card, organisation_cards
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.regions.models import Region

__all__ = ["introduction", "introduction_sent"]

FIELDS = ("email", "name", "message")


@require_http_methods(["GET", "HEAD", "POST"])
def introduction(request: HttpRequest, organisation_id: int, slug: str) -> HttpResponse:
    """The form, and its sending. What was typed stays whatever happens."""
    card = _card(request, organisation_id)
    saved = _need(request)
    addresses = Addresses.here()
    if slug != card.slug:
        return redirect(addresses.introduction(card.id, card.slug, saved.token if saved else ""))
    if request.method != "POST":
        return _form(request, card, saved, dict.fromkeys(FIELDS, ""), {})
    region: Region = request.region  # type: ignore[attr-defined]
    actor = actor_of(request)
    values = {field: request.POST.get(field, "") for field in FIELDS}
    now = timezone.now()
    try:
        checked_email(values["email"])
        limits.take("introduction", address=address_of(request), region=region, now=now)
        ask_for_introduction(
            actor=actor,
            organisation=Organisation.objects.get(pk=card.id),
            need=saved,
            consent=consent(region),
            language=(get_language() or region.default_language).split("-")[0],
            now=now,
            **values,
        )
    except EmailNotUsable as problem:
        return _form(request, card, saved, values, {"email": [str(problem)]}, status=422)
    except TextTooLong as problem:
        return _form(request, card, saved, values, {problem.field: [str(problem)]}, status=422)
    except limits.TooMany as limit:
        response = _form(request, card, saved, values, {"": [wait_sentence(limit, now)]}, status=429)
        response.headers["Retry-After"] = str(limit.retry_after)
        return response
    query = f"?need={saved.token}" if saved else ""
    response = redirect(reverse("finder:introduction-sent", args=[card.id, card.slug]) + query)
    response.status_code = 303
    return response


@require_safe
def introduction_sent(request: HttpRequest, organisation_id: int, slug: str) -> HttpResponse:
    """What happens next. Says the same to everybody: not whose request it was, nor whether it was the first."""
    card, saved = _card(request, organisation_id), _need(request)
    states = [RequestState.RECEIVED, RequestState.TAKEN, RequestState.ANSWERED]
    stands = ["current", "ahead", "ahead"]
    sent = SimpleNamespace(
        track=[{"label": str(one.label), "state": stand} for one, stand in zip(states, stands, strict=True)]
    )
    return _form(request, card, saved, dict.fromkeys(FIELDS, ""), {}, sent=sent)


def consent(region: Region) -> str:
    """What people agree to by sending the form. The request keeps the sentence as it was shown."""
    return _(
        "By sending this, you agree that the facilitators and administrators of %(region)s read it and write "
        "to you about it. Your address is used for this request only and deleted six months after it is closed."
    ) % {"region": region.name}


def _card(request: HttpRequest, organisation_id: int) -> Card:
    """The organisation, if this reader sees it and may be introduced to it. Raises Http404."""
    actor = actor_of(request)
    card = organisation_cards([organisation_id], actor).get(organisation_id)
    if card is None:
        raise Http404(_("No organisation that you can see has this address."))
    return card


def _need(request: HttpRequest) -> SavedNeed | None:
    token = request.POST.get("need") or request.GET.get("need", "")
    need: SavedNeed | None = SavedNeed.objects.behind(token, timezone.now())
    return need


def _form(
    request: HttpRequest,
    card: Card,
    saved: SavedNeed | None,
    values: dict[str, str],
    errors: dict[str, list[str]],
    *,
    sent: Any = None,
    status: int = 200,
) -> HttpResponse:
    region: Region = request.region  # type: ignore[attr-defined]
    addresses = Addresses.here()
    own_url = addresses.organisation(card.id, card.slug)
    context = {
        "organisation": SimpleNamespace(
            name=card.name,
            url=own_url,
            helix_role=card.helix_role,
            helix_label=card.helix_label,
            place=place(card.municipality, card.province),
        ),
        "crumbs": [
            {"label": region.name, "url": addresses.home},
            {"label": _("Organisations"), "url": addresses.organisations},
            {"label": card.name, "url": own_url},
            {"label": _("Introduction"), "url": ""},
        ],
        "sent": sent,
        "form_url": addresses.introduction(card.id, card.slug),
        "values": SimpleNamespace(**values),
        "errors": {field: [] for field in ("", *FIELDS)} | errors,
        "need_text": saved.text if saved else "",
        "need_token": saved.token if saved else "",
        "need_url": addresses.need(saved.token) if saved else "",
        "consent": consent(region),
        "privacy_url": reverse("privacy"),
    }
    response = render(request, "finder/introduction.html", context, status=status)
    patch_cache_control(response, private=True)
    response.headers["X-Robots-Tag"] = "noindex"
    return response

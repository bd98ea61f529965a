# SPDX-License-Identifier: EUPL-1.2
"""Signing in with an identity provider of the region, and linking one to one's account."""

from __future__ import annotations

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from filanda.kernel.identity.requests import actor_of
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.signin.factors import require_fresh
from filanda.kernel.signin.oidc import RegionOAuth2Adapter, failed, linked_to
from filanda.kernel.signin.opening import safe_next
from filanda.kernel.signin.providers import unlink
from filanda.kernel.signin.views.parts import account_of, page


@never_cache
@require_POST
def sign_in(request: HttpRequest, provider_id: str) -> HttpResponse:
    """POST next. Shows a page that goes on to the provider by itself: our policy lets no form leave this host."""
    return _onwards(request, provider_id, "login", safe_next(request, request.POST.get("next", "")))


@never_cache
@require_POST
@require_fresh
def link(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _onwards(request, provider_id, "connect", "")


@require_POST
@require_fresh
def remove_link(request: HttpRequest, link_id: int) -> HttpResponse:
    row = linked_to(account_of(request), min(link_id, 2**63 - 1))
    if row is None:
        raise Http404
    unlink(actor=actor_of(request), account=account_of(request), region=active_region(), row=row, now=now())
    messages.success(request, _("It no longer signs you in."))
    return redirect("signin:account")


@never_cache
@require_safe
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where providers send people back to. GET code, state."""
    try:
        view = OAuth2CallbackView.adapter_view(RegionOAuth2Adapter(request, provider_id))
        response: HttpResponse = view(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _onwards(request: HttpRequest, provider_id: str, process: str, next_url: str) -> HttpResponse:
    try:
        provider = get_adapter(request).get_provider(request, provider_id)
        address = provider.begin(request, process=process, next_url=next_url)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except (OAuth2Error, RequestException, ValueError, KeyError):
        return failed(request, provider.name, _("The provider does not answer. Try again later, or use a code."), 502)
    if not address.startswith(("https://", "http://")):
        return failed(request, provider.name)
    return page(request, "signin/to_provider.html", {"name": provider.name, "address": address})

# SPDX-License-Identifier: EUPL-1.2
"""Signing in: address, code, second factor; by a passkey; by a one-time link. And signing out."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, cast

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from filanda.kernel.identity.models import Account
from filanda.kernel.limits import Limit, TooMany, address_of, take
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.signin import devices, passkeys, providers
from filanda.kernel.signin.actions import (
    EmailWrong,
    LinkNotUsable,
    ask_to_sign_in,
    sign_in_by_code,
    use_sign_in_link,
)
from filanda.kernel.signin.authenticators import (
    FactorWrong,
    factors_of,
    recovery_codes_left,
    use_factor_code,
    use_passkey,
)
from filanda.kernel.signin.codes import CODE_LASTS, CodeNotUsable, CodeWrong
from filanda.kernel.signin.opening import enter, redirect_onwards, safe_next
from filanda.kernel.signin.views.parts import account_of, nothing_typed, page, too_many

SIGNING = "signing_in"  # in the session: the code that was sent, to whom, and where to go afterwards
ABANDONED_SECONDS = 3600  # an address that was typed, and no code, is not kept for long
PASSKEY_LIMIT = Limit(60, timedelta(hours=1))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Where everybody signs in, and becomes somebody. GET ?next= a page here; POST email, next."""
    asked = safe_next(request, request.POST.get("next", "") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect_onwards(request, account_of(request), asked)
    if request.method != "POST":
        return _start_page(request, asked)
    email = request.POST.get("email", "")[:320]
    at = now()
    try:
        code = ask_to_sign_in(
            region=active_region(),
            email=email,
            language=get_language() or settings.LANGUAGE_CODE,
            network=address_of(request),
            now=at,
            is_known=devices.knows_address(request, email),
        )
    except EmailWrong as error:
        return _start_page(request, asked, email, {"email": str(error)}, 422)
    except TooMany as limit:
        return _start_page(request, asked, email, too_many(limit, at), 429)
    request.session[SIGNING] = {"handle": str(code.pk), "address": code.address, "next": asked}
    request.session.set_expiry(ABANDONED_SECONDS)
    return redirect("signin:code")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The code of the e-mail. POST code; or again=1 for another e-mail."""
    kept = request.session.get(SIGNING)
    if request.user.is_authenticated or not isinstance(kept, dict):
        return redirect("signin:start")
    if request.method != "POST":
        return _code_page(request, kept)
    region, at = active_region(), now()
    try:
        if "again" in request.POST:
            fresh = ask_to_sign_in(
                region=region,
                email=kept["address"],
                language=get_language() or settings.LANGUAGE_CODE,
                network=address_of(request),
                now=at,
                is_known=devices.knows_address(request, kept["address"]),
            )
            request.session[SIGNING] = {**kept, "handle": str(fresh.pk), "again": True}
            return redirect("signin:code")
        if not request.POST.get("code", "").strip():
            return _code_page(request, kept, {"code": nothing_typed()}, 422)
        account = sign_in_by_code(
            region=region,
            handle=kept["handle"],
            text=request.POST.get("code", ""),
            network=address_of(request),
            now=at,
            is_known=devices.knows_address(request, kept["address"]),
        )
    except CodeWrong as error:
        return _code_page(request, kept, {"code": str(error)}, 422)
    except CodeNotUsable as error:
        return _code_page(request, kept, {"": str(error)}, 410)
    except TooMany as limit:
        return _code_page(request, kept, too_many(limit, at), 429)
    del request.session[SIGNING]
    return enter(request, account, "code", kept["next"])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Between code and session, for who has a second factor. POST code (of the app, or for recovery) or credential."""
    stage = LoginStageController.enter(request, "mfa_authenticate")
    if stage is None or stage.login.user is None:
        return redirect("signin:start")
    account = stage.login.user
    if request.method != "POST":
        return _factor_page(request, account)
    at = now()
    try:
        if request.POST.get("credential"):
            used = use_passkey(answer=passkeys.answered(request, _json(request), account), now=at)
        else:
            used = use_factor_code(account=account, region=active_region(), text=request.POST.get("code", ""), now=at)
    except passkeys.PasskeyRefused as error:
        return _factor_page(request, account, {"": str(error)}, 422)
    except FactorWrong as error:
        return _factor_page(request, account, {"code": str(error)}, 422)
    except TooMany as limit:
        return _factor_page(request, account, too_many(limit, at), 429)
    record_authentication(request, account, "mfa", type=used.type, id=used.pk)
    return cast(HttpResponse, stage.exit())


@never_cache
@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to use a passkey: of whoever is asked for a second factor or for a fresh proof, else of
    anybody.
    """
    account: Account | None = None
    stage = LoginStageController.enter(request, "mfa_authenticate")
    if request.user.is_authenticated:
        account = account_of(request)
    elif stage is not None:
        account = stage.login.user
    return JsonResponse(passkeys.begin_using(request, account))


@never_cache
@require_POST
def by_passkey(request: HttpRequest) -> HttpResponse:
    """Sign in by a passkey. POST credential (JSON of the browser's answer), next."""
    asked, at = safe_next(request, request.POST.get("next", "")), now()
    try:
        take("passkey", PASSKEY_LIMIT, who=address_of(request), region=active_region(), now=at)
        used = use_passkey(answer=passkeys.answered(request, _json(request)), now=at)
    except passkeys.PasskeyRefused as error:
        return _start_page(request, asked, "", {"": str(error)}, 422)
    except TooMany as limit:
        return _start_page(request, asked, "", too_many(limit, at), 429)
    account = used.user
    record_authentication(request, account, "mfa", type=used.type, id=used.pk)
    return cast(HttpResponse, perform_login(request, Login(user=account, redirect_url=asked or None)))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows one button and looks at nothing, as programs open links in e-mails too; POST uses the link up."""
    if request.method != "POST":
        return page(request, "signin/link.html", {"problem": ""})
    try:
        account = use_sign_in_link(token=token, region=active_region(), now=now())
    except LinkNotUsable as error:
        return page(request, "signin/link.html", {"problem": str(error)}, status=410)
    return enter(request, account, "link")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    from allauth.usersessions.models import UserSession

    if request.user.is_authenticated:
        UserSession.objects.filter(session_key=request.session.session_key).delete()
    auth.logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


def to_start(request: HttpRequest, back: str) -> HttpResponseRedirect:
    """To signing in, and then `back`."""
    return HttpResponseRedirect(f"{reverse('signin:start')}?{urlencode({'next': back})}")


def _start_page(
    request: HttpRequest, asked: str, email: str = "", errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    region = active_region()
    context: dict[str, object] = {
        "email": email,
        "next": asked,
        "providers": [{"id": known.id, "name": known.name} for known in providers.providers_of(region)],
        "pending_provider": providers.pending_name(request),
        "is_demo": settings.DEMO and region.is_invented,
    }
    return page(request, "signin/start.html", context, errors=errors, status=status)


def _code_page(
    request: HttpRequest, kept: dict[str, Any], errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, object] = {
        "address": kept["address"],
        "next": kept["next"],
        "minutes": int(CODE_LASTS.total_seconds() // 60),
        "was_sent_again": bool(kept.get("again")),
        "is_demo": settings.DEMO and active_region().is_invented,
    }
    return page(request, "signin/code.html", context, errors=errors, status=status)


def _factor_page(
    request: HttpRequest, account: Account, errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    here = passkeys.relying_party(request)
    factors = factors_of(account)
    context: dict[str, object] = {
        "has_app": any(factor.type == Authenticator.Type.TOTP for factor in factors),
        "has_passkey": any(factor.data.get("rp_id") == here for factor in factors),
        "has_recovery_codes": recovery_codes_left(account) > 0,
    }
    return page(request, "signin/second_factor.html", context, errors=errors, status=status)


def _json(request: HttpRequest) -> Any:
    try:
        return json.loads(request.POST.get("credential", "")[:20_000])
    except ValueError:
        raise passkeys.PasskeyRefused from None

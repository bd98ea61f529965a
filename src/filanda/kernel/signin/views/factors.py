# SPDX-License-Identifier: EUPL-1.2
"""Adding and removing second factors: authenticator app, passkeys, recovery codes. All behind a fresh proof."""

from __future__ import annotations

import io
import json
from urllib.parse import quote, urlencode

import qrcode
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from qrcode.image.svg import SvgPathImage

from filanda.kernel.identity.models import POWERFUL, Role
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.identity.sessions import forget_second_factor, mark_second_factor
from filanda.kernel.limits import TooMany
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.signin import passkeys
from filanda.kernel.signin.authenticators import (
    FactorWrong,
    add_app,
    add_passkey,
    factors_of,
    has_factor,
    new_recovery_codes,
    new_secret,
    remove_factor,
    rename_passkey,
)
from filanda.kernel.signin.factors import require_fresh
from filanda.kernel.signin.views.parts import account_of, page, too_many

ADDING = "adding_app"  # in the session: of the app that is being added


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_fresh
def app(request: HttpRequest) -> HttpResponse:
    """Add an authenticator app. GET shows its secret as a picture and as text; POST code."""
    secret = request.session.get(ADDING)
    if not secret:
        secret = request.session[ADDING] = new_secret()
    errors, status, at = {}, 422, now()
    if request.method == "POST":
        try:
            codes = add_app(
                actor=actor_of(request),
                account=account_of(request),
                region=active_region(),
                secret=secret,
                code=request.POST.get("code", ""),
                language=get_language() or settings.LANGUAGE_CODE,
                now=at,
            )
        except FactorWrong as error:
            errors = {"code": str(error)}
        except TooMany as limit:
            errors, status = too_many(limit, at), 429
        else:
            del request.session[ADDING]
            mark_second_factor(request, "totp")
            return _added(request, _("Your authenticator app now protects your account."), codes)
    grouped = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
    context: dict[str, object] = {"secret": grouped, "address": _otp_address(request, secret)}
    context["picture"] = _picture(str(context["address"]))
    return page(request, "signin/app.html", context, errors=errors, status=status if errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_fresh
def passkey(request: HttpRequest) -> HttpResponse:
    """Add a passkey. POST name, credential (JSON of what the browser has made)."""
    errors = {}
    name = request.POST.get("name", "")[:80]
    if request.method == "POST":
        try:
            answer = json.loads(request.POST.get("credential", "")[:40_000])
            made = passkeys.created(request, answer)
            codes = add_passkey(
                actor=actor_of(request),
                account=account_of(request),
                region=active_region(),
                name=name,
                made=made,
                language=get_language() or settings.LANGUAGE_CODE,
                now=now(),
            )
        except (passkeys.PasskeyRefused, FactorWrong) as error:
            errors = {"": str(error)}
        except ValueError:
            errors = {"": str(passkeys.PasskeyRefused())}
        else:
            # The browser has just verified its user: this session has shown the factor too.
            mark_second_factor(request, "webauthn")
            return _added(request, _("Your passkey now protects your account, and signs you in on its own."), codes)
    return page(request, "signin/passkey.html", {"name": name}, errors=errors, status=422 if errors else 200)


@never_cache
@require_POST
@require_fresh
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to make a passkey."""
    return JsonResponse(passkeys.begin_creating(request, account_of(request)))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_fresh
def rename(request: HttpRequest, factor_id: int) -> HttpResponse:
    """Call a passkey something else. POST name."""
    account = account_of(request)
    known = get_object_or_404(Authenticator, user=account, pk=factor_id, type=Authenticator.Type.WEBAUTHN)
    name, errors = str(known.data.get("name", "")), {}
    if request.method == "POST":
        name = request.POST.get("name", "")[:200]
        try:
            rename_passkey(
                actor=actor_of(request),
                account=account,
                region=active_region(),
                factor_id=factor_id,
                name=name,
                now=now(),
            )
        except FactorWrong as error:
            errors = {"name": str(error)}
        except Authenticator.DoesNotExist:
            raise Http404 from None
        else:
            messages.success(request, _("Saved."))
            return redirect("signin:account")
    return page(request, "signin/passkey_name.html", {"name": name}, errors=errors, status=422 if errors else 200)


@never_cache
@require_POST
@require_fresh
def remove(request: HttpRequest, factor_id: int) -> HttpResponse:
    """POST; the last one with `sure`, after a page that says what goes with it."""
    account = account_of(request)
    known = factors_of(account)
    if [row.pk for row in known] == [factor_id] and "sure" not in request.POST:
        return page(request, "signin/last_factor.html", {"roles": _power(request)})
    try:
        remove_factor(
            actor=actor_of(request),
            account=account,
            region=active_region(),
            factor_id=factor_id,
            language=get_language() or settings.LANGUAGE_CODE,
            now=now(),
            session_key=request.session.session_key,
        )
    except Authenticator.DoesNotExist:
        raise Http404 from None
    if has_factor(account):
        messages.success(request, _("It is removed."))
    else:
        forget_second_factor(request)
        messages.success(request, _("It is removed. Your account has no second factor now."))
    return redirect("signin:account")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_fresh
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """POST makes new ones, which are shown once."""
    if request.method != "POST":
        return page(request, "signin/recovery_codes.html", {"codes": [], "said": ""})
    try:
        codes = new_recovery_codes(
            actor=actor_of(request),
            account=account_of(request),
            region=active_region(),
            language=get_language() or settings.LANGUAGE_CODE,
            now=now(),
        )
    except FactorWrong as error:
        context: dict[str, object] = {"codes": [], "said": ""}
        return page(request, "signin/recovery_codes.html", context, errors={"": str(error)}, status=409)
    return page(request, "signin/recovery_codes.html", {"codes": codes, "said": ""})


def _power(request: HttpRequest) -> list[str]:
    """Labels of the reader's roles that sleep without a second factor."""
    actor = actor_of(request)
    return [str(Role(role).label) for role in sorted((actor.roles | actor.withheld) & POWERFUL)]


def _added(request: HttpRequest, said: str, codes: list[str]) -> HttpResponse:
    """The recovery codes of a first factor are shown now, and never again."""
    if codes:
        return page(request, "signin/recovery_codes.html", {"codes": codes, "said": said})
    messages.success(request, said)
    return redirect("signin:account")


def _otp_address(request: HttpRequest, secret: str) -> str:
    """otpauth://totp/…, as authenticator apps read it."""
    issuer = active_region().name.replace(":", " ")
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(account_of(request).email)}?{query}"


def _picture(text: str) -> SafeString:
    """A QR code as SVG within the page: no style, no script, nothing to fetch."""
    image = qrcode.make(text, image_factory=SvgPathImage, border=4, box_size=12)
    kept = io.BytesIO()
    image.save(kept)
    svg = kept.getvalue().decode()
    return mark_safe(svg[svg.index("<svg") :])  # noqa: S308 - made here, from modules of a QR code

# SPDX-License-Identifier: EUPL-1.2
"""Showing again that it is still oneself, before something that protects the account is changed."""

from __future__ import annotations

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from filanda.kernel.identity.models import Account
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.identity.sessions import mark_second_factor, second_factor_of
from filanda.kernel.limits import TooMany, address_of
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.signin import passkeys
from filanda.kernel.signin.actions import ask_to_confirm, confirm_by_code
from filanda.kernel.signin.authenticators import TYPES, FactorWrong, factors_of, use_factor_code, use_passkey
from filanda.kernel.signin.codes import CODE_LASTS, CodeNotUsable, CodeWrong
from filanda.kernel.signin.fresh import mark_fresh
from filanda.kernel.signin.opening import safe_next
from filanda.kernel.signin.views.parts import account_of, nothing_typed, page, too_many
from filanda.kernel.signin.views.signing import to_start

CONFIRMING = "confirming"  # in the session: the code that was sent
OWN_FACTORS = frozenset({"totp", "webauthn", "recovery_codes"})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """POST send=1 for a code by e-mail; code; app_code (of the authenticator app) or credential (of a passkey); next.

    Somebody whose session was opened without their own second factor (by an identity provider, say) shows that here:
    what protects an account is not changed with less than what protects it.
    """
    back = safe_next(request, request.POST.get("next", "") or request.GET.get("next", "")) or reverse("signin:account")
    if not request.user.is_authenticated:
        return to_start(request, back)
    if request.method != "POST":
        return _page(request, back)
    account, region, at = account_of(request), active_region(), now()
    try:
        if "send" in request.POST:
            code = ask_to_confirm(
                actor=actor_of(request),
                account=account,
                region=region,
                language=get_language() or settings.LANGUAGE_CODE,
                network=address_of(request),
                now=at,
            )
            request.session[CONFIRMING] = str(code.pk)
            return HttpResponseRedirect(request.get_full_path() if "next" in request.GET else _here(back))
        if request.POST.get("credential"):
            used = use_passkey(answer=passkeys.answered(request, _json(request), account), now=at)
            mark_second_factor(request, used.type)
        elif request.POST.get("app_code", "").strip():
            used = use_factor_code(account=account, region=region, text=request.POST["app_code"], now=at)
            mark_second_factor(request, used.type)
        elif not _mail_is_enough(request, account):
            return _page(request, back, {"app_code": nothing_typed()}, 422)
        elif not request.POST.get("code", "").strip():
            return _page(request, back, {"code": nothing_typed()}, 422)
        else:
            confirm_by_code(
                actor=actor_of(request),
                account=account,
                region=region,
                handle=request.session.get(CONFIRMING, ""),
                text=request.POST["code"],
                network=address_of(request),
                now=at,
            )
    except CodeWrong as error:
        return _page(request, back, {"code": str(error)}, 422)
    except FactorWrong as error:
        return _page(request, back, {"app_code": str(error)}, 422)
    except CodeNotUsable as error:
        request.session.pop(CONFIRMING, None)
        return _page(request, back, {"": str(error)}, 410)
    except passkeys.PasskeyRefused as error:
        return _page(request, back, {"": str(error)}, 422)
    except TooMany as limit:
        return _page(request, back, too_many(limit, at), 429)
    request.session.pop(CONFIRMING, None)
    mark_fresh(request)
    return HttpResponseRedirect(back)


def _page(request: HttpRequest, back: str, errors: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    account = account_of(request)
    here = passkeys.relying_party(request)
    factors = factors_of(account)
    context: dict[str, object] = {
        "next": back,
        "address": account.email,
        "minutes": int(CODE_LASTS.total_seconds() // 60),
        "mail_is_enough": _mail_is_enough(request, account),
        "was_sent": CONFIRMING in request.session,
        "has_app": any(factor.type == TYPES.TOTP for factor in factors),
        "has_passkey": any(factor.data.get("rp_id") == here for factor in factors),
        "is_demo": settings.DEMO and active_region().is_invented,
    }
    return page(request, "signin/confirm.html", context, errors=errors, status=status)


def _mail_is_enough(request: HttpRequest, account: Account) -> bool:
    return second_factor_of(request) in OWN_FACTORS or not factors_of(account)


def _here(back: str) -> str:
    from django.utils.http import urlencode

    return f"{reverse('signin:confirm')}?{urlencode({'next': back})}"


def _json(request: HttpRequest) -> object:
    try:
        return json.loads(request.POST.get("credential", "")[:20_000])
    except ValueError:
        raise passkeys.PasskeyRefused from None

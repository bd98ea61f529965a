# SPDX-License-Identifier: EUPL-1.2
"""Sign-in and security: one's address, factors, other sign-ins, sessions."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.kernel.identity.models import Account, Role
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.limits import TooMany, address_of
from filanda.kernel.policies import decide
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.signin import devices, passkeys, providers
from filanda.kernel.signin.actions import (
    AddressTaken,
    EmailWrong,
    ask_for_new_address,
    change_address,
    end_sessions,
)
from filanda.kernel.signin.authenticators import TYPES, factors_of, recovery_codes_left
from filanda.kernel.signin.codes import CODE_LASTS, CodeNotUsable, CodeWrong
from filanda.kernel.signin.factors import require_fresh
from filanda.kernel.signin.views.parts import account_of, nothing_typed, page, too_many
from filanda.kernel.signin.views.signing import to_start

CHANGING = "changing_address"  # in the session: the code that was sent to the new address


@never_cache
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_start(request, request.get_full_path())
    account, actor = account_of(request), actor_of(request)
    here = passkeys.relying_party(request)
    factors = factors_of(account)
    names = {value: str(label) for value, label in Role.choices}
    context: dict[str, object] = {
        "account": account,
        "withheld": [names.get(role, role) for role in sorted(actor.withheld)],
        "has_own_factor": bool(factors),
        "factors": [_factor(row, here) for row in factors],
        "has_app": any(row.type == TYPES.TOTP for row in factors),
        "recovery_codes_left": recovery_codes_left(account) if factors else 0,
        "sessions": _sessions(request, account),
        "links": _links(account, active_region()),
        "unlinked": _unlinked(account, active_region()),
        "may_decide_recoveries": bool(decide(actor, "signin.recoveries.decide")),
        "said": [str(message) for message in messages.get_messages(request)],
    }
    return page(request, "signin/account.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_fresh
def address(request: HttpRequest) -> HttpResponse:
    """POST email: the address to sign in with from now on; a code goes there."""
    if request.method != "POST":
        return page(request, "signin/address.html", {"account": account_of(request), "email": ""})
    email, at = request.POST.get("email", "")[:320], now()
    errors, status = {}, 422
    try:
        code = ask_for_new_address(
            actor=actor_of(request),
            account=account_of(request),
            region=active_region(),
            email=email,
            language=get_language() or settings.LANGUAGE_CODE,
            network=address_of(request),
            now=at,
        )
    except EmailWrong as error:
        errors = {"email": str(error)}
    except TooMany as limit:
        errors, status = too_many(limit, at), 429
    else:
        request.session[CHANGING] = {"handle": str(code.pk), "address": code.address}
        return redirect("signin:address-code")
    context: dict[str, object] = {"account": account_of(request), "email": email}
    return page(request, "signin/address.html", context, errors=errors, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_fresh
def address_code(request: HttpRequest) -> HttpResponse:
    """POST code: the one sent to the new address."""
    kept = request.session.get(CHANGING)
    if not isinstance(kept, dict):
        return redirect("signin:address")
    errors, status = {}, 422
    if request.method == "POST":
        at = now()
        try:
            if not request.POST.get("code", "").strip():
                errors = {"code": nothing_typed()}
            else:
                change_address(
                    actor=actor_of(request),
                    account=account_of(request),
                    region=active_region(),
                    handle=kept["handle"],
                    text=request.POST["code"],
                    language=get_language() or settings.LANGUAGE_CODE,
                    network=address_of(request),
                    now=at,
                )
        except CodeWrong as error:
            errors = {"code": str(error)}
        except AddressTaken as error:
            errors, status = {"": str(error)}, 409
        except CodeNotUsable as error:
            errors, status = {"": str(error)}, 410
        except TooMany as limit:
            errors, status = too_many(limit, at), 429
        if not errors:
            del request.session[CHANGING]
            messages.success(request, _("From now on you sign in with the new address."))
            return redirect("signin:account")
    context: dict[str, object] = {
        "address": kept["address"],
        "minutes": int(CODE_LASTS.total_seconds() // 60),
        "is_demo": settings.DEMO and active_region().is_invented,
    }
    return page(request, "signin/address_code.html", context, errors=errors, status=status if errors else 200)


@require_POST
def end_one_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one of one's own sessions. Ending this very one is signing out."""
    if not request.user.is_authenticated:
        return to_start(request, "")
    account = account_of(request)
    row = UserSession.objects.filter(user=account, pk=session_id).first()
    if row is None:
        raise Http404
    end_sessions(actor=actor_of(request), account=account, region=active_region(), keys=[row.session_key])
    if row.session_key == request.session.session_key:
        request.session.flush()
        return redirect("signin:start")
    messages.success(request, _("That session has ended."))
    return redirect("signin:account")


@require_POST
@require_fresh
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    account = account_of(request)
    others = UserSession.objects.filter(user=account).exclude(session_key=request.session.session_key)
    keys = list(others.values_list("session_key", flat=True))
    end_sessions(actor=actor_of(request), account=account, region=active_region(), keys=keys)
    messages.success(request, _("All other sessions have ended."))
    return redirect("signin:account")


def _factor(row: Authenticator, here: str) -> dict[str, Any]:
    is_passkey = row.type == TYPES.WEBAUTHN
    elsewhere = str(row.data.get("rp_id", "")) if is_passkey and row.data.get("rp_id") != here else ""
    return {
        "id": row.pk,
        "name": row.data.get("name", "") if is_passkey else _("Authenticator app"),
        "is_passkey": is_passkey,
        "kind": _("Passkey") if is_passkey else _("Codes of six digits"),
        "created_at": row.created_at,
        "last_used_at": row.last_used_at,
        "elsewhere": elsewhere,
    }


def _sessions(request: HttpRequest, account: Account) -> list[dict[str, Any]]:
    rows = UserSession.objects.filter(user=account).order_by("-last_seen_at")
    return [
        {
            "id": row.pk,
            "device": devices.name_of(row.user_agent),
            "from": row.ip if row.ip != "0.0.0.0" else "",  # noqa: S104
            "opened_at": row.created_at,
            "last_seen_at": row.last_seen_at,
            "is_this": row.session_key == request.session.session_key,
        }
        for row in rows[:50]
    ]


def _links(account: Account, region: Region) -> list[dict[str, Any]]:
    """Sign-ins elsewhere that open this account, or did while the region offered them."""
    spaces = {providers.subject_space(region, known): known.name for known in providers.providers_of(region)}
    rows = SocialAccount.objects.filter(user=account, provider__startswith=providers.spaces_of(region)).order_by("pk")
    return [
        {
            "id": row.pk,
            "name": spaces.get(row.provider) or providers.id_in(row.provider),
            "since": row.date_joined,
            "is_offered": row.provider in spaces,
        }
        for row in rows
    ]


def _unlinked(account: Account, region: Region) -> list[dict[str, str]]:
    linked = set(SocialAccount.objects.filter(user=account).values_list("provider", flat=True))
    return [
        {"id": known.id, "name": known.name}
        for known in providers.providers_of(region)
        if providers.subject_space(region, known) not in linked
    ]

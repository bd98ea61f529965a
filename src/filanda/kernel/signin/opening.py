# SPDX-License-Identifier: EUPL-1.2
"""Opening a session for somebody who has shown who they are, and where it leads.

Every way to sign in ends here: codes, links, passkeys and identity providers through `enter` (django-allauth's stages
ask for a second factor in between), the demonstration through `open_session`.
"""

from __future__ import annotations

from typing import cast

from allauth.account.internal.flows.login import get_authentication_records, perform_login, record_authentication
from allauth.account.models import Login
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import get_language

from filanda.kernel.identity.actors import actor_for
from filanda.kernel.identity.models import Account
from filanda.kernel.identity.session_store import REGION
from filanda.kernel.identity.sessions import has_second_factor as has_second_factor_of
from filanda.kernel.identity.sessions import mark_second_factor
from filanda.kernel.limits import address_of
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.signin import devices
from filanda.kernel.signin.actions import session_opened

__all__ = ["enter", "finish", "next_address", "open_session", "redirect_onwards", "safe_next", "vouched"]

BACKEND = "filanda.kernel.identity.backends.LinkBackend"
VOUCHED = "oidc_second_factor"
SEEN = "seen_at"  # in the session: when it was last written that it is used; see middleware


def enter(request: HttpRequest, account: Account, method: str, next_url: str = "") -> HttpResponse:
    """Sign `account` in, who has shown to be them by `method` (code, link), or ask for their second factor first."""
    record_authentication(request, account, method)
    return cast(HttpResponse, perform_login(request, Login(user=account, redirect_url=next_url or None)))


def open_session(request: HttpRequest, account: Account) -> None:
    """Open a session of `account`, under a new session id."""
    if hasattr(account, "backend"):
        del account.backend
    auth.login(request, account, backend=BACKEND)
    request.session[REGION] = active_region().pk
    request.session.set_expiry(None)  # as long as the settings say; while signing in it was shorter
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    request.session.save()
    UserSession.objects.create(
        user=account,
        session_key=request.session.session_key,
        ip=_ip(request),
        user_agent=request.headers.get("User-Agent", "")[:200],
    )
    request.session[SEEN] = int(now().timestamp())


def finish(request: HttpRequest, account: Account, response: HttpResponse, *, is_first: bool) -> None:
    """What follows a session that has just been opened: it is recorded, and a device not seen before is told of.

    `is_first`: they have never signed in before, so that every device is new.
    """
    is_known = devices.knows(request, account)
    session_opened(
        account=account,
        region=active_region(),
        method=methods_of(request, account),
        new_device="" if is_known or is_first else devices.name_of(request.headers.get("User-Agent", "")),
        language=get_language() or settings.LANGUAGE_CODE,
        now=now(),
    )
    devices.remember(request, response, account)


def show_factors(request: HttpRequest, account: Account) -> None:
    """Mark the session with the second factor that was shown while signing in, if one was."""
    for record in get_authentication_records(request, account):
        if record.get("method") == "mfa":
            mark_second_factor(request, str(record.get("type")))
        elif record.get("method") == VOUCHED and not has_second_factor_of(request):
            mark_second_factor(request, "oidc")


def vouched(request: HttpRequest, account: Account) -> bool:
    """Whether an identity provider that may has said, in this sign-in, that there was a second factor."""
    return any(record.get("method") == VOUCHED for record in get_authentication_records(request, account))


def methods_of(request: HttpRequest, account: Account) -> str:
    """By what this session was opened, such as "code+totp"."""
    records = get_authentication_records(request, account)
    names = [str(record.get("type") or record.get("method")) for record in records]
    return "+".join(dict.fromkeys(name for name in names if name != VOUCHED)) or "demo"


def safe_next(request: HttpRequest, asked: str) -> str:
    """`asked` if it is a page of this very host, else ""."""
    # A backslash is a slash to browsers, and a control character is nothing to them.
    if not asked.startswith("/") or any(sign in asked for sign in "\\\r\n\t\0") or len(asked) > 1000:
        return ""
    is_safe = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if is_safe else ""


def next_address(account: Account, *, has_second_factor: bool = False) -> str:
    """Where somebody goes who asked for nothing in particular: home, or joining if they are nobody here yet; who needs
    a second factor for their role, and has shown none, to where one is added.
    """
    actor = actor_for(account, has_second_factor=has_second_factor)
    names = ["administration:home"] if actor.is_member else ["joining:start", "administration:home"]
    if actor.withheld:
        names = ["signin:account"]
    for name in (*names, settings.LOGIN_REDIRECT_URL):
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return "/"


def redirect_onwards(
    request: HttpRequest, account: Account, next_url: str = "", *, has_second_factor: bool | None = None
) -> HttpResponseRedirect:
    """To `next_url` if it is a page here, else to `next_address`. `has_second_factor`: if not as the session says."""
    shown = has_second_factor_of(request) if has_second_factor is None else has_second_factor
    return HttpResponseRedirect(safe_next(request, next_url) or next_address(account, has_second_factor=shown))


def _ip(request: HttpRequest) -> str:
    """For the list of sessions; an address that is none (a socket) is the unknown one."""
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_ipv46_address

    address = address_of(request).split("%")[0]
    try:
        validate_ipv46_address(address)
    except ValidationError:
        return "0.0.0.0"  # noqa: S104 - nobody listens here
    return address

# SPDX-License-Identifier: EUPL-1.2
"""Signing in by a one-time link, and signing out."""

from __future__ import annotations

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from filanda.kernel.identity.models import Account
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.signin.actions import LinkNotUsable, use_sign_in_link

BACKEND = "filanda.kernel.identity.backends.LinkBackend"


def open_session(request: HttpRequest, account: Account) -> None:
    """Sign `account` in, under a new session id."""
    auth.login(request, account, backend=BACKEND)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows one button and looks at nothing, as programs open links in e-mails too; POST uses the link up."""
    problem, status = "", 200
    if request.method == "POST":
        try:
            account = use_sign_in_link(token=token, region=active_region(), now=now())
        except LinkNotUsable as error:
            problem, status = str(error), 410
        else:
            open_session(request, account)
            return redirect(settings.LOGIN_REDIRECT_URL)
    response = render(request, "signin/sign_in.html", {"problem": problem}, status=status)
    # The address holds the token: no other site may learn it. (With "no-referrer" browsers send the form with the
    # origin "null", and the protection against forged requests refuses it.)
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)

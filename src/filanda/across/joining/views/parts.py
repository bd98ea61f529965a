# SPDX-License-Identifier: EUPL-1.2
"""What the screens of joining share."""

from __future__ import annotations

from typing import Any, NoReturn, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from filanda.kernel.identity.models import Account
from filanda.kernel.identity.requests import SignInFirst

__all__ = ["account_of", "home", "listed", "page", "steps", "to_sign_in"]


def account_of(request: HttpRequest) -> Account:
    """Whose session it is. Ask `actor_of(request).is_visitor` first."""
    return cast(Account, request.user)


def home() -> HttpResponseRedirect:
    return redirect(settings.LOGIN_REDIRECT_URL)


def to_sign_in(request: HttpRequest, back: str) -> NoReturn:
    """To signing in, and then `back`; what was sent is not lost."""
    raise SignInFirst(back)


def steps(current: int) -> list[dict[str, str]]:
    """The track above each screen: e-mail, you, organisation."""
    labels = (_("Your e-mail"), _("You"), _("Your organisation"))
    return [
        {"label": label, "state": "done" if at < current else "current" if at == current else "ahead"}
        for at, label in enumerate(labels)
    ]


def listed(errors: dict[str, str]) -> list[dict[str, str]]:
    """Errors by field, as the summary on top wants them; "" concerns the whole."""
    return [{"name": name, "message": sentence} for name, sentence in errors.items()]


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    errors = errors or {}
    shown = {**context, "errors": errors, "listed_errors": listed(errors)}
    response = render(request, f"joining/{template}", shown, status=status)
    response.headers["X-Robots-Tag"] = "noindex"
    # Addresses of invitations hold a token: no other site may learn it.
    response.headers["Referrer-Policy"] = "same-origin"
    return response

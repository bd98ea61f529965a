# SPDX-License-Identifier: EUPL-1.2
"""What the pages of this room share."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filanda.kernel.identity.models import Account
from filanda.kernel.limits import TooMany

__all__ = ["account_of", "page", "wait_sentence"]


def account_of(request: HttpRequest) -> Account:
    """Who is signed in; the view has made sure that somebody is."""
    account: Account = request.user  # type: ignore[assignment]
    return account


def wait_sentence(limit: TooMany, now: datetime) -> str:
    minutes = -(-limit.retry_after // 60)
    return ngettext(
        "That was tried very often in a short time. For safety, try again in %(n)s minute.",
        "That was tried very often in a short time. For safety, try again in %(n)s minutes.",
        minutes,
    ) % {"n": minutes}


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, object] | None = None,
    *,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """A page of this room. `errors`: a sentence by field, "" for the form as a whole."""
    listed = [{"name": name, "message": sentence} for name, sentence in (errors or {}).items()]
    response = render(
        request, template, {**(context or {}), "errors": errors or {}, "listed_errors": listed}, status=status
    )
    # Addresses here can hold a token or where somebody came from: no other site may learn them. (With "no-referrer"
    # browsers send forms with the origin "null", and the protection against forged requests refuses them.)
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def too_many(limit: TooMany, now: datetime) -> dict[str, str]:
    return {"": wait_sentence(limit, now)}


def nothing_typed() -> str:
    return _("Type the code of the e-mail first.")

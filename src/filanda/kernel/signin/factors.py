# SPDX-License-Identifier: EUPL-1.2
"""For other rooms: `require_fresh` before what must not be done from a session somebody left open."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from filanda.kernel.signin.fresh import is_fresh, mark_fresh
from filanda.kernel.signin.opening import safe_next

__all__ = ["confirm_first", "is_fresh", "mark_fresh", "require_fresh"]

View = Callable[..., HttpResponse]


def require_fresh(view: View) -> View:
    """Ask for a fresh code (or a passkey) before `view`, unless that was done in the last minutes.

    Afterwards the reader is back at the page: at this address for GET, at the page the form was on for POST. Put it on
    the page that shows the form too, so that nothing typed is lost. Visitors are led to sign in.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return HttpResponseRedirect(f"{reverse('signin:start')}?{urlencode({'next': _back(request)})}")
        if not is_fresh(request):
            return confirm_first(request)
        return view(request, *args, **kwargs)

    return guarded


def confirm_first(request: HttpRequest, back: str = "") -> HttpResponse:
    """Lead to the page that asks for a fresh code, and then `back` (or to where the reader is now)."""
    return HttpResponseRedirect(f"{reverse('signin:confirm')}?{urlencode({'next': back or _back(request)})}")


def _back(request: HttpRequest) -> str:
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc == request.get_host():
        return safe_next(request, came_from.path + (f"?{came_from.query}" if came_from.query else ""))
    return reverse("signin:account")

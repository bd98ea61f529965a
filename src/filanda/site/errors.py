# SPDX-License-Identifier: EUPL-1.2
"""Error pages, and problem documents for programs: each says what happened and what to do next."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.requests import SignInFirst, actor_of
from filanda.kernel.ui.problems import (
    BAD_REQUEST,
    FORBIDDEN,
    NOT_FOUND,
    SERVER_ERROR,
    UNKNOWN_HOST,
    Kind,
    Problem,
    asks_api,
    language_of,
    respond,
)
from filanda.site.unsent import Unsent, is_part, unsent
from filanda.spaces.errors import AtTheDoor


def tell(request: HttpRequest, kind: Kind, sentence: str | Promise) -> HttpResponse:
    """What programs get instead of a page, in their language."""
    language = language_of(request)
    with translation.override(language):
        response = respond(Problem(kind, str(sentence)))
    response.headers["Content-Language"] = language
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: also for an unknown host name, where there is no region and so no themed page."""
    if asks_api(request):
        if getattr(request, "region", None) is None:
            return tell(
                request, UNKNOWN_HOST, _("No region is served under this host name. Check it, or ask the operator.")
            )
        return tell(request, BAD_REQUEST, _("The request could not be read. Send fewer or smaller values."))
    if getattr(request, "region", None) is None:
        return HttpResponse(
            "This address belongs to no region of this installation. Check the host name, or ask the operator to add it"
            " with: filanda region host SLUG HOST\n",
            status=400,
            content_type="text/plain; charset=utf-8",
        )
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if asks_api(request):
        return tell(request, FORBIDDEN, _("This is not open to visitors."))
    kept = unsent(request)
    if kept is not None and _is_signed_out(request, False):
        return _again(request, kept, must_sign_in=True)
    return render(request, "errors/403.html", {"reason": str(exception), "unsent": kept}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404; whoever may know of a community but not read in it is led to its door, a visitor to signing in where only
    people who signed in find something.
    """
    kept = unsent(request)
    if kept is not None and _is_signed_out(request, isinstance(exception, SignInFirst)):
        return _again(request, kept, must_sign_in=True)
    if isinstance(exception, SignInFirst) and is_part(request):
        return HttpResponse(status=403)  # its page stays, and says that this was not kept
    if isinstance(exception, AtTheDoor) and not asks_api(request):
        return redirect("spaces:join", slug=exception.space.slug)
    if isinstance(exception, SignInFirst) and not asks_api(request):
        here = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
        response = redirect(f"{reverse('signin:start')}?{urlencode({'next': exception.back or here})}")
        add_never_cache_headers(response)
        return response
    if asks_api(request):
        return tell(
            request, NOT_FOUND, _("There is nothing at this address. The operations are listed at /api/v1/docs.")
        )
    if getattr(request, "region", None) is None:
        return HttpResponse("Not found.\n", status=404, content_type="text/plain; charset=utf-8")
    return render(request, "errors/404.html", {"unsent": kept}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: no template, as templates or the database may be what failed."""
    if asks_api(request):
        return tell(request, SERVER_ERROR, _("The fault was recorded. Try again in a moment."))
    return HttpResponse(
        "<!doctype html><html lang='it'><meta charset='utf-8'><title>Filanda</title>"
        "<h1>Qualcosa non ha funzionato · Something went wrong</h1>"
        "<p>Il guasto è stato registrato. Riprova tra poco.</p>"
        "<p>The fault was recorded. Try again in a moment.</p></html>",
        status=500,
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    kept = unsent(request)
    if kept is not None:
        return _again(request, kept, must_sign_in=False)
    return render(request, "errors/403.html", {"reason": "", "is_csrf": True}, status=403)


def _is_signed_out(request: HttpRequest, is_certain: bool) -> bool:
    """A visitor who sent a form of people who signed in: it is certain where it asked for that; else where their
    browser holds a session that has ended.
    """
    return actor_of(request).is_visitor and (is_certain or settings.SESSION_COOKIE_NAME in request.COOKIES)


def _again(request: HttpRequest, kept: Unsent, *, must_sign_in: bool) -> HttpResponse:
    """Nothing was taken: its words, to be sent again."""
    response = render(request, "errors/unsent.html", {"unsent": kept, "must_sign_in": must_sign_in}, status=403)
    add_never_cache_headers(response)
    return response

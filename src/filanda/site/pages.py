# SPDX-License-Identifier: EUPL-1.2
"""Pages about the platform itself: how matching works, and the legal texts with what people answer to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from filanda.across.administration.views.legal import legal_values
from filanda.capabilities.matching.embedding import embedder
from filanda.capabilities.matching.ranking import LOOKED_AGAIN, MEANING, MEANING_TRANSLATED, VOTERS
from filanda.kernel import limits
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.legal.actions import FeedbackWrong, VersionChanged, give_consent, give_feedback
from filanda.kernel.legal.models import LegalKind, LegalText
from filanda.kernel.legal.queries import current_text, has_agreed, missing_consents, versions_of
from filanda.kernel.legal.rendering import html_of
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.ui.addresses import address

FEEDBACK_LIMIT = limits.Limit(5, timedelta(days=1))


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """How the order of results comes about (Regulation (EU) 2022/2065, article 27)."""
    context = {
        "text_only": embedder() is None,
        "meaning": round(100 * MEANING),
        "across": round(100 * MEANING_TRANSLATED),
        "voters": VOTERS,
        "looked_again": LOOKED_AGAIN,
    }
    return render(request, "site/how.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return _legal(request, LegalKind.PRIVACY)


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    return _legal(request, LegalKind.TERMS)


@require_safe
def cookies(request: HttpRequest) -> HttpResponse:
    return _legal(request, LegalKind.COOKIES)


@require_safe
def legal_version(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """A version as it was published, old or not."""
    if kind not in LegalKind.values:
        raise Http404
    return _legal(request, kind, version=version)


@require_http_methods(["GET", "HEAD", "POST"])
def accessibility(request: HttpRequest) -> HttpResponse:
    """The statement, with the form that Directive (EU) 2016/2102, article 7, asks for."""
    typed = {field: request.POST.get(field, "") for field in ("page", "message", "email")}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        region, moment = active_region(), now()
        try:
            limits.take("accessibility", FEEDBACK_LIMIT, who=limits.address_of(request), region=region, now=moment)
            give_feedback(actor=actor_of(request), region=region, language=get_language() or "", now=moment, **typed)
        except limits.TooMany:
            errors[""] = [
                _("Enough feedback came from this connection today. Write an e-mail instead, or come back tomorrow.")
            ]
        except FeedbackWrong as error:
            errors[error.field] = [str(error)]
        else:
            return redirect(reverse("accessibility") + "?sent=1#feedback")
    elif request.method == "GET":
        typed["page"] = request.GET.get("page", "")[:300]
    feedback = {
        "typed": typed,
        "errors": {field: errors.get(field, []) for field in ("", *typed)},
        "sent": request.GET.get("sent") == "1",
    }
    status = 429 if "" in errors else 422 if errors else 200
    return _legal(request, LegalKind.ACCESSIBILITY, {"feedback": feedback}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest) -> HttpResponse:
    """What has to be agreed to, asked kindly: nobody is kept from reading meanwhile. ?next= where to go on."""
    actor, region = actor_of(request), active_region()
    if actor.account_id is None:
        return redirect("finder:home")
    onward = _onward(request)
    problems: list[str] = []
    if request.method == "POST":
        if request.POST.get("agree") != "1":
            problems = [_("Tick the box if you agree. If you do not, go on reading: nothing is lost.")]
        else:
            try:
                give_consent(
                    actor=actor,
                    region=region,
                    seen=request.POST.get("seen", ""),
                    language=get_language() or "",
                    now=now(),
                )
            except VersionChanged as error:
                problems = [str(error)]
            else:
                return redirect(onward)
    missing = missing_consents(actor.account_id, region)
    context = {
        "missing": [_portrait(text, region, level=3) for text in missing],
        "seen": ",".join(f"{text.kind}:{text.version}" for text in missing),
        "next": onward,
        "problems": problems,
    }
    return render(request, "site/consent.html", context, status=422 if problems else 200)


def asked_to_agree(request: HttpRequest) -> str:
    """The address where this reader is asked to agree to what has changed; empty if there is nothing. One query for
    whoever is signed in and has a part in the region, none for anybody else.
    """
    actor = getattr(request, "actor", None)
    if actor is None or actor.account_id is None or not actor.is_member:
        return ""
    return "" if has_agreed(actor.account_id, active_region()) else address("consent")


def _onward(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else reverse(settings.LOGIN_REDIRECT_URL)


def _legal(
    request: HttpRequest,
    kind: str,
    more: dict[str, Any] | None = None,
    *,
    version: int | None = None,
    status: int = 200,
) -> HttpResponse:
    region = active_region()
    versions = [] if version is None else versions_of(region, kind)
    text = (
        current_text(region, kind)
        if version is None
        else next((known for known in versions if known.version == version), None)
    )
    if text is None:
        raise Http404
    current = versions[0] if versions else text
    context = {
        "text": _portrait(text, region),
        "is_current": text.version == current.version,
        "current_url": reverse(kind),
        "older": [
            {"version": number, "url": reverse("legal-version", args=[kind, number])}
            for number in range(current.version, 0, -1)
            if number != text.version
        ],
        "feedback": None,
    }
    return render(request, "site/legal.html", context | (more or {}), status=status)


def _portrait(text: LegalText, region: Region, level: int = 2) -> dict[str, Any]:
    return {
        "label": text.get_kind_display(),
        "url": reverse(text.kind),
        "version": text.version,
        "language": text.language,
        "html": html_of(text.source, text.language, region, legal_values(), level=level),
        "published_at": text.published_at,
        "changes": text.changes,
        "is_shipped": text.is_shipped,
    }

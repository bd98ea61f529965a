# SPDX-License-Identifier: EUPL-1.2
"""Legal texts: what holds, and writing the next version with a preview."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from filanda.across.administration.framing import errors_in, frame
from filanda.capabilities.needs.models import KEPT_FOR
from filanda.capabilities.needs.personal import REQUESTS_KEPT
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.legal.actions import TextWrong, VersionChanged, publish_text
from filanda.kernel.legal.models import LegalKind
from filanda.kernel.legal.queries import current_text, current_texts
from filanda.kernel.legal.rendering import PLACEHOLDERS, html_of
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.ui.numbers import whole

__all__ = ["legal", "legal_values", "text"]

SECTION = "administration:legal"


def legal_values() -> dict[str, object]:
    """What legal texts may name besides what the kernel knows: {need_days}, {forget_months}."""
    return {"need_days": KEPT_FOR.days, "forget_months": max(1, REQUESTS_KEPT.days_in(active_region()) // 30)}


@never_cache
@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    """The texts that hold now."""
    require(actor_of(request), "legal.publish")
    region = active_region()
    context = frame(request, SECTION, _("Legal texts")) | {
        "rows": [
            {
                "label": found.get_kind_display(),
                "version": found.version,
                "published_at": found.published_at,
                "is_shipped": found.is_shipped,
                "requires_consent": found.requires_consent,
                "changes": found.changes,
                "url": reverse(found.kind),
                "edit_url": reverse("administration:legal-text", args=[found.kind]),
            }
            for found in current_texts(region).values()
        ],
        "has_controller": bool(region.settings.get("legal", {}).get("controller")),
        "controller_url": reverse("administration:region-part", args=["controller"]),
        "said": [str(message) for message in messages.get_messages(request)],
    }
    return render(request, "administration/legal.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, kind: str) -> HttpResponse:
    """The next version of a text. POST text_<language>, changes, requires_consent, based_on; or `preview` as well."""
    if kind not in LegalKind.values:
        raise Http404
    actor = actor_of(request)
    require(actor, "legal.publish")
    region = Region.objects.get(pk=active_region().pk)
    current = current_text(region, kind)
    typed: dict[str, Any] = {
        "texts": {code: current.texts.get(code, "") for code in region.languages},
        "changes": "",
        "requires_consent": current.requires_consent,
        "based_on": current.version,
    }
    errors: dict[str, list[str]] = {}
    theirs, previews, status = None, [], 200
    if request.method == "POST":
        based_on = request.POST.get("based_on", "")
        typed = {
            "texts": {code: request.POST.get(f"text_{code}", "") for code in region.languages},
            "changes": request.POST.get("changes", ""),
            "requires_consent": request.POST.get("requires_consent") == "1",
            "based_on": whole(based_on),
        }
        if "preview" in request.POST:
            previews = [_rendered(source, code, region) for code, source in typed["texts"].items()]
        else:
            try:
                made = publish_text(actor=actor, region=region, kind=kind, now=now(), **typed)
            except TextWrong as error:
                field = error.field if error.field in ("", "changes") else f"text_{error.field}"
                errors, status = {field: [str(error)]}, 422
            except VersionChanged as error:
                errors, status = {"": [str(error)]}, 409
                theirs = [_rendered(source, code, region) for code, source in error.current.texts.items()]
                typed["based_on"] = error.current.version
            else:
                messages.success(
                    request,
                    _("Version %(version)s is published.") % {"version": made.version}
                    + (" " + _("People are asked to agree at their next visit.") if made.requires_consent else ""),
                )
                return redirect(SECTION)
    names = dict(settings.LANGUAGES)
    context = frame(request, SECTION, _("Legal texts"), current.get_kind_display()) | {
        "kind": kind,
        "typed": typed,
        "languages_here": [(code, names.get(code, code)) for code in region.languages],
        "errors": defaultdict(list, errors),
        "summary": errors_in(errors),
        "previews": previews,
        "theirs": theirs,
        "next_version": typed["based_on"] + 1,
        "placeholders": ["{" + name + "}" for name in (*PLACEHOLDERS, *legal_values())],
        "back_url": reverse(SECTION),
    }
    return render(request, "administration/legal_text.html", context, status=status)


def _rendered(source: str, code: str, region: Region) -> dict[str, Any]:
    names = dict(settings.LANGUAGES)
    return {
        "language": code,
        "name": names.get(code, code),
        "html": html_of(source, code, region, legal_values(), level=3),
    }

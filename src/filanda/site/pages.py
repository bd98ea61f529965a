# SPDX-License-Identifier: EUPL-1.2
"""Pages about the platform itself: how matching works, privacy, accessibility."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from filanda.capabilities.matching.embedding import embedder
from filanda.capabilities.matching.ranking import MEANING, MEANING_TRANSLATED, VOTERS
from filanda.capabilities.needs.models import FORGOTTEN_AFTER, KEPT_FOR


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """How the order of results comes about (Regulation (EU) 2022/2065, article 27)."""
    context = {
        "text_only": embedder() is None,
        "meaning": round(100 * MEANING),
        "across": round(100 * MEANING_TRANSLATED),
        "voters": VOTERS,
    }
    return render(request, "site/how.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(
        request, "site/privacy.html", {"keep_days": KEPT_FOR.days, "forget_months": FORGOTTEN_AFTER.days // 30}
    )


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "site/accessibility.html")

# SPDX-License-Identifier: EUPL-1.2
"""Feedback about accessibility: what came, and what became of it."""

from __future__ import annotations

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from filanda.across.administration.framing import errors_in, frame
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.legal.actions import FeedbackWrong, handle_feedback
from filanda.kernel.legal.models import Feedback
from filanda.kernel.policies import require
from filanda.kernel.ui.numbers import page_in
from filanda.kernel.ui.paging import pager, pages_at

PAGE = 25


@never_cache
@require_safe
def feedback(request: HttpRequest) -> HttpResponse:
    """Open feedback first, then what was dealt with; newest first. ?page="""
    return _list(request)


@require_POST
def handle(request: HttpRequest, feedback_id: int) -> HttpResponse:
    """POST note-<id>: what was done."""
    actor = actor_of(request)
    require(actor, "legal.feedback.handle")
    found = get_object_or_404(Feedback.objects.visible_to(actor), pk=feedback_id)
    note = request.POST.get(f"note-{feedback_id}", "")
    try:
        handle_feedback(actor=actor, feedback=found, note=note, now=now())
    except FeedbackWrong as error:
        return _list(request, wrong=found.pk, note=note, errors={f"note-{found.pk}": [str(error)]}, status=422)
    return redirect("administration:feedback")


def _list(
    request: HttpRequest,
    *,
    wrong: int = 0,
    note: str = "",
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    require(actor, "legal.feedback.handle")
    seen = Feedback.objects.visible_to(actor)
    total, page = seen.count(), page_in(request)
    pages = max(1, -(-total // PAGE))
    page = min(page, pages)
    rows = seen.select_related("handled_by").order_by(F("handled_at").desc(nulls_first=True), "-created_at", "-pk")
    context = frame(request, "administration:feedback", _("Feedback about accessibility")) | {
        "rows": [
            {
                "id": row.pk,
                "message": row.message,
                "page": row.page,
                "email": row.email,
                "language": row.language,
                "created_at": row.created_at,
                "handled_at": row.handled_at,
                "handled_by": str(row.handled_by) if row.handled_by else "",
                "note": note if row.pk == wrong else row.note,
                "errors": (errors or {}).get(f"note-{row.pk}", []),
                "url": reverse("administration:feedback-handle", args=[row.pk]),
            }
            for row in rows[(page - 1) * PAGE : page * PAGE]
        ],
        "total": total,
        "errors": errors_in(errors or {}),
        "statement_url": reverse("accessibility"),
        "pager": pager(page, pages, pages_at(reverse("administration:feedback"))),
    }
    return render(request, "administration/feedback.html", context, status=status)

# SPDX-License-Identifier: EUPL-1.2
"""How is it going? One question, answered by the link in an e-mail, without signing in.

Mail scanners open links: looking changes nothing; the answer that was clicked is chosen already, and one button sends
it.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from filanda.capabilities.collaborations.actions import answer_check_in
from filanda.capabilities.collaborations.ending import said_over
from filanda.capabilities.collaborations.errors import CollaborationWrong
from filanda.capabilities.collaborations.mailing import check_in_of
from filanda.capabilities.collaborations.models import CheckInAnswer, CollaborationState, OutcomeKind
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.regions.models import Region

__all__ = ["check_in"]

_FIELDS = ("answer", "details", "kind", "words", "url", "count")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest, token: str) -> HttpResponse:
    """?answer= what was clicked; POST `answer`, `details`, and an outcome: `kind`, `words`, `url`, `count`."""
    actor = actor_of(request)
    region: Region = request.region  # type: ignore[attr-defined]
    asked = check_in_of(token, region.pk)
    if asked is None:
        raise Http404(_("This link is wrong or too old. Sign in to say how your collaborations are going."))
    errors: dict[str, str] = {}
    typed = dict.fromkeys(_FIELDS, "")
    if request.method == "POST":
        typed |= {field: request.POST.get(field, "") for field in _FIELDS}
        outcome = {name: typed[name] for name in ("kind", "words", "url", "count")} if typed["kind"] else None
        try:
            answer_check_in(
                actor=actor,
                check_in=asked,
                answer=typed["answer"],
                details=typed["details"],
                outcome=outcome,
                now=now(),
            )
        except CollaborationWrong as error:
            errors = error.errors
        else:
            return redirect(f"{reverse('collaborating:check-in', args=[token])}?thanks=1")
    clicked = request.GET.get("answer", "")
    typed["answer"] = typed["answer"] or (clicked if clicked in CheckInAnswer.values else asked.answer)
    typed["details"] = typed["details"] or asked.details
    context = {
        "asked": asked,
        "title": asked.collaboration.title,
        "language": asked.collaboration.language,
        "who": asked.party.organisation.name if asked.party.organisation is not None else "",
        "answers": CheckInAnswer.choices,
        "kinds": [("", _("Nothing to note yet")), *OutcomeKind.choices],
        "typed": typed,
        "errors": errors,
        "summary": [{"name": name, "message": words} for name, words in errors.items()],
        "thanks": "thanks" in request.GET and bool(asked.answer),
        "has_ended": asked.collaboration.state == CollaborationState.ENDED,
        "said_over": said_over(asked.collaboration),
        "answer_label": asked.get_answer_display() if asked.answer else "",
    }
    return render(request, "collaborating/check_in.html", context, status=422 if errors else 200)

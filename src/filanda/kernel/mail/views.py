# SPDX-License-Identifier: EUPL-1.2
"""The demonstration's outbox. It is not there outside a demonstration, nor in a region of real people."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from filanda.kernel.mail.answering import answer_to, answers_go_to
from filanda.kernel.mail.arrival import bring
from filanda.kernel.mail.forms import AnswerForm
from filanda.kernel.mail.models import InboundState, OutboxMessage
from filanda.kernel.mail.sending import has_outbox
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.ui.csp import POLICY

SHOWN = 50
# A message is shown in a frame in which nothing runs and nothing is loaded; its links open beside it.
_SANDBOX = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'; form-action 'none'"
)


@never_cache
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """The latest messages, newest first; ?to= narrows them to an address."""
    _check()
    to = request.GET.get("to", "").strip().lower()
    found = OutboxMessage.objects.all()
    if to:
        found = found.filter(to=to.replace("\0", ""))
    listed = list(found.only("to", "subject", "at", "region")[:SHOWN])
    return render(request, "mail/outbox.html", {"messages": listed, "to": to, "shown": SHOWN})


@never_cache
@require_safe
def outbox_message(request: HttpRequest, number: int) -> HttpResponse:
    _check()
    message: OutboxMessage = get_object_or_404(OutboxMessage.objects.all(), pk=number)
    return _shown(request, message, AnswerForm())


@never_cache
@require_POST
def outbox_reply(request: HttpRequest, number: int) -> HttpResponse:
    """Answer as whoever got the message would: a real e-mail, received as those of everybody else."""
    _check()
    message: OutboxMessage = get_object_or_404(OutboxMessage.objects.all(), pk=number)
    form = AnswerForm(request.POST)
    if not answers_go_to(message):
        raise Http404
    if not form.is_valid():
        return _shown(request, message, form, status=422)
    held = bring(answer_to(message, form.cleaned_data["answer"]), "outbox")
    if held is not None and held.state == InboundState.REFUSED:
        form.add_error("answer", _("This message takes no answer any more."))
        return _shown(request, message, form, status=422)
    return redirect(reverse("mail:outbox-message", args=[number]) + "?answered")


def _shown(request: HttpRequest, message: OutboxMessage, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    context = {
        "message": message,
        "answers_go_to": answers_go_to(message),
        "form": form,
        "is_answered": "answered" in request.GET,
        "listed_errors": [{"name": name, "message": str(one)} for name, found in form.errors.items() for one in found],
    }
    response = render(request, "mail/outbox_message.html", context, status=status)
    response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return response


@never_cache
@xframe_options_sameorigin
@require_safe
def outbox_html(request: HttpRequest, number: int) -> HttpResponse:
    """The HTML part alone."""
    _check()
    message: OutboxMessage = get_object_or_404(OutboxMessage.objects.all(), pk=number)
    response = HttpResponse(message.html.replace("<head>", '<head><base target="_blank">', 1))
    response.headers["Content-Security-Policy"] = _SANDBOX
    return response


def _check() -> None:
    if not has_outbox(active_region()):
        raise Http404

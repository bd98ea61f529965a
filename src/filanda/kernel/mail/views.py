# SPDX-License-Identifier: EUPL-1.2
"""The demonstration's outbox. It is not there outside a demonstration, nor in a region of real people."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from filanda.kernel.mail.models import OutboxMessage
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
    messages = OutboxMessage.objects.all()
    if to:
        messages = messages.filter(to=to.replace("\0", ""))
    listed = list(messages.only("to", "subject", "at", "region")[:SHOWN])
    return render(request, "mail/outbox.html", {"messages": listed, "to": to, "shown": SHOWN})


@never_cache
@require_safe
def outbox_message(request: HttpRequest, number: int) -> HttpResponse:
    _check()
    message: OutboxMessage = get_object_or_404(OutboxMessage.objects.all(), pk=number)
    response = render(request, "mail/outbox_message.html", {"message": message})
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

# SPDX-License-Identifier: EUPL-1.2
"""What a provider receives for us and brings through anymail: /mail/inbound/<provider>/inbound/."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from email import policy
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.urls import URLPattern
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

__all__ = ["heard", "inbound_addresses", "listen"]

# As base64 within JSON a message is a third larger, and a provider may bring text and HTML besides.
MOST_OCTETS = 40 * 1024 * 1024

View = Callable[..., HttpResponse]


def listen() -> None:
    """Hear anymail's signal; called once, when Django is ready."""
    from anymail.signals import inbound

    inbound.connect(heard, dispatch_uid="filanda.kernel.mail.webhooks")


def heard(sender: Any, event: Any, esp_name: str, **_rest: Any) -> None:
    """One message that a provider brought. What cannot be kept raises: the provider tries again later."""
    from filanda.kernel.mail.arrival import bring

    message = event.message
    try:
        raw = message.as_bytes(policy=policy.SMTP)
    except Exception:  # noqa: BLE001 - headers that the strict writer refuses, the old one writes
        raw = message.as_bytes(policy=policy.compat32)
    recipient = message.envelope_recipient
    bring(
        raw,
        "webhook",
        recipients=[recipient] if recipient else (),
        envelope_sender=message.envelope_sender,
    )


def inbound_addresses(provider: str, anymail: Mapping[str, object]) -> list[URLPattern]:
    """Where `provider` brings messages. Like the reports, only with ANYMAIL_WEBHOOK_SECRET=user:password: without one
    anybody could pretend to be the provider, so there is no such address then."""
    secret = anymail.get("WEBHOOK_SECRET")
    if not provider or not secret:
        return []
    from anymail.urls import urlpatterns as known

    secrets = [secret] if isinstance(secret, str) else [str(one) for one in secret]  # type: ignore[attr-defined]
    return [
        URLPattern(found.pattern, _large(found.callback, secrets), found.default_args, found.name)
        for found in known
        if found.name == f"{provider}_inbound_webhook"
    ]


def _large(view: View, secrets: list[str]) -> View:
    """Let the provider, once it has shown the secret, send what no form may: large bodies and files."""

    @csrf_exempt
    @functools.wraps(view)
    def receive(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            if not _shows(request, secrets):
                return HttpResponseForbidden("Show the secret of the webhook.", content_type="text/plain")
            length = request.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > MOST_OCTETS:
                raise RequestDataTooBig("A message this large is not received.")
            if request.content_type == "multipart/form-data":
                request.upload_handlers = [MemoryFileUploadHandler(request), TemporaryFileUploadHandler(request)]
            else:
                request._body = request.read()  # as `body` does, with a limit of ours
        return view(request, *args, **kwargs)

    return receive


def _shows(request: HttpRequest, secrets: list[str]) -> bool:
    from anymail.utils import get_request_basic_auth

    given = get_request_basic_auth(request) or ""
    return sum(constant_time_compare(given, secret) for secret in secrets) > 0

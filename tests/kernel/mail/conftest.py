# SPDX-License-Identifier: EUPL-1.2
"""A mail server of the test's own, on this machine."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from django.db import transaction

from filanda.kernel.mail.models import Message
from filanda.kernel.mail.steps import post


class Letterbox:
    """What a mail server got.

    `answers`: what it says to the next messages before it begins to accept them; `vanishes`: it takes a message and
    closes the connection without a word; `kill`: the process to kill once it has got a message, before it answers.
    """

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.answers: list[str] = []
        self.unknown: set[str] = set()
        self.kill: Callable[[], int] | None = None
        self.vanishes = False

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if address in self.unknown:
            return f"550 5.1.1 <{address}>: no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        self.raw.append(envelope.original_content)
        self.received.append(message_from_bytes(envelope.original_content, policy=policy.default))
        if self.kill is not None:
            os.kill(self.kill(), signal.SIGKILL)
        if self.vanishes:
            server.transport.close()
        return "250 OK"


@pytest.fixture
def letterbox(settings):
    """A mail server that the settings lead to."""
    box = Letterbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_CONFIGURED = True
    settings.EMAIL_SENDER = "noreply@filanda.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield box
    controller.stop()


@pytest.fixture
def write(region):
    """Post a trial message, as an action does; give it what `post` takes."""

    def posted(to: str = "anna@example.org", **given: object) -> Message:
        options = {"template": "mail/mail/trial", "language": "en", "context": {"path": "https://a.example/en/"}}
        with transaction.atomic():
            return post(region=given.pop("region", region), to=to, **(options | given))

    return posted

# SPDX-License-Identifier: EUPL-1.2
"""A mail server of the test's own, on this machine."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from django.db import transaction
from django.utils import timezone

from filanda.kernel.identity.models import Account
from filanda.kernel.mail.arrival import bring
from filanda.kernel.mail.inbound.addresses import reply_address
from filanda.kernel.mail.inbound.taking import take_message
from filanda.kernel.mail.models import Message
from filanda.kernel.mail.steps import post
from filanda.kernel.manifests import Manifest, manifests
from filanda.kernel.manifests.replies import InboundReply, LeftOut, ReplyHandler
from filanda.kernel.regions.scoped import active_region


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


class Room:
    """A room that takes answers about notes; `fails` is raised to the next ones, `left_out` is what it leaves out."""

    def __init__(self) -> None:
        self.taken: list[InboundReply] = []
        self.fails: list[Exception] = []
        self.left_out: LeftOut = ()

    def take(self, reply: InboundReply) -> LeftOut:
        assert active_region() == reply.region
        if self.fails:
            raise self.fails.pop(0)
        self.taken.append(reply)
        return self.left_out


@pytest.fixture
def room(settings):
    """A room of the test's own, plugged in as every other, in an installation that receives answers."""
    made = Room()
    settings.REPLY_ADDRESS = "reply@in.example.org"
    manifests()["test_room"] = Manifest(replies=(ReplyHandler("note", made.take),))
    yield made
    del manifests()["test_room"]


@pytest.fixture
def anna(region):
    return Account.objects.create_account(email="anna@example.org", name="Anna")


@pytest.fixture
def arrive(region, room, anna):
    """An answer of Anna's about note 17 comes and is taken. Headers as `headers=`; "" leaves one out."""

    def came(body: str = "Sì, anche noi.\n", *, raw: bytes = b"", headers=(), now=None, number=17, **given):
        settings = {
            "From": "Anna <anna@example.org>",
            "To": reply_address(region, "note", number, anna, now=now),
            "Subject": "Re: Polveri",
            "Message-ID": f"<{uuid4().hex}@mail.example>",
            "Content-Type": "text/plain; charset=utf-8",
        } | dict(headers)
        lines = [f"{name}: {value}" for name, value in settings.items() if value]
        held = bring(raw or ("\n".join(lines) + "\n\n" + body).encode(), "pipe", **given)
        if held is not None:
            take_message(held.pk, now=timezone.now())
            held.refresh_from_db()
        return held

    return came

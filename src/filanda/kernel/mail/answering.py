# SPDX-License-Identifier: EUPL-1.2
"""Answering in the demonstration's outbox: the e-mail that somebody's mail program would send."""

from __future__ import annotations

import uuid
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from django.utils import timezone

from filanda.kernel.mail.inbound.addresses import token_of
from filanda.kernel.mail.models import OutboxMessage

__all__ = ["answer_to", "answers_go_to"]


def answers_go_to(message: OutboxMessage) -> str:
    """Its reply address; "" for a message whose answers go to nobody here."""
    address = str(message.headers.get("Reply-To", ""))
    return address if token_of(address) else ""


def answer_to(message: OutboxMessage, words: str) -> bytes:
    """An e-mail (RFC 5322) from whoever got `message`, with `words` above the quoted message."""
    now = timezone.now()
    written = EmailMessage(policy=SMTP)
    written["From"] = message.to
    written["To"] = answers_go_to(message)
    written["Subject"] = f"Re: {message.subject}"
    written["Date"] = format_datetime(now)
    written["Message-ID"] = f"<{uuid.uuid4().hex}@outbox.example>"
    written["In-Reply-To"] = message.message_id
    written["References"] = message.message_id
    quoted = "\n".join(f"> {line}".rstrip() for line in message.text.splitlines())
    words = "\n".join(words.splitlines())
    written.set_content(f"{words}\n\nOn {now:%d/%m/%Y %H:%M}, {message.sender} wrote:\n{quoted}\n", charset="utf-8")
    return written.as_bytes()

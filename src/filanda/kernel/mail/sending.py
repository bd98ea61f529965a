# SPDX-License-Identifier: EUPL-1.2
"""The job that sends one message, and what it does when that fails.

A message is marked SENDING, and committed so, right before it is handed to the mail server, and SENT right after. What
the server refuses was surely not sent: it goes back to QUEUED and is tried again later. When the process dies between
the two marks, or the connection breaks before the server has answered, nobody can tell whether it was sent: it is
handed over once more, with the same Message-ID, so that mail programs show one and people can tell. A second such
accident, and it is given up. So a message arrives once; after an accident perhaps twice; never more.

Nothing is lost by waiting: a message that cannot be sent for now, or for which no mail server is configured, stays in
its table, and `tasks.send_what_waits` picks it up.
"""

from __future__ import annotations

import re
import smtplib
from contextlib import nullcontext
from datetime import datetime, timedelta
from email.headerregistry import Address
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone, translation

from filanda.kernel.jobs.queue import enqueue_at, job
from filanda.kernel.mail.links import host_of
from filanda.kernel.mail.marking import mark_address
from filanda.kernel.mail.models import AddressMark, MarkReason, Message, MessageState, OutboxMessage
from filanda.kernel.mail.queries import address_hash, is_suppressed
from filanda.kernel.mail.rendering import Rendered, render
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region

__all__ = ["has_outbox", "send", "send_message"]

PAUSES = (10, 30, 120, 600, 1800, 3600, 7200, 21600)  # seconds before the second, third … try; the last one repeats
IN_TRANSIT = timedelta(minutes=2)  # a message that has been SENDING for longer belongs to a process that died
_ADDRESS = re.compile(r"\S+@\S+")
_NO_SUCH_BOX = frozenset({550, 551, 553})
_NOBODY = frozenset({"example", "invalid", "test", "localhost"})  # top-level domains; invented people live there

log = structlog.get_logger("filanda.mail")


class NotSent(Exception):
    """The mail server did not take the message, surely. `is_final`: it never will. `no_such_box`: it knows no such
    address."""

    def __init__(self, error: BaseException, *, is_final: bool = False, no_such_box: bool = False) -> None:
        super().__init__(_ADDRESS.sub("…", f"{type(error).__name__}: {error}")[:300])
        self.is_final = is_final
        self.no_such_box = no_such_box


@job("mail.send", queue="mail")
def send(message_id: int) -> None:
    """Send the message of this number, unless it has been sent."""
    send_message(message_id, now=timezone.now())


def has_outbox(region: Region | None) -> bool:
    """Whether messages of `region` go to the demonstration's outbox: only of invented people, and only without a mail
    server."""
    return bool(settings.DEMO and not settings.EMAIL_CONFIGURED and region is not None and region.is_invented)


def send_message(message_id: int, *, now: datetime) -> MessageState | None:
    """Try to send one message. Returns the state it is in then; None when there was nothing to do.

    Never raises for what a mail server says: that is written down, and tried again at `not_before`.
    """
    message = Message.objects.select_related("region", "account").filter(pk=message_id).first()
    if message is None or not _is_due(message, now):
        return None
    if not settings.EMAIL_CONFIGURED and not has_outbox(message.region):
        return MessageState.QUEUED
    if message.not_after <= now:
        return _end(message, MessageState.FAILED, now, message.last_error or "too late to be of use")
    if is_suppressed(message.to, secret=message.secret, can_unsubscribe=bool(message.unsubscribe_url), now=now):
        return _end(message, MessageState.SUPPRESSED, now)
    if settings.EMAIL_CONFIGURED and message.to.rpartition(".")[2] in _NOBODY:
        return _end(message, MessageState.SUPPRESSED, now, "an address of nobody (RFC 2606)")
    try:
        rendered = _render(message)
        email = _compose(message, rendered)
    except Exception as error:
        # Ours to mend: the message waits for the next version.
        log.exception("a message could not be written", message=message.pk, template=message.template)
        return _try_later(message.pk, now, f"{message.template}: {type(error).__name__}")
    if has_outbox(message.region):
        return _to_outbox(message, rendered, email, now)
    try:
        connection = _open()
    except NotSent as error:
        return _try_later(message.pk, now, str(error))
    try:
        if not _claim(message, now):
            return None
        return _hand_over(message, email, connection, now)
    finally:
        _close(connection)


def _render(message: Message) -> Rendered:
    with in_region(message.region) if message.region else nullcontext():
        return render(
            message.template,
            region=message.region,
            language=message.language,
            context=message.context or {},
            unsubscribe_url=message.unsubscribe_url,
        )


def _is_due(message: Message, now: datetime) -> bool:
    """Whether it is to be sent, and nobody else is at it: one that is being sent is left alone for IN_TRANSIT."""
    return message.state in (MessageState.QUEUED, MessageState.SENDING) and message.not_before <= now


def _claim(message: Message, now: datetime) -> bool:
    """Mark the message as being sent; whether it may be. One that was being sent already may have been sent."""
    with transaction.atomic():
        locked = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
        if not _is_due(locked, now):
            return False
        locked.unclear += locked.state == MessageState.SENDING
        if locked.unclear > 1:
            _finish(locked, MessageState.FAILED, now, "interrupted twice while being sent; it may have arrived")
            return False
        locked.state = MessageState.SENDING
        locked.attempts += 1
        locked.not_before = now + IN_TRANSIT
        locked.save(update_fields=["state", "attempts", "unclear", "not_before"])
        AddressMark.objects.filter(address_hash=address_hash(locked.to)).update(tried_at=now)
    return True


def _hand_over(message: Message, email: EmailMultiAlternatives, connection: Any, now: datetime) -> MessageState:
    try:
        _deliver(email, connection)
    except NotSent as error:
        if error.no_such_box:
            with transaction.atomic():
                mark_address(message.to, MarkReason.HARD, now)
        if error.is_final:
            return _end(message, MessageState.FAILED, now, str(error))
        return _try_later(message.pk, now, str(error))
    except Exception as error:  # noqa: BLE001 - whatever broke, it is not known whether the message went
        text = _ADDRESS.sub("…", f"{type(error).__name__}: {error}")[:300]
        log.warning("a message may have been sent or not", message=message.pk, error=type(error).__name__)
        Message.objects.filter(pk=message.pk).update(last_error=text, not_before=now + _pause(message.attempts + 1))
        enqueue_at(send, now + _pause(message.attempts + 1), message_id=message.pk)
        return MessageState.SENDING
    return _end(message, MessageState.SENT, now)


def _deliver(email: EmailMultiAlternatives, connection: Any) -> None:
    """Hand the message over. Raises NotSent when the server surely did not take it, anything else when unclear."""
    email.connection = connection
    try:
        email.send(fail_silently=False)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        enhanced = bytes(words).decode(errors="replace")
        known = code in _NO_SUCH_BOX and (not re.match(r"\d\.\d", enhanced) or enhanced.startswith("5.1."))
        raise NotSent(error, is_final=500 <= code < 600, no_such_box=known) from error
    except smtplib.SMTPDataError as error:
        raise NotSent(error, is_final=500 <= error.smtp_code < 600) from error
    except smtplib.SMTPResponseException as error:  # refused sender, and the like: the operator's to mend
        raise NotSent(error) from error
    except Exception as error:
        refused = _anymail_refusal(error)
        if refused is None:
            raise
        raise refused from error


def _anymail_refusal(error: Exception) -> NotSent | None:
    """What a provider's answer means; None when there was none, or the error is not anymail's."""
    if not settings.ANYMAIL_PROVIDER:
        return None
    from anymail.exceptions import AnymailError, AnymailRecipientsRefused

    if isinstance(error, AnymailRecipientsRefused):
        return NotSent(error, is_final=True)
    status = getattr(error, "status_code", None)
    if not isinstance(error, AnymailError) or (status is None and getattr(error, "response", None) is None):
        return None if isinstance(error, (OSError, AnymailError)) else NotSent(error)
    return NotSent(error)


def _open() -> Any:
    """A connection to the mail server. Raises NotSent when there is none to be had: nothing was sent then."""
    connection = get_connection()
    try:
        connection.open()
    except Exception as error:
        raise NotSent(error) from error
    return connection


def _close(connection: Any) -> None:
    try:
        connection.close()
    except Exception as error:  # noqa: BLE001 - what was sent is sent
        log.info("the mail server left early", error=type(error).__name__)


def _compose(message: Message, rendered: Rendered) -> EmailMultiAlternatives:
    headers = {
        "Message-ID": message.message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": message.language,
    }
    if message.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if message.thread_id:  # nobody has that message, but programs group by it
        headers["References"] = headers["In-Reply-To"] = message.thread_id
    region = message.region
    contact = region.contact_email if region else ""
    answers_to = message.reply_to or contact
    email = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        from_email=_sender(region, message.language),
        to=[message.to],
        reply_to=[answers_to] if answers_to else None,
        headers=headers,
    )
    email.attach_alternative(rendered.html, "text/html")
    return email


def _sender(region: Region | None, language: str) -> str:
    """The region's name and the installation's address."""
    with translation.override(language):
        name = " ".join(region.name.split()) if region else "Filanda"
    address = settings.EMAIL_SENDER or f"noreply@{host_of(region) if region else 'localhost'}"
    user, _at, domain = address.rpartition("@")
    return str(Address(name, user, domain))


def _to_outbox(message: Message, rendered: Rendered, email: EmailMultiAlternatives, now: datetime) -> MessageState:
    """Into the table, and marked as sent, in one transaction: here nothing can come twice."""
    with transaction.atomic():
        locked = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
        if locked.state not in (MessageState.QUEUED, MessageState.SENDING):
            return MessageState(locked.state)
        as_sent = email.message()
        OutboxMessage.objects.create(
            region_id=message.region_id or 0,
            message_id=message.message_id,
            to=message.to,
            sender=email.from_email,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            headers={name: str(value) for name, value in as_sent.items() if not name.startswith("Content-T")},
            at=now,
        )
        locked.attempts += 1
        return _finish(locked, MessageState.SENT, now)


def _try_later(message_id: int, now: datetime, error: str) -> MessageState:
    with transaction.atomic():
        locked = Message.objects.select_for_update(of=("self",)).get(pk=message_id)
        if locked.state == MessageState.QUEUED:
            locked.attempts += 1  # it did not come to be SENDING
        at = now + _pause(locked.attempts)
        if at > locked.not_after:
            return _finish(locked, MessageState.FAILED, now, error)
        locked.state, locked.not_before, locked.last_error = MessageState.QUEUED, at, error
        locked.save(update_fields=["state", "attempts", "not_before", "last_error"])
        enqueue_at(send, at, message_id=message_id)
    log.warning("a message could not be sent yet", message=message_id, attempts=locked.attempts)
    return MessageState.QUEUED


def _end(message: Message, state: MessageState, now: datetime, error: str = "") -> MessageState:
    with transaction.atomic():
        return _finish(Message.objects.select_for_update(of=("self",)).get(pk=message.pk), state, now, error)


def _finish(message: Message, state: MessageState, now: datetime, error: str = "") -> MessageState:
    message.state, message.ended_at, message.last_error = state, now, error
    if state == MessageState.SENT:
        message.sent_at = now
    message.context = None
    message.save()
    if state == MessageState.FAILED:
        log.warning("a message was given up", message=message.pk, attempts=message.attempts)
    return state


def _pause(attempts: int) -> timedelta:
    return timedelta(seconds=PAUSES[min(max(attempts, 1), len(PAUSES)) - 1])

# SPDX-License-Identifier: EUPL-1.2
"""The job that makes something of one received message: who wrote what about which thing, and the room takes it.

A message is marked TAKING, and committed so, right before its room takes it, and TAKEN right after. When the process
dies between the two, nobody can tell whether the room has it: it is handed over again, under the same Message-ID.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email.message import EmailMessage

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import Account
from filanda.kernel.jobs.queue import enqueue_at, job
from filanda.kernel.journal.actions import record
from filanda.kernel.limits import Limit, TooMany
from filanda.kernel.limits import take as count
from filanda.kernel.mail.inbound.addresses import ReplyTo, token_of, verify
from filanda.kernel.mail.inbound.loops import is_report, undelivered, why_not_a_person
from filanda.kernel.mail.inbound.parsing import addresses_in, header, parse, words_of
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.marking import mark_address
from filanda.kernel.mail.models import InboundMessage, InboundReason, InboundState, MarkReason, Message
from filanda.kernel.mail.steps import post
from filanda.kernel.manifests import reply_handlers
from filanda.kernel.manifests.replies import InboundReply, LeftOut, ReplyRefused
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import across_regions, in_region

__all__ = ["MOST_FILES", "MOST_OCTETS", "reply_to_of", "take", "take_message"]

MB = 1024 * 1024
MOST_OCTETS = 25 * MB  # of a whole message; what most mail servers take
MOST_FILES = 10
LONGEST_TEXT = 50_000  # characters
PAUSES = (30, 120, 600, 3600, 21600)  # seconds before the next try
IN_HAND = timedelta(minutes=5)  # what has been TAKING for longer belongs to a process that died
REFUSALS = Limit(1, timedelta(days=1))  # to whom we did not write
OWN_REFUSALS = Limit(20, timedelta(days=1))  # to whom we did
_ADDRESS = re.compile(r"\S+@\S+")

log = structlog.get_logger("filanda.mail")


@job("mail.take", queue="mail")
def take(message_id: int) -> None:
    """Take the received message of this number, unless it has been taken."""
    take_message(message_id, now=timezone.now())


class Refusal(Exception):
    """Why an answer is not taken. `words`: the sentence for whoever wrote it; without any they are not told."""

    def __init__(self, reason: InboundReason, words: str = "") -> None:
        super().__init__(str(reason))
        self.reason, self.words = reason, words


def reply_to_of(message: EmailMessage, recipients: list[str], now: datetime) -> ReplyTo | None:
    """What it answers to: the first address that we made, of those the mail server named and those in the headers. One
    that is still good goes before one that is too old."""
    kinds = tuple(reply_handlers())
    named = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Forwarded-To", "To", "Cc")
    tokens = dict.fromkeys(token_of(address) for address in [*recipients, *addresses_in(message, *named)])
    found = [reply_to for token in tokens if token and (reply_to := verify(token, kinds, now=now))]
    return min(found, key=lambda reply_to: reply_to.is_expired, default=None)


def take_message(message_id: int, *, now: datetime) -> InboundState | None:
    """Take one message. Returns the state it is in then; None when there was nothing to do.

    Never raises for what a room says: that is written down, and tried again.
    """
    with across_regions():
        held = _claim(message_id, now)
        return _take(held, now) if held is not None else None


def _take(held: InboundMessage, now: datetime) -> InboundState:
    raw = bytes(held.raw or b"")
    message = parse(raw)
    if is_report(message):
        return _note_report(held, message, now)
    reason = why_not_a_person(message, raw, held.envelope_sender)
    if reason is not None:
        return _end(held, InboundState.DROPPED, now, reason)
    try:
        with translation.override(_language(held)):
            left_out = _hand_over(held, message, now)
    except Refusal as refusal:
        return _end(held, InboundState.REFUSED, now, refusal.reason, refusal.words, message)
    except Exception as error:
        log.exception("an answer could not be taken", message=held.pk, kind=held.kind)
        return _try_later(held, message, now, _ADDRESS.sub("…", f"{type(error).__name__}: {error}")[:300])
    with transaction.atomic():
        if left_out:
            _tell_left_out(held, left_out, message)
        return _finish(held, InboundState.TAKEN, now, None)


def _claim(message_id: int, now: datetime) -> InboundMessage | None:
    with transaction.atomic():
        held: InboundMessage | None = InboundMessage.objects.select_for_update().filter(pk=message_id).first()
        if held is None or held.state not in (InboundState.RECEIVED, InboundState.TAKING) or held.not_before > now:
            return None
        held.state, held.not_before = InboundState.TAKING, now + IN_HAND
        held.attempts += 1
        held.save(update_fields=["state", "not_before", "attempts"])
    return held


def _hand_over(held: InboundMessage, message: EmailMessage, now: datetime) -> LeftOut:
    """Have the room take it. Returns the attachments that it left out, each with a sentence.

    Raises Refusal, and whatever goes wrong in the room.
    """
    reply_to = reply_to_of(message, held.recipients, now)
    if reply_to is None:
        raise Refusal(InboundReason.NO_ADDRESS)
    region, account = held.region, Account.objects.filter(pk=reply_to.account_id, is_active=True).first()
    if region is None or region.pk != reply_to.region_id or account is None:
        raise Refusal(InboundReason.GONE)
    if held.sender != account.email:
        raise Refusal(
            InboundReason.WRONG_SENDER,
            _(
                "Answers are taken only from the e-mail address that the message was sent to, so that nobody can write "
                "in somebody else's name. Send your answer from that address, or sign in and write it on the page."
            ),
        )
    if _is_forged(message):
        raise Refusal(InboundReason.FORGED)
    if reply_to.is_expired:
        raise Refusal(
            InboundReason.EXPIRED,
            _("The message you answered is too old to be answered by e-mail. Sign in and write on the page."),
        )
    if held.size > MOST_OCTETS:
        raise Refusal(
            InboundReason.TOO_LARGE,
            _("Your e-mail is too large: up to %(most)s MB are taken. Send it with smaller attachments.")
            % {"most": MOST_OCTETS // MB},
        )
    words = words_of(message)
    too_many = words.attachments[MOST_FILES:]
    if len(words.text) > LONGEST_TEXT:
        raise Refusal(
            InboundReason.TOO_LARGE,
            _("Your answer is too long: up to %(most)s characters are taken. Attach the long part as a file.")
            % {"most": LONGEST_TEXT},
        )
    if not words.text and not words.attachments:
        raise Refusal(
            InboundReason.EMPTY,
            _(
                "We found no words of yours in your e-mail, only the message you answered. Write above it and "
                "send it again."
            ),
        )
    with in_region(region):
        try:
            left_out = reply_handlers()[reply_to.kind].take(
                InboundReply(
                    region=region,
                    account=account,
                    number=reply_to.number,
                    text=words.text,
                    html_dropped=words.html_dropped,
                    attachments=words.attachments[:MOST_FILES],
                    message_id=held.message_id,
                )
            )
        except (ReplyRefused, Forbidden) as refused:
            raise Refusal(InboundReason.ROOM, str(refused)) from refused
    sentence = _("Up to %(most)s attachments of an e-mail are taken. Send the others in a second answer.")
    return [*(left_out or ()), *((one[0], sentence % {"most": MOST_FILES}) for one in too_many)]


def _is_forged(message: EmailMessage) -> bool:
    """Whether our own mail server says so (RFC 8601): the topmost line with its name. What others wrote there proves
    nothing."""
    if not settings.REPLY_AUTHSERV:
        return False
    for name, value in message.raw_items():
        if name.lower() == "authentication-results":
            server, _semicolon, results = " ".join(str(value).split()).lower().partition(";")
            if server.split(" ")[0] == settings.REPLY_AUTHSERV:
                return "dmarc=fail" in results.replace(" ", "")
    return False


def _note_report(held: InboundMessage, message: EmailMessage, now: datetime) -> InboundState:
    """A bounce marks the address, as a provider's report does."""
    found = [one for one in undelivered(message) if one.is_final]
    with transaction.atomic():
        for one in found:
            reason = MarkReason.HARD if one.no_such_box else MarkReason.SOFT
            mark_address(one.address, reason, now)
            record("mail.address.marked", region=None, actor=PLATFORM, payload={"reason": str(reason)})
        state = InboundState.BOUNCE if found else InboundState.DROPPED
        return _finish(held, state, now, InboundReason.REPORT)


def _language(held: InboundMessage) -> str:
    """That of the last message we sent there, else the region's."""
    last = Message.objects.filter(to=held.sender, region=held.region_id).order_by("-pk").only("language").first()
    if last is not None:
        return last.language
    return held.region.default_language if held.region else settings.LANGUAGE_CODE


def _end(
    held: InboundMessage,
    state: InboundState,
    now: datetime,
    reason: InboundReason | None = None,
    words: str = "",
    message: EmailMessage | None = None,
) -> InboundState:
    with transaction.atomic():
        if words and held.region and message is not None:
            _tell(held, held.region, reason, words, message, now)
        return _finish(held, state, now, reason)


def _finish(
    held: InboundMessage, state: InboundState, now: datetime, reason: InboundReason | None, error: str = ""
) -> InboundState:
    held.state, held.reason, held.ended_at, held.last_error = state, reason or "", now, error
    held.save(update_fields=["state", "reason", "ended_at", "last_error"])
    record(
        "mail.answer.settled",
        region=held.region,
        actor=PLATFORM,
        payload={"state": str(state), "reason": str(reason or ""), "kind": held.kind, "source": held.source},
    )
    return state


def _tell(
    held: InboundMessage,
    region: Region,
    reason: InboundReason | None,
    words: str,
    message: EmailMessage,
    now: datetime,
) -> None:
    """Write back what was wrong and what to do. The sender of an e-mail is easily forged: whoever we did not write to
    gets one such message a day, and nothing of what was in theirs."""
    try:
        validate_email(held.sender)
    except ValidationError:
        return  # nobody can be told
    is_theirs = held.account_id is not None and reason != InboundReason.WRONG_SENDER
    limit = OWN_REFUSALS if is_theirs else REFUSALS
    try:
        count(f"mail.refusals.{'own' if is_theirs else 'other'}", limit, who=held.sender, region=region, now=now)
    except TooMany:
        return
    language = _language(held)
    post(
        region=region,
        to=held.sender,
        template="mail/mail/answer_refused",
        language=language,
        context={
            "reason": words,
            "subject": header(message, "Subject")[:150] if is_theirs else "",
            "path": absolute(region, language, "/"),
        },
        account=held.account if is_theirs else None,
    )


def _tell_left_out(held: InboundMessage, left_out: LeftOut, message: EmailMessage) -> None:
    """Write to the author of an answer that was taken which of its attachments were not, and why."""
    region, account = held.region, held.account
    if region is None or account is None:
        return
    language = _language(held)
    post(
        region=region,
        to=account.email,
        template="mail/mail/answer_in_part",
        language=language,
        context={
            "left_out": [f"{name}: {sentence}" for name, sentence in left_out],
            "subject": header(message, "Subject")[:150],
            "path": absolute(region, language, "/"),
        },
        account=account,
    )


def _try_later(held: InboundMessage, message: EmailMessage, now: datetime, error: str) -> InboundState:
    with transaction.atomic():
        if held.attempts > len(PAUSES):
            if held.region:
                with translation.override(_language(held)):
                    words = _(
                        "Something went wrong here, and trying again did not help. Sign in and write on the page."
                    )
                _tell(held, held.region, InboundReason.ERROR, words, message, now)
            return _finish(held, InboundState.FAILED, now, InboundReason.ERROR, error)
        at = now + timedelta(seconds=PAUSES[held.attempts - 1])
        held.state, held.not_before, held.last_error = InboundState.RECEIVED, at, error
        held.save(update_fields=["state", "not_before", "last_error"])
        enqueue_at(take, at, message_id=held.pk)
    return InboundState.RECEIVED

# SPDX-License-Identifier: EUPL-1.2
"""What no person wrote: notes of absence, lists, reports of mail servers, our own messages that came back.

Nothing here is ever answered (RFC 3834): two machines that answer each other never stop.
"""

from __future__ import annotations

import re
from email.message import EmailMessage, Message

from django.conf import settings

from filanda.kernel.mail.inbound.parsing import addresses_in, header, message_id_of
from filanda.kernel.mail.models import InboundReason
from filanda.kernel.mail.models import Message as Sent

__all__ = ["Undelivered", "is_report", "undelivered", "why_not_a_person"]

_BULK = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
_MACHINES = re.compile(r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|noreply.*|bounces?[-+=].*|bounces?)@")
_HEADERS_OF_MACHINES = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Mail-Autoreply")
_HEADERS_OF_LISTS = ("List-Id", "List-Post", "Mailing-List")
# Exchange puts a plain header; others only this. At the beginning only: "Re: Out of office" may be an answer.
_ABSENT = re.compile(
    r"(?:automatic reply|auto(?:matic)?[ -]?(?:reply|response)|out of (?:the )?office|risposta automatica|fuori sede|"
    r"fuori ufficio|assenza dall'ufficio|réponse automatique|automatische antwort|respuesta automática)\b",
    re.IGNORECASE,
)


def why_not_a_person(message: EmailMessage, raw: bytes, envelope_sender: str | None) -> InboundReason | None:
    """Why nobody is behind `message`; None if somebody seems to be. `envelope_sender`: "" for <>, None if not known."""
    if _is_ours(message, raw):
        return InboundReason.OURS
    if is_report(message):
        return InboundReason.REPORT
    return_path = header(message, "Return-Path")
    if envelope_sender == "" or return_path == "<>":
        return InboundReason.AUTOMATIC
    automatic = header(message, "Auto-Submitted").split(";")[0].strip().lower()
    suppress = header(message, "X-Auto-Response-Suppress").lower()
    if (
        automatic not in ("", "no")
        or header(message, "Precedence").lower() in _BULK
        or any(word in suppress for word in ("all", "oof", "autoreply"))
        or any(header(message, name) for name in _HEADERS_OF_MACHINES + _HEADERS_OF_LISTS)
        or any(_MACHINES.match(address) for address in addresses_in(message, "From", "Sender"))
        or _ABSENT.match(header(message, "Subject"))
    ):
        return InboundReason.AUTOMATIC
    return None


def _is_ours(message: EmailMessage, raw: bytes) -> bool:
    """Whether we sent it: by its id, which nobody can guess, or by who it says it is from."""
    number = message_id_of(message, raw)
    if number.startswith("<filanda.") and Sent.objects.filter(message_id=number).exists():
        return True
    sender = settings.EMAIL_SENDER.lower()
    return bool(sender) and sender in addresses_in(message, "From", "Sender")


def is_report(message: Message) -> bool:
    """Whether it is a multipart/report (RFC 6522): a bounce, a receipt, a complaint."""
    return message.get_content_type() == "multipart/report"


class Undelivered:
    """One recipient of a report (RFC 3464). `is_final`: the server gave up; `no_such_box`: there is no such address."""

    def __init__(self, address: str, status: str, action: str) -> None:
        self.address = address
        self.is_final = action == "failed"
        self.no_such_box = self.is_final and status in ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.1.0")


def undelivered(message: EmailMessage) -> list[Undelivered]:
    """Who could not be reached, of a report on a message that we really sent, to them: anybody can write a report, but
    nobody else knows the id of our message."""
    statuses: list[Message] = []
    ids: set[str] = set()
    for part in message.walk():
        kind = part.get_content_type()
        payload = part.get_payload()
        if kind == "message/delivery-status" and isinstance(payload, list):
            statuses += [one for one in payload if isinstance(one, Message)]
        elif kind in ("text/rfc822-headers", "message/rfc822", "message/global-headers"):
            first = payload[0] if isinstance(payload, list) and payload else None
            inner = first.as_bytes() if isinstance(first, Message) else part.get_payload(decode=True)
            text = inner.decode("utf-8", errors="replace") if isinstance(inner, bytes) else ""
            ids.update(re.findall(r"(?im)^Message-ID:\s*(<filanda\.[^<>\s]{1,280}>)", text[:200_000]))
    reached_for = {address.lower() for address in Sent.objects.filter(message_id__in=ids).values_list("to", flat=True)}
    found = []
    for status in statuses:
        address = header(status, "Final-Recipient").rpartition(";")[2].strip(" <>").lower()
        original = header(status, "Original-Recipient").rpartition(";")[2].strip(" <>").lower()
        for known in (address, original):
            if known and known in reached_for:
                found.append(Undelivered(known, header(status, "Status")[:10], header(status, "Action").lower()))
                break
    return found

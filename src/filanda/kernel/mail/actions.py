# SPDX-License-Identifier: EUPL-1.2
"""What a mail provider reports, and e-mails that come to us."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.jobs.queue import enqueue
from filanda.kernel.journal.actions import record
from filanda.kernel.mail.inbound import taking
from filanda.kernel.mail.inbound.loops import is_report
from filanda.kernel.mail.inbound.parsing import message_id_of, parse, sender_of
from filanda.kernel.mail.marking import mark_address
from filanda.kernel.mail.models import InboundMessage, InboundReason, InboundState, MarkReason
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region

__all__ = ["note_report", "receive_message"]


def note_report(*, actor: Actor, address: str, reason: MarkReason, now: datetime) -> None:
    """Mark `address` for what the provider reported. Raises Forbidden for anybody but the platform."""
    with transaction.atomic(durable=True):
        require(actor, "mail.addresses.mark")
        mark_address(address, reason, now)
        record("mail.address.marked", region=None, actor=actor, payload={"reason": str(reason)})


def receive_message(
    *,
    actor: Actor,
    raw: bytes,
    source: str,
    recipients: Sequence[str] = (),
    envelope_sender: str | None = None,
    size: int = 0,
    now: datetime,
) -> InboundMessage | None:
    """Keep one e-mail that came (RFC 5322, as octets); a job makes something of it after the commit. In no region.

    `recipients` and `envelope_sender`: as the mail server named them, where it did; "" is <>. `size`: of the
    whole, where `raw` is but a part. Returns None when it is there already. What was sent to no address of ours is
    noted without its words, as is what is too large.
    Raises Forbidden for anybody but the platform.
    """
    message = parse(raw[: taking.MOST_OCTETS])
    reply_to = taking.reply_to_of(message, list(recipients), now)
    sender = sender_of(message)
    is_wanted = reply_to is not None or is_report(message)
    with transaction.atomic(durable=True):
        require(actor, "mail.messages.receive")
        region = Region.objects.filter(pk=reply_to.region_id).first() if reply_to else None
        account = Account.objects.filter(pk=reply_to.account_id, email=sender).first() if reply_to else None
        held, is_new = InboundMessage.objects.get_or_create(
            region=region,
            message_id=message_id_of(message, raw),
            defaults={
                "account": account,
                "source": source,
                "sender": sender,
                "recipients": list(recipients)[:20],
                "envelope_sender": envelope_sender[:320] if envelope_sender is not None else None,
                "kind": reply_to.kind if reply_to else "",
                "number": reply_to.number if reply_to else 0,
                "size": max(size, len(raw)),
                "raw": _kept(raw) if is_wanted else None,
                "received_at": now,
                "not_before": now,
                "state": InboundState.RECEIVED if is_wanted else InboundState.REFUSED,
                "reason": "" if is_wanted else InboundReason.NO_ADDRESS,
                "ended_at": None if is_wanted else now,
            },
        )
        if not is_new:
            return None
        record(
            "mail.answer.received",
            region=region,
            actor=actor,
            payload={"kind": held.kind, "source": source, "size": held.size},
        )
        if is_wanted:
            enqueue(taking.take, message_id=held.pk)
    return held


def _kept(raw: bytes) -> bytes:
    """All of it; of what is too large the headers, by which its author is told."""
    if len(raw) <= taking.MOST_OCTETS:
        return raw
    ends = [end for end in (raw.find(b"\r\n\r\n"), raw.find(b"\n\n")) if end >= 0]
    return raw[: min([*ends, 64_000])] + b"\n\n"

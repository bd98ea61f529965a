# SPDX-License-Identifier: EUPL-1.2
"""What mail plugs in: what it keeps about people and for how long, and the line that says an address does not work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.mail.marking import forget_address
from filanda.kernel.mail.models import InboundMessage, InboundState, Message, MessageState, OutboxMessage
from filanda.kernel.mail.queries import trouble_with
from filanda.kernel.manifests import Manifest, PersonalData, Retention, Waiting
from filanda.kernel.policies import Permission
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import across_regions

_OPEN = (InboundState.RECEIVED, InboundState.TAKING)
_OVER = (MessageState.SENT, MessageState.FAILED, MessageState.SUPPRESSED)


def _collect(account: Account) -> Mapping[str, Any]:
    sent = Message.objects.filter(Q(account=account) | Q(to=account.email)).order_by("posted_at")
    fields = ("posted_at", "sent_at", "state", "template", "language")
    answers = InboundMessage.objects.filter(_written_by(account)).order_by("received_at")
    return {
        "messages.json": list(sent.values(*fields)),
        "answers.json": list(answers.values("received_at", "state", "reason", "kind", "number", "message_id")),
    }


def _files(account: Account) -> Iterable[tuple[str, IO[bytes]]]:
    for answer in InboundMessage.objects.filter(_written_by(account), raw__isnull=False).order_by("pk"):
        yield f"answers/{answer.pk}.eml", BytesIO(bytes(answer.raw or b""))


def _written_by(account: Account) -> Q:
    return Q(account=account) | Q(sender=account.email)


def _erase(account: Account, keeps: bool) -> None:
    own = Message.objects.filter(Q(to=account.email) | Q(account=account))
    addresses = {account.email, *own.values_list("to", flat=True)}  # they may have had others before
    OutboxMessage.objects.filter(Q(to__in=addresses) | _naming(account, addresses)).delete()
    own.delete()
    InboundMessage.objects.filter(_written_by(account)).delete()
    forget_address(account.email)


def _readdress(account: Account, old: str, new: str) -> None:
    """What was sent to the old address was sent to them. (Codes for signing in are posted to whoever has an address.)
    What they answered from it is theirs too."""
    Message.objects.filter(to=old, account=None).update(account=account)
    InboundMessage.objects.filter(sender=old, account=None).update(account=account)


def _naming(account: Account, addresses: Iterable[str]) -> Q:
    """Copies, in the demonstration's outbox, of what was written to others about `account`. Elsewhere there are none:
    what a message said is deleted once it is sent."""
    words = [*addresses, account.name] if len(account.name.split()) > 1 else addresses
    found = Q()
    for word in words:
        found |= Q(text__contains=word) | Q(html__contains=word) | Q(subject__contains=word)
    return found


def _waiting(actor: Actor) -> Iterable[Waiting]:
    account = Account.objects.filter(pk=actor.account_id or 0).only("email").first()
    mark = trouble_with(account.email) if account else None
    if mark is not None:
        yield Waiting(
            label=_("Our messages do not reach your e-mail address. Check it, or give another one"),
            url_name="signin:account",
            since=mark.at,
        )


def _forget_messages(region: Region, before: datetime, now: datetime) -> int:
    deleted, _models = Message.objects.filter(region=region, state__in=_OVER, ended_at__lt=before).delete()
    return int(deleted)


def _forget_words_of_answers(region: Region, before: datetime, now: datetime) -> int:
    """Those of no region go with the first region that looks: nobody else would."""
    with across_regions():
        old = InboundMessage.objects.filter(
            Q(region=region) | Q(region=None), received_at__lt=before, raw__isnull=False
        )
        return int(old.exclude(state__in=_OPEN).update(raw=None))


def _forget_answers(region: Region, before: datetime, now: datetime) -> int:
    with across_regions():
        old = InboundMessage.objects.filter(Q(region=region) | Q(region=None), received_at__lt=before)
        deleted, _models = old.exclude(state__in=_OPEN).delete()
        return int(deleted)


def _forget_outbox(region: Region, before: datetime, now: datetime) -> int:
    deleted, _models = OutboxMessage.objects.filter(region=region, at__lt=before).delete()
    return int(deleted)


manifest = Manifest(
    permissions=(
        Permission("mail.addresses.mark", gettext_lazy("Mark addresses that do not work (the platform only)")),
        Permission("mail.messages.receive", gettext_lazy("Receive e-mails (the platform only)")),
    ),
    events=(
        EventType(
            "mail.address.marked",
            gettext_lazy("A mail provider reported an address"),
            Audience.OPERATORS,
            Erasure.NOTHING,
        ),
        EventType(
            "mail.answer.received",
            gettext_lazy("An answer came by e-mail"),
            Audience.OPERATORS,
            Erasure.NOTHING,
        ),
        EventType(
            "mail.answer.settled",
            gettext_lazy("An answer by e-mail was taken, or not"),
            Audience.OPERATORS,
            Erasure.NOTHING,
        ),
    ),
    personal_data=(
        PersonalData(
            "mail",
            gettext_lazy("Messages sent to you, and your answers by e-mail"),
            _collect,
            _erase,
            _files,
            _readdress,
        ),
    ),
    waiting=_waiting,
    retention=(
        Retention("mail.messages", gettext_lazy("When and whether e-mails were sent"), 90, _forget_messages),
        Retention("mail.answer_words", gettext_lazy("Answers by e-mail as they came"), 14, _forget_words_of_answers),
        Retention("mail.answers", gettext_lazy("When answers came by e-mail, and from whom"), 90, _forget_answers),
        # Elsewhere there are none, and the privacy notice need not speak of them.
        *(
            [Retention("mail.outbox", gettext_lazy("Messages of the demonstration"), 14, _forget_outbox)]
            if settings.DEMO
            else []
        ),
    ),
)

# SPDX-License-Identifier: EUPL-1.2
"""What mail plugs in: what it keeps about people and for how long, and the line that says an address does not work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.mail.marking import forget_address
from filanda.kernel.mail.models import Message, MessageState, OutboxMessage
from filanda.kernel.mail.queries import trouble_with
from filanda.kernel.manifests import Manifest, PersonalData, Retention, Waiting
from filanda.kernel.policies import Permission
from filanda.kernel.regions.models import Region

_OVER = (MessageState.SENT, MessageState.FAILED, MessageState.SUPPRESSED)


def _collect(account: Account) -> Mapping[str, Any]:
    sent = Message.objects.filter(to=account.email).order_by("posted_at")
    fields = ("posted_at", "sent_at", "state", "template", "language")
    return {"messages.json": list(sent.values(*fields))}


def _erase(account: Account, keeps: bool) -> None:
    Message.objects.filter(to=account.email).delete()
    Message.objects.filter(account=account).delete()
    OutboxMessage.objects.filter(to=account.email).delete()
    forget_address(account.email)


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


def _forget_outbox(region: Region, before: datetime, now: datetime) -> int:
    deleted, _models = OutboxMessage.objects.filter(region=region, at__lt=before).delete()
    return int(deleted)


manifest = Manifest(
    permissions=(
        Permission("mail.addresses.mark", gettext_lazy("Mark addresses that do not work (the platform only)")),
    ),
    events=(
        EventType(
            "mail.address.marked",
            gettext_lazy("A mail provider reported an address"),
            Audience.OPERATORS,
            Erasure.NOTHING,
        ),
    ),
    personal_data=(PersonalData("mail", gettext_lazy("Messages sent to you"), _collect, _erase),),
    waiting=_waiting,
    retention=(
        Retention("mail.messages", gettext_lazy("When and whether e-mails were sent"), 90, _forget_messages),
        # Elsewhere there are none, and the privacy notice need not speak of them.
        *(
            [Retention("mail.outbox", gettext_lazy("Messages of the demonstration"), 14, _forget_outbox)]
            if settings.DEMO
            else []
        ),
    ),
)

# SPDX-License-Identifier: EUPL-1.2
"""Reading, choosing, unsubscribing. One's own notes, as in capabilities.follows: not journalled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from filanda.capabilities.notifications.choices import DEFAULTS
from filanda.capabilities.notifications.models import Channel, Choice, Notification, Preferences
from filanda.capabilities.notifications.unsubscribing import Unsubscription
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import active_region

__all__ = ["choose", "drop", "mark_all_read", "mark_read", "set_quiet_hours", "stop_mail", "unsubscribe"]


def mark_read(*, actor: Actor, notification: Notification, now: datetime) -> None:
    """They have seen it; it then goes in no e-mail."""
    with transaction.atomic(durable=True):
        require(actor, "notifications.own", notification)
        Notification.objects.filter(pk=notification.pk, read_at=None).update(read_at=now)


def mark_all_read(*, actor: Actor, until: datetime, now: datetime) -> int:
    """All that had happened by `until`: what came while they were looking stays unread. Returns how many."""
    with transaction.atomic(durable=True):
        require(actor, "notifications.own")
        rows = Notification.objects.visible_to(actor).unread().filter(created_at__lte=until)
        return int(rows.update(read_at=now))


def drop(*, actor: Actor, rows: Sequence[Notification], now: datetime) -> None:
    """What turned out not to be theirs to see (any more) is neither shown, nor counted, nor sent."""
    if not rows:
        return
    with transaction.atomic(durable=True):
        require(actor, "notifications.own")
        mine = Notification.objects.filter(pk__in=[row.pk for row in rows], account=actor.account_id)
        mine.update(dropped_at=now, mail_due_at=None)


def choose(*, actor: Actor, choices: Mapping[tuple[int, str], str], now: datetime) -> None:
    """Set how they hear of kinds: (space id or 0, kind) -> channel, "" for a space's kind: as everywhere else. What
    waits to be sent follows the choice. Raises ValidationError for what does not exist.
    """
    with transaction.atomic(durable=True):
        require(actor, "notifications.own")
        region = active_region()
        for (space_id, kind), channel in choices.items():
            if kind not in DEFAULTS or (channel not in Channel.values and not (channel == "" and space_id)):
                raise ValidationError(_("Choose one of the ways that are listed."))
            _set(region, actor.account_id or 0, space_id, kind, channel)


def set_quiet_hours(*, actor: Actor, begin: int, end: int) -> None:
    """No e-mail at once between these hours of the region's clock; equal: none are quiet. Raises ValidationError."""
    if not (0 <= begin <= 23 and 0 <= end <= 23):
        raise ValidationError(_("Hours go from 0 to 23."))
    with transaction.atomic(durable=True):
        require(actor, "notifications.own")
        Preferences.objects.update_or_create(
            region=active_region(), account_id=actor.account_id or 0, defaults={"quiet_from": begin, "quiet_until": end}
        )


def stop_mail(*, actor: Actor, is_on: bool, now: datetime) -> None:
    """No e-mail of this room at all (`is_on` False), or as chosen again."""
    with transaction.atomic(durable=True):
        require(actor, "notifications.own")
        Preferences.objects.update_or_create(
            region=active_region(), account_id=actor.account_id or 0, defaults={"no_mail_since": None if is_on else now}
        )


def unsubscribe(*, wish: Unsubscription, now: datetime) -> list[str]:
    """End what a link says, without signing in: the holder of the link is its authority. They still see it all in the
    product. Returns the kinds that changed: none for an account that is not there any more.
    """
    with transaction.atomic(durable=True):
        region = active_region()
        if not Account.objects.filter(pk=wish.account_id).exists():
            return []
        mine = dict(Choice.objects.filter(account=wish.account_id, space_id=0).values_list("kind", "channel"))
        current = {**DEFAULTS, **mine}
        kinds = [wish.kind] if wish.kind else [kind for kind, channel in current.items() if channel == wish.channel]
        if not wish.kind:  # in single communities too
            own = Choice.objects.filter(account=wish.account_id, channel=wish.channel).exclude(space_id=0)
            for row in own.exclude(kind__in=kinds):
                _set(region, wish.account_id, row.space_id, row.kind, Channel.PRODUCT)
        for kind in kinds:
            _set(region, wish.account_id, 0, kind, Channel.PRODUCT)
        ended = Choice.objects.filter(account=wish.account_id, kind__in=kinds).exclude(space_id=0)
        ended.filter(channel__in=[Channel.AT_ONCE, Channel.DAILY, Channel.WEEKLY]).update(channel=Channel.PRODUCT)
        Notification.objects.filter(account=wish.account_id, kind__in=kinds).update(mail_due_at=None)
        return kinds


def _set(region: Region, account_id: int, space_id: int, kind: str, channel: str) -> None:
    mine: dict[str, Any] = {"region": region, "account_id": account_id, "space_id": space_id, "kind": kind}
    if channel == "":
        Choice.objects.filter(**mine).delete()
        return
    Choice.objects.update_or_create(**mine, defaults={"channel": channel})
    if channel in (Channel.PRODUCT, Channel.OFF):
        waiting = Notification.objects.filter(account=account_id, kind=kind, mail_due_at__isnull=False)
        if space_id:
            waiting = waiting.filter(space_id=space_id)
        else:  # where they chose otherwise, it stays so
            own = Choice.objects.filter(account=account_id, kind=kind).exclude(space_id=0)
            waiting = waiting.filter(Q(space_id=None) | ~Q(space_id__in=own.values("space_id")))
        waiting.update(mail_due_at=None)

# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: notifications follow the journal, each event once.

Positions of the chain are read in order under a lock on one row; notifications and the new position are one commit, so
a killed worker does an event again or not at all, and the unique key (event, account) holds in any case.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Q
from django.utils.timezone import now as clock

from filanda.capabilities.follows.queries import muted_by
from filanda.capabilities.notifications.choices import channels_of
from filanda.capabilities.notifications.models import Bookkeeping, Channel, Notification, Preferences
from filanda.capabilities.notifications.timing import due_at, zone_of
from filanda.directory.people.models import Block
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import RoleGrant
from filanda.kernel.journal import chain
from filanda.kernel.journal.models import Event
from filanda.kernel.journal.news import stop_listening, wait_for_news
from filanda.kernel.manifests import notices, things
from filanda.kernel.manifests.things import Notice
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import across_regions, in_region

NAME = "notifications"
BATCH = 200
TOO_OLD = timedelta(days=7)  # what is told so late (a restored copy, a first start) is not told at all
PERSONAL_KINDS = frozenset({"mentions", "replies", "threads", "introductions"})  # one person's words to others
_LONGEST_PAUSE = 10.0

log = structlog.get_logger("filanda.notifications")


def keep_notifying(stop: threading.Event) -> None:
    """Make notifications of what the journal says, until `stop`. Runs in a thread of the worker."""
    pause, position = 1.0, 0
    while not stop.is_set():
        try:
            wait_for_news(position, 1.0)
            position = follow(clock())
            pause = 1.0
        except (DatabaseError, InterfaceError) as error:
            if pause == 1.0:
                log.warning("notifications wait for the database", error=type(error).__name__)
            connection.close()
            stop.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
    stop_listening()
    connection.close()


def follow(now: datetime) -> int:
    """Make the notifications of all chained events not yet looked at. Returns the position reached."""
    while True:
        with across_regions():
            position, more = _follow_once(now)
        if not more:
            return position


def _follow_once(now: datetime) -> tuple[int, bool]:
    with transaction.atomic():
        keeping, is_new = Bookkeeping.objects.select_for_update().get_or_create(name=NAME)
        if is_new:  # what happened before there were notifications is history
            keeping.position = chain.head()
            keeping.save(update_fields=["position"])
            return keeping.position, False
        told_of = notices()
        events = chain.follow(keeping.position, limit=BATCH)
        if not events:
            return keeping.position, False
        speaking = [event for _position, event in events if event.type in told_of and event.region_id is not None]
        regions = Region.objects.in_bulk({event.region_id for event in speaking if event.region_id})
        for region_id, of_region in groupby(speaking, key=lambda event: event.region_id):
            region = regions.get(region_id or 0)
            if region is None:
                continue
            with in_region(region):
                for event in of_region:
                    if event.at >= now - TOO_OLD:
                        _notify_or_skip(region, event, told_of[event.type])
        keeping.position = events[-1][0]
        keeping.save(update_fields=["position"])
        return keeping.position, len(events) == BATCH


def _notify_or_skip(region: Region, event: Event, declared: Sequence[Notice]) -> None:
    """One event that a room cannot speak of is logged and passed over: the others do not wait for it."""
    try:
        with transaction.atomic():
            notify(region, event, declared)
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        log.exception("nobody is told of an event", event_id=event.pk, event_type=event.type)


def notify(region: Region, event: Event, declared: Sequence[Notice]) -> int:
    """Write the notifications of one event, in the caller's transaction, inside the region. Returns how many are new.

    Whoever acted is left out; who stands in several notices is told by the first. Whoever has muted what it is about
    hears of it only when named or answered, or when it concerns them themselves. Who is not (or no longer) somebody in
    the region is told nothing, nor is anybody of the words of somebody whom they blocked or who blocked them.
    """
    seen: set[int] = {event.account_id} if event.account_id is not None else set()
    rows: list[Notification] = []
    for notice in declared:
        about = notice.about(event)
        if about is None:
            continue
        told: dict[int, str] = {}
        for one in notice.recipients(event):
            if one.account_id not in seen:
                told.setdefault(one.account_id, one.why)
        if not told:
            continue
        line = things()[about[0]].lines(PLATFORM, [about[1]]).get(about[1]) if about[0] in things() else None
        if line is None:
            continue
        for account_id in muted_by([about, *line.inside]):
            if told.get(account_id) in {"follow", "member"}:
                del told[account_id]
        apart = _apart_from({event.account_id, line.author_id}) if notice.kind in PERSONAL_KINDS else set()
        told = {number: told[number] for number in _present(told) if number not in apart}
        seen.update(told)
        space_id = notice.space(event)
        rows += _rows(region, event, notice, about, line.audience, space_id, told)
    made = Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return len(made)


def _present(accounts: Iterable[int]) -> list[int]:
    """Those of `accounts` that are somebody in the active region now. One query."""
    held = RoleGrant.objects.filter(Q(until=None) | Q(until__gt=clock()), ended_at=None, scope_kind="")
    rows = held.filter(account__in=list(accounts), account__is_active=True).order_by("account")
    return list(rows.values_list("account", flat=True).distinct())


def _apart_from(writers: set[int | None]) -> set[int]:
    """Accounts that have blocked one of `writers`, or that one of them has blocked. One query."""
    known = [account for account in writers if account is not None]
    rows = Block.objects.filter(Q(blocker__in=known) | Q(blocked__in=known)).values_list("blocker", "blocked")
    return {account for pair in rows for account in pair}


def _rows(
    region: Region,
    event: Event,
    notice: Notice,
    about: tuple[str, int],
    audience: str,
    space_id: int | None,
    told: dict[int, str],
) -> list[Notification]:
    channels = channels_of(told, notice.kind, space_id)
    preferred = {row.account_id: row for row in Preferences.objects.filter(account__in=list(told))}
    zone = zone_of(region)
    rows = []
    for account_id, why in told.items():
        channel = _channel(notice, channels[account_id])
        if channel == Channel.OFF:
            continue
        own = preferred.get(account_id)
        quiet = (own.quiet_from, own.quiet_until) if own is not None and not notice.is_urgent else (0, 0)
        wants_mail = own is None or own.no_mail_since is None
        rows.append(
            Notification(
                region=region,
                account_id=account_id,
                event=event,
                kind=notice.kind,
                why=why,
                thing_kind=about[0],
                thing_id=about[1],
                space_id=space_id,
                audience=audience,
                is_urgent=notice.is_urgent,
                created_at=event.at,
                channel=channel,
                mail_due_at=due_at(channel, event.at, zone, quiet) if wants_mail else None,
            )
        )
    return rows


def _channel(notice: Notice, chosen: str) -> str:
    """How it comes to somebody who has `chosen`: what is urgent waits for no digest; no e-mail stays no e-mail."""
    if chosen not in (Channel.AT_ONCE, Channel.DAILY, Channel.WEEKLY):
        return chosen
    if not notice.is_mailed:
        return Channel.PRODUCT
    return Channel.AT_ONCE if notice.is_urgent else chosen

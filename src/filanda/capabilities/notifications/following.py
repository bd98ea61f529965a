# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: notifications follow the journal, each event once.

The unique key (event, account) holds in any case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any, TypeVar

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Q
from django.utils.timezone import now as clock

from filanda.capabilities.follows.queries import muted_each
from filanda.capabilities.notifications.choices import Choices
from filanda.capabilities.notifications.models import Bookkeeping, Channel, Notification, Preferences
from filanda.capabilities.notifications.timing import due_at, zone_of
from filanda.directory.people.models import Block
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import RoleGrant
from filanda.kernel.journal.models import Event
from filanda.kernel.journal.reading import Reader
from filanda.kernel.manifests import notices, things
from filanda.kernel.manifests.things import Key, Notice, ThingLine
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region

RECIPIENTS = 5_000  # of so many at a time; of one event all
TOO_OLD = timedelta(days=7)  # what is told so late (a restored copy, a first start) is not told at all
PERSONAL_KINDS = frozenset({"mentions", "replies", "threads", "introductions"})  # one person's words to others

Answer = TypeVar("Answer")

log = structlog.get_logger("filanda.notifications")


def _take(events: list[Event], now: datetime) -> None:
    told_of = notices()
    told_now = [
        event for event in events if event.type in told_of and event.region_id is not None and event.at >= now - TOO_OLD
    ]
    regions = Region.objects.in_bulk({event.region_id for event in told_now if event.region_id})
    for region_id, of_region in groupby(told_now, key=lambda event: event.region_id):
        region = regions.get(region_id or 0)
        if region is None:
            continue
        with in_region(region):
            notify(region, list(of_region), told_of)


_reader = Reader("notifications", Bookkeeping, _take)  # what happened before there were notifications is history
keep_notifying = _reader.keep_reading
follow = _reader.read_on


@dataclass(frozen=True)
class _Asked:
    """A notice of an event: what it is about, and whom it is for, with why, the strongest reason of each first."""

    event: Event
    notice: Notice
    about: Key
    told: dict[int, str]


def notify(region: Region, events: Iterable[Event], told_of: Mapping[str, Sequence[Notice]]) -> int:
    """Write the notifications of `events`, in the caller's transaction, inside the region. Returns how many are new.

    Whoever acted is left out; who stands in several notices is told by the first. Whoever has muted what it is about
    hears of it only when named or answered, or when it concerns them themselves. Who is not (or no longer) somebody in
    the region is told nothing, nor is anybody of the words of somebody whom they blocked or who blocked them. One event
    that a room cannot speak of is logged and passed over: the others do not wait for it.

    What is asked of each event is what only its room knows; things, people and what they chose are read once for as
    many events as make some thousand recipients.
    """
    made = 0
    asked: list[_Asked] = []
    for event in events:
        asked += _spoken_of(event, partial(_asked_of, event, told_of[event.type])) or []
        if sum(len(one.told) for one in asked) >= RECIPIENTS:
            made += _tell(region, asked)
            asked = []
    return made + _tell(region, asked)


def _spoken_of(event: Event, ask: Callable[[], Answer]) -> Answer | None:
    """What `ask` says; None, and a line in the log, where its room cannot answer."""
    try:
        with transaction.atomic():
            return ask()
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        log.exception("nobody is told of an event", event_id=event.pk, event_type=event.type)
        return None


def _asked_of(event: Event, declared: Sequence[Notice]) -> list[_Asked]:
    asked = []
    for notice in declared:
        about = notice.about(event)
        told: dict[int, str] = {}
        for one in notice.recipients(event) if about is not None else ():
            if one.account_id != event.account_id:
                told.setdefault(one.account_id, one.why)
        if about is not None and told:
            asked.append(_Asked(event, notice, about, told))
    return asked


def _tell(region: Region, asked: Sequence[_Asked]) -> int:
    """Write the rows of what was `asked`, events in order. Returns how many are new."""
    lines = _lines(asked)
    about = [(one, lines[one.about]) for one in asked if one.about in lines]
    if not about:
        return 0
    accounts = {account for one, _line in about for account in one.told}
    muted = muted_each({(one.about, *line.inside) for one, line in about})
    present = _present(accounts)
    apart = _apart_from({writer for one, line in about for writer in (one.event.account_id, line.author_id)})
    chosen = Choices(accounts)
    preferred = {row.account_id: row for row in Preferences.objects.filter(account__in=accounts)}
    rows = _Rows(region, preferred)
    seen: set[int] = set()
    event_id = 0
    for one, line in about:
        if one.event.pk != event_id:
            seen, event_id = set(), one.event.pk
        space_id = one.notice.space(one.event)
        silent = muted[one.about, *line.inside]
        kept_apart: set[int] = set()
        if one.notice.kind in PERSONAL_KINDS:
            kept_apart = apart[one.event.account_id] | apart[line.author_id]
        for account_id, why in one.told.items():
            if account_id in seen or account_id not in present or account_id in kept_apart:
                continue
            if account_id in silent and why in _SILENCED:
                continue
            seen.add(account_id)
            channel = _channel(one.notice, chosen.of(account_id, one.notice.kind, space_id))
            if channel != Channel.OFF:
                rows.add(one, line, space_id, account_id, why, channel)
    return rows.write()


_SILENCED = frozenset({"follow", "member"})


def _lines(asked: Iterable[_Asked]) -> dict[Key, ThingLine]:
    """What the events are about, by its key: of each kind all at once, or one by one where a room stumbles."""
    known = things()
    by_kind: dict[str, dict[int, Event]] = {}
    for one in asked:
        if one.about[0] in known:
            by_kind.setdefault(one.about[0], {}).setdefault(one.about[1], one.event)
    found: dict[Key, ThingLine] = {}
    for kind, events in by_kind.items():
        first = next(iter(events.values()))
        lines = _spoken_of(first, partial(known[kind].lines, PLATFORM, list(events)))
        if lines is None:
            lines = {}
            for number, event in events.items():
                lines = {**lines, **(_spoken_of(event, partial(known[kind].lines, PLATFORM, [number])) or {})}
        found |= {(kind, number): line for number, line in lines.items()}
    return found


def _present(accounts: Iterable[int]) -> set[int]:
    """Those of `accounts` that are somebody in the active region now. One query."""
    held = RoleGrant.objects.filter(Q(until=None) | Q(until__gt=clock()), ended_at=None, scope_kind="")
    rows = held.filter(account__in=list(accounts), account__is_active=True).order_by()
    return set(rows.values_list("account", flat=True).distinct())


def _apart_from(writers: Iterable[int | None]) -> defaultdict[int | None, set[int]]:
    """By writer, accounts that have blocked them, or that they have blocked. One query."""
    known = {account for account in writers if account is not None}
    apart: defaultdict[int | None, set[int]] = defaultdict(set)
    rows = Block.objects.filter(Q(blocker__in=known) | Q(blocked__in=known))
    for blocker, blocked in rows.values_list("blocker", "blocked") if known else ():
        apart[blocker].add(blocked)
        apart[blocked].add(blocker)
    return apart


class _Rows:
    """Rows to be written, columns first: one statement takes a list of values for each."""

    # Of notifications_notification, with the types that the lists are sent as.
    COLUMNS = (
        ("account_id", "bigint"),
        ("event_id", "bigint"),
        ("kind", "text"),
        ("why", "text"),
        ("thing_kind", "text"),
        ("thing_id", "bigint"),
        ("space_id", "bigint"),
        ("audience", "text"),
        ("is_urgent", "boolean"),
        ("created_at", "timestamptz"),
        ("channel", "text"),
        ("mail_due_at", "timestamptz"),
    )

    def __init__(self, region: Region, preferred: Mapping[int, Preferences]) -> None:
        self.region, self.preferred = region, preferred
        self.zone = zone_of(region)
        self.rows: list[tuple[Any, ...]] = []
        self.due: dict[tuple[int, str, tuple[int, int]], datetime | None] = {}

    def add(self, one: _Asked, line: ThingLine, space_id: int | None, account_id: int, why: str, channel: str) -> None:
        event, notice = one.event, one.notice
        own = self.preferred.get(account_id)
        quiet = (own.quiet_from, own.quiet_until) if own is not None and not notice.is_urgent else (0, 0)
        due = None
        if own is None or own.no_mail_since is None:
            key = (event.pk, channel, quiet)
            if key not in self.due:
                self.due[key] = due_at(channel, event.at, self.zone, quiet)
            due = self.due[key]
        self.rows.append(
            (
                account_id, event.pk, notice.kind, why, *one.about, space_id, line.audience, notice.is_urgent, event.at,
                str(channel), due,
            )
        )  # fmt: skip

    def write(self) -> int:
        """Insert those that are not there yet; the unique key (event, account) decides. Returns how many."""
        if not self.rows:
            return 0
        names = ", ".join(name for name, _type in self.COLUMNS)
        lists = ", ".join(f"%s::{type_}[]" for _name, type_ in self.COLUMNS)
        table = Notification._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (region_id, {names}) SELECT %s, * FROM unnest({lists}) "  # noqa: S608 - names of ours
                "ON CONFLICT (event_id, account_id) DO NOTHING",
                [self.region.pk, *(list(values) for values in zip(*self.rows, strict=True))],
            )
            return int(cursor.rowcount)


def _channel(notice: Notice, chosen: str) -> str:
    """How it comes to somebody who has `chosen`: what is urgent waits for no digest; no e-mail stays no e-mail."""
    if chosen not in (Channel.AT_ONCE, Channel.DAILY, Channel.WEEKLY):
        return chosen
    if not notice.is_mailed:
        return Channel.PRODUCT
    return Channel.AT_ONCE if notice.is_urgent else chosen

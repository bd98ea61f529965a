# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: the desk follows the journal; and now and then everything is compared with the truth.

Positions of the chain are read in order under a lock on one row; items and the new position are one commit, so that a
killed worker looks at an event again or not at all, and looking twice changes nothing.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from datetime import datetime

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils.timezone import now as clock

from filanda.capabilities.desk.models import Bookkeeping, Check
from filanda.capabilities.desk.steps import sync
from filanda.kernel.journal import chain
from filanda.kernel.journal.models import Event
from filanda.kernel.journal.news import stop_listening, wait_for_news
from filanda.kernel.manifests import desk_sources
from filanda.kernel.manifests.desk import DeskSource
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import across_regions, active_region, in_region

NAME = "desk"
BATCH = 200
ROLES = ("identity.role.",)  # who may hold an item changes with these: everything is compared
_LONGEST_PAUSE = 10.0

log = structlog.get_logger("filanda.desk")

Ended = dict[int, tuple[int | None, datetime]]


def keep_desk(stop: threading.Event) -> None:
    """Bring the desk to what the journal says, until `stop`. Runs in a thread of the worker."""
    pause, position = 1.0, 0
    while not stop.is_set():
        try:
            wait_for_news(position, 1.0)
            position = follow(clock())
            pause = 1.0
        except (DatabaseError, InterfaceError) as error:
            if pause == 1.0:
                log.warning("the desk waits for the database", error=type(error).__name__)
            connection.close()
            stop.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
    stop_listening()
    connection.close()


def follow(now: datetime) -> int:
    """Look at all chained events not yet looked at. Returns the position reached."""
    while True:
        with across_regions():
            position, more = _follow_once(now)
        if not more:
            return position


def _follow_once(now: datetime) -> tuple[int, bool]:
    with transaction.atomic():
        keeping, is_new = Bookkeeping.objects.select_for_update().get_or_create(name=NAME)
        if is_new:  # what waited before there was a desk is found by comparing everything
            keeping.position = chain.head()
            keeping.save(update_fields=["position"])
            for region in Region.objects.all():
                with in_region(region):
                    compare(now)
            return keeping.position, False
        events = chain.follow(keeping.position, limit=BATCH)
        if not events:
            return keeping.position, False
        wanted, roles_changed = _wanted([event for _position, event in events])
        regions = Region.objects.in_bulk({*wanted, *roles_changed})
        for region_id, by_kind in wanted.items():
            if region_id in regions:
                with in_region(regions[region_id]):
                    for kind, ended in by_kind.items():
                        _sync_or_skip(kind, ended, now)
        for region_id in roles_changed & regions.keys():
            with in_region(regions[region_id]):
                compare(now)
        keeping.position = events[-1][0]
        keeping.save(update_fields=["position"])
        return keeping.position, len(events) == BATCH


def _wanted(events: list[Event]) -> tuple[dict[int, dict[str, Ended]], set[int]]:
    """By region and kind, the ids to look at with who acted last and when; regions in which roles changed."""
    sources = desk_sources().values()
    wanted: dict[int, dict[str, Ended]] = defaultdict(lambda: defaultdict(dict))
    roles_changed: set[int] = set()
    regions = Region.objects.in_bulk({event.region_id for event in events if event.region_id})
    for event in events:
        if event.region_id is None or event.region_id not in regions:
            continue
        if event.type.startswith(ROLES):
            roles_changed.add(event.region_id)
        told = [source for source in sources if source.events and event.type.startswith(source.events)]
        if told:
            with in_region(regions[event.region_id]):
                for source in told:
                    ended = wanted[event.region_id][source.kind]
                    for number in _touched(source, event):
                        ended[number] = (event.account_id, event.at)
    return wanted, roles_changed


def _touched(source: DeskSource, event: Event) -> list[int]:
    """What a room says; one that stumbles over an event is put right by the comparison."""
    try:
        with transaction.atomic():
            return list(source.touched(event))
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        log.exception("an event is not understood", event_id=event.pk, event_type=event.type, kind=source.kind)
        return []


def _sync_or_skip(kind: str, ended: Ended, now: datetime) -> None:
    try:
        sync(kind, ended.keys(), now, ended=ended)
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        log.exception("a kind is passed over", kind=kind)


def put_right(now: datetime) -> dict[str, int]:
    """Follow the journal, then compare everything that waits in the active region with the desk, and mend it. Returns
    by kind how many items had to be mended; kept for the metric, and said in the log.
    """
    region = active_region()
    follow(now)
    mended = {kind: count for kind, count in compare(now).items() if count}
    with transaction.atomic():
        kept, _is_new = Check.objects.select_for_update().get_or_create(region=region)
        kept.at, kept.mended, kept.mended_ever = now, mended, kept.mended_ever + sum(mended.values())
        kept.save()
    if mended:
        log.warning("the desk was put right", region=region.slug, **{"mended": mended})
    return mended


def compare(now: datetime) -> dict[str, int]:
    """Bring all kinds of the active region to what their rooms say. Returns by kind how much that changed."""
    return {kind: sync(kind, None, now).total for kind in desk_sources()}

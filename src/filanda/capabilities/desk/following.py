# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: the desk follows the journal; and now and then everything is compared with the truth.

Looking at an event twice changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import structlog
from django.db import DatabaseError, InterfaceError, transaction

from filanda.capabilities.desk.models import Bookkeeping, Check
from filanda.capabilities.desk.steps import sync
from filanda.kernel.journal.models import Event
from filanda.kernel.journal.reading import Reader
from filanda.kernel.manifests import desk_sources
from filanda.kernel.manifests.desk import DeskSource
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import active_region, in_region

ROLES = ("identity.role.",)  # who may hold an item changes with these: everything is compared

log = structlog.get_logger("filanda.desk")

Ended = dict[int, tuple[int | None, datetime]]


def _take(events: list[Event], now: datetime) -> None:
    wanted, roles_changed = _wanted(events)
    regions = Region.objects.in_bulk({*wanted, *roles_changed})
    for region_id, by_kind in wanted.items():
        if region_id in regions:
            with in_region(regions[region_id]):
                for kind, ended in by_kind.items():
                    _sync_or_skip(kind, ended, now)
    for region_id in roles_changed & regions.keys():
        with in_region(regions[region_id]):
            compare(now)


def _begin(now: datetime) -> None:
    """What waited before there was a desk is found by comparing everything."""
    for region in Region.objects.all():
        with in_region(region):
            compare(now)


_reader = Reader("desk", Bookkeeping, _take, _begin)
keep_desk = _reader.keep_reading
follow = _reader.read_on


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

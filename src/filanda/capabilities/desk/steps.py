# SPDX-License-Identifier: EUPL-1.2
"""Bringing the desk to what the rooms say, in the caller's region."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from filanda.capabilities.desk.models import STAFF, DeskItem, DeskMove, MoveKind
from filanda.kernel.identity.holders import holders_in, holders_of
from filanda.kernel.identity.models import Role
from filanda.kernel.manifests import desk_sources
from filanda.kernel.manifests.desk import FACILITATORS, StillWaits
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import active_region

__all__ = ["Synced", "sync", "workers_of"]

_LOCK = 0x6465736B  # advisory locks of this room; the second key is the region and kind
_FOLLOWED = ("since", "due_at", "shows_at", "queue", "not_for", "told_holder_id", "holder_id", "taken_at")


@dataclass(frozen=True)
class Synced:
    """How many items `sync` opened, opened again, closed, and changed otherwise."""

    opened: int = 0
    reopened: int = 0
    closed: int = 0
    changed: int = 0

    @property
    def total(self) -> int:
        return self.opened + self.reopened + self.closed + self.changed


def sync(
    kind: str,
    ids: Collection[int] | None,
    now: datetime,
    *,
    ended: Mapping[int, tuple[int | None, datetime]] | None = None,
) -> Synced:
    """Bring the items of `kind` for `ids` (None: all) to what the room says waits. Twice is once; two at a time wait
    for each other. `ended`: by id, who is known to have ended the waiting, and when.

    An item that waits again since the very moment it did before was closed too early: it is opened again. With
    another moment it is a new one. Who has it stays, until the room names somebody else or they no longer work there.
    """
    source, region = desk_sources()[kind], active_region()
    if ids is not None and not ids:
        return Synced()
    with transaction.atomic():
        _lock(region, kind)
        waits = {one.object_id: one for one in source.waiting(None if ids is None else sorted(set(ids)), now)}
        rows = DeskItem.objects.filter(kind=kind, closed_at=None)
        if ids is not None:
            rows = rows.filter(object_id__in=set(ids) | waits.keys())
        known = {row.object_id: row for row in rows.select_for_update(of=("self",))}
        queues = {one.queue for one in waits.values()} | {row.queue for row in known.values()}
        able = workers_of(queues, now)
        closed = _close([row for number, row in known.items() if number not in waits], now, ended or {})
        changed = _change([(known[number], one) for number, one in waits.items() if number in known], able)
        missing = {number: one for number, one in waits.items() if number not in known}
        reopened, opened = _open(region, kind, missing, able, now)
    return Synced(opened, reopened, closed, changed)


def workers_of(queues: Iterable[str], now: datetime) -> dict[str, set[int]]:
    """By queue, the accounts that work in it. Two queries at most."""
    wanted = set(queues)
    found: dict[str, set[int]] = {queue: set() for queue in wanted}
    if FACILITATORS in wanted:
        found[FACILITATORS] = holders_of(STAFF, now)
    spaces = {int(parts[1]): queue for queue in wanted if (parts := queue.split(":"))[0] == "space"}
    if spaces:
        for number, accounts in holders_in("space", spaces, Role.SPACE_MANAGER, now).items():
            found[spaces[number]] = accounts
    return found


def _lock(region: Region, kind: str) -> None:
    with connection.cursor() as cursor:
        key = zlib.crc32(f"{region.pk}:{kind}".encode()) - 2**31
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, key])


def _close(rows: Sequence[DeskItem], now: datetime, ended: Mapping[int, tuple[int | None, datetime]]) -> int:
    moves = []
    for row in rows:
        by, at = ended.get(row.object_id, (None, now))
        row.closed_at = max(at, row.since)
        moves.append(DeskMove(region_id=row.region_id, item=row, kind=MoveKind.CLOSED, by_id=by, at=row.closed_at))
    DeskItem.objects.bulk_update(rows, ["closed_at"])
    DeskMove.objects.bulk_create(moves)
    return len(rows)


def _change(pairs: Sequence[tuple[DeskItem, StillWaits]], able: Mapping[str, set[int]]) -> int:
    changed, moves = [], []
    for row, told in pairs:
        before = {name: getattr(row, name) for name in _FOLLOWED}
        _tell(row, told, able)
        if before == {name: getattr(row, name) for name in _FOLLOWED}:
            continue
        changed.append(row)
        if before["holder_id"] != row.holder_id:
            kind = MoveKind.RELEASED if row.holder_id is None else MoveKind.HANDED_OVER
            moves.append(DeskMove(region_id=row.region_id, item=row, kind=kind, to_id=row.holder_id))
    DeskItem.objects.bulk_update(changed, [name.removesuffix("_id") for name in _FOLLOWED])
    DeskMove.objects.bulk_create(moves)
    return len(changed)


def _tell(row: DeskItem, told: StillWaits, able: Mapping[str, set[int]]) -> None:
    """Let `row` say what its room tells; who took it or was given it keeps it."""
    row.since, row.due_at, row.shows_at = told.since, told.due_at, told.shows_at or told.since
    row.queue, row.not_for = told.queue, sorted(told.not_for)
    if told.holder_id != row.told_holder_id:
        if told.holder_id is not None or row.holder_id == row.told_holder_id:
            row.holder_id = told.holder_id
        row.told_holder_id = told.holder_id
    if row.holder_id is not None and (row.holder_id not in able[told.queue] or row.holder_id in told.not_for):
        row.holder_id = None
    row.taken_at = None if row.holder_id is None else row.taken_at


def _open(
    region: Region, kind: str, missing: Mapping[int, StillWaits], able: Mapping[str, set[int]], now: datetime
) -> tuple[int, int]:
    if not missing:
        return 0, 0
    same = Q()
    for one in missing.values() if len(missing) <= 200 else ():
        same |= Q(object_id=one.object_id, since=one.since)
    before = DeskItem.objects.filter(same, kind=kind, object_id__in=missing).exclude(closed_at=None)
    early = {row.object_id: row for row in before.order_by("pk") if row.since == missing[row.object_id].since}
    again: list[DeskItem] = []
    fresh: list[DeskItem] = []
    for number, one in missing.items():
        row = early.get(number) or DeskItem(region=region, kind=kind, object_id=number, created_at=now)
        row.closed_at = None
        _tell(row, one, able)
        (again if row.pk else fresh).append(row)
    DeskItem.objects.bulk_update(again, ["closed_at", *(name.removesuffix("_id") for name in _FOLLOWED)])
    DeskMove.objects.bulk_create(DeskMove(region=region, item=row, kind=MoveKind.REOPENED, at=now) for row in again)
    DeskItem.objects.bulk_create(fresh, batch_size=1000)
    return len(again), len(fresh)

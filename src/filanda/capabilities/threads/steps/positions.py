# SPDX-License-Identifier: EUPL-1.2
"""Read positions: monotone, whoever comes first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from filanda.capabilities.threads.models import ReadPosition
from filanda.kernel.regions.models import Region

__all__ = ["advance", "advance_many", "keep_up"]


def advance(region: Region, account_id: int, numbers: Mapping[int, int], now: datetime) -> None:
    """Somebody has read the threads (by id) up to these numbers. One statement, which never takes a position back."""
    advance_many(region, [(thread, account_id, number) for thread, number in numbers.items()], now)


def advance_many(region: Region, rows: list[tuple[int, int, int]], now: datetime) -> None:
    """`rows`: (thread, account, number)."""
    if not rows:
        return
    rows = sorted(rows)  # one order for everybody: no two statements wait for each other
    table = ReadPosition._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {table} AS kept (region_id, thread_id, account_id, number, read_at)
                SELECT %s, thread, account, number, %s
                FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS given (thread, account, number)
                ON CONFLICT (thread_id, account_id) DO UPDATE SET number = EXCLUDED.number, read_at = EXCLUDED.read_at
                WHERE kept.number < EXCLUDED.number""",  # noqa: S608 - the table's own name
            [region.pk, now, [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]],
        )


def keep_up(thread_id: int, account_id: int, before: int, number: int, now: datetime) -> None:
    """Whoever had read everything and writes has read what they wrote."""
    ReadPosition.objects.filter(thread=thread_id, account=account_id, number__gte=before, number__lt=number).update(
        number=number, read_at=now
    )

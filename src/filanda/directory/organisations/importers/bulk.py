# SPDX-License-Identifier: EUPL-1.2
"""Many rows at once: ids reserved, COPY, and reading by thousands of keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model

from filanda.directory.organisations.models import SourceRecord
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean

__all__ = ["copy_rows", "known_organisations", "new_ids", "rows_with", "shorter"]


def new_ids(model: type[Model], count: int) -> list[int]:
    """Ids reserved from the sequence of `model`."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def copy_rows(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows` with COPY: several times cheaper than INSERT, under the same constraints."""
    rows = list(rows)
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor, cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def rows_with(
    model: type[Model], column: str, values: Iterable[Any], columns: Sequence[str], **fixed: Any
) -> list[tuple[Any, ...]]:
    """Rows whose `column` is one of `values`: one array parameter where `__in` would send thousands."""
    wanted = list(values)
    if not wanted:
        return []
    named = ", ".join(f'"{name}"' for name in columns)
    conditions = "".join(f' AND "{name}" = %s' for name in fixed)
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {named} FROM "{model._meta.db_table}" WHERE "{column}" = ANY(%s){conditions}',  # noqa: S608 - ours
            [wanted, *fixed.values()],
        )
        return list(cursor.fetchall())


def known_organisations(region: Region, source: str, source_ids: Iterable[str]) -> dict[str, int]:
    """Source id -> organisation."""
    columns = ("source_id", "organisation_id")
    return dict(rows_with(SourceRecord, "source_id", source_ids, columns, region_id=region.pk, source=source))


def shorter(text: str, length: int) -> str:
    return " ".join(clean(text).split())[:length]

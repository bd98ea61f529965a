# SPDX-License-Identifier: EUPL-1.2
"""Reads about files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import slugify

from filanda.capabilities.files.models import FileAudience, FileKind, StoredFile, StoredFileQuerySet
from filanda.kernel.database.compiled import made
from filanda.kernel.database.compiled import rows as rows_of
from filanda.kernel.identity.actors import Actor

__all__ = ["Logo", "address", "files_of", "files_shown", "logos_of"]


@dataclass(frozen=True)
class Logo:
    """Addresses of a logo in its two sizes, with the sides in pixels."""

    url: str
    width: int
    height: int
    small_url: str
    small_width: int
    small_height: int


def files_of(subject: tuple[str, int], actor: Actor) -> StoredFileQuerySet:
    """The files of one thing that `actor` may open, oldest first."""
    rows: StoredFileQuerySet = StoredFile.objects.visible_to(actor)
    return rows.filter(subject_kind=subject[0], subject_id=subject[1])


_FILE = tuple(one.attname for one in StoredFile._meta.concrete_fields)


def files_shown(subject: tuple[str, int]) -> list[StoredFile]:
    """The files of one thing, oldest first, for a caller that has found out that its reader opens them by what the
    thing's own rule says (`Subject.visible`). One query.
    """
    kind, number = subject

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        rows = StoredFile.objects.filter(subject_kind=kind, subject_id=given[0], audience=FileAudience.SUBJECT)
        found: QuerySet[Any, Any] = rows.values(*_FILE)
        return found

    found = rows_of(("files: shown", kind), build, [number])
    return [made(StoredFile, _FILE, [one[name] for name in _FILE]) for one in found]


def logos_of(kind: str, ids: Iterable[int]) -> dict[int, Logo]:
    """Logos by the id of their thing, in one query. For things that the caller shows to its reader anyway."""
    rows = StoredFile.objects.filter(kind=FileKind.LOGO, subject_kind=kind, subject_id__in=list(ids))
    return {row.subject_id: _logo(row) for row in rows}


def address(file: StoredFile, variant: str = "") -> str:
    """Where a file is served, to those who may open it."""
    return (
        reverse("files:variant", args=[file.pk, variant, name_in_address(file)])
        if variant
        else reverse("files:file", args=[file.pk, name_in_address(file)])
    )


def name_in_address(file: StoredFile) -> str:
    stem, _dot, extension = file.name.rpartition(".")
    return f"{slugify(stem)[:60] or 'file'}.{extension}"


def _logo(row: StoredFile) -> Logo:
    small = row.variants["small"]
    return Logo(address(row), row.width or 0, row.height or 0, address(row, "small"), small["width"], small["height"])

# SPDX-License-Identifier: EUPL-1.2
"""Reads about files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.text import slugify

from filanda.capabilities.files.models import FileKind, StoredFile, StoredFileQuerySet
from filanda.kernel.identity.actors import Actor

__all__ = ["Logo", "address", "files_of", "logos_of"]


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

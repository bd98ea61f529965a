# SPDX-License-Identifier: EUPL-1.2
"""What leaves with a person, and what goes when its time is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO, Any

from django.db.models import Q

from filanda.capabilities.files.models import FileKind, StoredFile
from filanda.capabilities.files.steps import delete_files
from filanda.capabilities.files.storing import storage
from filanda.capabilities.files.subjects import subjects
from filanda.kernel.identity.models import Account
from filanda.kernel.regions.models import Region

__all__ = ["collect", "delete_settled", "erase", "files"]


def collect(account: Account) -> Mapping[str, Any]:
    rows = StoredFile.objects.filter(uploaded_by=account)
    listed = [
        {
            "name": row.name,
            "kind": row.kind,
            "media_type": row.media_type,
            "bytes": row.size,
            "sha256": row.sha256,
            "belongs_to": f"{row.subject_kind} {row.subject_id}",
            "uploaded_at": row.created_at.isoformat(),
            "in_this_archive": _place(row),
        }
        for row in rows
    ]
    return {"files.json": listed} if listed else {}


def files(account: Account) -> Iterator[tuple[str, IO[bytes]]]:
    for row in StoredFile.objects.filter(uploaded_by=account):
        yield _place(row), storage().open(row.key)


def erase(account: Account, keeps: bool) -> None:
    """Documents that staff see are about the person, and go. Those of something they contributed, which only its
    readers see, stay with it where contributions stay. A logo is the organisation's. What stays forgets who brought it.
    """
    mine = StoredFile.objects.filter(uploaded_by=account)
    documents = mine.filter(kind=FileKind.DOCUMENT)
    contributed = [kind.kind for kind in subjects() if kind.is_closed_to_staff]
    delete_files(documents.exclude(subject_kind__in=contributed) if keeps else documents)
    mine.update(uploaded_by=None)


def delete_settled(region: Region, before: datetime, now: datetime) -> int:
    """Delete the documents of whatever was settled before `before`. Returns how many."""
    over = Q(pk__in=[])
    for kind in subjects():
        if kind.over is not None:
            over |= Q(subject_kind=kind.kind, subject_id__in=kind.over(before))
    return delete_files(StoredFile.objects.select_for_update().filter(over, kind=FileKind.DOCUMENT))


def _place(row: StoredFile) -> str:
    return f"files/{row.pk}-{row.name}"

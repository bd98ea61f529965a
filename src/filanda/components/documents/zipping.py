# SPDX-License-Identifier: EUPL-1.2
"""A folder as an archive, made while it is sent: never more of it in memory than one piece of a file."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.utils.timezone import localtime

from filanda.capabilities.files.models import StoredFile
from filanda.capabilities.files.storing import storage
from filanda.components.documents.models import Document, DocumentVersion, Folder
from filanda.components.documents.queries import path_of
from filanda.kernel.identity.actors import Actor
from filanda.spaces.models import Space

__all__ = ["ARCHIVE_BYTES", "Entry", "entries_of", "size_of", "stream"]

ARCHIVE_BYTES = 300 * 1024 * 1024
ENTRIES_MOST = 5_000
_PIECE = 256 * 1024


@dataclass(frozen=True)
class Entry:
    """One file of the archive: from the storage, or a page's text."""

    name: str
    size: int
    at: datetime
    file: StoredFile | None
    source: str = ""


def entries_of(actor: Actor, space: Space, here: Folder | None, folders: Mapping[int, Folder]) -> list[Entry]:
    """The newest version of what `actor` sees in `here` and below, hidden things left out. Two queries."""
    wanted = {
        row.pk for row in folders.values() if here is None or here.pk in [one.pk for one in path_of(row, folders)]
    }
    rows = Document.objects.visible_to(actor).filter(space=space, hidden_at=None).order_by("pk")[: 4 * ENTRIES_MOST]
    documents = [row for row in rows if (row.folder_id in wanted if row.folder_id is not None else here is None)][
        :ENTRIES_MOST
    ]
    newest = {
        (one.document_id, one.number): one
        for one in DocumentVersion.objects.filter(document__in=[row.pk for row in documents]).select_related("file")
    }
    entries: list[Entry] = []
    taken: set[str] = set()
    for row in documents:
        version = newest.get((row.pk, row.version))
        if version is None or (version.file is None and not version.source):
            continue
        folder = folders.get(row.folder_id) if row.folder_id is not None else None
        above = [_safe(one.name) for one in path_of(folder, folders)]
        if here is not None:
            above = above[len(path_of(here, folders)) :]
        ending = "md" if row.is_page else row.extension
        name = _free("/".join([*above, _safe(row.title)]), ending, taken)
        entries.append(Entry(name, version.size, version.at, version.file, version.source))
    return entries


def size_of(entries: Sequence[Entry]) -> int:
    return sum(entry.size for entry in entries)


def stream(entries: Sequence[Entry]) -> Iterator[bytes]:
    """The archive, piece by piece. A file that is gone meanwhile is left out."""
    out = _Outgoing()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for entry in entries:
            at = localtime(entry.at)
            info = zipfile.ZipInfo(entry.name, (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second))
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED if entry.file is None else zipfile.ZIP_STORED
            try:
                source: IO[bytes] | None = storage().open(entry.file.key) if entry.file is not None else None
            except FileNotFoundError:
                continue
            with archive.open(info, "w") as target:
                if source is None:
                    target.write(entry.source.encode())
                else:
                    with source:
                        while piece := source.read(_PIECE):
                            target.write(piece)
                            yield out.taken()
            yield out.taken()
    yield out.taken()


class _Outgoing:
    """What the archive is written to: a buffer that is emptied as it is sent, with no way back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _safe(name: str) -> str:
    """A name that no system takes for a path, a device or something hidden."""
    plain = "".join(" " if letter in '<>:"|?*\\/' or ord(letter) < 32 else letter for letter in name)
    words = " ".join(plain.split()).strip(". ")[:100]
    return words or "document"


def _free(path: str, ending: str, taken: set[str]) -> str:
    tail = f".{ending}" if ending else ""
    name, number = f"{path}{tail}", 2
    while name.casefold() in taken:
        name, number = f"{path} ({number}){tail}", number + 1
    taken.add(name.casefold())
    return name

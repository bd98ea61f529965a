# SPDX-License-Identifier: EUPL-1.2
"""Who is told of documents, how they are found, whose they are, and when they go for good."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filanda.capabilities.files.models import StoredFile
from filanda.capabilities.files.steps import delete_files
from filanda.capabilities.files.storing import storage
from filanda.capabilities.follows.queries import followers
from filanda.components.documents.models import SUBJECT, Document, DocumentVersion, WaitingUpload
from filanda.components.documents.steps import purge, recount_bytes, tell
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests.documents import LanguageText, SearchDocument
from filanda.kernel.manifests.things import Key, ThingLine, Told
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import sort_key
from filanda.spaces.models import SCOPE, label_in

__all__ = [
    "about",
    "added",
    "collect",
    "documents",
    "empty_bin",
    "erase",
    "files",
    "newer",
    "recipients",
    "several",
    "space_of",
    "sweep_waiting",
]


def recipients(event: Event) -> Iterable[Told]:
    """Those who follow the document, or the space and not against the document; nobody of one of several, which are
    announced together.
    """
    space_id = space_of(event)
    if space_id is None or event.subject_id is None or (event.payload or {}).get("is_told") is False:
        return []
    return [Told(number, "follow") for number in followers([(SUBJECT, event.subject_id), (SCOPE, space_id)])]


def about(event: Event) -> Key | None:
    return (SUBJECT, event.subject_id) if event.subject_id else None


def space_of(event: Event) -> int | None:
    return (event.payload or {}).get("space")


def added(event: Event, line: ThingLine) -> str:
    return _("New document: %(title)s") % {"title": line.title}


def several(event: Event, line: ThingLine) -> str:
    """The one that is named is the first: whoever may not see it is told nothing."""
    count = int((event.payload or {}).get("count", 1))
    if count == 1:
        return added(event, line)
    return ngettext(
        "%(count)s new document, among them %(title)s", "%(count)s new documents, among them %(title)s", count
    ) % {"count": count, "title": line.title}


def newer(event: Event, line: ThingLine) -> str:
    return _("A newer version of %(title)s") % {"title": line.title}


def documents(numbers: Sequence[int]) -> Iterable[SearchDocument]:
    """Documents for those who may open them."""
    rows = Document.objects.standing().filter(pk__in=numbers, hidden_at=None)
    for row in rows:
        yield SearchDocument(
            kind=SUBJECT,
            id=row.pk,
            region_id=row.region_id,
            audience=(row.audience,),
            label=row.title,
            sort_key=sort_key(row.title),
            language=row.language,
            titles=[LanguageText(row.language, row.title)],
            texts=[LanguageText(row.language, f"{row.description}\n{row.text}")],
            facets={"space": [str(row.space_id)]},
        )


def collect(account: Account) -> Mapping[str, Any]:
    """Versions that somebody brought; the files themselves leave with the room of files."""
    rows = DocumentVersion.objects.filter(author=account).select_related("document__space").order_by("pk")
    listed = [
        {
            "community": label_in(row.document.space.names),
            "title": row.document.title,
            "description": row.document.description if row.document.author_id == account.pk else "",
            "version": row.number,
            "note": row.note,
            "text": row.source,
            "file": f"files/{row.file_id}" if row.file_id else "",
            "at": row.at,
        }
        for row in rows
    ]
    return {"documents.json": listed} if listed else {}


def files(account: Account) -> Iterator[tuple[str, IO[bytes]]]:
    """Pages that somebody wrote, to read. Files of theirs leave with the room of files."""
    rows = DocumentVersion.objects.filter(author=account).exclude(source="").select_related("document")
    for row in rows.order_by("pk"):
        yield f"documents/{row.document_id}-{row.number}.md", BytesIO(row.source.encode())


def erase(account: Account, keeps: bool) -> None:
    """What somebody brought stays with the community, without their name; or goes: documents that are theirs alone for
    good, of others their versions' files and words.
    """
    waiting = WaitingUpload.objects.filter(account=account).select_related("file")
    delete_files([row.file for row in waiting if row.file is not None])
    waiting.delete()
    mine = DocumentVersion.objects.filter(author=account)
    if not keeps:
        _take_away(account)
    mine.update(author=None, **({} if keeps else {"note": ""}))
    Document.objects.filter(deleted_by=account).update(deleted_by=None)
    Document.objects.filter(author=account).update(author=None)


def _take_away(account: Account) -> None:
    touched = {row.document_id for row in DocumentVersion.objects.filter(author=account)}
    others = set(
        DocumentVersion.objects.filter(document__in=touched).exclude(author=account).values_list("document", flat=True)
    )
    alone = list(Document.objects.filter(pk__in=touched - others).select_related("region"))
    for row in alone:
        tell("documents.document.purged", PLATFORM, row)
    purge(alone)
    for row in Document.objects.filter(pk__in=touched & others).select_related("region"):
        theirs = row.versions.filter(author=account)
        delete_files(StoredFile.objects.filter(pk__in=theirs.exclude(file=None).values("file")))
        theirs.update(source="", size=0)
        newest = row.versions.exclude(file=None, source="").first()
        if newest is None or newest.number != row.version:
            row.text = row.html = ""
            row.deleted_at = row.deleted_at or None
            row.save(update_fields=["text", "html"])
        recount_bytes(row)
        tell("documents.document.described", PLATFORM, row)


def empty_bin(region: Region, before: datetime, now: datetime) -> int:
    """What was put into the bin before `before` goes for good."""
    doomed = list(Document.objects.select_for_update().filter(deleted_at__lt=before).select_related("region")[:1000])
    for row in doomed:
        tell("documents.document.purged", PLATFORM, row)
    return purge(doomed)


def sweep_waiting(region: Region, before: datetime, now: datetime) -> int:
    """Uploads about which nobody said anything go."""
    rows = list(WaitingUpload.objects.filter(created_at__lt=before).select_related("file"))
    delete_files([row.file for row in rows if row.file is not None])
    WaitingUpload.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def content_of(version: DocumentVersion) -> bytes:
    """The bytes of a version: its file's, or its text."""
    if version.file is None:
        return version.source.encode()
    with storage().open(version.file.key) as content:
        return bytes(content.read())

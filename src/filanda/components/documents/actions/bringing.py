# SPDX-License-Identifier: EUPL-1.2
"""What comes in: files, pages, new versions of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from filanda.capabilities.files.actions import inspect
from filanda.capabilities.files.inspecting import Inspected
from filanda.capabilities.files.models import FileKind, StoredFile
from filanda.capabilities.files.steps import copy_file, delete_files, hand_over
from filanda.capabilities.files.storing import storage
from filanda.components.documents.actions._locking import locked_document, seen_folder
from filanda.components.documents.announcing import announce_later, tell_together
from filanda.components.documents.models import (
    NOTE_MOST,
    SUBJECT,
    TEXT_MOST,
    WAITING,
    Document,
    DocumentKind,
    Folder,
    WaitingUpload,
)
from filanda.components.documents.steps import (
    add_page,
    add_version,
    checked_page,
    checked_title,
    free_title,
    keep_upload,
    key_of,
    make_document,
    require_room,
    tell,
    title_of_upload,
)
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import Decision, Forbidden, require
from filanda.kernel.text.folding import clean
from filanda.spaces.models import Space
from filanda.spaces.steps import account_id_of, lock_space

__all__ = ["Outdated", "announce", "edit_page", "new_version", "restore_version", "settle", "upload", "write_page"]


class Outdated(Exception):
    """Raised when somebody else has saved a page in between: `document` is what they wrote."""

    def __init__(self, document: Document) -> None:
        super().__init__(_("Somebody else has changed this in the meantime. Both versions are below: nothing is lost."))
        self.document = document


def upload(
    *,
    actor: Actor,
    space: Space,
    folder: Folder | None,
    file: UploadedFile,
    is_one_of_several: bool = False,
    after: Document | None = None,
    now: datetime,
) -> Document | WaitingUpload:
    """Add a file. Where its name is taken, it waits until `settle` says what it is. Of several nobody is told one by
    one: `announce` follows, by the clock if not by the caller. `after`: the first of them.

    Raises FileRefused (QuotaReached, ScannerAway) with a sentence, ValidationError ("folder"), Forbidden.
    """
    require(actor, "documents.add", space)
    inspected = inspect(FileKind.SHARED, file)
    with transaction.atomic(durable=True):
        place = lock_space(space.pk)
        require(actor, "documents.add", place)
        inside = seen_folder(actor, place, folder)
        require_room(place, len(inspected.content))
        title = title_of_upload(file, inspected.extension)
        there = _standing_at(actor, place, inside, title, inspected.extension)
        if there is not None:
            return _let_wait(actor, there, file, inspected, now)
        several = None if not is_one_of_several else {"is_told": False} | ({"after": after.pk} if after else {})
        made = _add_file(actor, place, inside, title, file, inspected, several, now)
        if is_one_of_several and after is None:
            announce_later(made, now)
        return made


def announce(*, actor: Actor, documents: Sequence[Document]) -> None:
    """Tell whoever follows the space, once, of several documents that came together. Raises Forbidden."""
    if not documents:
        return
    first = documents[0]
    with transaction.atomic(durable=True):
        require(actor, "documents.add", lock_space(first.space_id))
        tell_together(actor, first, len(documents))


def new_version(
    *, actor: Actor, document: Document, file: UploadedFile, version: int, note: str, now: datetime
) -> Document | WaitingUpload:
    """Bring a newer version of a file. `version`: the number that it is based on; if another one has come since, the
    file waits until `settle` says what it is: nothing is lost.

    Raises FileRefused, ValidationError ("note", "file"), Forbidden.
    """
    require(actor, "documents.change", document)
    said = _note(note)
    if document.is_page:
        raise ValidationError({"file": _("This is a page: it is changed by writing.")})
    inspected = inspect(FileKind.SHARED, file)
    with transaction.atomic(durable=True):
        row = locked_document(actor, document)
        require(actor, "documents.change", row)
        require_room(row.space, len(inspected.content))
        if row.version != version:
            return _let_wait(actor, row, file, inspected, now)
        kept = keep_upload(actor, row.space, (SUBJECT, row.pk), file, inspected, now)
        _bring(actor, row, kept, _words(inspected), said, now)
        return row


def settle(*, actor: Actor, waiting: WaitingUpload, choice: str, now: datetime) -> Document | None:
    """Say what an upload that waits is: "version" (a newer version of what stands there), "both" (a document of its
    own, under a name of its own), "drop". Returns the document, None for a dropped one. Raises Forbidden.
    """
    with transaction.atomic(durable=True):
        document = locked_document(actor, waiting.document)
        row = WaitingUpload.objects.visible_to(actor).filter(pk=waiting.pk).select_related("file__region").first()
        if row is None or row.file is None:
            raise Forbidden(Decision(False, _("This upload is not there any more. Upload the file again.")))
        kept, words = row.file, row.text
        if choice == "drop":
            delete_files([kept])
            row.delete()
            return None
        if choice == "version":
            require(actor, "documents.change", document)
            hand_over(kept, (SUBJECT, document.pk))
            _bring(actor, document, kept, words, "", now)
        else:
            require(actor, "documents.add", document.space)
            stem, _dot, extension = kept.name.rpartition(".")
            title = free_title(document.space, document.folder, stem, extension)
            document = make_document(
                actor, document.space, document.folder, title, DocumentKind.FILE, now, extension=extension
            )
            hand_over(kept, (SUBJECT, document.pk))
            add_version(actor, document, file=kept, words=words, now=now)
            tell("documents.document.added", actor, document, bytes=kept.size)
        row.delete()
        return document


def write_page(
    *, actor: Actor, space: Space, folder: Folder | None, title: str, source: str, now: datetime
) -> Document:
    """Write a page. Raises ValidationError ("title", "source", "folder"; NameTaken), QuotaReached, Forbidden."""
    words, body = checked_title(title), checked_page(source)
    with transaction.atomic(durable=True):
        place = lock_space(space.pk)
        require(actor, "documents.add", place)
        return add_page(actor, place, seen_folder(actor, place, folder), words, body, now)


def edit_page(*, actor: Actor, document: Document, source: str, note: str, version: int, now: datetime) -> Document:
    """Write a page anew: a version more. `version`: what the writer saw.

    Raises ValidationError ("source", "note"), Outdated, QuotaReached, Forbidden.
    """
    body, said = checked_page(source), _note(note)
    with transaction.atomic(durable=True):
        row = locked_document(actor, document)
        require(actor, "documents.change", row)
        if not row.is_page:
            raise ValidationError({"source": _("This is a file: it is changed by uploading a newer version.")})
        if row.version != version:
            raise Outdated(row)
        if row.text == body:
            return row
        require_room(row.space, len(body.encode()))
        add_version(actor, row, source=body, note=said, now=now)
        tell("documents.version.added", actor, row, number=row.version)
        return row


def restore_version(*, actor: Actor, document: Document, number: int, now: datetime) -> Document:
    """Bring an earlier version back: it becomes the newest one, and those between stay.

    Raises ValidationError ("" for one that is not kept), QuotaReached, Forbidden.
    """
    with transaction.atomic(durable=True):
        row = locked_document(actor, document)
        require(actor, "documents.change", row)
        found = row.versions.select_related("file__region").filter(number=number).first()
        if found is None or (not row.is_page and found.file is None):
            raise ValidationError({"": _("This version is not kept any more.")})
        if number == row.version:
            return row
        require_room(row.space, found.size)
        if row.is_page:
            add_version(actor, row, source=found.source, restores=number, now=now)
        else:
            copy = _copied(found.file, actor, now)
            words = _words_of(copy)
            add_version(actor, row, file=copy, words=words, restores=number, now=now)
        tell("documents.version.restored", actor, row, number=row.version, restores=number)
        return row


def _bring(actor: Actor, document: Document, file: StoredFile, words: str, note: str, now: datetime) -> None:
    extension = file.name.rpartition(".")[2]
    if extension != document.extension:
        document.title = free_title(document.space, document.folder, document.title, extension)
        document.title_key = key_of(document.title, extension)
    add_version(actor, document, file=file, words=words, note=note, now=now)
    tell("documents.version.added", actor, document, number=document.version)


def _add_file(
    actor: Actor,
    space: Space,
    folder: Folder | None,
    title: str,
    file: UploadedFile,
    inspected: Inspected,
    several: Mapping[str, object] | None,
    now: datetime,
) -> Document:
    name = free_title(space, folder, title, inspected.extension)
    made = make_document(actor, space, folder, name, DocumentKind.FILE, now, extension=inspected.extension)
    kept = keep_upload(actor, space, (SUBJECT, made.pk), file, inspected, now)
    add_version(actor, made, file=kept, words=_words(inspected), now=now)
    tell("documents.document.added", actor, made, bytes=kept.size, **(several or {}))
    return made


def _standing_at(actor: Actor, space: Space, folder: Folder | None, title: str, extension: str) -> Document | None:
    """What has this name already, if `actor` may know of it; of what they may not, nothing shows."""
    rows = Document.objects.visible_to(actor).filter(space=space, folder=folder, kind=DocumentKind.FILE)
    found: Document | None = rows.filter(title_key=key_of(title, extension)).first()
    return found


def _let_wait(
    actor: Actor, document: Document, file: UploadedFile, inspected: Inspected, now: datetime
) -> WaitingUpload:
    waiting: WaitingUpload = WaitingUpload.objects.create(
        region=document.region,
        document=document,
        account_id=account_id_of(actor),
        size=len(inspected.content),
        text=_words(inspected),
        created_at=now,
    )
    waiting.file = keep_upload(actor, document.space, (WAITING, waiting.pk), file, inspected, now)
    waiting.save(update_fields=["file"])
    return waiting


def _words(inspected: Inspected) -> str:
    """What a text file says."""
    if not inspected.media_type.startswith("text/"):
        return ""
    return clean(inspected.content.decode("utf-8-sig").replace("\r\n", "\n"))[:TEXT_MOST]


def _words_of(file: StoredFile) -> str:
    if not file.media_type.startswith("text/"):
        return ""
    with storage().open(file.key) as content:
        return clean(content.read().decode("utf-8-sig", "replace").replace("\r\n", "\n"))[:TEXT_MOST]


def _copied(file: StoredFile | None, actor: Actor, now: datetime) -> StoredFile:
    """The same bytes as a file of their own: each version has its own, so that each can go alone."""
    if file is None:
        raise ValidationError({"": _("This version is not kept any more.")})
    return copy_file(file, account_id=actor.account_id, now=now)


def _note(note: str) -> str:
    said = " ".join(clean(note).split())
    if len(said) > NOTE_MOST:
        raise ValidationError({"note": _("That is too long: %(most)d characters at most.") % {"most": NOTE_MOST}})
    return said

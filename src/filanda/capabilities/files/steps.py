# SPDX-License-Identifier: EUPL-1.2
"""Keeping, moving and deleting files as part of somebody's action. No transaction is opened here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from filanda.capabilities.files.inspecting import FileRefused, Inspected, Picture, clean_name
from filanda.capabilities.files.models import FileAudience, FileKind, StoredFile
from filanda.capabilities.files.receiving import MB
from filanda.capabilities.files.storing import delete_after_commit, storage, write
from filanda.capabilities.files.subjects import subject
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.languages import language_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.actions import record
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post
from filanda.kernel.regions.models import Region

__all__ = [
    "QuotaReached",
    "add_variant",
    "copy_file",
    "delete_files",
    "follow_merge",
    "hand_over",
    "keep_file",
    "kept_in_ledgers",
    "move_files",
    "take_away",
]

PERSON_BYTES = 100 * MB  # of documents, in one region
PERSON_FILES = 100
SUBJECT_BYTES = 40 * MB
SUBJECT_FILES = 12


class QuotaReached(FileRefused):
    """Somebody, or one thing, has as many files as fit."""


def keep_file(
    *,
    actor: Actor,
    region: Region,
    subject: tuple[str, int],
    kind: FileKind,
    inspected: Inspected,
    upload: UploadedFile,
    audience: FileAudience,
    now: datetime,
) -> StoredFile:
    """Write the file and its row. A new logo takes the place of the one before. Raises QuotaReached.

    The caller has decided that `actor` may. The uploader's account is locked, so that quotas hold.
    """
    if actor.account_id is not None:
        Account.objects.select_for_update(no_key=True).get(pk=actor.account_id)
    of_subject = StoredFile.objects.filter(subject_kind=subject[0], subject_id=subject[1])
    if kind == FileKind.LOGO:
        delete_files(of_subject.select_for_update().filter(kind=FileKind.LOGO))
    elif kind == FileKind.DOCUMENT:  # of what is shared, the room of its thing has counted
        _check_quotas(actor, of_subject, len(inspected.content))
    made: list[str] = []
    variants = {}
    for name, image in inspected.variants.items():
        key = write(region, image.content)
        made.append(key)
        variants[name] = {"key": key, "size": len(image.content), "width": image.width, "height": image.height}
    file: StoredFile = StoredFile.objects.create(
        region=region,
        subject_kind=subject[0],
        subject_id=subject[1],
        kind=kind,
        name=clean_name(upload.name or "", inspected.extension),
        media_type=inspected.media_type,
        size=len(inspected.content),
        sha256=hashlib.sha256(inspected.content).hexdigest(),
        key=write(region, inspected.content),
        variants=variants,
        width=inspected.width,
        height=inspected.height,
        is_unscanned=inspected.is_unscanned,
        audience=audience,
        uploaded_by_id=actor.account_id,
        created_at=now,
    )
    record(
        "files.file.stored",
        region=region,
        actor=actor,
        subject=file,
        payload={"of": list(subject), "kind": str(kind), "media_type": file.media_type, "size": file.size},
    )
    return file


def add_variant(file: StoredFile, name: str, picture: Picture) -> None:
    """Keep a smaller picture (WebP) of `file` beside it, in the place of one of that name."""
    before = file.variants.get(name)
    if before:
        delete_after_commit([before["key"]])
    key = write(file.region, picture.content)
    file.variants[name] = {
        "key": key,
        "size": len(picture.content),
        "width": picture.width,
        "height": picture.height,
    }
    file.save(update_fields=["variants"])


def copy_file(file: StoredFile, *, account_id: int | None, now: datetime) -> StoredFile:
    """The same bytes once more, as a file of the same thing. Its smaller pictures are copied with it."""

    def again(key: str) -> str:
        with storage().open(key) as content:
            return write(file.region, content.read())

    made: StoredFile = StoredFile.objects.create(
        region=file.region,
        subject_kind=file.subject_kind,
        subject_id=file.subject_id,
        kind=file.kind,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        key=again(file.key),
        variants={name: {**one, "key": again(one["key"])} for name, one in file.variants.items()},
        width=file.width,
        height=file.height,
        audience=file.audience,
        is_unscanned=file.is_unscanned,
        uploaded_by_id=account_id,
        created_at=now,
    )
    return made


def hand_over(file: StoredFile, subject: tuple[str, int]) -> None:
    """Let `file` belong to another thing of the same room."""
    file.subject_kind, file.subject_id = subject
    file.save(update_fields=["subject_kind", "subject_id"])


def delete_files(files: Iterable[StoredFile]) -> int:
    """Delete rows now and bytes after the commit. Returns how many files."""
    doomed = list(files)
    delete_after_commit([key for file in doomed for key in file.keys])
    StoredFile.objects.filter(pk__in=[file.pk for file in doomed]).delete()
    return len(doomed)


def take_away(actor: Actor, file: StoredFile) -> bool:
    """Delete `file`, in which the virus scanner found something, have its room put right what stood on it, and write to
    whoever brought it. Whether it was there still.
    """
    row = StoredFile.objects.select_for_update(of=("self",)).select_related("region").filter(pk=file.pk).first()
    if row is None:
        return False
    lost, account = subject(row.subject_kind).lost, row.uploaded_by
    record(
        "files.file.infected",
        region=row.region,
        actor=actor,
        subject=row,
        payload={"of": [row.subject_kind, row.subject_id], "kind": row.kind, "size": row.size},
    )
    delete_files([row])
    if lost is not None:
        lost(row.subject_id)
    if account is not None and account.is_active:
        language = language_of(account, row.region)
        post(
            region=row.region,
            to=account.email,
            account=account,
            template="files/mail/infected",
            language=language,
            context={"name": row.name, "path": absolute(row.region, language, "/")},
        )
    return True


def move_files(*, kind: str, from_id: int, to_id: int) -> int:
    """Give the files of one thing to another that it is united with. The other's own logo stays; returns how many."""
    rows = StoredFile.objects.select_for_update().filter(subject_kind=kind, subject_id=from_id)
    if StoredFile.objects.filter(subject_kind=kind, subject_id=to_id, kind=FileKind.LOGO).exists():
        rows = rows.exclude(kind=FileKind.LOGO)
    return int(StoredFile.objects.filter(pk__in=[row.pk for row in rows]).update(subject_id=to_id))


def follow_merge(region: Region, stays: Organisation, other: Organisation) -> None:
    """Files of an organisation that is united with another go with it."""
    move_files(kind="organisation", from_id=other.pk, to_id=stays.pk)


def kept_in_ledgers(ids: set[int]) -> tuple[QuerySet[StoredFile]]:
    """The files of organisations, which parting gives back."""
    return (StoredFile.objects.filter(subject_kind="organisation", subject_id__in=ids),)


def _check_quotas(actor: Actor, of_subject: object, more: int) -> None:
    documents = StoredFile.objects.filter(kind=FileKind.DOCUMENT)
    sums = {"count": Count("pk"), "bytes": Sum("size", default=0)}
    there = of_subject.filter(kind=FileKind.DOCUMENT).aggregate(**sums)  # type: ignore[attr-defined]
    if there["count"] >= SUBJECT_FILES or there["bytes"] + more > SUBJECT_BYTES:
        raise QuotaReached(
            _("There are as many documents here as fit (%(count)s, and %(most)s MB in all). Remove one first.")
            % {"count": SUBJECT_FILES, "most": SUBJECT_BYTES // MB}
        )
    mine = documents.filter(uploaded_by=actor.account_id).aggregate(**sums)
    if actor.account_id is not None and (mine["count"] >= PERSON_FILES or mine["bytes"] + more > PERSON_BYTES):
        raise QuotaReached(
            _("You have uploaded as much as fits (%(count)s documents, and %(most)s MB in all). Remove some first.")
            % {"count": PERSON_FILES, "most": PERSON_BYTES // MB}
        )

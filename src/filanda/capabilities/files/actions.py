# SPDX-License-Identifier: EUPL-1.2
"""Storing and removing files."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.timezone import now as clock

from filanda.capabilities.files import storing
from filanda.capabilities.files.inspecting import FileRefused, Inspected, inspect_document, inspect_logo
from filanda.capabilities.files.models import FileAudience, FileKind, StoredFile
from filanda.capabilities.files.scanning import Infected, ScannerAway, ask, scan
from filanda.capabilities.files.sharing import inspect_shared
from filanda.capabilities.files.steps import QuotaReached, delete_files, keep_file, take_away
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region

__all__ = ["FileRefused", "QuotaReached", "ScannerAway", "inspect", "remove", "scan_again", "store"]

AGAIN_MOST = 500  # files in one round of scanning again


def inspect(kind: str, upload: UploadedFile) -> Inspected:
    """Find out what `upload` is, and have it scanned. Takes a while: before the transaction. Raises FileRefused."""
    look = {FileKind.LOGO: inspect_logo, FileKind.SHARED: inspect_shared}.get(FileKind(kind), inspect_document)
    inspected = look(upload)
    return inspected if scan(inspected.content) else replace(inspected, is_unscanned=True)


def store(
    *,
    actor: Actor,
    region: Region,
    subject: tuple[str, int],
    kind: str,
    upload: UploadedFile,
    audience: str = FileAudience.SUBJECT,
    now: datetime | None = None,
) -> StoredFile:
    """Keep `upload` as a file of `subject`, such as ("claim", 17). A new logo takes the place of the one before.

    Raises FileRefused (its kinds QuotaReached and ScannerAway) with a sentence, and Forbidden; KeyError for a kind of
    thing that no room declared (`subjects.register_subject`).
    """
    require(actor, "files.store", subject)
    inspected = inspect(kind, upload)
    with transaction.atomic(durable=True):
        require(actor, "files.store", subject)
        return keep_file(
            actor=actor,
            region=region,
            subject=subject,
            kind=FileKind(kind),
            inspected=inspected,
            upload=upload,
            audience=FileAudience(audience),
            now=now or clock(),
        )


def remove(*, actor: Actor, file: StoredFile) -> None:
    """Take a file away for good. Raises Forbidden. Twice is the same as once."""
    with transaction.atomic(durable=True):
        locked = StoredFile.objects.select_for_update().filter(pk=file.pk).first()
        if locked is None:
            return
        require(actor, "files.remove", locked)
        record(
            "files.file.removed",
            region=locked.region,
            actor=actor,
            subject=locked,
            payload={"of": [locked.subject_kind, locked.subject_id], "kind": locked.kind},
        )
        delete_files([locked])


def sweep(*, actor: Actor, region: Region, before: datetime) -> int:
    """Delete bytes that no row names (a crash left them) and that are older than `before`. Returns how many."""
    require(actor, "files.sweep")
    known = {key for file in StoredFile.objects.all() for key in file.keys}
    return storing.sweep(region, known, before)


def scan_again(*, actor: Actor, region: Region) -> tuple[int, int]:
    """Have files looked at that came while the scanner was away. Returns how many are clean, and how many were not and
    were taken away. Stops where the scanner is away still; what it does not look at, or is too large for
    it, stays marked; which of many come first is chance, so that these do not stand in the way of the others.
    """
    require(actor, "files.scan")
    if not settings.CLAMAV:
        return 0, 0
    clean, infected = [], 0
    for file in StoredFile.objects.filter(is_unscanned=True).order_by("?")[:AGAIN_MOST]:
        try:
            with storing.storage().open(file.key) as content:
                ask(content.read())
        except ScannerAway:
            break
        except Infected:
            with transaction.atomic(durable=True):
                infected += take_away(actor, file)
        except (FileNotFoundError, FileRefused):
            continue
        else:
            clean.append(file.pk)
    if clean:
        with transaction.atomic(durable=True):
            StoredFile.objects.filter(pk__in=clean).update(is_unscanned=False)
            record("files.files.scanned", region=region, actor=actor, payload={"clean": len(clean)})
    return len(clean), infected

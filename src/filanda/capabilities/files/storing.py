# SPDX-License-Identifier: EUPL-1.2
"""The bytes, in Django's storage "files": a directory, or whatever FILANDA_FILES_STORAGE names (S3-compatible, say).

The storage knows no transactions. A file is written before its row is committed and deleted after the row is gone, so
a crash leaves a file without a row and never a row without a file; `sweep` finds those.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import transaction

from filanda.kernel.regions.models import Region

__all__ = ["delete_after_commit", "storage", "sweep", "write"]

log = structlog.get_logger("filanda.files")


def storage() -> Storage:
    return storages["files"]


def write(region: Region, content: bytes) -> str:
    """Write under a random key of the region. Returns the key."""
    token = secrets.token_hex(16)
    return storage().save(f"{region.pk}/{token[:2]}/{token}", ContentFile(content))


def delete_after_commit(keys: Iterable[str]) -> None:
    """Delete once the caller's transaction is committed. What cannot be deleted then, `sweep` deletes."""
    doomed = list(keys)
    transaction.on_commit(lambda: delete(doomed))


def delete(keys: Iterable[str]) -> None:
    for key in keys:
        try:
            storage().delete(key)
        except OSError as error:
            log.warning("file not deleted", error=type(error).__name__)


def sweep(region: Region, known: set[str], before: datetime) -> int:
    """Delete files of `region` that are older than `before` and not among `known` keys. Returns how many."""
    place, swept = storage(), 0
    root = str(region.pk)
    try:
        folders, _files = place.listdir(root)
    except FileNotFoundError:
        return 0
    for folder in folders:
        _folders, names = place.listdir(f"{root}/{folder}")
        for name in names:
            key = f"{root}/{folder}/{name}"
            if key not in known and place.get_modified_time(key) < before:
                place.delete(key)
                swept += 1
    return swept

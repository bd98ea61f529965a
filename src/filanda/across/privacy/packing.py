# SPDX-License-Identifier: EUPL-1.2
"""Everything that the active region holds about one account, as a zip of JSON and files."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import tempfile
import zipfile
from datetime import datetime, timedelta
from typing import IO

import structlog
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from filanda.kernel.identity.models import Account
from filanda.kernel.manifests import manifests
from filanda.kernel.regions.models import Region

__all__ = ["FOLDER", "delete", "pack", "storage", "store", "sweep"]

FOLDER = "exports"
_UNSAFE = re.compile(r"[^\w.\- ()]+")
_IN_MEMORY = 4 * 1024 * 1024
_LEFT_ALONE = timedelta(days=1)  # one whose row is being written just now is younger

log = structlog.get_logger("filanda.privacy")


def storage() -> Storage:
    return storages["files"]


def store(account: Account, region: Region, now: datetime) -> tuple[str, int]:
    """Pack and keep under a random key. Returns key and size in bytes."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as packed:
        pack(account, region, now, packed)
        size = packed.seek(0, 2)
        packed.seek(0)
        key = storage().save(f"{FOLDER}/{region.pk}/{secrets.token_hex(16)}.zip", File(packed))
    return key, size


def pack(account: Account, region: Region, now: datetime, target: IO[bytes]) -> None:
    """Write the zip to `target`: README.txt, what each room has as JSON, and the files. Call it inside the region."""
    lines = [_("What %(region)s holds about you, on %(day)s.") % {"region": region.name, "day": f"{now:%Y-%m-%d}"}, ""]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        taken: set[str] = set()
        for room in manifests().values():
            for data in room.personal_data:
                names = []
                for name, content in data.collect(account).items():
                    place = _place(name, data.name, taken)
                    text = json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
                    archive.writestr(place, text + "\n")
                    names.append(place)
                for name, opened in data.files(account):
                    place = _place(name, data.name, taken)
                    with opened, archive.open(place, "w", force_zip64=True) as copy:
                        shutil.copyfileobj(opened, copy)
                    names.append(place)
                if names:
                    lines += [f"{data.label}:", *(f"  {name}" for name in names), ""]
        archive.writestr("README.txt", "\n".join(lines))


def _place(name: str, room: str, taken: set[str]) -> str:
    """A name that stays inside the archive and is there once."""
    parts = [_UNSAFE.sub("_", part).strip() for part in name.split("/")]
    place = "/".join(part for part in parts if part.strip(".")) or "data"
    if place in taken:
        place = f"{room}-{place.replace('/', '-')}"
    while place in taken:
        stem, dot, extension = place.rpartition(".")
        place = f"{stem}-{len(taken)}{dot}{extension}"
    taken.add(place)
    return place


def delete(keys: list[str]) -> None:
    """Delete archives. One that cannot be deleted now is left to `sweep`."""
    for key in keys:
        try:
            storage().delete(key)
        except OSError as error:
            log.warning("archive not deleted", error=type(error).__name__)


def sweep(region: Region, known: set[str], now: datetime) -> int:
    """Delete archives of `region` that no row names, once they are a day old. Returns how many."""
    folder, swept = f"{FOLDER}/{region.pk}", 0
    try:
        _folders, names = storage().listdir(folder)
    except FileNotFoundError:
        return 0
    for name in names:
        key = f"{folder}/{name}"
        if key not in known and storage().get_modified_time(key) < now - _LEFT_ALONE:
            delete([key])
            swept += 1
    return swept

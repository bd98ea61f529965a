# SPDX-License-Identifier: EUPL-1.2
"""What must be in the database before anybody is served. Safe to run at every start."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from filanda.kernel import manifests
from filanda.kernel.identity.actors import PLATFORM
from filanda.site import schema

_LOCK = 0x66696C62  # two starts at once on one database wait for each other


def prepare_installation() -> int:
    """Migrate, load shipped vocabularies, seed the demo when it is on. Returns how many migrations were applied."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            applied = schema.migrate()
            for manifest in manifests.manifests().values():
                if manifest.ensure is not None:
                    manifest.ensure(PLATFORM)
            if settings.DEMO:
                for manifest in manifests.manifests().values():
                    if manifest.demo is not None:
                        manifest.demo(PLATFORM)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    return applied

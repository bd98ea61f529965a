# SPDX-License-Identifier: EUPL-1.2
"""Permissions, events, personal data and retention of files."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.files import personal
from filanda.capabilities.files.policies import may_remove, may_store
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest, PersonalData, Retention
from filanda.kernel.policies import Permission

manifest = Manifest(
    permissions=(
        Permission("files.store", _("Upload a file to something of one's own"), everybody=True, rule=may_store),
        Permission("files.remove", _("Remove a file"), everybody=True, rule=may_remove),
        Permission("files.sweep", _("Delete files that belong to nothing (the platform only)")),
        Permission("files.scan", _("Have files scanned that came while the scanner was away (the platform only)")),
    ),
    events=(
        # Payloads hold sizes, types and ids, never names of files.
        EventType("files.file.stored", _("A file was uploaded"), Audience.STAFF, Erasure.NOTHING),
        EventType("files.file.removed", _("A file was removed"), Audience.STAFF, Erasure.NOTHING),
        EventType(
            "files.file.infected",
            _("A file was deleted: the virus scanner found something in it"),
            Audience.STAFF,
            Erasure.NOTHING,
        ),
        EventType(
            "files.files.scanned",
            _("Files were scanned that had come while the scanner was away"),
            Audience.STAFF,
            Erasure.NOTHING,
        ),
    ),
    personal_data=(
        PersonalData("files", _("Files that you uploaded"), personal.collect, personal.erase, personal.files),
    ),
    retention=(Retention("files.settled", _("Documents of claims, after the decision"), 90, personal.delete_settled),),
)

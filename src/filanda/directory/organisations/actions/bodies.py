# SPDX-License-Identifier: EUPL-1.2
"""Listing, correcting, hiding and showing single organisations. Bulk comes in through importers.writing.

The journal learns which fields changed, not what they say: a sole trader's name is personal data.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from filanda.directory.organisations.models import Organisation
from filanda.directory.organisations.steps import (
    ORGANISATION_FIELDS,
    give,
    lock_imports,
    set_hidden,
    sign_history,
)
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region

__all__ = [
    "create_organisation",
    "hide_organisation",
    "show_organisation",
    "update_organisation",
]


def create_organisation(*, actor: Actor, region: Region, name: str, **details: Any) -> Organisation:
    """List an organisation in the active region. `details`: other fields of the model, as in `update_organisation`.

    Raises ValidationError (per field) and Forbidden.
    """
    with transaction.atomic(durable=True):
        lock_imports(region)
        require(actor, "organisations.create", region)
        sign_history(actor)
        organisation = Organisation(region=region)
        give(organisation, {"name": name, **details}, ORGANISATION_FIELDS)
        record(
            "organisations.organisation.created",
            region=region,
            actor=actor,
            subject=organisation,
            touches={"organisation": [organisation.pk]},
        )
    return organisation


def update_organisation(*, actor: Actor, organisation: Organisation, **changes: Any) -> Organisation:
    """Correct fields of an organisation; an import fills in what is empty afterwards, and never overwrites them.

    Raises ValidationError (per field) and Forbidden.
    """
    with transaction.atomic(durable=True):
        locked: Organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
        require(actor, "organisations.update", locked)
        sign_history(actor)
        changed = give(locked, changes, ORGANISATION_FIELDS)
        if changed:
            record(
                "organisations.organisation.updated",
                region=locked.region,
                actor=actor,
                subject=locked,
                payload={"fields": changed},
                touches={"organisation": [locked.pk]},
            )
    return locked


def hide_organisation(*, actor: Actor, organisation: Organisation, now: datetime, reason: str = "") -> None:
    """Take an organisation out of lists, counts, search, pages and exports (an objection, say). Raises Forbidden."""
    _set_hidden(actor, organisation, now, "organisations.organisation.hidden", reason)


def show_organisation(*, actor: Actor, organisation: Organisation, reason: str = "") -> None:
    """Undo `hide_organisation`. Raises Forbidden."""
    _set_hidden(actor, organisation, None, "organisations.organisation.shown", reason)


def _set_hidden(actor: Actor, organisation: Organisation, hidden_at: datetime | None, event: str, reason: str) -> None:
    with transaction.atomic(durable=True):
        locked: Organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
        require(actor, "organisations.hide", locked)
        if (locked.hidden_at is None) == (hidden_at is None):
            return
        sign_history(actor)
        set_hidden(locked, hidden_at, event, actor=actor, reason=reason)

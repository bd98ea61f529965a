# SPDX-License-Identifier: EUPL-1.2
"""Writing a row's values, signing what history keeps, hiding. No transaction is opened here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from filanda.directory.organisations.models import Evidence, Organisation
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean, sort_key

__all__ = [
    "EVIDENCE_FIELDS",
    "ORGANISATION_FIELDS",
    "give",
    "lock_imports",
    "set_hidden",
    "sign_history",
]

ORGANISATION_FIELDS = frozenset(
    {"name", "short_name", "helix_role", "legal_kind", "size", "website", "description", "description_language"}
    | {"languages", "is_natural_person"}
)
EVIDENCE_FIELDS = frozenset(
    {"kind", "title", "acronym", "text", "language", "started_on", "ended_on", "programme", "source_url"}
)

_IMPORT_LOCK = 0x66696C62


def lock_imports(region: Region) -> None:
    """Until the transaction ends, nobody else writes organisations or evidence by natural key in `region`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_IMPORT_LOCK, region.pk])


def sign_history(actor: Actor, kind: str = "") -> UUID:
    """Until the transaction ends, versions of rows say that `actor` changed them, in one change. Returns its id.

    kind: "merge" for what the history shows and does not undo by itself.

    The platform signs nothing: what it writes is told by the journal.
    """
    change = uuid4()
    said = {"account": actor.account_id} | ({"kind": kind} if kind else {})
    signed = (str(change), json.dumps(said)) if actor.account_id is not None else ("", "")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)",
            signed,
        )
    return change


def set_hidden(
    organisation: Organisation, hidden_at: datetime | None, event: str, *, actor: Actor, reason: str = ""
) -> None:
    """Hide (or, with None, show) a locked organisation, and record `event` with the reason."""
    organisation.hidden_at = hidden_at
    organisation.save(update_fields=["hidden_at", "updated_at"])
    record(
        event,
        region=organisation.region,
        actor=actor,
        subject=organisation,
        payload={"reason": reason} if reason else {},
        touches={"organisation": [organisation.pk]},
    )


def give(row: Organisation | Evidence, values: Mapping[str, Any], allowed: frozenset[str]) -> list[str]:
    """Set, check and save `values` on `row`; returns the names of those that are new."""
    if unknown := set(values) - allowed:
        raise TypeError(f"not fields that people change: {', '.join(sorted(unknown))}")
    changed = []
    for name, value in values.items():
        value = clean(value) if isinstance(value, str) else value
        if getattr(row, name) != value or row.pk is None:
            setattr(row, name, value)
            changed.append(name)
    if isinstance(row, Organisation):
        row.sort_key = sort_key(row.name)
    row.full_clean(exclude=["sort_key"] if isinstance(row, Organisation) else None)
    if changed:
        row.save()
    return sorted(changed)

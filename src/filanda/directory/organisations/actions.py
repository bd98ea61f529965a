# SPDX-License-Identifier: EUPL-1.2
"""What people change about single organisations and pieces of evidence. Bulk comes in through importers.writing.

The journal learns which fields changed, not what they say: a sole trader's name is personal data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from filanda.directory.organisations.models import Evidence, EvidenceParty, Organisation
from filanda.directory.organisations.steps import lock_imports
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean, sort_key

__all__ = [
    "add_evidence",
    "create_organisation",
    "hide_organisation",
    "show_organisation",
    "update_evidence",
    "update_organisation",
]

_ORGANISATION_FIELDS = frozenset(
    {"name", "short_name", "helix_role", "legal_kind", "size", "website", "description", "description_language"}
    | {"languages", "is_natural_person"}
)
_EVIDENCE_FIELDS = frozenset(
    {"kind", "title", "acronym", "text", "language", "started_on", "ended_on", "programme", "source_url"}
)


def create_organisation(*, actor: Actor, region: Region, name: str, **details: Any) -> Organisation:
    """List an organisation in the active region. `details`: other fields of the model, as in `update_organisation`.

    Raises ValidationError (per field) and Forbidden.
    """
    with transaction.atomic(durable=True):
        lock_imports(region)
        require(actor, "organisations.create", region)
        organisation = Organisation(region=region)
        _give(organisation, {"name": name, **details}, _ORGANISATION_FIELDS)
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
        changed = _give(locked, changes, _ORGANISATION_FIELDS)
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


def hide_organisation(*, actor: Actor, organisation: Organisation, now: datetime) -> None:
    """Take an organisation out of lists, counts, search, pages and exports (an objection, say). Raises Forbidden."""
    _set_hidden(actor, organisation, now, "organisations.organisation.hidden")


def show_organisation(*, actor: Actor, organisation: Organisation) -> None:
    """Undo `hide_organisation`. Raises Forbidden."""
    _set_hidden(actor, organisation, None, "organisations.organisation.shown")


def _set_hidden(actor: Actor, organisation: Organisation, hidden_at: datetime | None, event: str) -> None:
    with transaction.atomic(durable=True):
        locked: Organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
        require(actor, "organisations.hide", locked)
        if (locked.hidden_at is None) == (hidden_at is None):
            return
        locked.hidden_at = hidden_at
        locked.save(update_fields=["hidden_at", "updated_at"])
        record(event, region=locked.region, actor=actor, subject=locked, touches={"organisation": [locked.pk]})


def add_evidence(*, actor: Actor, organisation: Organisation, title: str, kind: str, **details: Any) -> Evidence:
    """Add a piece of evidence that `organisation` owns. `details`: other fields of the model.

    Raises ValidationError (per field) and Forbidden.
    """
    with transaction.atomic(durable=True):
        lock_imports(organisation.region)
        require(actor, "organisations.evidence.create", organisation)
        piece = Evidence(region=organisation.region, source="person", source_id=get_random_string(22))
        _give(piece, {"title": title, "kind": kind, **details}, _EVIDENCE_FIELDS)
        EvidenceParty.objects.create(
            region=organisation.region, evidence=piece, organisation=organisation, role=EvidenceParty.PartyRole.OWNER
        )
        record(
            "organisations.evidence.created",
            region=organisation.region,
            actor=actor,
            subject=piece,
            touches={"evidence": [piece.pk], "organisation": [organisation.pk]},
        )
    return piece


def update_evidence(*, actor: Actor, evidence: Evidence, **changes: Any) -> Evidence:
    """Correct fields of evidence that people added; what a source says is the source's.

    Raises ValidationError and Forbidden.
    """
    with transaction.atomic(durable=True):
        locked: Evidence = Evidence.objects.select_for_update().get(pk=evidence.pk)
        require(actor, "organisations.evidence.update", locked)
        if locked.source != "person":
            raise ValidationError(
                _("This evidence comes from %(source)s: correct it there.") % {"source": locked.source}
            )
        changed = _give(locked, changes, _EVIDENCE_FIELDS)
        if changed:
            bodies = EvidenceParty.objects.filter(evidence=locked).values_list("organisation_id", flat=True)
            record(
                "organisations.evidence.updated",
                region=locked.region,
                actor=actor,
                subject=locked,
                payload={"fields": changed},
                touches={"evidence": [locked.pk], "organisation": bodies},
            )
    return locked


def _give(row: Organisation | Evidence, values: Mapping[str, Any], allowed: frozenset[str]) -> list[str]:
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

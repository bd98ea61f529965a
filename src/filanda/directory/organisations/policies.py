# SPDX-License-Identifier: EUPL-1.2
"""In which organisation a role must be held to do something to an organisation, or to a piece of evidence."""

from __future__ import annotations

from filanda.directory.organisations.models import Evidence, EvidenceParty, Organisation

__all__ = ["scope_of"]


def scope_of(thing: Organisation | Evidence) -> tuple[str, int]:
    """("organisation", id) of the organisation itself, or of the one that owns a piece of evidence (one query then).

    Evidence that nobody owns, such as a project that a source tells of, is nobody's to change: id 0.
    """
    if isinstance(thing, Evidence):
        owners = EvidenceParty.objects.filter(evidence=thing, role=EvidenceParty.PartyRole.OWNER)
        return ("organisation", owners.order_by("pk").values_list("organisation_id", flat=True).first() or 0)
    return ("organisation", thing.pk if isinstance(thing, Organisation) else 0)

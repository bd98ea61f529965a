# SPDX-License-Identifier: EUPL-1.2
"""What rows said before, written by triggers (django-pghistory), so that no way of writing can forget it.

A change keeps the row as it was before; what it became is in the next version, or in the row itself. A row that a
person adds is kept too; one that an import adds is not: the journal has its batch. `pgh_context_id` joins what one
action changed, `pgh_context` says who acted: {"account": 7}. Set by `steps.sign_history`, absent for imports.
"""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.db import models

from filanda.directory.organisations.models.bodies import (
    Identifier,
    Organisation,
    OrganisationConcept,
    OrganisationName,
    Site,
)
from filanda.directory.organisations.models.evidence import Evidence, EvidenceConcept, EvidenceLink, EvidenceParty
from filanda.kernel.regions.scoped import scoped

__all__ = [
    "VERSIONS",
    "EvidenceConceptVersion",
    "EvidenceLinkVersion",
    "EvidencePartyVersion",
    "EvidenceVersion",
    "IdentifierVersion",
    "NameVersion",
    "OrganisationConceptVersion",
    "OrganisationVersion",
    "SiteVersion",
]

# COPY of an import runs this once a row: cheaper than any version, and than calling a function to find out.
_BY_A_PERSON = pgtrigger.Condition("COALESCE(CURRENT_SETTING('pghistory.context_id', TRUE), '') <> ''")


def _versions(tracked: type[models.Model], *leave_out: str) -> Any:
    """The abstract model of versions of `tracked`; a change of the fields `leave_out` alone makes no version."""
    watched = [field.name for field in tracked._meta.local_fields if field.name not in leave_out]
    return pghistory.create_event_model(
        tracked,
        pghistory.InsertEvent(condition=_BY_A_PERSON),
        pghistory.UpdateEvent(row="OLD", condition=pgtrigger.AnyChange(*watched)),
        pghistory.DeleteEvent(),
        obj_field=None,  # type: ignore[arg-type]  # documented, not typed
        context_field=pghistory.ContextJSONField(),
        context_id_field=pghistory.ContextUUIDField(),
    )


class _Meta:
    """Read by row, and by what was changed together."""

    ordering = ("pgh_id",)


def _indexes(table: str, *fields: str) -> list[models.Index]:
    return [
        models.Index(fields=list(fields), name=f"organisations_v_{table}"),
        models.Index(fields=["pgh_context_id"], name=f"org_v_{table}_change"),
    ]


class OrganisationVersion(_versions(Organisation, "updated_at", "sort_key")):  # type: ignore[misc]
    objects = scoped()

    class Meta(_Meta):
        indexes = _indexes("body", "id")


class NameVersion(_versions(OrganisationName)):  # type: ignore[misc]
    objects = scoped()

    class Meta(_Meta):
        indexes = _indexes("name", "organisation")


class IdentifierVersion(_versions(Identifier)):  # type: ignore[misc]
    objects = scoped()

    class Meta(_Meta):
        indexes = _indexes("number", "organisation")


class SiteVersion(_versions(Site)):  # type: ignore[misc]
    objects = scoped()

    class Meta(_Meta):
        indexes = _indexes("site", "organisation")


class OrganisationConceptVersion(_versions(OrganisationConcept, "score")):  # type: ignore[misc]
    objects = scoped()

    class Meta(_Meta):
        indexes = _indexes("topic", "organisation")


class EvidenceVersion(_versions(Evidence, "updated_at")):  # type: ignore[misc]
    objects = scoped()

    class Meta(_Meta):
        indexes = _indexes("piece", "id")


class EvidencePartyVersion(_versions(EvidenceParty)):  # type: ignore[misc]
    objects = scoped()

    class Meta(_Meta):
        indexes = _indexes("party", "organisation")


class EvidenceConceptVersion(_versions(EvidenceConcept, "score")):  # type: ignore[misc]
    objects = scoped()

    class Meta(_Meta):
        indexes = _indexes("piece_topic", "evidence")


class EvidenceLinkVersion(_versions(EvidenceLink)):  # type: ignore[misc]
    objects = scoped()

    class Meta(_Meta):
        indexes = _indexes("link", "evidence")


# What is tracked -> its versions, in an order in which rows can be written again: what others point at comes first.
VERSIONS: dict[type[models.Model], Any] = {
    Organisation: OrganisationVersion,
    OrganisationName: NameVersion,
    Identifier: IdentifierVersion,
    Site: SiteVersion,
    OrganisationConcept: OrganisationConceptVersion,
    Evidence: EvidenceVersion,
    EvidenceParty: EvidencePartyVersion,
    EvidenceConcept: EvidenceConceptVersion,
    EvidenceLink: EvidenceLinkVersion,
}

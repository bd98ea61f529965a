# SPDX-License-Identifier: EUPL-1.2
"""Who changed what of an organisation, and when: read from the versions that triggers write. A constant cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from filanda.directory.organisations.models import (
    VERSIONS,
    Evidence,
    EvidenceConcept,
    EvidenceKind,
    EvidenceLink,
    EvidenceParty,
    EvidencePartyVersion,
    HelixRole,
    Identifier,
    IdentifierScheme,
    LegalKind,
    Organisation,
    OrganisationConcept,
    OrganisationName,
    OrganisationState,
    Site,
    Size,
)
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.policies import require

__all__ = ["Change", "Line", "changes_of", "labels_of_fields", "next_values", "versions_of_change", "words_of_field"]

_OF_PIECES = (EvidenceParty, EvidenceConcept, EvidenceLink)
_SILENT = frozenset({"id", "region", "sort_key", "updated_at", "created_at", "source", "source_id", "score"})
_NOT_EDITED = frozenset({"state", "hidden_at", "is_external"})


@dataclass(frozen=True)
class Line:
    """One thing that changed. `before`, `after`: what it said, "" for nothing. `is_edit`: somebody wrote it; not so
    what follows from a claim or an objection, which undoing leaves as it is.
    """

    label: str
    before: str
    after: str
    is_edit: bool = True


@dataclass
class Change:
    """What one action changed. `id` is None for what no person did: an import, say; that cannot be undone by itself."""

    id: UUID | None
    at: datetime
    account_id: int | None
    who: str = ""
    kind: str = ""
    lines: list[Line] = field(default_factory=list)

    @property
    def is_undoable(self) -> bool:
        return self.id is not None and not self.kind and any(line.is_edit for line in self.lines)


def changes_of(organisation: Organisation, actor: Actor, *, most: int = 100) -> list[Change]:
    """The last changes, newest first, with the names of whoever made them. About twenty queries, whatever their number.

    Raises Forbidden.
    """
    require(actor, "organisations.manage", organisation)
    pieces = _pieces_of(organisation)
    versions: list[Any] = []
    for model, kept in VERSIONS.items():
        rows = kept.objects.filter(_about(model, organisation, pieces)).order_by("-pgh_id")[: most * 4]
        versions += list(rows)
    after = _values_after(versions)
    titles = _titles(pieces, versions)
    concepts = _concepts(versions)
    partners = _partners(versions, organisation)
    changes: dict[Any, Change] = {}
    for version in sorted(versions, key=lambda v: (v.pgh_created_at, v.pgh_id)):
        key = version.pgh_context_id or version.pgh_created_at.replace(microsecond=0)
        said = version.pgh_context or {}
        change = changes.get(key)
        if change is None:
            change = changes[key] = Change(
                version.pgh_context_id, version.pgh_created_at, said.get("account"), kind=said.get("kind", "")
            )
        change.lines += _lines(version, after[_key(version)], titles, concepts, partners)
    shown = [change for change in changes.values() if change.lines]
    shown.sort(key=lambda change: change.at, reverse=True)
    shown = shown[:most]
    names = {account.pk: str(account) for account in Account.objects.filter(pk__in={c.account_id for c in shown})}
    for change in shown:
        if change.id is None:
            change.who = _("an import, or the platform itself")
        else:
            change.who = names.get(change.account_id or 0, _("a former member"))
    return shown


def versions_of_change(organisation: Organisation, change: UUID) -> list[Any]:
    """The versions that one change of `organisation` wrote; of rows that belong to it alone."""
    pieces = _pieces_of(organisation)
    found: list[Any] = []
    for model, kept in VERSIONS.items():
        found += list(kept.objects.filter(_about(model, organisation, pieces), pgh_context_id=change))
    return [version for version in found if not (version.pgh_context or {}).get("kind")]


def next_values(version: Any) -> dict[str, Any]:
    """What the row said after `version`, by attribute; empty when it is gone. Two queries at most."""
    later = type(version).objects.filter(id=version.id, pgh_id__gt=version.pgh_id).exclude(pgh_label="insert")
    row = later.order_by("pgh_id").first() or version.pgh_tracked_model.objects.filter(pk=version.id).first()
    return _values(row, version.pgh_tracked_model) if row is not None else {}


def _pieces_of(organisation: Organisation) -> set[int]:
    """Evidence that it owns, or owned and removed."""
    owner = EvidenceParty.PartyRole.OWNER
    now = EvidenceParty.objects.filter(organisation=organisation, role=owner, evidence__source="person")
    before = EvidencePartyVersion.objects.filter(organisation=organisation, role=owner)
    return set(now.values_list("evidence_id", flat=True)) | set(before.values_list("evidence_id", flat=True))


def _about(model: Any, organisation: Organisation, pieces: Iterable[int]) -> Q:
    if model is Organisation:
        return Q(id=organisation.pk)
    if model is Evidence:
        return Q(id__in=pieces)
    return Q(evidence__in=pieces) if model in _OF_PIECES else Q(organisation=organisation.pk)


def _key(version: Any) -> tuple[Any, int]:
    return version.pgh_tracked_model, version.pgh_id


def _values(row: Any, model: Any) -> dict[str, Any]:
    return {known.attname: getattr(row, known.attname) for known in model._meta.local_fields}


def _values_after(versions: list[Any]) -> dict[tuple[Any, int], dict[str, Any]]:
    """What each version's row said next: in the version after it, or in the row as it is now."""
    by_row: dict[tuple[Any, int], list[Any]] = defaultdict(list)
    for version in versions:
        by_row[version.pgh_tracked_model, version.id].append(version)
    wanted: dict[Any, list[int]] = defaultdict(list)
    for model, pk in by_row:
        wanted[model].append(pk)
    rows = {(model, row.pk): row for model, pks in wanted.items() for row in model.objects.filter(pk__in=pks)}
    found: dict[tuple[Any, int], dict[str, Any]] = {}
    for (model, pk), many in by_row.items():
        later: Any = rows.get((model, pk))
        for version in sorted(many, key=lambda v: v.pgh_id, reverse=True):
            found[_key(version)] = _values(later, model) if later is not None else {}
            if version.pgh_label != "insert":
                later = version
    return found


def _titles(pieces: set[int], versions: list[Any]) -> dict[int, str]:
    titles = {version.id: version.title for version in versions if version.pgh_tracked_model is Evidence}
    return titles | dict(Evidence.objects.filter(pk__in=pieces).values_list("pk", "title"))


def _concepts(versions: list[Any]) -> dict[int, str]:
    wanted = {v.concept_id for v in versions if v.pgh_tracked_model in (EvidenceConcept, OrganisationConcept)}
    return {concept.pk: concept.label or concept.code for concept in Concept.objects.filter(pk__in=wanted)}


def _partners(versions: list[Any], own: Organisation) -> dict[int, str]:
    """Names of the organisations that evidence was done with, without the one whose evidence it is."""
    wanted = {v.organisation_id for v in versions if v.pgh_tracked_model is EvidenceParty} - {own.pk}
    if not wanted:
        return {}
    return dict(Organisation.objects.filter(pk__in=wanted).values_list("pk", "name"))


def _lines(
    version: Any, after: dict[str, Any], titles: dict[int, str], concepts: dict[int, str], partners: dict[int, str]
) -> list[Line]:
    model = version.pgh_tracked_model
    before = _values(version, model)
    if model in (Organisation, Evidence) and version.pgh_label == "update":
        labels = labels_of_fields()
        prefix = f"{titles.get(version.id, '')}: " if model is Evidence else ""
        return [
            Line(
                prefix + labels.get(known.name, known.name),
                _words(known.name, before),
                _words(known.name, after),
                known.name not in _NOT_EDITED,
            )
            for known in model._meta.local_fields
            if known.name not in _SILENT and after and before[known.attname] != after[known.attname]
        ]
    if model is EvidenceParty and version.organisation_id not in partners:
        return []  # whose evidence it is: that goes without saying
    label, old = _of_row(version, before, titles, concepts, partners)
    new = _of_row(version, after, titles, concepts, partners)[1] if after else ""
    if version.pgh_label == "insert":
        return [Line(label, "", old)]
    if version.pgh_label == "delete":
        return [Line(label, old, "")]
    return [Line(label, old, new)] if old != new else []


def _of_row(
    version: Any, said: dict[str, Any], titles: dict[int, str], concepts: dict[int, str], partners: dict[int, str]
) -> tuple[str, str]:
    """The kind of a row that belongs to an organisation or a piece of evidence, and what it says."""
    model = version.pgh_tracked_model
    if model is Evidence:
        return _("Evidence"), str(said["title"])
    if model is Organisation:
        return _("Organisation"), str(said["name"])
    if model is OrganisationName:
        return _("Other name"), str(said["text"])
    if model is Identifier:
        return str(IdentifierScheme(said["scheme"]).label), str(said["value"])
    if model is Site:
        parts = [said["street"], said["postcode"], said["municipality"], said["province_code"], said["country_code"]]
        return _("Site"), ", ".join(part for part in parts if part)
    if model is OrganisationConcept:
        return _("Topic"), concepts.get(said["concept_id"], "")
    prefix = f"{titles.get(said['evidence_id'], '')}: "
    if model is EvidenceConcept:
        return prefix + _("Topic"), concepts.get(said["concept_id"], "")
    if model is EvidenceLink:
        return prefix + _("Link"), str(said["url"])
    return prefix + _("Partner"), partners.get(said["organisation_id"], "")


def labels_of_fields() -> dict[str, str]:
    """The fields of organisations and evidence in the reader's words."""
    return {
        "name": _("Name"),
        "short_name": _("Short name"),
        "helix_role": _("Helix role"),
        "legal_kind": _("Kind"),
        "size": _("Size"),
        "website": _("Website"),
        "description": _("Description"),
        "description_language": _("Language of the description"),
        "languages": _("Languages"),
        "state": _("State"),
        "hidden_at": _("Hidden"),
        "is_natural_person": _("Sole trader under their own name"),
        "kind": _("Kind"),
        "title": _("Title"),
        "acronym": _("Acronym"),
        "text": _("Text"),
        "language": _("Language"),
        "started_on": _("Begins"),
        "ended_on": _("Ends"),
        "programme": _("Programme"),
        "source_url": _("Address"),
        "other_names": _("Other names"),
        "identifiers": _("Official numbers"),
        "sites": _("Sites"),
    }


def words_of_field(name: str, value: Any) -> str:
    """What a field of an organisation says, in the reader's words; "" for nothing."""
    return _words(name, {name: value})


_CHOICES: dict[str, Any] = {
    "helix_role": HelixRole,
    "legal_kind": LegalKind,
    "size": Size,
    "state": OrganisationState,
    "kind": EvidenceKind,
}


def _words(name: str, values: dict[str, Any]) -> str:
    value = values.get(name)
    if value in (None, "", []):
        return ""
    if name in _CHOICES:
        return str(_CHOICES[name](value).label)
    if name == "hidden_at":
        return _("yes")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(value) if isinstance(value, list) else str(value)

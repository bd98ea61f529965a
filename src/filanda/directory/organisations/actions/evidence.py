# SPDX-License-Identifier: EUPL-1.2
"""Evidence that people add, correct and remove by hand; what a source says is the source's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from filanda.directory.organisations.models import (
    ConceptOrigin,
    Evidence,
    EvidenceConcept,
    EvidenceLink,
    EvidenceParty,
    Organisation,
)
from filanda.directory.organisations.steps import (
    EVIDENCE_FIELDS,
    give,
    lock_imports,
    marks_of,
    reconciled,
    sign_history,
)
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.text.folding import clean
from filanda.kernel.text.language import detect

__all__ = [
    "EvidenceDetails",
    "add_evidence",
    "evidence_details_of",
    "evidence_marks",
    "remove_evidence",
    "update_evidence",
]

MOST_LINKS = 20
MOST_PARTNERS = 60
MOST_CONCEPTS = 30


@dataclass(frozen=True)
class EvidenceDetails:
    """What stands beside the fields of a piece of evidence. `links`: (address, label)."""

    links: tuple[tuple[str, str], ...] = ()
    partner_ids: tuple[int, ...] = ()
    concept_ids: tuple[int, ...] = ()


def evidence_details_of(evidence: Evidence) -> EvidenceDetails:
    """What `evidence` has now; concepts that a person stated or confirmed. Three queries."""
    partners = EvidenceParty.objects.filter(evidence=evidence).exclude(role=EvidenceParty.PartyRole.OWNER)
    concepts = EvidenceConcept.objects.filter(evidence=evidence).exclude(origin=ConceptOrigin.SUGGESTED)
    return EvidenceDetails(
        links=tuple(EvidenceLink.objects.filter(evidence=evidence).order_by("pk").values_list("url", "label")),
        partner_ids=tuple(partners.order_by("pk").values_list("organisation_id", flat=True)),
        concept_ids=tuple(concepts.order_by("pk").values_list("concept_id", flat=True)),
    )


def evidence_marks(evidence: Evidence) -> dict[str, str]:
    """A short digest of each field of a form: what it showed, for two editors at once."""
    return marks_of(_values(evidence))


def _values(evidence: Evidence, beside: EvidenceDetails | None = None) -> dict[str, Any]:
    plain = {name: getattr(evidence, name) for name in EVIDENCE_FIELDS}
    return plain | _sorted(vars(beside or evidence_details_of(evidence)))


def _sorted(beside: Mapping[str, Any]) -> dict[str, Any]:
    """Partners and topics have no order that anybody chose."""
    return {name: tuple(value if name == "links" else sorted(set(value))) for name, value in beside.items()}


def add_evidence(
    *,
    actor: Actor,
    organisation: Organisation,
    title: str,
    kind: str,
    beside: EvidenceDetails | None = None,
    **details: Any,
) -> Evidence:
    """Add a piece of evidence that `organisation` owns. `details`: other fields of the model.

    Raises ValidationError (per field) and Forbidden.
    """
    with transaction.atomic(durable=True):
        lock_imports(organisation.region)
        require(actor, "organisations.evidence.create", organisation)
        sign_history(actor)
        piece = Evidence(region=organisation.region, source="person", source_id=get_random_string(22))
        details["language"] = details.get("language") or detect(f"{title}. {details.get('text', '')}")
        give(piece, {"title": title, "kind": kind, **details}, EVIDENCE_FIELDS)
        EvidenceParty.objects.create(
            region=organisation.region, evidence=piece, organisation=organisation, role=EvidenceParty.PartyRole.OWNER
        )
        if beside is not None:
            _write_beside(piece, beside, actor)
        record(
            "organisations.evidence.created",
            region=organisation.region,
            actor=actor,
            subject=piece,
            touches={"evidence": [piece.pk], "organisation": _bodies(piece)},
        )
    return piece


def update_evidence(
    *,
    actor: Actor,
    evidence: Evidence,
    beside: EvidenceDetails | None = None,
    marks: Mapping[str, str] | None = None,
    **changes: Any,
) -> Evidence:
    """Correct fields of evidence that people added; what a source says is the source's. `marks`: of what the editor saw
    (`evidence_marks`), else no check.

    Raises ValidationError by field, EditConflict and Forbidden; nothing is written then.
    """
    with transaction.atomic(durable=True):
        lock_imports(evidence.region)
        locked: Evidence = Evidence.objects.select_for_update().get(pk=evidence.pk)
        require(actor, "organisations.evidence.update", locked)
        if locked.source != "person":
            raise ValidationError(
                _("This evidence comes from %(source)s: correct it there.") % {"source": locked.source}
            )
        mine = {name: clean(value) if isinstance(value, str) else value for name, value in changes.items()}
        if mine.get("language") == "":
            mine["language"] = detect(f"{mine.get('title', locked.title)}. {mine.get('text', locked.text)}")
        if beside is not None:
            mine |= _sorted(vars(beside))
        mine = reconciled(mine, _values(locked), marks)
        changes = {name: mine[name] for name in changes}
        if beside is not None:
            beside = EvidenceDetails(**{known.name: mine[known.name] for known in fields(beside)})
        sign_history(actor)
        bodies = set(_bodies(locked))
        changed = give(locked, changes, EVIDENCE_FIELDS)
        if beside is not None:
            changed += _write_beside(locked, beside, actor)
        if changed:
            record(
                "organisations.evidence.updated",
                region=locked.region,
                actor=actor,
                subject=locked,
                payload={"fields": changed},
                touches={"evidence": [locked.pk], "organisation": bodies | set(_bodies(locked))},
            )
    return locked


def remove_evidence(*, actor: Actor, evidence: Evidence) -> None:
    """Remove evidence that people added. The history keeps it, so that it can be brought back.

    Raises ValidationError for what a source says, and Forbidden.
    """
    with transaction.atomic(durable=True):
        lock_imports(evidence.region)
        locked: Evidence = Evidence.objects.select_for_update().get(pk=evidence.pk)
        require(actor, "organisations.evidence.remove", locked)
        if locked.source != "person":
            raise ValidationError(
                _("This evidence comes from %(source)s: correct it there.") % {"source": locked.source}
            )
        sign_history(actor)
        pk, bodies = locked.pk, list(_bodies(locked))
        locked.delete()
        locked.pk = pk
        record(
            "organisations.evidence.removed",
            region=locked.region,
            actor=actor,
            subject=locked,
            touches={"evidence": [pk], "organisation": bodies},
        )


def _bodies(piece: Evidence) -> Iterable[int]:
    found: Iterable[int] = EvidenceParty.objects.filter(evidence=piece).values_list("organisation_id", flat=True)
    return found


def _write_beside(piece: Evidence, beside: EvidenceDetails, actor: Actor) -> list[str]:
    """Links, partners and concepts; returns which of them changed. Raises ValidationError by field."""
    now = evidence_details_of(piece)
    said, wanted = _sorted(vars(now)), _sorted(vars(beside))
    changed = [known.name for known in fields(beside) if said[known.name] != wanted[known.name]]
    if "links" in changed:
        _write_links(piece, beside.links)
    if "partner_ids" in changed:
        _write_partners(piece, beside.partner_ids, actor)
    if "concept_ids" in changed:
        _write_concepts(piece, beside.concept_ids)
    return changed


def _write_links(piece: Evidence, links: tuple[tuple[str, str], ...]) -> None:
    if len(links) > MOST_LINKS:
        raise ValidationError({"links": [_("At most %(most)d links.") % {"most": MOST_LINKS}]})
    check = URLValidator(schemes=["http", "https"])
    for url, _label in links:
        try:
            check(url)
        except ValidationError:
            sentence = _("“%(url)s” is not an address of the web: it begins with https:// or http://.")
            raise ValidationError({"links": [sentence % {"url": url[:80]}]}) from None
    EvidenceLink.objects.filter(evidence=piece).exclude(url__in=[url for url, _label in links]).delete()
    known = {row.url: row for row in EvidenceLink.objects.filter(evidence=piece)}
    for url, label in dict(links).items():
        row = known.get(url) or EvidenceLink(region=piece.region, evidence=piece, url=url)
        if row.pk is None or row.label != label:
            row.label = label[:200]
            row.save()


def _write_partners(piece: Evidence, ids: tuple[int, ...], actor: Actor) -> None:
    """Partners are bodies of the directory that the writer can see; those that were there before may stay."""
    if len(ids) > MOST_PARTNERS:
        raise ValidationError({"partners": [_("At most %(most)d partners.") % {"most": MOST_PARTNERS}]})
    parties = EvidenceParty.objects.filter(evidence=piece).exclude(role=EvidenceParty.PartyRole.OWNER)
    known = set(parties.values_list("organisation_id", flat=True))
    own = EvidenceParty.objects.filter(evidence=piece, role=EvidenceParty.PartyRole.OWNER)
    new = [
        pk for pk in dict.fromkeys(ids) if pk not in known and pk not in own.values_list("organisation_id", flat=True)
    ]
    found = set(Organisation.objects.visible_to(actor).filter(pk__in=new).values_list("pk", flat=True))
    if set(new) - found:
        raise ValidationError({"partners": [_("One of the partners is not in the directory any more: choose again.")]})
    parties.exclude(organisation__in=ids).delete()
    EvidenceParty.objects.bulk_create(
        [EvidenceParty(region=piece.region, evidence=piece, organisation_id=pk) for pk in new]
    )


def _write_concepts(piece: Evidence, ids: tuple[int, ...]) -> None:
    """What a person chooses is confirmed; suggestions that nobody confirmed stay what they are."""
    if len(ids) > MOST_CONCEPTS:
        raise ValidationError({"concepts": [_("At most %(most)d topics.") % {"most": MOST_CONCEPTS}]})
    usable = set(Concept.objects.usable_in(piece.region).filter(pk__in=ids).values_list("pk", flat=True))
    if set(ids) - usable:
        raise ValidationError({"concepts": [_("One of the topics does not exist any more: choose again.")]})
    links = EvidenceConcept.objects.filter(evidence=piece)
    links.exclude(origin=ConceptOrigin.SUGGESTED).exclude(concept__in=ids).delete()
    links.filter(concept__in=ids, origin=ConceptOrigin.SUGGESTED).update(origin=ConceptOrigin.CONFIRMED, score=None)
    known = set(links.values_list("concept_id", flat=True))
    EvidenceConcept.objects.bulk_create(
        [
            EvidenceConcept(region=piece.region, evidence=piece, concept_id=pk, origin=ConceptOrigin.CONFIRMED)
            for pk in dict.fromkeys(ids)
            if pk not in known
        ]
    )

# SPDX-License-Identifier: EUPL-1.2
"""Topics of an organisation, or of evidence that it owns, which a person confirms, refuses or takes away. What nobody
confirmed stays a suggestion.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from filanda.directory.organisations.models import (
    ConceptOrigin,
    Evidence,
    EvidenceConcept,
    EvidenceParty,
    Organisation,
    OrganisationConcept,
    RefusedConcept,
)
from filanda.directory.organisations.steps import lock_imports, sign_history
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require

__all__ = ["ANSWERS", "decide_evidence_topic", "decide_topic"]

ANSWERS = ("confirm", "refuse", "remove")


def decide_topic(*, actor: Actor, organisation: Organisation, concept: Concept, answer: str) -> None:
    """confirm: it is about this. refuse: it is not, and is not suggested again. remove: a confirmed one goes.

    Raises ValueError for another answer or a concept of another region, and Forbidden.
    """
    if answer not in ANSWERS or not Concept.objects.usable_in(organisation.region).filter(pk=concept.pk).exists():
        raise ValueError(answer)
    with transaction.atomic(durable=True):
        locked: Organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
        require(actor, "organisations.classify", locked)
        sign_history(actor)
        links = OrganisationConcept.objects.filter(organisation=locked, concept=concept)
        refused = RefusedConcept.objects.filter(organisation=locked, evidence=None, concept=concept)
        if answer == "confirm":
            refused.delete()
            OrganisationConcept.objects.update_or_create(
                organisation=locked,
                concept=concept,
                defaults={"region": locked.region, "origin": ConceptOrigin.CONFIRMED, "score": None},
            )
        else:
            links.delete()
            if answer == "refuse" and not refused.exists():
                RefusedConcept.objects.create(region=locked.region, organisation=locked, concept=concept)
        record(
            "organisations.topics.decided",
            region=locked.region,
            actor=actor,
            subject=locked,
            payload={"concept": concept.pk, "answer": answer},
            touches={"organisation": [locked.pk]},
        )


def decide_evidence_topic(*, actor: Actor, evidence: Evidence, concept: Concept, answer: str) -> None:
    """confirm: it is about this. refuse: it is not, and is not suggested again. remove: a confirmed one goes.

    Of evidence that people added: what a source says is the source's. Raises ValueError for another answer or a concept
    of another region, ValidationError and Forbidden.
    """
    if answer not in ANSWERS or not Concept.objects.usable_in(evidence.region).filter(pk=concept.pk).exists():
        raise ValueError(answer)
    with transaction.atomic(durable=True):
        lock_imports(evidence.region)
        locked: Evidence = Evidence.objects.select_for_update().get(pk=evidence.pk)
        require(actor, "organisations.classify", locked)
        if locked.source != "person":
            raise ValidationError(
                _("This evidence comes from %(source)s: correct it there.") % {"source": locked.source}
            )
        sign_history(actor)
        parties = EvidenceParty.objects.filter(evidence=locked)
        owner = parties.filter(role=EvidenceParty.PartyRole.OWNER).order_by("pk").first()
        if owner is None:
            raise ValueError(answer)
        links = EvidenceConcept.objects.filter(evidence=locked, concept=concept)
        refused = RefusedConcept.objects.filter(evidence=locked, concept=concept)
        if answer == "confirm":
            refused.delete()
            EvidenceConcept.objects.update_or_create(
                evidence=locked,
                concept=concept,
                defaults={"region": locked.region, "origin": ConceptOrigin.CONFIRMED, "score": None},
            )
        else:
            links.delete()
            if answer == "refuse" and not refused.exists():
                RefusedConcept.objects.create(
                    region=locked.region, organisation_id=owner.organisation_id, evidence=locked, concept=concept
                )
        record(
            "organisations.topics.decided",
            region=locked.region,
            actor=actor,
            subject=locked,
            payload={"concept": concept.pk, "answer": answer},
            touches={
                "evidence": [locked.pk],
                "organisation": list(parties.values_list("organisation_id", flat=True)),
            },
        )

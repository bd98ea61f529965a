# SPDX-License-Identifier: EUPL-1.2
"""Topics of an organisation that a person confirms, refuses or takes away. What nobody confirmed stays a suggestion."""

from __future__ import annotations

from django.db import transaction

from filanda.directory.organisations.models import ConceptOrigin, Organisation, OrganisationConcept, RefusedConcept
from filanda.directory.organisations.steps import sign_history
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require

__all__ = ["ANSWERS", "decide_topic"]

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

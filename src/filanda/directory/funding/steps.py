# SPDX-License-Identifier: EUPL-1.2
"""What the actions and the import share. No transaction is opened here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from filanda.directory.funding.models import FundingCall, FundingCallConcept
from filanda.directory.organisations.models import ConceptOrigin
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.text import language

__all__ = ["confirm_concepts", "derive", "note"]


def derive(row: FundingCall, now: datetime) -> None:
    """What follows from its words and dates, without saving: the language, the state as the index will know it."""
    row.language = language.detect(f"{row.title}. {row.text[:1_000]}")
    row.updated_at = now
    row.follow(localdate(now))


def note(what: str, row: FundingCall, actor: Actor, **payload: Any) -> None:
    """Record `funding.call.<what>`: names of fields, never words."""
    record(
        f"funding.call.{what}",
        region=row.region,
        actor=actor,
        subject=row,
        payload={"call": row.pk, **payload},
        touches={"funding_call": [row.pk]},
    )


def confirm_concepts(row: FundingCall, concepts: Iterable[Concept]) -> bool:
    """Make `concepts` what somebody said that it is about; suggestions go. Returns whether anything has changed."""
    wanted = {one.pk for one in concepts}
    known = dict(row.concept_links.values_list("concept", "origin"))
    confirmed = {pk for pk, origin in known.items() if origin != ConceptOrigin.SUGGESTED}
    if wanted == confirmed and set(known) <= wanted:
        return False
    row.concept_links.exclude(concept__in=wanted).delete()
    row.concept_links.filter(concept__in=wanted).update(origin=ConceptOrigin.CONFIRMED, score=None)
    FundingCallConcept.objects.bulk_create(
        FundingCallConcept(region=row.region, call=row, concept_id=pk) for pk in sorted(wanted - set(known))
    )
    return True

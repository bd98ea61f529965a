# SPDX-License-Identifier: EUPL-1.2
"""Seeding the invented calls, once: their dates stand around the day on which it happens."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.timezone import localdate, now

from filanda.directory.funding.demo.texts import CALLS, Invented
from filanda.directory.funding.models import FundingCall, FundingCallConcept
from filanda.directory.funding.steps import derive
from filanda.directory.organisations.demo.seeds import ensure_region
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region

__all__ = ["SOURCE", "seed_calls", "seed_demo"]

SOURCE = "demo"


def seed_demo(actor: Actor) -> None:
    """Make the invented calls where there are none."""
    region = ensure_region()
    with in_region(region):
        seed_calls(actor, region)


def seed_calls(actor: Actor, region: Region) -> int:
    """Returns how many were made."""
    if FundingCall.objects.filter(source=SOURCE).exists():
        return 0
    at = now()
    concepts = dict(Concept.objects.filter(scheme__region=region, scheme__slug="s3").values_list("code", "pk"))
    with transaction.atomic(durable=True):
        require(actor, "funding.manage")
        rows = [_call(region, one) for one in CALLS]
        for row in rows:
            derive(row, at)
        FundingCall.objects.bulk_create(rows)
        FundingCallConcept.objects.bulk_create(
            FundingCallConcept(region=region, call=row, concept_id=concepts[code])
            for row, one in zip(rows, CALLS, strict=True)
            for code in one.concepts
            if code in concepts
        )
        record(
            "funding.import.batch_imported",
            region=region,
            actor=actor,
            payload={"created": len(rows), "changed": 0},
            touches={"funding_call": [row.pk for row in rows]},
        )
    return len(rows)


def _call(region: Region, one: Invented) -> FundingCall:
    today = localdate(now())
    return FundingCall(
        region=region,
        source=SOURCE,
        source_id=one.key,
        title=one.title,
        text=one.text,
        programme=one.programme,
        identifier=f"ALT-{one.key.upper()}",
        action_kind=one.action_kind,
        opens_on=today + timedelta(days=one.opens),
        deadlines=[today + timedelta(days=days) for days in one.deadlines],
        budget=one.budget * 1_000,
        grant_min=one.grant[0] * 1_000,
        grant_max=one.grant[1] * 1_000,
        link=f"https://bandi.altariva.example.org/{one.key}",
        source_name="Regione Altariva",
        licence="CC0 1.0",
        is_invented=True,
    )

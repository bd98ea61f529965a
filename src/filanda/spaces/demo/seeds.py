# SPDX-License-Identifier: EUPL-1.2
"""Invented communities with invented members: the same on every machine, written in one batch, with one event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.utils.timezone import now as clock

from filanda.capabilities.follows.models import Follow, FollowLevel
from filanda.capabilities.follows.steps import follow
from filanda.directory.affiliations.demo.people import DOMAIN, address_of
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, RoleGrant
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.spaces.demo.texts import CommunityText, communities
from filanda.spaces.models import SCOPE, MemberRole, Membership, MembershipState, Openness, Space, SpaceConcept
from filanda.spaces.steps import recount

__all__ = ["enter_some", "seed_spaces"]

LARGEST_SIZE = 90  # as CommunityText.size says it
GREETED_WITHIN = timedelta(days=7)  # who joined later waits for a greeting
PART_AT_MOST = 0.6  # of the region's people in the largest community


_ANSWERS = (
    "Ce ne occupiamo da due anni in azienda, in tre, e finora abbiamo imparato dai nostri errori. Vorremmo imparare "
    "anche da quelli degli altri, e raccontare i nostri.",
    "Seguo questo tema per il mio comune: ci serve capire chi lo ha già fatto e quanto è costato davvero.",
    "Sono in dipartimento da poco e sto cercando casi reali su cui lavorare con i miei studenti.",
    "Mi ha parlato di voi una collega che è già dentro. Posso portare dati di prova, se servono.",
    "We run a small laboratory on the subject and would like to compare methods before the next call opens.",
)


def seed_spaces(actor: Actor, region: Region) -> int:
    """Make the invented communities of `region` that are missing, with their members; returns how many were made.

    The region must be active, and invented. One query when there is nothing to do. Raises Forbidden, and ValueError for
    a region of real people.
    """
    require(actor, "spaces.seed")
    if not region.is_invented:
        raise ValueError("Invented communities belong into an invented region.")
    wanted = communities()
    known = set(Space.objects.filter(slug__in=[one.slug for one in wanted]).values_list("slug", flat=True))
    missing = [one for one in wanted if one.slug not in known]
    if not missing:
        return 0
    now = clock()
    people = _people(region)
    concepts = dict(
        Concept.objects.current().filter(scheme__region=region, scheme__slug="s3").values_list("code", "pk")
    )
    with transaction.atomic(durable=True):
        made = _make_spaces(region, missing, now)
        SpaceConcept.objects.bulk_create(
            SpaceConcept(region=region, space=made[one.slug], concept_id=concepts[one.priority])
            for one in missing
            if one.priority in concepts
        )
        memberships = [row for one in missing for row in _memberships(region, made[one.slug], one, people, now)]
        Membership.objects.bulk_create(memberships, batch_size=1000)
        RoleGrant.objects.bulk_create(
            (
                RoleGrant(
                    region=region,
                    account_id=row.account_id,
                    role=row.role,
                    scope_kind=SCOPE,
                    scope_id=row.space_id,
                    reason="demonstration",
                )
                for row in memberships
                if row.state == MembershipState.ACTIVE
            ),
            batch_size=1000,
        )
        Follow.objects.bulk_create(  # as joining does
            (
                Follow(
                    region=region,
                    account_id=row.account_id,
                    thing_kind=SCOPE,
                    thing_id=row.space_id,
                    level=FollowLevel.FOLLOWING,
                )
                for row in memberships
                if row.state == MembershipState.ACTIVE
            ),
            batch_size=1000,
        )
        for space in made.values():
            recount(space)
        touched = {"space": [space.pk for space in made.values()]}
        record("spaces.demo.seeded", region=region, actor=actor, payload={"spaces": len(made)}, touches=touched)
    return len(made)


def _people(region: Region) -> list[int]:
    """The invented people in the order of their numbers: accounts."""
    by_address = dict(Account.objects.filter(email__endswith=f"@{DOMAIN}").values_list("email", "pk"))
    return [by_address[address] for number in range(len(by_address)) if (address := address_of(number)) in by_address]


def _make_spaces(region: Region, missing: Sequence[CommunityText], now: datetime) -> dict[str, Space]:
    """The spaces by slug, those above others first."""
    made: dict[str, Space] = {
        space.slug: space for space in Space.objects.filter(slug__in={one.parent for one in missing if one.parent})
    }
    above = dict(made)
    for is_below in (False, True):
        several = [one for one in missing if (one.parent is not None) is is_below]
        rows = Space.objects.bulk_create(
            Space(
                region=region,
                slug=one.slug,
                parent=made.get(one.parent) if one.parent else None,
                names=one.names,
                summaries=one.summaries,
                welcomes=one.welcomes,
                rules=one.rules,
                questions=one.questions,
                openness=one.openness,
                activity_score=one.size / 2,
                created_at=now - timedelta(days=60 + 11 * (one.number % 61)),
                is_invented=True,
            )
            for one in several
        )
        made |= {row.slug: row for row in rows}
    return {slug: space for slug, space in made.items() if slug not in above}


def _memberships(
    region: Region, space: Space, one: CommunityText, people: Sequence[int], now: datetime
) -> list[Membership]:
    """Many in a few communities, few in most; two or three look after each."""
    chance = Random(f"members/{one.slug}")  # noqa: S311 - a demonstration, the same every time
    count = min(len(people), max(4, round(len(people) * PART_AT_MOST * one.size / LARGEST_SIZE)))
    chosen = chance.sample(people, count)
    rows = []
    for place, account_id in enumerate(chosen):
        role = MemberRole.MEMBER
        if place < 2:
            role = MemberRole.MANAGER
        elif place == 2 and one.size > 20:
            role = MemberRole.MODERATOR
        joined = max(space.created_at, now - timedelta(days=chance.expovariate(1 / 160)))
        rows.append(_active(region, space, account_id, role, joined if place > 1 else space.created_at, now))
    if one.openness == Openness.RESTRICTED:
        outside = [account_id for account_id in people if account_id not in set(chosen)]
        for account_id in chance.sample(outside, min(2, len(outside))):
            asked = now - timedelta(days=chance.uniform(0.2, 6))
            rows.append(
                Membership(
                    region=region,
                    space=space,
                    account_id=account_id,
                    state=MembershipState.REQUESTED,
                    state_changed_at=asked,
                    created_at=asked,
                    answer=chance.choice(_ANSWERS),
                )
            )
    return rows


def _active(
    region: Region, space: Space, account_id: int, role: MemberRole, joined: datetime, now: datetime
) -> Membership:
    seen = max(joined, now - timedelta(days=3))
    return Membership(
        region=region,
        space=space,
        account_id=account_id,
        state=MembershipState.ACTIVE,
        state_changed_at=joined,
        role=role,
        joined_at=joined,
        created_at=joined,
        visited_at=seen,
        seen_at=seen,
        previous_visit_at=joined,
        welcomed_at=joined if joined < now - GREETED_WITHIN else None,
    )


def enter_some(region: Region, account: Account, *, as_manager: bool) -> None:
    """Let one who is offered at "Sign in as" be in some communities, so that these are there to be looked at: the five
    most alive open ones and a private one, and manage two of them. Quick when they are in some already.
    """
    if Membership.objects.filter(account=account).exists():
        return
    now = clock()
    with transaction.atomic(durable=True):
        rows = Space.objects.select_for_update().communities().filter(is_invented=True, archived_at=None)
        alive = list(rows.filter(openness=Openness.OPEN).order_by("-activity_score", "slug")[:5])
        closed = [
            space
            for openness in (Openness.RESTRICTED, Openness.PRIVATE)
            for space in rows.filter(openness=openness).order_by("-activity_score", "slug")[:1]
        ]
        for place, space in enumerate([*alive[:3], *closed, *alive[3:]] if as_manager else alive):
            role = MemberRole.MANAGER if as_manager and place in (0, 3) else MemberRole.MEMBER
            row = _active(region, space, account.pk, role, now - timedelta(days=40 + place), now)
            row.save()
            RoleGrant.objects.create(
                region=region,
                account=account,
                role=row.role,
                scope_kind=SCOPE,
                scope_id=space.pk,
                reason="demonstration",
            )
            follow(region, account.pk, (SCOPE, space.pk))
            recount(space)

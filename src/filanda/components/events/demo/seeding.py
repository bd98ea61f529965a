# SPDX-License-Identifier: EUPL-1.2
"""Invented events for the communities of the demonstration, past and coming, and who of their members comes."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from filanda.components.events.models import Registration, RegistrationState, SpaceEvent, SpaceEventState
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.text.markdown import to_html
from filanda.spaces.demo.texts import EventText, communities, event
from filanda.spaces.demo.texts.slots import dated
from filanda.spaces.models import MemberRole, Membership, MembershipState, Space

__all__ = ["seed_events"]

ZONE = "Europe/Rome"
ONLINE = "https://riunioni.filanda.example/"


def seed_events(actor: Actor, region: Region, now: datetime) -> None:
    """Two to four events for each invented community, once."""
    require(actor, "events.seed")
    spaces = {space.slug: space for space in Space.objects.communities().filter(region=region, is_invented=True)}
    if not spaces or SpaceEvent.objects.filter(space__in=list(spaces.values())).exists():
        return
    members: dict[int, list[int]] = {}
    managers: dict[int, int] = {}
    rows = Membership.objects.filter(space__in=list(spaces.values()), state=MembershipState.ACTIVE)
    for space_id, account_id, role in rows.order_by("pk").values_list("space", "account", "role"):
        members.setdefault(space_id, []).append(account_id)
        if role == MemberRole.MANAGER:
            managers.setdefault(space_id, account_id)
    chance = random.Random(f"events of {region.slug}")  # noqa: S311 - invented texts, no secret
    made: list[SpaceEvent] = []
    for community in communities():
        space = spaces.get(community.slug)
        if space is None:
            continue
        days = [-chance.randint(3, 20), -chance.randint(30, 200)][: chance.choice((1, 2))]
        days += sorted(chance.sample(range(2, 75), chance.choice((0, 1, 1, 2))))
        for number, day in enumerate(days):
            made.append(_one(space, managers.get(space.pk), event(community, number), day, now, chance))
    with transaction.atomic():
        SpaceEvent.objects.bulk_create(made, batch_size=500)
        Registration.objects.bulk_create(
            [row for one in made for row in _registrations(one, members.get(one.space_id, []), now, chance)],
            batch_size=1000,
        )
        SpaceEvent.objects.bulk_update(made, ["registered_count", "waiting_count", "last_number"], batch_size=500)
        record(
            "events.demo.seeded",
            region=region,
            actor=actor,
            payload={"events": len(made)},
            touches={"event": [one.pk for one in made]},
        )


def _one(
    space: Space, author_id: int | None, text: EventText, day: int, now: datetime, chance: random.Random
) -> SpaceEvent:
    local = (now + timedelta(days=day)).astimezone(ZoneInfo(ZONE))
    if local.weekday() >= 5:
        local += timedelta(days=2)
    hour, minute = chance.choice(((9, 30), (10, 0), (14, 0), (14, 30), (16, 0), (17, 30), (18, 0)))
    starts = local.replace(hour=hour, minute=minute, second=0, microsecond=0).astimezone(UTC)
    announced = min(starts - timedelta(days=20), now - timedelta(days=chance.uniform(0.5, 12)))
    is_over = starts < now
    body = dated(text.body, starts.date(), starts.date(), text.language)
    return SpaceEvent(
        region=space.region,
        space=space,
        audience=space.audience,
        title=text.title[:200],
        summary=dated(text.summary, starts.date(), starts.date(), text.language)[:400],
        source=body,
        html=str(to_html(body)),
        language=text.language,
        starts_at=starts,
        ends_at=starts + timedelta(minutes=text.minutes),
        time_zone=ZONE,
        place=text.place[:300],
        online_url=f"{ONLINE}{space.slug}-{chance.randint(100, 999)}" if text.is_online or not text.place else "",
        capacity=text.capacity,
        questions=[{"label": label, "required": False} for label in text.questions],
        author_id=author_id,
        state=SpaceEventState.PUBLISHED,
        state_changed_at=announced,
        published_at=announced,
        created_at=announced,
        reminded_days_at=starts - timedelta(days=2) if is_over else None,
        reminded_hours_at=starts - timedelta(hours=2) if is_over else None,
    )


def _registrations(one: SpaceEvent, members: list[int], now: datetime, chance: random.Random) -> list[Registration]:
    """Some of the members: as many as fit have a place, the next ones wait; of past events, who came."""
    wanted = round(len(members) * chance.uniform(0.15, 0.7))
    coming = chance.sample(members, min(len(members), wanted))
    is_over = one.ends_at <= now
    begun = one.published_at or one.created_at
    span = max((min(now, one.starts_at) - begun).total_seconds(), 60)
    moments = sorted(begun + timedelta(seconds=chance.uniform(0, span)) for _account in coming)
    rows = []
    for number, (account_id, at) in enumerate(zip(coming, moments, strict=True), start=1):
        has_place = one.capacity is None or number <= one.capacity
        rows.append(
            Registration(
                region=one.region,
                event=one,
                account_id=account_id,
                number=number,
                state=RegistrationState.REGISTERED if has_place else RegistrationState.WAITING,
                state_changed_at=at,
                created_at=at,
                attended=chance.random() < 0.85 if is_over and has_place else None,
            )
        )
    one.last_number = len(rows)
    one.registered_count = sum(row.state == RegistrationState.REGISTERED for row in rows)
    one.waiting_count = len(rows) - one.registered_count
    return rows

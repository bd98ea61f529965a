# SPDX-License-Identifier: EUPL-1.2
"""The chain: `extend` after commits, `verify` at any time, `follow` for readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from filanda.kernel.journal.hashing import GENESIS, link_hash, payload_digest
from filanda.kernel.journal.models import ChainLink, Event
from filanda.kernel.regions.scoped import across_regions

BATCH = 1000
_LOCK = 0x66696C61  # advisory lock: one process extends the chain at a time


@dataclass(frozen=True)
class Verification:
    """What `verify` found: how many links were checked, and the first broken one with a reason, if any."""

    checked: int
    broken_at: int | None = None
    reason: str = ""

    @property
    def intact(self) -> bool:
        return self.broken_at is None


def _subject(event: Event) -> str:
    return f"{event.subject_type}:{event.subject_id or ''}"


def extend() -> int:
    """Chain all committed events that are not chained yet, oldest id first. Returns how many were added.

    Safe to run twice at once (advisory lock) and to be killed (each batch is one transaction).
    """
    added = 0
    with across_regions():
        while True:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
                last = ChainLink.objects.order_by("-position").first()
                previous, position = (bytes(last.hash), last.position) if last else (GENESIS, 0)
                events = list(Event.objects.filter(link__isnull=True).order_by("pk")[:BATCH])
                links = []
                for event in events:
                    position += 1
                    previous = link_hash(
                        previous,
                        position=position,
                        event_id=event.pk,
                        type_=event.type,
                        region_id=event.region_id,
                        subject=_subject(event),
                        at=event.at,
                        digest=bytes(event.digest),
                    )
                    links.append(ChainLink(position=position, event=event, hash=previous))
                ChainLink.objects.bulk_create(links)
            added += len(links)
            if len(links) < BATCH:
                return added


def head() -> int:
    """Position of the last link, 0 for an empty chain."""
    return ChainLink.objects.order_by("-position").values_list("position", flat=True).first() or 0


def follow(after: int, *, limit: int = BATCH) -> list[tuple[int, Event]]:
    """The next chained events with their positions, in order. Call inside `across_regions()`."""
    links = ChainLink.objects.filter(position__gt=after).select_related("event").order_by("position")[:limit]
    return [(link.position, link.event) for link in links]


def verify() -> Verification:
    """Recompute the whole chain, and the digest of every payload that was not erased."""
    previous, expected = GENESIS, 1
    with across_regions():
        for link in _links():
            event = link.event
            if link.position != expected:
                return Verification(expected - 1, expected, f"link {expected} is missing")
            recomputed = link_hash(
                previous,
                position=link.position,
                event_id=event.pk,
                type_=event.type,
                region_id=event.region_id,
                subject=_subject(event),
                at=event.at,
                digest=bytes(event.digest),
            )
            if recomputed != bytes(link.hash):
                return Verification(expected - 1, expected, f"event {event.pk} or its place in the chain was altered")
            if event.salt is not None and payload_digest(bytes(event.salt), event.payload) != bytes(event.digest):
                return Verification(expected - 1, expected, f"the payload of event {event.pk} was altered")
            previous, expected = bytes(link.hash), expected + 1
    return Verification(expected - 1)


def _links() -> Iterator[ChainLink]:
    return ChainLink.objects.select_related("event").order_by("position").iterator(chunk_size=BATCH)

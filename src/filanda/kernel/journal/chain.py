# SPDX-License-Identifier: EUPL-1.2
"""The chain: `extend` after commits, `verify` at any time, `follow` for readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from filanda.kernel.journal.hashing import GENESIS, link_hash, payload_digest
from filanda.kernel.journal.models import ChainLink, Event, Pending
from filanda.kernel.regions.scoped import across_regions

BATCH = 1000
CHANNEL = "filanda_journal"  # NOTIFY goes here when the chain has grown
_COVERED = ("id", "type", "region_id", "subject_type", "subject_id", "at", "touches", "digest", "actor_digest")
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


def extend() -> int:
    """Chain all committed events that are not chained yet, oldest id first. Returns how many were added.

    Safe to run twice at once (advisory lock) and to be killed (each batch is one transaction). Readers who wait in
    `news` are told at each commit.
    """
    added = 0
    with across_regions():
        while (batch := _extend_once()) == BATCH:
            added += batch
        return added + batch


def _extend_once() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = ChainLink.objects.order_by("-position").first()
        previous, position = (bytes(last.hash), last.position) if last else (GENESIS, 0)
        waiting = list(Pending.objects.order_by("event_id").values_list("event_id", flat=True)[:BATCH])
        if not waiting:
            return 0
        links = []
        for event in Event.objects.filter(pk__in=waiting).order_by("pk").values(*_COVERED):
            position += 1
            previous = _hash(previous, position, event)
            links.append((position, event["id"], previous))
        with cursor.copy("COPY journal_chainlink (position, event_id, hash) FROM STDIN") as copy:
            for link in links:
                copy.write_row(link)
        cursor.execute("DELETE FROM journal_pending WHERE event_id = ANY(%s)", [waiting])
        cursor.execute(f"NOTIFY {CHANNEL}")
        return len(waiting)


def _hash(previous: bytes, position: int, event: dict[str, Any]) -> bytes:
    return link_hash(
        previous,
        position=position,
        event_id=event["id"],
        type_=event["type"],
        region_id=event["region_id"],
        subject=f"{event['subject_type']}:{event['subject_id'] or ''}",
        at=event["at"],
        touches=event["touches"],
        digest=bytes(event["digest"]),
        actor_digest=bytes(event["actor_digest"] or b""),
    )


def is_behind() -> bool:
    """Whether committed events wait for their place. One look at a table that is nearly always empty."""
    return Pending.objects.exists()


def waiting() -> int:
    """How many committed events wait for their place in the chain."""
    return Pending.objects.count()


def head() -> int:
    """Position of the last link, 0 for an empty chain."""
    return ChainLink.objects.order_by("-position").values_list("position", flat=True).first() or 0


def follow(after: int, *, limit: int = BATCH) -> list[tuple[int, Event]]:
    """The next chained events with their positions, in order. Call inside `across_regions()`."""
    links = ChainLink.objects.filter(position__gt=after).select_related("event").order_by("position")[:limit]
    return [(link.position, link.event) for link in links]


def verify() -> Verification:
    """Recompute the whole chain, and the digests of every payload and actor that were not erased.

    Finds every change, removal, insertion or exchange before the last link. That the end of the journal was cut off
    can only be told from a position and hash noted elsewhere: `filanda journal head` prints them.
    """
    previous, expected = GENESIS, 1
    with across_regions():
        for position, known, event in _links():
            if position != expected:
                return Verification(expected - 1, expected, f"link {expected} is missing")
            if event is None:
                return Verification(expected - 1, expected, f"the event of link {expected} is missing")
            if _hash(previous, position, event) != known:
                where = f"event {event['id']} or its place in the chain was altered"
                return Verification(expected - 1, expected, where)
            if event["salt"] is not None and payload_digest(bytes(event["salt"]), event["payload"]) != bytes(
                event["digest"]
            ):
                return Verification(expected - 1, expected, f"the payload of event {event['id']} was altered")
            if event["salt"] is None and event["erased_at"] is None:
                return Verification(expected - 1, expected, f"the salt of event {event['id']} is gone")
            if event["actor_salt"] is not None and payload_digest(
                bytes(event["actor_salt"]), event["account_id"]
            ) != bytes(event["actor_digest"]):
                return Verification(expected - 1, expected, f"who acted in event {event['id']} was altered")
            previous, expected = known, expected + 1
    return Verification(expected - 1)


def last() -> tuple[int, str]:
    """Position and hash (hexadecimal) of the last link: to note elsewhere, as proof of the journal so far."""
    link = ChainLink.objects.order_by("-position").first()
    return (link.position, bytes(link.hash).hex()) if link else (0, GENESIS.hex())


def _links() -> Iterator[tuple[int, bytes, dict[str, Any] | None]]:
    after = 0
    while True:
        links = list(ChainLink.objects.filter(position__gt=after).order_by("position")[:BATCH])
        if not links:
            return
        fields = (*_COVERED, "payload", "salt", "erased_at", "account_id", "actor_salt")
        found = Event.objects.filter(pk__in=[link.event_id for link in links]).values(*fields)
        events = {event["id"]: event for event in found}
        for link in links:
            yield link.position, bytes(link.hash), events.get(link.event_id)
        after = links[-1].position

# SPDX-License-Identifier: EUPL-1.2
"""A room of the tests' own: notes, each with an audience; writing one tells everybody who stands in its payload."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from django.utils.timezone import now

from filanda.kernel import manifests
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.journal import chain, event_types
from filanda.kernel.journal.actions import record
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest
from filanda.kernel.manifests.things import Enforcement, Notice, Thing, ThingLine, Told


@dataclass
class Notes:
    """The notes by id: (title, audience). `write` tells people of one, as an action would."""

    region: object
    notes: dict[int, tuple[str, str]] = field(default_factory=dict)
    authors: dict[int, int] = field(default_factory=dict)
    spaces: dict[int, int] = field(default_factory=dict)
    state: dict[int, str] = field(default_factory=dict)  # what moderation did with them

    def write(
        self, number: int, title: str, told: list[tuple[Account, str]], *, audience="public", actor=PLATFORM, space=None
    ):
        self.notes[number] = (title, audience)
        with transaction.atomic():
            event = record(
                "tests.note.written",
                region=self.region,
                actor=actor,
                payload={"note": number, "told": [[one.pk, why] for one, why in told], "space": space},
            )
        chain.extend()
        return event

    def lines(self, actor, ids):
        return {
            number: ThingLine(
                "note",
                number,
                self.notes[number][0],
                "finder:home",
                excerpt="secret words",
                audience=self.notes[number][1],
                author_id=self.authors.get(number),
                inside=(("shelf", 1), *([("space", self.spaces[number])] if number in self.spaces else [])),
            )
            for number in ids
            if number in self.notes and (actor.is_platform or self.notes[number][1] in actor.audience_tokens)
        }


@pytest.fixture
def notes(region) -> Iterator[Notes]:
    book = Notes(region)
    event_types.register(EventType("tests.note.written", "A note", Audience.MEMBERS, Erasure.NOTHING))
    manifests.manifests()["tests_notes"] = Manifest(
        things=(
            Thing(
                "note",
                "Note",
                book.lines,
                is_followed=True,
                is_bookmarked=True,
                enforcement=Enforcement(
                    hide=lambda _actor, number, _now: book.state.update({number: "hidden"}),
                    remove=lambda _actor, number, _now: book.state.update({number: "removed"}),
                    restore=lambda _actor, number, _now: book.state.update({number: "shown"}),
                    text=lambda number: f"words of {book.notes[number][0]}",
                ),
            ),
            Thing("shelf", "Shelf", lambda _a, _i: {}, is_followed=True),
        ),
        notices=(
            Notice(
                event="tests.note.written",
                kind="threads",
                recipients=lambda event: [Told(number, why) for number, why in event.payload["told"]],
                about=lambda event: ("note", event.payload["note"]),
                sentence=lambda event, line: f"There is a note: {line.title}.",
                space=lambda event: event.payload["space"],
            ),
        ),
    )
    yield book
    del manifests.manifests()["tests_notes"]
    event_types._registry.pop("tests.note.written")


@pytest.fixture
def person(region) -> Callable[..., Account]:
    def make(name: str, *roles: str, space: tuple[str, int] | None = None) -> Account:
        account = Account.objects.create_account(email=f"{name}@example.org", name=name)
        for role in (Role.INNOVATOR, *roles):
            RoleGrant.objects.create(region=region, account=account, role=role)
        if space is not None:
            RoleGrant.objects.create(
                region=region, account=account, role=space[0], scope_kind="space", scope_id=space[1]
            )
        return account

    return make


@pytest.fixture
def follow(db) -> Callable[[], int]:
    """Read the journal on, as the worker does. The first time only finds where it ends."""
    from filanda.capabilities.notifications.following import follow as read_on

    read_on(now())
    return lambda: read_on(now())

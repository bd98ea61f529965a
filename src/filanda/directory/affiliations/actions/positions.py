# SPDX-License-Identifier: EUPL-1.2
"""Positions: what somebody says that they are, or were, at an organisation. They give no right."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from filanda.directory.affiliations.errors import DatesWrong
from filanda.directory.affiliations.models import Position
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import Person
from filanda.directory.people.steps import touches
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.text.folding import clean

__all__ = ["add_position", "change_position", "confirm_position", "leave_position", "remove_position"]

TITLE_LENGTH = 120


def add_position(
    *,
    actor: Actor,
    person: Person,
    organisation: Organisation,
    now: datetime,
    title: str = "",
    started_on: date | None = None,
    ended_on: date | None = None,
) -> Position:
    """Say of oneself that one is, or was, there. Confirmed only if one belongs there. Raises DatesWrong, Forbidden."""
    _check(started_on, ended_on)
    with transaction.atomic(durable=True):
        require(actor, "people.update", person)
        require(actor, "affiliations.positions.add", organisation)
        position: Position = Position.objects.create(
            region=person.region,
            person=person,
            organisation=organisation,
            title=clean(title)[:TITLE_LENGTH],
            started_on=started_on,
            ended_on=ended_on,
            is_confirmed=organisation.pk in actor.scope_ids("organisation"),
            created_at=now,
        )
        _record("added", actor, position)
    return position


def change_position(*, actor: Actor, position: Position, now: datetime, **changes: Any) -> None:
    """Change title, started_on, ended_on. Another title has to be confirmed again, but by those who belong there.

    Raises DatesWrong, Forbidden.
    """
    if unknown := set(changes) - {"title", "started_on", "ended_on"}:
        raise TypeError(f"not fields of a position that people change: {', '.join(sorted(unknown))}")
    with transaction.atomic(durable=True):
        locked = _locked(position)
        require(actor, "people.update", locked.person)
        if "title" in changes:
            changes["title"] = clean(changes["title"])[:TITLE_LENGTH]
            belongs = locked.organisation_id in actor.scope_ids("organisation")
            if changes["title"] != locked.title:
                locked.is_confirmed = belongs
        for name, value in changes.items():
            setattr(locked, name, value)
        _check(locked.started_on, locked.ended_on)
        locked.save()
        _record("changed", actor, locked)


def leave_position(*, actor: Actor, position: Position, ended_on: date, now: datetime) -> None:
    """It is held no longer; it stays on the profile. Raises DatesWrong, Forbidden."""
    with transaction.atomic(durable=True):
        locked = _locked(position)
        require(actor, "people.update", locked.person)
        _check(locked.started_on, ended_on)
        locked.ended_on = ended_on
        locked.save(update_fields=["ended_on"])
        _record("left", actor, locked)


def remove_position(*, actor: Actor, position: Position, now: datetime) -> None:
    """Take it off the profile. Raises Forbidden."""
    with transaction.atomic(durable=True):
        locked = _locked(position)
        require(actor, "people.update", locked.person)
        _record("removed", actor, locked)
        locked.delete()


def confirm_position(*, actor: Actor, position: Position, now: datetime) -> None:
    """An admin of the organisation says that it is so. Raises Forbidden."""
    with transaction.atomic(durable=True):
        locked = _locked(position)
        require(actor, "affiliations.people.manage", locked.organisation)
        if locked.is_confirmed:
            return
        locked.is_confirmed = True
        locked.save(update_fields=["is_confirmed"])
        _record("confirmed", actor, locked)


def _locked(position: Position) -> Position:
    rows = Position.objects.select_for_update(of=("self",)).select_related("person__region", "organisation")
    found: Position = rows.get(pk=position.pk)
    return found


def _check(started_on: date | None, ended_on: date | None) -> None:
    if started_on and ended_on and ended_on < started_on:
        raise DatesWrong


def _record(verb: str, actor: Actor, position: Position) -> None:
    record(
        f"affiliations.position.{verb}",
        region=position.person.region,
        actor=actor,
        subject=position,
        payload={"organisation": position.organisation_id},
        touches={"organisation": [position.organisation_id], **touches(position.person)},
    )

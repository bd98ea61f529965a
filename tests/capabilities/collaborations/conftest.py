# SPDX-License-Identifier: EUPL-1.2
"""Two organisations with an admin each, a person alone, and facilitators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from filanda.capabilities.collaborations.actions import report
from filanda.capabilities.collaborations.models import Collaboration, CollaborationState
from filanda.directory.organisations.models import HelixRole, Organisation
from filanda.kernel.identity.models import Account, Role, RoleGrant
from tests.noting import follow, notes, person
from tests.spaces.making import a_person, act, staff

__all__ = ["follow", "notes", "person"]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # a Monday


@dataclass
class World:
    """`anna` speaks for the mill, `bruno` for the lab; `carla` is a person alone; `dora` belongs to the region only;
    `fulvia` and `gino` are facilitators.
    """

    region: Any
    mill: Organisation
    lab: Organisation
    anna: Account
    bruno: Account
    carla: Account
    dora: Account
    fulvia: Account
    gino: Account

    def reported(self, by: Account | None = None, **more: Any) -> Collaboration:
        """Reported by the mill about itself and the lab, unless told otherwise."""
        given: dict[str, Any] = {
            "title": "Dyes from onion skins",
            "summary": "The lab extracts, the mill dyes.",
            "kind": "technical",
            "started_on": date(2026, 11, 2),
            "parties": [(self.mill.pk, None), (self.lab.pk, None)],
            "now": NOW,
        }
        return report(actor=act(by or self.anna), region=self.region, **(given | more))

    def in_state(self, state: str, **more: Any) -> Collaboration:
        """A collaboration put into `state`, as rows say it."""
        row = self.reported(**more)
        fields: dict[str, Any] = {"state": state}
        if state in (CollaborationState.CONFIRMED, CollaborationState.ACTIVE, CollaborationState.ENDED):
            fields["confirmed_at"] = NOW
        if state == CollaborationState.ENDED:
            fields["ended_on"] = date(2026, 11, 20)
        Collaboration.objects.filter(pk=row.pk).update(**fields)
        row.refresh_from_db()
        return row


def speak(region: Any, account: Account, organisation: Organisation) -> None:
    RoleGrant.objects.create(
        region=region,
        account=account,
        role=Role.ORGANISATION_ADMIN,
        scope_kind="organisation",
        scope_id=organisation.pk,
    )


@pytest.fixture
def world(region: Any) -> World:
    def body(name: str, role: str) -> Organisation:
        made: Organisation = Organisation.objects.create(
            region=region, name=name, sort_key=name.lower(), helix_role=role
        )
        return made

    made = World(
        region=region,
        mill=body("Setificio Prova", HelixRole.INDUSTRY),
        lab=body("Laboratorio Prova", HelixRole.ACADEMIA),
        anna=a_person(region, "Anna Conti"),
        bruno=a_person(region, "Bruno Riva"),
        carla=a_person(region, "Carla Sala"),
        dora=a_person(region, "Dora Neri"),
        fulvia=staff(region, Role.FACILITATOR, "fulvia@region.example"),
        gino=staff(region, Role.FACILITATOR, "gino@region.example"),
    )
    speak(region, made.anna, made.mill)
    speak(region, made.bruno, made.lab)
    return made

# SPDX-License-Identifier: EUPL-1.2
"""What the signed-in home reads: each function says how many queries it costs."""

from __future__ import annotations

from dataclasses import dataclass

from filanda.directory.affiliations.models import Position
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import Person, PersonConcept, ValidationState
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests import Waiting, manifests

__all__ = ["MyOrganisation", "ProfileSteps", "my_organisations", "profile_steps", "waiting_for"]


def waiting_for(actor: Actor) -> list[Waiting]:
    """What waits for `actor`, as every room says it, the longest waiting first. As many queries as the rooms ask."""
    found = [
        line for manifest in manifests().values() if manifest.waiting is not None for line in manifest.waiting(actor)
    ]
    return sorted(found, key=lambda line: (line.since is None, line.since.timestamp() if line.since else 0.0))


@dataclass(frozen=True)
class MyOrganisation:
    """`role`: a scoped Role, or "" where it is only a position of the profile. `may_manage`: its desk is open."""

    id: int
    name: str
    role: str
    title: str
    may_manage: bool


def my_organisations(actor: Actor, person: Person | None) -> list[MyOrganisation]:
    """The organisations that `actor` has a role in, or a position at, by name. Two queries."""
    roles: dict[int, str] = {}
    for role, kind, number in sorted(actor.scoped):  # "organisation_admin" comes before "organisation_member"
        if kind == "organisation":
            roles.setdefault(number, role)
    titles: dict[int, str] = {}
    if person is not None:
        held = Position.objects.filter(person=person, ended_on=None).values_list("organisation_id", "title")
        titles = dict(held)
    wanted = set(roles) | set(titles)
    rows = Organisation.objects.visible_to(actor).filter(pk__in=wanted).order_by("sort_key").values_list("pk", "name")
    return [
        MyOrganisation(number, name, roles.get(number, ""), titles.get(number, ""), number in roles)
        for number, name in rows
    ]


@dataclass(frozen=True)
class ProfileSteps:
    """What a profile still lacks, as names of steps in the order in which to take them; `done` of `most`."""

    missing: tuple[str, ...]
    done: int
    most: int
    is_waiting: bool
    is_returned: bool


def profile_steps(person: Person, *, has_organisation: bool) -> ProfileSteps:
    """How complete a profile is. One query."""
    kinds = set(PersonConcept.objects.filter(person=person).order_by().values_list("kind", flat=True).distinct())
    held = {
        "headline": bool(person.headline),
        "skills": PersonConcept.Kind.SKILL in kinds,
        "interests": PersonConcept.Kind.INTEREST in kinds,
        "organisation": has_organisation,
        "about": bool(person.about),
        "languages": bool(person.languages),
    }
    missing = tuple(name for name, is_there in held.items() if not is_there)
    return ProfileSteps(
        missing=missing,
        done=len(held) - len(missing),
        most=len(held),
        is_waiting=person.state == ValidationState.WAITING,
        is_returned=person.state == ValidationState.RETURNED,
    )

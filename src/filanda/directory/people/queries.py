# SPDX-License-Identifier: EUPL-1.2
"""Reads about people."""

from __future__ import annotations

from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor

__all__ = ["person_of"]


def person_of(actor: Actor) -> Person | None:
    """The person that `actor` is in the active region. One query; None for visitors, strangers and the platform."""
    if actor.account_id is None:
        return None
    found: Person | None = Person.objects.filter(account=actor.account_id, erased_at=None).first()
    return found

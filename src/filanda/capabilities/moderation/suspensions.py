# SPDX-License-Identifier: EUPL-1.2
"""Whether somebody may write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from filanda.capabilities.moderation.models import Suspension
from filanda.kernel.database import compiled
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import Decision
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.ui.moments import day_of

__all__ = ["may_write"]


def may_write(actor: Actor, space_id: int | None, now: datetime | None = None) -> Decision:
    """Whether a suspension keeps `actor` from writing there; rooms ask it before they take anybody's words. One query
    for as long as this actor lives (a request, a job), however many places are asked about.
    """
    if actor.account_id is None:
        return Decision(True)
    at = now or timezone.now()
    held = [one for one in _held(actor) if one.space_id in (None, space_id) and one.begins_at <= at < one.until]
    if not held:
        return Decision(True)
    found = max(held, key=lambda one: one.until)
    day = day_of(found.until)
    return Decision(
        False,
        _("You may not write here until %(day)s. The reasons, and how to object, stand under “Decisions about you”.")
        % {"day": day},
    )


def _held(actor: Actor) -> list[Suspension]:
    """What holds for `actor` in the active region, remembered with them: an actor lives as long as a request."""
    known: list[Suspension] | None = actor.__dict__.get("suspensions")
    if known is None:
        known = [Suspension(**row) for row in _rows(actor)]
        actor.__dict__["suspensions"] = known
    return known


def _rows(actor: Actor) -> list[dict[str, Any]]:
    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        found: QuerySet[Any, Any] = Suspension.objects.filter(account=given[0], lifted_at=None).values()
        return found

    region = active_region().pk
    return compiled.rows(("moderation: suspensions", region), build, [actor.account_id or 0])

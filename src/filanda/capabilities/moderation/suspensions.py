# SPDX-License-Identifier: EUPL-1.2
"""Whether somebody may write."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from filanda.capabilities.moderation.models import Suspension
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import Decision

__all__ = ["may_write", "suspension_of"]


def suspension_of(account_id: int, space_id: int | None, now: datetime) -> Suspension | None:
    """The suspension that holds for `account_id` there at `now`, the longest of them. One query."""
    places = Q(space_id=None) if space_id is None else Q(space_id=None) | Q(space_id=space_id)
    held = Suspension.objects.filter(places, account=account_id, lifted_at=None, begins_at__lte=now, until__gt=now)
    found: Suspension | None = held.order_by("-until").first()
    return found


def may_write(actor: Actor, space_id: int | None, now: datetime | None = None) -> Decision:
    """Whether a suspension keeps `actor` from writing there; rooms ask it before they take anybody's words."""
    if actor.account_id is None:
        return Decision(True)
    found = suspension_of(actor.account_id, space_id, now or timezone.now())
    if found is None:
        return Decision(True)
    day = date_format(timezone.localtime(found.until), "DATE_FORMAT")
    return Decision(
        False,
        _("You may not write here until %(day)s. The reasons, and how to object, stand under “Decisions about you”.")
        % {"day": day},
    )

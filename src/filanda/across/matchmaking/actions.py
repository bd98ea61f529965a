# SPDX-License-Identifier: EUPL-1.2
"""Saying "not for me" and taking it back; noting what was shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from filanda.across.matchmaking.models import Found, MatchFeedback, NotForMe, Seeker, Showing, Surface
from filanda.across.matchmaking.queries import Match
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.scoped import active_region

__all__ = ["dismiss", "note_shown", "take_back"]

LARGEST = 2**63 - 1


def dismiss(
    *, actor: Actor, seeker: tuple[str, int], kind: str, object_id: int, reason: str, now: datetime
) -> MatchFeedback:
    """The suggestion does not fit: it is gone from this seeker's lists, and its reason counts at once. Said twice, the
    last reason stands. Raises ValidationError, Forbidden.
    """
    _check(seeker, kind, object_id)
    if reason not in NotForMe.values:
        raise ValidationError({"reason": _("Choose why it does not fit.")})
    with transaction.atomic(durable=True):
        require(actor, "matchmaking.dismiss", seeker)
        seen = Showing.objects.filter(seeker_kind=seeker[0], seeker_id=seeker[1], kind=kind, object_id=object_id)
        last = seen.order_by("-on_day", "place").first()
        said, _made = MatchFeedback.objects.update_or_create(
            region=active_region(),
            seeker_kind=seeker[0],
            seeker_id=seeker[1],
            kind=kind,
            object_id=object_id,
            defaults={
                "reason": reason,
                "place": last.place if last is not None else None,
                "score": last.score if last is not None else None,
                "account_id": actor.account_id,
                "at": now,
            },
        )
        _record("matchmaking.suggestion.dismissed", actor, said, reason)
    found: MatchFeedback = said
    return found


def take_back(*, actor: Actor, seeker: tuple[str, int], kind: str, object_id: int) -> bool:
    """Undo: it may be suggested again, and its reason counts no more. Returns whether there was anything."""
    _check(seeker, kind, object_id)
    with transaction.atomic(durable=True):
        require(actor, "matchmaking.dismiss", seeker)
        rows = MatchFeedback.objects.select_for_update().filter(
            seeker_kind=seeker[0], seeker_id=seeker[1], kind=kind, object_id=object_id
        )
        said = rows.first()
        if said is None:
            return False
        _record("matchmaking.suggestion.restored", actor, said, said.reason)
        said.delete()
    return True


def _check(seeker: tuple[str, int], kind: str, object_id: int) -> None:
    if seeker[0] not in Seeker.values or kind not in Found.values or not 0 < object_id <= LARGEST:
        raise ValidationError(_("There is no such suggestion."))


def _record(name: str, actor: Actor, said: MatchFeedback, reason: str) -> None:
    record(
        name,
        region=active_region(),
        actor=actor,
        payload={
            "seeker": [said.seeker_kind, said.seeker_id],
            "found": [said.kind, said.object_id],
            "reason": reason,
        },
    )


def note_shown(
    *, actor: Actor, seeker: tuple[str, int], found: Sequence[Match], surface: str = Surface.PAGE, now: datetime
) -> None:
    """What this seeker was shown today, once a day each, at its first place. Counted, not journalled."""
    if not found:
        return
    with transaction.atomic(durable=True):
        require(actor, "matchmaking.dismiss", seeker)
        write_shown(seeker, found, surface, now)


def write_shown(seeker: tuple[str, int], found: Sequence[Match], surface: str, now: datetime) -> None:
    """The rows of `note_shown`, in the caller's transaction. One query."""
    Showing.objects.bulk_create(
        [
            Showing(
                region=active_region(),
                seeker_kind=seeker[0],
                seeker_id=seeker[1],
                kind=one.kind,
                object_id=one.id,
                surface=surface,
                place=one.place,
                score=round(one.score, 4),
                is_rotated=one.is_rotated,
                on_day=now.date(),
            )
            for one in found
        ],
        ignore_conflicts=True,
    )

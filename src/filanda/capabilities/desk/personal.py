# SPDX-License-Identifier: EUPL-1.2
"""What the desk keeps about people: who worked on what, notes, saved replies, absences; and for how long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, Func, Q, Value
from django.utils.timezone import now as clock
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filanda.capabilities.desk.models import Absence, DeskItem, DeskMove, DeskNote, SavedReply
from filanda.capabilities.desk.queries import standing
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.manifests import Waiting
from filanda.kernel.regions.models import Region

__all__ = ["collect", "erase", "forget_old", "waiting"]

PROFILE = "person.validation"


def waiting(actor: Actor) -> Iterator[Waiting]:
    """For those who work at the desk: what is theirs, and how much of it is over its target."""
    found = standing(actor, clock())
    if not found.count:
        return
    label = _("Yours at the workbench")
    if found.overdue:
        label = ngettext(
            "Yours at the workbench, %(count)s over its target",
            "Yours at the workbench, %(count)s over their target",
            found.overdue,
        ) % {"count": found.overdue}
    yield Waiting(label, "workbench:queue", count=found.count, since=found.oldest, query="whose=mine")


def collect(account: Account) -> Mapping[str, Any]:
    """What they wrote and did at the desk, and what was noted about their own profile (without who noted it)."""
    profiles = Person.objects.filter(account=account).values("pk")
    moves = DeskMove.objects.filter(Q(by=account) | Q(to=account)).order_by("pk")
    own = {
        "notes": list(DeskNote.objects.filter(author=account).values("kind", "object_id", "words", "at")),
        "notes_about_your_profile": list(
            DeskNote.objects.filter(kind=PROFILE, object_id__in=profiles).values("words", "at")
        ),
        "saved_replies": list(SavedReply.objects.filter(owner=account).values("name", "texts", "created_at")),
        "absences": list(Absence.objects.filter(account=account).values("starts_on", "ends_on")),
        "deputy_for": list(Absence.objects.filter(deputy=account).values("starts_on", "ends_on")),
        "held": list(DeskItem.objects.filter(holder=account).values("kind", "object_id", "taken_at", "closed_at")),
        "moves": [
            {"kind": move.kind, "at": move.at, "words": move.words if move.by_id == account.pk else ""}
            for move in moves
        ],
    }
    return {"workbench.json": own} if any(own.values()) else {}


def erase(account: Account, keeps: bool) -> None:
    """Who they were goes; what colleagues need to go on (that somebody moved it, the words if they are to stay) stays.
    What was noted about their profile goes.
    """
    DeskNote.objects.filter(kind=PROFILE, object_id__in=Person.objects.filter(account=account).values("pk")).delete()
    notes = DeskNote.objects.filter(author=account)
    if keeps:
        notes.update(author=None)
    else:
        notes.delete()
        DeskMove.objects.filter(by=account).update(words="")
    SavedReply.objects.filter(owner=account).delete()
    Absence.objects.filter(account=account).delete()
    Absence.objects.filter(deputy=account).update(deputy=None)
    DeskMove.objects.filter(by=account).update(by=None)
    DeskMove.objects.filter(to=account).update(to=None)
    DeskMove.objects.filter(before__holder=account.pk).update(before={})
    DeskItem.objects.filter(holder=account).update(holder=None, taken_at=None)
    DeskItem.objects.filter(told_holder=account).update(told_holder=None)
    gone = Func(F("not_for"), Value(account.pk), function="array_remove")
    DeskItem.objects.filter(not_for__contains=[account.pk]).exclude(closed_at=None).update(not_for=gone)


def forget_old(region: Region, before: datetime, now: datetime) -> int:
    """Items done before `before`, with their history, and notes as old on what does not wait."""
    old = DeskNote.objects.filter(at__lt=before)
    still = DeskItem.objects.filter(closed_at=None).values_list("kind", "object_id")
    waits = {(kind, number) for kind, number in still}
    forgotten = [row.pk for row in old.only("kind", "object_id") if (row.kind, row.object_id) not in waits]
    DeskNote.objects.filter(pk__in=forgotten).delete()
    Absence.objects.filter(ends_on__lt=before.date()).delete()
    return int(DeskItem.objects.filter(closed_at__lt=before).delete()[0]) + len(forgotten)

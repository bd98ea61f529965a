# SPDX-License-Identifier: EUPL-1.2
"""DeskItem: something that waits for a facilitator or a community manager, with its clock; notes, saved replies,
absences. What waits is told by the rooms (`kernel.manifests.desk`); rows here are derived, but for who holds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.models import Position
from filanda.kernel.manifests.desk import FACILITATORS
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped

NOTE_MOST = 2_000
REPLY_MOST = 4_000
STAFF = frozenset({Role.FACILITATOR, Role.REGION_ADMINISTRATOR})


def queues_of(actor: Actor) -> list[str]:
    """Tokens of the queues that `actor` works in: the region's, and that of each space they manage. No query."""
    found = [FACILITATORS] if actor.roles & STAFF else []
    return found + [f"space:{number}:managers" for number in sorted(actor.scope_ids("space", Role.SPACE_MANAGER))]


class QueuedQuerySet(models.QuerySet[models.Model]):
    def visible_to(self, actor: Actor) -> QueuedQuerySet:
        """Those of the queues that one works in."""
        return self if actor.is_platform else self.filter(queue__in=queues_of(actor))


class DeskItemQuerySet(models.QuerySet["DeskItem"]):
    def visible_to(self, actor: Actor) -> DeskItemQuerySet:
        """Those of the queues that one works in; never what one must not deal with: it is not counted either."""
        if actor.is_platform:
            return self
        if actor.account_id is None:
            return self.none()
        return self.within(queues_of(actor), actor.account_id)

    def within(self, queues: Sequence[Any], account_id: Any) -> DeskItemQuerySet:
        """Those of `queues` that `account_id` may deal with."""
        return self.filter(queue__in=queues).exclude(not_for__contains=[account_id])

    def open(self) -> DeskItemQuerySet:
        return self.filter(closed_at=None)

    def shown(self, now: datetime) -> DeskItemQuerySet:
        """Open, come up, and not put off."""
        return self.open().filter(Q(snoozed_until=None) | Q(snoozed_until__lte=now), shows_at__lte=now)


class DeskItem(models.Model):
    """One thing that waits: (`kind`, `object_id`), `kind` being a DeskSource's. It is in exactly one queue: `queue`,
    the token of those who may work on it ("role:facilitator", "space:17:managers"), and in it `holder`'s if somebody
    has it.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    queue = models.CharField(max_length=60)
    holder = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    since = models.DateTimeField()
    due_at = models.DateTimeField(help_text="the target")
    shows_at = models.DateTimeField(help_text="from when it is worth somebody's look")
    told_holder = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="as its room says"
    )
    not_for = ArrayField(models.BigIntegerField(), default=list, blank=True, help_text="accounts: whom it is about")
    taken_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)

    objects = scoped(DeskItemQuerySet)

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(
                fields=["region", "queue", "due_at"], condition=Q(closed_at__isnull=True), name="desk_open_by_risk"
            ),
            models.Index(
                fields=["region", "holder", "due_at"], condition=Q(closed_at__isnull=True), name="desk_open_of_holder"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "kind", "object_id"], condition=Q(closed_at__isnull=True), name="desk_in_one_queue"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("since")), name="desk_closed_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class MoveKind(models.TextChoices):
    TAKEN = "taken", _("Taken")
    ASSIGNED = "assigned", _("Assigned")
    RELEASED = "released", _("Given back")
    HANDED_OVER = "handed_over", _("Handed over")
    SNOOZED = "snoozed", _("Put off")
    WOKEN = "woken", _("Taken up again")
    CLOSED = "closed", _("Done")
    REOPENED = "reopened", _("Waits again")


class DeskMove(models.Model):
    """What happened to an item: its history, and what `undo` goes back to (`before`: holder, snoozed_until)."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(DeskItem, on_delete=models.CASCADE, related_name="moves")
    kind = models.CharField(max_length=12, choices=MoveKind.choices)
    by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    to = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    words = models.CharField(max_length=NOTE_MOST, blank=True)
    before = models.JSONField(default=dict, blank=True)
    batch = models.CharField(max_length=40, blank=True, help_text="of one bulk action, undone together")
    undone_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} item {self.item_id}"


class Bookkeeping(Position):
    """How far the journal has been read for the desk."""


class Check(models.Model):
    """When a region's desk was compared with the truth last, and what had to be mended: {"person.validation": 2} then,
    and how much ever.
    """

    region = models.OneToOneField(Region, on_delete=models.CASCADE, related_name="+", primary_key=True)
    at = models.DateTimeField(default=now)
    mended = models.JSONField(default=dict, blank=True)
    mended_ever = models.PositiveBigIntegerField(default=0)

    objects = scoped()

    def __str__(self) -> str:
        return f"check of region {self.region_id}"


class DeskNote(models.Model):
    """A private note of those who work in the queue, on the thing (`thing_kind`, `thing_id`); it outlasts the item."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    queue = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    author = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    words = models.CharField(max_length=NOTE_MOST)
    at = models.DateTimeField(default=now)

    objects = scoped(QueuedQuerySet)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["region", "kind", "object_id"], name="desk_notes_of")]

    def __str__(self) -> str:
        return f"note {self.pk} on {self.kind} {self.object_id}"


class SavedReply(models.Model):
    """Words used again: {"it": "…", "en": "…"} with fields such as {name}, {title}. `owner` empty: shared by the
    queue.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    queue = models.CharField(max_length=60)
    owner = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    texts = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return f"saved reply {self.pk}"


class Absence(models.Model):
    """Somebody of the staff is away; a deputy sees their items as their own meanwhile."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    deputy = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    created_at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="desk_absence_dates")]

    def __str__(self) -> str:
        return f"absence {self.pk}"

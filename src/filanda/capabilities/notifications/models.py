# SPDX-License-Identifier: EUPL-1.2
"""Notification, what people chose (Choice, Preferences), and how far the journal has been read (Bookkeeping)."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.models import Event, Position
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped


class Channel(models.TextChoices):
    """How somebody wants to hear of a kind of thing. All but OFF also stand in the product."""

    AT_ONCE = "at_once", _("At once by e-mail")
    DAILY = "daily", _("In the daily e-mail")
    WEEKLY = "weekly", _("In the weekly e-mail")
    PRODUCT = "product", _("Here only, no e-mail")
    OFF = "off", _("Not at all")


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, actor: Actor) -> NotificationQuerySet:
        """One's own, of things whose readers one still belongs to."""
        if actor.is_platform:
            return self
        if actor.account_id is None:
            return self.none()
        return self.addressed_to(actor.account_id, actor.audience_tokens)

    def addressed_to(self, account_id: int, tokens: Sequence[str]) -> NotificationQuerySet:
        """As `visible_to`, of an account that belongs to the readers of `tokens`."""
        return self.filter(account=account_id, dropped_at=None, audience__in=["", *tokens])

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)


class Notification(models.Model):
    """One person told of one event, once. It says nothing itself: the sentence is made when it is shown or sent.

    `audience`: the token of the thing's readers when it was made. `mail_due_at`: when it goes by e-mail (empty: not, or
    not any more). `dropped_at`: the thing was no longer theirs to see when it was looked at or about to be sent.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    kind = models.CharField(max_length=20)
    why = models.CharField(max_length=20)
    thing_kind = models.CharField(max_length=40)
    thing_id = models.BigIntegerField()
    space_id = models.BigIntegerField(null=True, help_text="where it happened")
    audience = models.CharField(max_length=60, blank=True)
    is_urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now, help_text="when it happened")
    read_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.PRODUCT)
    mail_due_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = scoped(NotificationQuerySet)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["region", "account", "-created_at"], name="notifications_of_account"),
            models.Index(fields=["region", "account"], condition=Q(read_at=None), name="notifications_unread"),
            models.Index(
                fields=["region", "mail_due_at"], condition=Q(mail_due_at__isnull=False), name="notifications_due"
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["event", "account"], name="notifications_once")]

    def __str__(self) -> str:
        return f"notification {self.pk}"


class OwnQuerySet(models.QuerySet[models.Model]):
    def visible_to(self, actor: Actor) -> OwnQuerySet:
        if actor.is_platform:
            return self
        return self.filter(account=actor.account_id) if actor.account_id is not None else self.none()


class Choice(models.Model):
    """What somebody wants to hear of `kind`, in one space or (`space_id` 0) everywhere. The space's goes first."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    space_id = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=20, help_text="one of kernel.manifests.things.NOTICE_KINDS")
    channel = models.CharField(max_length=10, choices=Channel.choices)

    objects = scoped(OwnQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "account", "space_id", "kind"], name="notifications_one_choice")
        ]

    def __str__(self) -> str:
        return f"account {self.account_id}: {self.kind} {self.channel}"


class Preferences(models.Model):
    """Somebody's quiet hours, and whether they want any e-mail of this room. Hours of the region's clock; from = until:
    no quiet hours.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    quiet_from = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(23)])
    quiet_until = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(23)])
    no_mail_since = models.DateTimeField(null=True, blank=True)

    objects = scoped(OwnQuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "account"], name="notifications_one_preference")]

    def __str__(self) -> str:
        return f"preferences of account {self.account_id}"


class Bookkeeping(Position):
    """How far the journal has been read for notifications."""

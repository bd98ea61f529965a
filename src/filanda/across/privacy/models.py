# SPDX-License-Identifier: EUPL-1.2
"""Archive (a person's data, packed for them) and Leaving (somebody on their way out)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped

ARCHIVE_LASTS = timedelta(days=7)
TIME_TO_THINK = timedelta(days=14)


class ArchiveState(models.TextChoices):
    ASKED = "asked", _("Being prepared")
    READY = "ready", _("Ready")


class ArchiveQuerySet(models.QuerySet["Archive"]):
    def visible_to(self, actor: Actor) -> ArchiveQuerySet:
        """One's own, and nobody else's: not staff's, not operators'."""
        return self.filter(account=actor.account_id) if actor.account_id is not None else self.none()

    def usable(self, now: datetime) -> ArchiveQuerySet:
        return self.filter(state=ArchiveState.READY, expires_at__gt=now)


class Archive(models.Model):
    """A zip of all that the region holds about one account. `key`: in the storage "files"."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=8)
    state = models.CharField(max_length=8, choices=ArchiveState.choices, default=ArchiveState.ASKED)
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    key = models.CharField(max_length=100, blank=True, editable=False)
    size = models.BigIntegerField(default=0, help_text="bytes")

    objects = scoped(ArchiveQuerySet)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["region", "account"], name="privacy_one_archive")]

    def __str__(self) -> str:
        return f"archive {self.pk}"


class LeavingQuerySet(models.QuerySet["Leaving"]):
    def due(self, now: datetime) -> LeavingQuerySet:
        """Those whose time to think is over."""
        return self.filter(erase_at__lte=now)


class Leaving(models.Model):
    """Somebody who asked to leave the region, until they change their mind or are erased. Then the row is gone."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    erase_at = models.DateTimeField()
    keeps_contributions = models.BooleanField(default=True)

    objects = scoped(LeavingQuerySet)

    class Meta:
        ordering = ["erase_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["region", "account"], name="privacy_leaves_once")]

    def __str__(self) -> str:
        return f"leaving {self.pk}"

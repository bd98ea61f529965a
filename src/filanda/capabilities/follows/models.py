# SPDX-License-Identifier: EUPL-1.2
"""Follow (or mute) and Bookmark, on anything."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped


class FollowLevel(models.TextChoices):
    FOLLOWING = "following", _("Following")
    MUTED = "muted", _("Muted: nothing but mentions")


class OwnQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> OwnQuerySet:
        """One's own, and nobody else's: whom somebody follows is theirs to know."""
        if actor.is_platform:
            return self
        return self.filter(account=actor.account_id) if actor.account_id is not None else self.none()


class Follow(models.Model):
    """Somebody follows or mutes a thing. Following is also set by itself (writing in a thread): `is_own_choice` tells,
    as what a person chose is never overruled.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    thing_kind = models.CharField(max_length=40)
    thing_id = models.BigIntegerField()
    level = models.CharField(max_length=10, choices=FollowLevel.choices, default=FollowLevel.FOLLOWING)
    is_own_choice = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now)

    objects = scoped(OwnQuerySet)

    class Meta:
        indexes = [models.Index(fields=["region", "thing_kind", "thing_id", "level"], name="follows_of_thing")]
        constraints = [
            models.UniqueConstraint(fields=["region", "account", "thing_kind", "thing_id"], name="follows_once")
        ]

    def __str__(self) -> str:
        return f"account {self.account_id}: {self.level} {self.thing_kind} {self.thing_id}"


class Bookmark(models.Model):
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    thing_kind = models.CharField(max_length=40)
    thing_id = models.BigIntegerField()
    note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=now)

    objects = scoped(OwnQuerySet)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["region", "account", "thing_kind", "thing_id"], name="follows_marked_once")
        ]

    def __str__(self) -> str:
        return f"account {self.account_id}: {self.thing_kind} {self.thing_id}"

# SPDX-License-Identifier: EUPL-1.2
"""Journey: which thing came from which."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from filanda.kernel.identity.models import Account
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped
from filanda.spaces.models import Space

THREAD = "thread"


class Journey(models.Model):
    """(`source_kind`, `source_id`) became (`target_kind`, `target_id`). Who may see either end is decided by that
    end. `parts`: of a thread, the posts whose words went along. `key`: given by the form, so that sending twice makes
    one thing.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    source_kind = models.CharField(max_length=40)
    source_id = models.BigIntegerField()
    target_kind = models.CharField(max_length=40)
    target_id = models.BigIntegerField()
    parts = ArrayField(models.BigIntegerField(), default=list, blank=True)
    key = models.CharField(max_length=40, blank=True)
    made_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=now)
    told_at = models.DateTimeField(null=True, blank=True, help_text="when the source was told, if that comes later")

    objects = scoped()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_kind", "source_id", "target_kind", "target_id"], name="journeys_once"
            ),
            models.UniqueConstraint(fields=["made_by", "key"], condition=~Q(key=""), name="journeys_sent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source_kind} {self.source_id} became {self.target_kind} {self.target_id}"

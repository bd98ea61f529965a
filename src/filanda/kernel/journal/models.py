# SPDX-License-Identifier: EUPL-1.2
"""Events and the chain over them. A trigger (migration 0002) refuses changes other than erasure."""

from __future__ import annotations

from django.db import models
from django.utils.timezone import now

from filanda.kernel.identity.models import Account
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped


class Event(models.Model):
    """One thing that happened. `digest` = SHA-256 over salt and canonical payload, `actor_digest` the same over who
    acted; see `hashing`.

    `touches` names the rows whose derived copies (search documents, figures) must follow:
    {"organisation": [1, 2], "evidence": [7]}.
    """

    region = models.ForeignKey(Region, null=True, on_delete=models.PROTECT, related_name="+")
    type = models.CharField(max_length=80)
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    payload = models.JSONField(null=True)
    salt = models.BinaryField(max_length=16, null=True)
    actor_salt = models.BinaryField(max_length=16, null=True)
    actor_digest = models.BinaryField(max_length=32, null=True)
    touches = models.JSONField(default=dict)
    digest = models.BinaryField(max_length=32)
    at = models.DateTimeField(default=now)
    erased_at = models.DateTimeField(null=True)

    objects = scoped()

    class Meta:
        indexes = [models.Index(fields=["region", "subject_type", "subject_id"], name="journal_event_subject")]

    def __str__(self) -> str:
        return f"{self.type} #{self.pk}"


class ChainLink(models.Model):
    """Position of an event in the one chain of the installation. Written by the worker only, after commit."""

    position = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="link", db_constraint=False)
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"link {self.position}"


class Pending(models.Model):
    """An event that is not chained yet. A trigger writes it with the event; `chain.extend` removes it."""

    event_id = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return f"pending event {self.event_id}"


class Position(models.Model):
    """How far a reader has read the chain: one row for the installation, locked meanwhile. Each room has its table."""

    name = models.CharField(max_length=40, primary_key=True)
    position = models.BigIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name} at {self.position}"

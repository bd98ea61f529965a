# SPDX-License-Identifier: EUPL-1.2
"""FundingCall, and the concepts that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import pgettext_lazy

from filanda.directory.organisations.models import ConceptOrigin
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped

__all__ = [
    "BY_HAND",
    "DEADLINES_MOST",
    "FIELDS",
    "LINE_MOST",
    "MONEY_MOST",
    "TEXT_MOST",
    "TITLE_MOST",
    "URL_MOST",
    "FundingCall",
    "FundingCallConcept",
    "FundingState",
    "state_on",
]

TITLE_MOST, LINE_MOST, URL_MOST, TEXT_MOST = 300, 160, 500, 40_000
DEADLINES_MOST = 12
MONEY_MOST = 10**12
BY_HAND = "hand"  # the source of what the region's staff wrote
STAFF = frozenset({Role.FACILITATOR, Role.REGION_ADMINISTRATOR})
# What a form or an import says of a call.
FIELDS = (
    "title",
    "text",
    "programme",
    "identifier",
    "action_kind",
    "opens_on",
    "deadlines",
    "budget",
    "grant_min",
    "grant_max",
    "link",
    "source_name",
    "licence",
)


class FundingState(models.TextChoices):
    """Follows from the dates; nobody sets it."""

    FORTHCOMING = "forthcoming", pgettext_lazy("funding call", "Forthcoming")
    OPEN = "open", pgettext_lazy("funding call", "Open")
    CLOSED = "closed", pgettext_lazy("funding call", "Closed")


class FundingCallQuerySet(models.QuerySet["FundingCall"]):
    def visible_to(self, actor: Actor) -> FundingCallQuerySet:
        """Everybody reads them; withdrawn ones, who looks after them."""
        if actor.is_platform or actor.roles & STAFF:
            return self
        return self.filter(withdrawn_at=None)

    def answerable(self, today: date) -> FundingCallQuerySet:
        """Those that can still be answered, now or once they open."""
        rows = self.filter(withdrawn_at=None).exclude(said_state=FundingState.CLOSED)
        return rows.filter(Q(closes_on=None) | Q(closes_on__gte=today))


class FundingCall(models.Model):
    """An opportunity that somebody else published. `source` and `source_id`: where it was read, under which id; of one
    written here BY_HAND. `said_state`: what the source says where it gives no date to tell by. `closes_on`: the last
    deadline. `told_state`, `next_deadline`: as the search index knows them; a daily job follows the calendar.
    `told_14_for`, `told_3_for`: of which deadline those who follow the call were told, days before.
    `fingerprint`: of what an import read last; `kept_fields`: changed by hand, which no import overwrites. Money is in
    whole euros: `budget` in all, `grant_min` to `grant_max` for one project.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=40, default=BY_HAND)
    source_id = models.CharField(max_length=120)
    title = models.CharField(max_length=TITLE_MOST)
    text = models.TextField(blank=True, help_text="plain, paragraphs apart by empty lines")
    language = models.CharField(max_length=8, blank=True, help_text="ISO 639-1, of title and text")
    programme = models.CharField(max_length=LINE_MOST, blank=True)
    identifier = models.CharField(max_length=LINE_MOST, blank=True)
    action_kind = models.CharField(max_length=LINE_MOST, blank=True)
    opens_on = models.DateField(null=True, blank=True)
    deadlines = ArrayField(models.DateField(), default=list, blank=True)
    closes_on = models.DateField(null=True, blank=True, editable=False)
    budget = models.BigIntegerField(null=True, blank=True)
    grant_min = models.BigIntegerField(null=True, blank=True)
    grant_max = models.BigIntegerField(null=True, blank=True)
    link = models.CharField(max_length=URL_MOST, blank=True)
    source_name = models.CharField(max_length=LINE_MOST, blank=True, help_text="who published it")
    licence = models.CharField(max_length=LINE_MOST, blank=True, help_text="under which its text may be shown")
    said_state = models.CharField(max_length=12, choices=FundingState.choices, blank=True)
    told_state = models.CharField(max_length=12, choices=FundingState.choices, default=FundingState.OPEN)
    next_deadline = models.DateField(null=True, blank=True, editable=False)
    told_14_for = models.DateField(null=True, blank=True, editable=False)
    told_3_for = models.DateField(null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    fingerprint = models.CharField(max_length=32, blank=True, editable=False)
    kept_fields = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="who edits says which one they saw")
    is_invented = models.BooleanField(default=False)
    created_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    objects = scoped(FundingCallQuerySet)

    class Meta:
        ordering = ["closes_on", "pk"]
        indexes = [models.Index(fields=["region", "closes_on"], name="funding_by_deadline")]
        constraints = [
            models.UniqueConstraint(fields=["region", "source", "source_id"], name="funding_source_once"),
            models.CheckConstraint(condition=~Q(title=""), name="funding_has_title"),
        ]

    def __str__(self) -> str:
        return f"funding call {self.pk}"

    def state(self, today: date) -> FundingState:
        """As the dates say. No query."""
        return state_on(today, self.opens_on, self.deadlines, self.said_state)

    def follow(self, today: date) -> bool:
        """Write what the index knows of the dates, without saving; whether that has changed."""
        before = (self.told_state, self.next_deadline, self.closes_on)
        self.closes_on = max(self.deadlines, default=None)
        self.told_state = self.state(today)
        self.next_deadline = min((one for one in self.deadlines if one >= today), default=None)
        return before != (self.told_state, self.next_deadline, self.closes_on)

    @property
    def paragraphs(self) -> list[str]:
        return [one.strip() for one in re.split(r"\n\s*\n", self.text) if one.strip()]


def state_on(today: date, opens_on: date | None, deadlines: Iterable[date], said: str = "") -> FundingState:
    """A call is open through the day of its last deadline. What the source says (`said`) counts where dates do not
    tell: an end without a deadline, a beginning without a day.
    """
    last = max(deadlines, default=None)
    if last is not None and last < today:
        return FundingState.CLOSED
    if said == FundingState.CLOSED:
        return FundingState.CLOSED
    if opens_on is not None:
        return FundingState.FORTHCOMING if opens_on > today else FundingState.OPEN
    return FundingState.FORTHCOMING if said == FundingState.FORTHCOMING else FundingState.OPEN


class FundingCallConcept(models.Model):
    """What a funding call is about. A suggestion stays one until a person confirms it."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    call = models.ForeignKey(FundingCall, on_delete=models.CASCADE, related_name="concept_links")
    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=10, choices=ConceptOrigin.choices, default=ConceptOrigin.CONFIRMED)
    score = models.FloatField(null=True, blank=True)

    objects = scoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "concept"], name="funding_concept_once")]

    def __str__(self) -> str:
        return f"funding call {self.call_id}: concept {self.concept_id}"

# SPDX-License-Identifier: EUPL-1.2
"""What was suggested to whom, what they said of it, and what went out by letter."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped

ORGANISATION = "organisation"


class Seeker(models.TextChoices):
    """For whom something is suggested."""

    PROPOSAL = "proposal", _("A proposal")
    ORGANISATION = "organisation", _("An organisation")
    PERSON = "person", _("A person")


class Found(models.TextChoices):
    """What is suggested."""

    ORGANISATION = "organisation", _("An organisation")
    PERSON = "person", _("A person")
    PROPOSAL = "proposal", _("A proposal")
    FUNDING_CALL = "funding_call", _("A funding call")


class Surface(models.TextChoices):
    """Where it was shown."""

    PAGE = "page", _("On a page")
    LETTER = "letter", _("In the weekly letter")


class NotForMe(models.TextChoices):
    """Why a suggestion does not fit. Each but the last two says which signal counts for more from now on."""

    FIELD = "field", _("It is another field")
    STAGE = "stage", _("The stage, or the kind of cooperation, does not fit")
    PLACE = "place", _("It is too far away")
    KNOWN = "known", _("We know each other already")
    SILENT = "silent", _("They do not answer")
    OTHER = "other", _("Another reason")


class MatchFeedback(models.Model):
    """ "Not for me": the suggestion (`kind`, `object_id`) does not fit the seeker. It is gone from their lists at once;
    taken back, the row goes. `place` and `score`: as it stood then. `account`: who said so.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    seeker_kind = models.CharField(max_length=12, choices=Seeker.choices)
    seeker_id = models.BigIntegerField()
    kind = models.CharField(max_length=12, choices=Found.choices)
    object_id = models.BigIntegerField()
    reason = models.CharField(max_length=10, choices=NotForMe.choices)
    place = models.PositiveSmallIntegerField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True)
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region", "seeker_kind", "seeker_id", "kind", "object_id"], name="matchmaking_said_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} is not for {self.seeker_kind} {self.seeker_id}"


class Showing(models.Model):
    """That something was suggested to a seeker on a day, at its best `place` (from 1) with its `score`. The exposure
    of newcomers is counted from these, and what feedback would have been under another order is worked out from them.
    `is_rotated`: it stood there for a newcomer's turn. Kept for a year.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    seeker_kind = models.CharField(max_length=12, choices=Seeker.choices)
    seeker_id = models.BigIntegerField()
    kind = models.CharField(max_length=12, choices=Found.choices)
    object_id = models.BigIntegerField()
    surface = models.CharField(max_length=10, choices=Surface.choices)
    place = models.PositiveSmallIntegerField()
    score = models.FloatField()
    is_rotated = models.BooleanField(default=False)
    on_day = models.DateField()

    objects = scoped()

    class Meta:
        indexes = [models.Index(fields=["region", "kind", "object_id"], name="matchmaking_shown_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "seeker_kind", "seeker_id", "kind", "object_id", "surface", "on_day"],
                name="matchmaking_shown_a_day",
            ),
            models.CheckConstraint(condition=Q(place__gte=1), name="matchmaking_place"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} shown to {self.seeker_kind} {self.seeker_id}"


class LetterLine(models.Model):
    """A proposal that went to somebody in a weekly letter: never twice."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    proposal_id = models.BigIntegerField()
    sent_at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "account", "proposal_id"], name="matchmaking_sent_once")
        ]

    def __str__(self) -> str:
        return f"proposal {self.proposal_id} to account {self.account_id}"


class KeptMatch(models.Model):
    """Who fits a proposal that nobody has answered: worked out by the worker once a day, for the desk's line, with
    what every member may read of the proposal.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    proposal_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    place = models.PositiveSmallIntegerField()
    score = models.FloatField()
    at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "proposal_id", "organisation_id"], name="matchmaking_kept_once")
        ]

    def __str__(self) -> str:
        return f"organisation {self.organisation_id} for proposal {self.proposal_id}"


class KeptAnswerers(models.Model):
    """Who here could answer a funding call, worked out by the worker: `found`, best first, {"organisation": 12,
    "is_close": true, "evidence": [7, 9]}. `stamp`: the call's version then.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    call_id = models.BigIntegerField()
    stamp = models.BigIntegerField()
    on_day = models.DateField()
    found = models.JSONField(default=list)

    objects = scoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "call_id"], name="matchmaking_answerers_once")]

    def __str__(self) -> str:
        return f"who could answer funding call {self.call_id}"


class Exposure(models.Model):
    """By how much something had more attention lately than it was welcome, 0..1: counted every night (`exposure`)."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Found.choices)
    object_id = models.BigIntegerField()
    excess = models.FloatField()
    at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "kind", "object_id"], name="matchmaking_exposed_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}: {self.excess}"


def speaks_for(actor: Actor) -> frozenset[int]:
    """Ids of the organisations whose side `actor` is. No query."""
    return actor.scope_ids(ORGANISATION, Role.ORGANISATION_ADMIN)

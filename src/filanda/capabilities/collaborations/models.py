# SPDX-License-Identifier: EUPL-1.2
"""Collaboration (with its workflow), its parties, check-ins and outcomes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.directory.organisations.models import Evidence, Organisation
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped
from filanda.kernel.workflow import Transition, Workflow

TITLE_MOST = 200
SUMMARY_MOST = 2_000
REASON_MOST = 1_000
ORGANISATION = "organisation"
SPEAKERS = (Role.ORGANISATION_ADMIN,)
STAFF = frozenset({Role.FACILITATOR})


class Cooperation(models.TextChoices):
    """Kinds of cooperation, those wanted in a proposal and those that came of it."""

    RESEARCH = "research", _("Research together")
    TECHNICAL = "technical", _("Technical cooperation")
    LICENCE = "licence", _("Licence")
    JOINT_VENTURE = "joint_venture", _("Joint venture")
    SUPPLY = "supply", _("Supply")
    PILOT = "pilot", _("Test and pilot")
    CONSORTIUM = "consortium", _("Consortium for a call")


class ValueBand(models.TextChoices):
    NOT_SAID = "", _("Not said")
    NONE = "none", _("No money changes hands")
    UNDER_10K = "under_10k", _("Under 10,000 euro")
    UNDER_50K = "under_50k", _("10,000 to 50,000 euro")
    UNDER_250K = "under_250k", _("50,000 to 250,000 euro")
    UNDER_1M = "under_1m", _("250,000 to 1 million euro")
    OVER_1M = "over_1m", _("Over 1 million euro")


class CollaborationState(models.TextChoices):
    REPORTED = "reported", _("Reported, to be confirmed")
    DISPUTED = "disputed", _("Disputed")
    CONFIRMED = "confirmed", _("Confirmed")
    ACTIVE = "active", _("Active")
    ENDED = "ended", _("Ended")
    VOID = "void", _("Void: it did not come about")


_C = CollaborationState
COUNTED = (_C.CONFIRMED, _C.ACTIVE, _C.ENDED)  # the region's headline figure


class CollaborationQuerySet(models.QuerySet["Collaboration"]):
    def visible_to(self, actor: Actor) -> CollaborationQuerySet:
        """Confirmed ones that their parties made public, to everybody; all of one's own side; all to facilitators."""
        if actor.is_platform or actor.roles & STAFF:
            return self
        seen = Q(is_public=True, state__in=COUNTED, hidden_at=None)
        if actor.account_id is not None:
            own = Party.objects.filter(Party.of(actor)).values("collaboration")
            seen |= Q(pk__in=own)
        return self.filter(seen)

    def counted(self) -> CollaborationQuerySet:
        """What figures count."""
        return self.filter(state__in=COUNTED)


class Collaboration(models.Model):
    """What came of it. (`from_kind`, `from_id`): the thing it came of, ("proposal", 17) or ("introduction", 3);
    `space_id`: its project group. `is_public`: its page and its parties' names; else it is only counted. `evidence`:
    what its organisations show of it, once confirmed and public.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=TITLE_MOST)
    summary = models.CharField(max_length=SUMMARY_MOST, blank=True)
    language = models.CharField(max_length=8, blank=True)
    kind = models.CharField(max_length=20, choices=Cooperation.choices)
    value = models.CharField(max_length=20, choices=ValueBand.choices, blank=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    from_kind = models.CharField(max_length=40, blank=True)
    from_id = models.BigIntegerField(null=True, blank=True)
    space_id = models.BigIntegerField(null=True, blank=True)
    is_public = models.BooleanField(default=False)
    hidden_at = models.DateTimeField(null=True, blank=True, help_text="by moderation")
    reported_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    facilitator = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=CollaborationState.choices, default=CollaborationState.REPORTED)
    state_changed_at = models.DateTimeField(default=now)
    reason = models.CharField(max_length=REASON_MOST, blank=True, help_text="why disputed, settled or void")
    by_document = models.BooleanField(default=False, help_text="confirmed by the facilitator, who saw a document")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    stopped_why = models.CharField(max_length=REASON_MOST, blank=True)
    evidence = models.ForeignKey(Evidence, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    key = models.CharField(max_length=40, blank=True)
    is_invented = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)

    objects = scoped(CollaborationQuerySet)

    workflow = Workflow(
        states=CollaborationState,
        transitions=(
            Transition("agree", (_C.REPORTED,), _C.CONFIRMED, ""),  # when the last side has confirmed
            Transition(
                "certify", (_C.REPORTED,), _C.CONFIRMED, "collaborations.certify", _("Confirm, having seen a document")
            ),
            Transition("dispute", (_C.REPORTED,), _C.DISPUTED, "collaborations.answer", _("This is not so")),
            Transition("settle", (_C.DISPUTED,), _C.CONFIRMED, "collaborations.certify", _("Confirm after all")),
            Transition("void", (_C.DISPUTED,), _C.VOID, "collaborations.certify", _("It did not come about")),
            Transition("begin", (_C.CONFIRMED,), _C.ACTIVE, ""),  # on the day it starts
            Transition("end", (_C.CONFIRMED, _C.ACTIVE), _C.ENDED, "collaborations.end", _("It has ended")),
        ),
    )

    class Meta:
        ordering = ["-started_on", "-pk"]
        indexes = [
            models.Index(fields=["region", "state", "-started_on"], name="collaborations_register"),
            models.Index(fields=["region", "from_kind", "from_id"], name="collaborations_came_from"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="collaborations_dates"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "active", "ended"]) | Q(confirmed_at__isnull=False),
                name="collaborations_confirmed_on_a_day",
            ),
            models.UniqueConstraint(
                fields=["reported_by", "key"], condition=~Q(key=""), name="collaborations_reported_once"
            ),
        ]

    def __str__(self) -> str:
        return f"collaboration {self.pk}"


class Party(models.Model):
    """A side: an organisation, spoken for by its admins, or a person alone. `confirmed_at`: it says that this is so."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    collaboration = models.ForeignKey(Collaboration, on_delete=models.CASCADE, related_name="parties")
    position = models.PositiveSmallIntegerField(default=1)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    account = models.ForeignKey(
        Account,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="who answers for this side",
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(null=True, blank=True)
    keeps_private = models.BooleanField(
        default=False, help_text="has not agreed to publication, or has taken that back"
    )

    objects = scoped()

    class Meta:
        ordering = ["collaboration", "position"]
        verbose_name_plural = "parties"
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "position"], name="collaborations_party_position"),
            models.UniqueConstraint(
                fields=["collaboration", "organisation"],
                condition=Q(organisation__isnull=False),
                name="collaborations_party_once",
            ),
        ]

    def __str__(self) -> str:
        return f"party {self.position} of collaboration {self.collaboration_id}"

    @staticmethod
    def of(actor: Actor) -> Q:
        """Rows of `actor`'s own side."""
        if actor.account_id is None:
            return Q(pk__in=())
        return Q(account=actor.account_id) | Q(organisation__in=actor.scope_ids(ORGANISATION, *SPEAKERS))

    def is_side_of(self, actor: Actor) -> bool:
        """Whether `actor` speaks for this side. No query."""
        if actor.account_id is None:
            return False
        return self.account_id == actor.account_id or self.organisation_id in actor.scope_ids(ORGANISATION, *SPEAKERS)


class CheckInAnswer(models.TextChoices):
    """One click each."""

    GOES_ON = "goes_on", _("It goes on")
    SLOW = "slow", _("It goes on, slower than planned")
    SUCCESS = "success", _("It has ended, with a result")
    STOPPED = "stopped", _("It has stopped")


class CheckIn(models.Model):
    """The question to one side after 3, 6 and 12 months: how is it going? Answered by a signed link, without signing
    in. The last click counts; `details` may follow.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    collaboration = models.ForeignKey(Collaboration, on_delete=models.CASCADE, related_name="check_ins")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="check_ins")
    months = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    sent_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=10, choices=CheckInAnswer.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    details = models.TextField(blank=True)

    objects = scoped()

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["region", "due_on"], name="collaborations_checks_due")]
        constraints = [models.UniqueConstraint(fields=["party", "months"], name="collaborations_check_once")]

    def __str__(self) -> str:
        return f"check-in at {self.months} months of collaboration {self.collaboration_id}"


class OutcomeKind(models.TextChoices):
    PRODUCT = "product", _("Product or service")
    PATENT = "patent", _("Patent")
    PUBLICATION = "publication", _("Publication")
    HIRE = "hire", _("Hire")
    FUNDING = "funding", _("Funding won")
    OTHER = "other", _("Something else")


class Outcome(models.Model):
    """What a collaboration brought. That it stopped, and why, stands in the collaboration."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    collaboration = models.ForeignKey(Collaboration, on_delete=models.CASCADE, related_name="outcomes")
    kind = models.CharField(max_length=12, choices=OutcomeKind.choices)
    words = models.CharField(max_length=REASON_MOST, blank=True)
    url = models.URLField(max_length=500, blank=True)
    count = models.PositiveIntegerField(default=1, help_text="3 hires")
    noted_on = models.DateField()
    noted_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    check_in = models.ForeignKey(CheckIn, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = scoped()

    class Meta:
        ordering = ["-noted_on", "-pk"]

    def __str__(self) -> str:
        return f"outcome {self.pk} of collaboration {self.collaboration_id}"

# SPDX-License-Identifier: EUPL-1.2
"""Introduction (with its workflow) and its two sides."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped
from filanda.kernel.workflow import Transition, Workflow

REASON_MOST = 1_000
DAYS_OPEN = 14
ORGANISATION = "organisation"
SPEAKERS = (Role.ORGANISATION_ADMIN,)


class IntroductionState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    ONE_CONSENTED = "one_consented", _("One side has consented")
    MADE = "made", _("Made")
    REFUSED = "refused", _("Refused")
    LAPSED = "lapsed", _("Lapsed after 14 days")


class Origin(models.TextChoices):
    FACILITATOR = "facilitator", _("A facilitator proposes it")
    ASKED = "asked", _("One side asked for it")


_S = IntroductionState


class IntroductionQuerySet(models.QuerySet["Introduction"]):
    def visible_to(self, actor: Actor) -> IntroductionQuerySet:
        """Those of one's own side; facilitators see all of their region, as they hand over to one another. What a side
        learns of the other is `Introduction.shows`.
        """
        if actor.is_platform:
            return self
        if actor.account_id is None:
            return self.none()
        if Role.FACILITATOR in actor.roles:
            return self
        return self.filter(pk__in=Side.objects.filter(Side.of(actor)).values("introduction"))

    def open(self) -> IntroductionQuerySet:
        return self.filter(state__in=[_S.PROPOSED, _S.ONE_CONSENTED])


class Introduction(models.Model):
    """Two parties put in touch. (`about_kind`, `about_id`): what it is about, ("proposal", 17), or empty. `why`: what
    the facilitator writes to both, without naming either; `question`: what they would talk about. `thread_id`: their
    conversation once it is made, in the place ("introduction", id).
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.FACILITATOR)
    about_kind = models.CharField(max_length=40, blank=True)
    about_id = models.BigIntegerField(null=True, blank=True)
    why = models.CharField(max_length=REASON_MOST)
    facilitator = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    proposed_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=15, choices=IntroductionState.choices, default=IntroductionState.PROPOSED)
    state_changed_at = models.DateTimeField(default=now)
    lapses_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    thread_id = models.BigIntegerField(null=True, blank=True)
    key = models.CharField(max_length=40, blank=True)
    is_invented = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)

    objects = scoped(IntroductionQuerySet)

    workflow = Workflow(
        states=IntroductionState,
        transitions=(
            Transition("consent", (_S.PROPOSED,), _S.ONE_CONSENTED, "introductions.answer", _("Yes, introduce us")),
            Transition("make", (_S.ONE_CONSENTED,), _S.MADE, "introductions.answer", _("Yes, introduce us")),
            Transition(
                "refuse", (_S.PROPOSED, _S.ONE_CONSENTED), _S.REFUSED, "introductions.answer", _("No, thank you")
            ),
            Transition("lapse", (_S.PROPOSED, _S.ONE_CONSENTED), _S.LAPSED, ""),
        ),
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["region", "state", "lapses_at"], name="introductions_by_the_clock"),
            models.Index(fields=["region", "about_kind", "about_id"], name="introductions_about"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["proposed_by", "key"], condition=~Q(key=""), name="introductions_once")
        ]

    def __str__(self) -> str:
        return f"introduction {self.pk}"

    def shows(self, side: Side) -> bool:
        """Whether the other side may know who `side` is. No query."""
        return side.is_public or self.state == IntroductionState.MADE


class Side(models.Model):
    """One of the two: a person alone (`account`), or an organisation through who answers for it there (`account`, or
    any of its admins). `is_public`: the other side may know from the start who this is (a published proposal's public
    author, an organisation's public page asked for by name).
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    introduction = models.ForeignKey(Introduction, on_delete=models.CASCADE, related_name="sides")
    position = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_public = models.BooleanField(default=False)
    consented_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=REASON_MOST, blank=True, help_text="why not, for the facilitator alone")

    objects = scoped()

    class Meta:
        ordering = ["introduction", "position"]
        constraints = [
            models.UniqueConstraint(fields=["introduction", "position"], name="introductions_two_sides"),
            models.CheckConstraint(condition=Q(position__in=[1, 2]), name="introductions_first_or_second"),
        ]

    def __str__(self) -> str:
        return f"side {self.position} of introduction {self.introduction_id}"

    @staticmethod
    def of(actor: Actor) -> Q:
        """Rows of `actor`'s own side."""
        if actor.account_id is None:
            return Q(pk__in=())
        return Q(account=actor.account_id) | Q(organisation__in=actor.scope_ids(ORGANISATION, *SPEAKERS))

    def is_of(self, actor: Actor) -> bool:
        """Whether `actor` answers for this side. No query."""
        if actor.account_id is None:
            return False
        return self.account_id == actor.account_id or self.organisation_id in actor.scope_ids(ORGANISATION, *SPEAKERS)

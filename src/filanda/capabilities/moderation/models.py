# SPDX-License-Identifier: EUPL-1.2
"""Report (with its workflow), Decision, Appeal and Suspension."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped
from filanda.kernel.workflow import Transition, Workflow

STAFF = frozenset({Role.FACILITATOR, Role.REGION_ADMINISTRATOR})
KEEPERS = (Role.SPACE_MANAGER, Role.SPACE_MODERATOR)
APPEAL_WITHIN = timedelta(days=183)  # DSA art. 20(1): at least six months


class ReportState(models.TextChoices):
    RECEIVED = "received", _("Received")
    IN_REVIEW = "in_review", _("Being looked at")
    DECIDED = "decided", _("Decided")
    APPEALED = "appealed", _("Appealed")
    UPHELD = "upheld", _("Decision upheld")
    REVERSED = "reversed", _("Decision reversed")


class Category(models.TextChoices):
    """Why something is reported, in words that people use; the first four may be unlawful."""

    ILLEGAL = "illegal", _("It seems unlawful")
    PERSONAL_DATA = "personal_data", _("It shows personal data of somebody")
    RIGHTS = "rights", _("It uses somebody’s work or trade mark")
    HARASSMENT = "harassment", _("It attacks or insults somebody")
    IMPERSONATION = "impersonation", _("It pretends to be somebody else")
    ADVERTISING = "advertising", _("It only advertises, or is spam")
    CONFIDENTIAL = "confidential", _("It tells something confidential")
    OFF_TOPIC = "off_topic", _("It does not belong here")
    OTHER = "other", _("Something else")


class Measure(models.TextChoices):
    """What a decision does. Milder ones first."""

    NONE = "none", _("Nothing: it stays")
    WARNED = "warned", _("It stays, and its author is warned")
    HIDDEN = "hidden", _("It is hidden, until whoever keeps order shows it again")
    REMOVED = "removed", _("It is removed")
    SUSPENDED = "suspended", _("It is removed, and its author may not write for a time")


class Ground(models.TextChoices):
    """What a decision rests on (DSA art. 17(3)(d), (e))."""

    TERMS = "terms", _("The rules of this platform or community")
    LAW = "law", _("The law")


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, actor: Actor) -> ReportQuerySet:
        """One's own; those of spaces in which one keeps order; staff see those of their region. Never one about
        oneself: what its author is told stands in the decision.
        """
        if actor.is_platform:
            return self
        if actor.account_id is None:
            return self.none()
        seen = Q(reporter=actor.account_id)
        kept = actor.scope_ids("space", *KEEPERS)
        others = ~Q(author=actor.account_id) | Q(author=None)
        if actor.roles & STAFF:
            seen |= others
        elif kept:
            seen |= others & Q(space_id__in=kept)
        return self.filter(seen)

    def with_own_cause(self, actor: Actor) -> ReportQuerySet:
        """With `is_own_cause`: whether `actor` has reported the same thing, which is not decided yet."""
        same = Report.objects.filter(
            thing_kind=models.OuterRef("thing_kind"),
            thing_id=models.OuterRef("thing_id"),
            reporter=actor.account_id,
            state__in=[ReportState.RECEIVED, ReportState.IN_REVIEW],
        )
        return self.annotate(is_own_cause=models.Exists(same))

    def open(self) -> ReportQuerySet:
        """Reports about which somebody still has to decide."""
        return self.filter(state__in=[ReportState.RECEIVED, ReportState.IN_REVIEW, ReportState.APPEALED])


_R = ReportState


class Report(models.Model):
    """Somebody says that a thing should not be there (DSA art. 16). Who has no account gives an e-mail address.

    `said`: what the thing said then; `title`, `address`: what it was called and where. `author`: who wrote it.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    thing_kind = models.CharField(max_length=40)
    thing_id = models.BigIntegerField()
    space_id = models.BigIntegerField(null=True)
    title = models.CharField(max_length=300, blank=True)
    address = models.CharField(max_length=500, blank=True, help_text="path of its page")
    said = models.TextField(blank=True)
    author = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reporter = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reporter_name = models.CharField(max_length=200, blank=True)
    reporter_email = models.EmailField(blank=True)
    language = models.CharField(max_length=8, help_text="in which the reporter reads")
    category = models.CharField(max_length=20, choices=Category.choices)
    text = models.TextField(blank=True, help_text="why, in the reporter's words")
    state = models.CharField(max_length=10, choices=ReportState.choices, default=ReportState.RECEIVED)
    state_changed_at = models.DateTimeField(default=now)
    handler = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decision = models.ForeignKey("Decision", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")
    is_unfounded = models.BooleanField(default=False, help_text="manifestly (DSA art. 23(2)), says who decided")
    created_at = models.DateTimeField(default=now)
    forgotten_at = models.DateTimeField(null=True, blank=True, help_text="who reported, and the words, are gone")

    objects = scoped(ReportQuerySet)

    workflow = Workflow(
        states=ReportState,
        transitions=(
            Transition("take", (_R.RECEIVED,), _R.IN_REVIEW, "moderation.reports.handle", _("Take on")),
            Transition("decide", (_R.RECEIVED, _R.IN_REVIEW), _R.DECIDED, "moderation.reports.handle", _("Decide")),
            Transition("appeal", (_R.DECIDED, _R.UPHELD), _R.APPEALED, "moderation.decisions.appeal", _("Appeal")),
            Transition("uphold", (_R.APPEALED,), _R.UPHELD, "moderation.appeals.decide", _("Uphold")),
            Transition("reverse", (_R.APPEALED,), _R.REVERSED, "moderation.appeals.decide", _("Reverse")),
            # Whoever reported was right to object: it is decided anew.
            Transition("reopen", (_R.APPEALED,), _R.IN_REVIEW, "moderation.appeals.decide", _("Open again")),
        ),
    )

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["region", "state", "created_at"], name="moderation_queue"),
            models.Index(fields=["region", "thing_kind", "thing_id"], name="moderation_of_thing"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "reporter", "thing_kind", "thing_id"],
                condition=Q(state__in=["received", "in_review"], reporter__isnull=False),
                name="moderation_one_open_report",
            )
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, actor: Actor) -> DecisionQuerySet:
        """Decisions about what one wrote, and those of `beyond_own`."""
        if actor.is_platform:
            return self
        if actor.account_id is None:
            return self.none()
        return self.filter(Q(author=actor.account_id) | self._beyond_own(actor, actor.account_id))

    def beyond_own(self, actor: Actor) -> DecisionQuerySet:
        """Decisions about what one reported; those of spaces in which one keeps order; staff see those of their region.
        Not those about oneself. A decision that was taken anew is one of them still, though no report leads to it.
        """
        if actor.is_platform:
            return self
        if actor.account_id is None:
            return self.none()
        return self.filter(self._beyond_own(actor, actor.account_id))

    @staticmethod
    def _beyond_own(actor: Actor, account_id: int) -> Q:
        mine = Report.objects.filter(reporter=account_id, decision__isnull=False)
        seen = Q(pk__in=mine.values("decision"))
        others = ~Q(author=account_id) | Q(author=None)
        kept = actor.scope_ids("space", *KEEPERS)
        if actor.roles & STAFF:
            seen |= others
        elif kept:
            seen |= others & Q(space_id__in=kept)
        return seen


class Decision(models.Model):
    """What was decided about a thing, and why: the statement of reasons (DSA art. 17) of its author."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    thing_kind = models.CharField(max_length=40)
    thing_id = models.BigIntegerField()
    space_id = models.BigIntegerField(null=True)
    author = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    measure = models.CharField(max_length=10, choices=Measure.choices)
    ground = models.CharField(max_length=10, choices=Ground.choices, default=Ground.TERMS)
    rule = models.CharField(max_length=300, blank=True, help_text="which article, or which rule")
    reasons = models.TextField(help_text="the facts, and why they break the rule")
    suspended_until = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(default=now)
    reversed_at = models.DateTimeField(null=True, blank=True)
    shown_again_at = models.DateTimeField(null=True, blank=True, help_text="what was hidden was changed, or forgiven")

    objects = scoped(DecisionQuerySet)

    class Meta:
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reasons=""), name="moderation_reasons_given"),
            models.CheckConstraint(
                condition=Q(measure="suspended", suspended_until__isnull=False)
                | ~Q(measure="suspended") & Q(suspended_until=None),
                name="moderation_suspended_until_when",
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}"

    def first_report(self) -> Report | None:
        """The report that it answered. Where it was decided anew since, reports lead to the newer decision: the last
        one of the same thing that was made before this one then. Two queries at most.
        """
        reports: list[Report] = sorted(self.reports.all(), key=lambda one: one.pk)
        if reports:
            return reports[0]
        same = Report.objects.filter(thing_kind=self.thing_kind, thing_id=self.thing_id)
        before: Report | None = same.filter(created_at__lte=self.decided_at).order_by("-pk").first()
        return before

    def may_be_appealed_at(self, now: datetime) -> bool:
        return now <= self.decided_at + APPEAL_WITHIN


class AppealQuerySet(models.QuerySet["Appeal"]):
    def visible_to(self, actor: Actor) -> AppealQuerySet:
        """One's own, and those about reports one may see."""
        if actor.is_platform:
            return self
        if actor.account_id is None:
            return self.none()
        return self.filter(Q(account=actor.account_id) | Q(decision__in=Decision.objects.beyond_own(actor)))


class Appeal(models.Model):
    """Somebody concerned, the author or who reported, says that a decision is wrong (DSA art. 20). One open at a time;
    each side appeals once. `report`: whose reporter appeals, if they have no account.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="appeals")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    report = models.ForeignKey(Report, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField()
    made_at = models.DateTimeField(default=now)
    is_upheld = models.BooleanField(null=True, help_text="whether the decision stands; empty: not decided yet")
    reasons = models.TextField(blank=True)
    decided_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = scoped(AppealQuerySet)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision"], condition=Q(is_upheld=None), name="moderation_one_open_appeal"
            ),
            models.UniqueConstraint(fields=["decision", "account"], name="moderation_appeal_once"),
            models.UniqueConstraint(fields=["decision", "report"], name="moderation_appeal_once_by_link"),
            models.CheckConstraint(
                condition=Q(is_upheld=None) | ~Q(reasons=""), name="moderation_appeal_reasons_given"
            ),
        ]

    def __str__(self) -> str:
        return f"appeal {self.pk}"


class Suspension(models.Model):
    """Somebody may not write: in one space, or (`space_id` empty) in the region. They may still read, answer the
    decision and leave.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    space_id = models.BigIntegerField(null=True)
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="suspensions")
    begins_at = models.DateTimeField(default=now)
    until = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = scoped()

    class Meta:
        indexes = [models.Index(fields=["region", "account", "until"], name="moderation_suspended")]

    def __str__(self) -> str:
        return f"suspension {self.pk}"

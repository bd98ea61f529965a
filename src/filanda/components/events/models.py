# SPDX-License-Identifier: EUPL-1.2
"""SpaceEvent, Registration (each with its workflow) and CalendarFeed."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped
from filanda.kernel.workflow import Transition, Workflow
from filanda.spaces.models import SCOPE, Space, SpaceKind

TITLE_MOST = 200
SUMMARY_MOST = 400
TEXT_MOST = 40_000
PLACE_MOST = 300
REASON_MOST = 1000
CAPACITY_MOST = 100_000
QUESTIONS_MOST = 5
QUESTION_MOST = 200
ANSWER_MOST = 1000
LINKS_MOST = 10
KEEPERS = (Role.SPACE_MANAGER, Role.SPACE_MODERATOR)
STAFF = frozenset({Role.FACILITATOR, Role.REGION_ADMINISTRATOR})


class SpaceEventState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    CANCELLED = "cancelled", _("Cancelled")


class SpaceEventQuerySet(models.QuerySet["SpaceEvent"]):
    def visible_to(self, actor: Actor) -> SpaceEventQuerySet:
        """What is announced or cancelled, to the readers of its space; drafts and what moderation hid to its author,
        while they still read there, and to those who keep order.
        """
        if actor.is_platform:
            return self
        mine = Q(space__in=actor.scope_ids(SCOPE, *KEEPERS))
        if actor.roles & STAFF:
            mine |= Q(space__kind=SpaceKind.REGION)
        readable = Q(audience__in=actor.audience_tokens)
        if actor.account_id is not None:
            mine |= readable & Q(author=actor.account_id)
        return self.filter((readable & ~Q(state=SpaceEventState.DRAFT) & Q(hidden_at=None)) | mine)

    def announced(self) -> SpaceEventQuerySet:
        """What readers may see: published or cancelled, and not hidden."""
        return self.filter(hidden_at=None).exclude(state=SpaceEventState.DRAFT)

    def taking_place(self) -> SpaceEventQuerySet:
        return self.filter(hidden_at=None, state=SpaceEventState.PUBLISHED)


class SpaceEvent(models.Model):
    """One event of a space. `source` is Markdown, `html` what became of it. `questions`: list of {label, required};
    `links`: list of {label, url}, what was left afterwards, beside the files of ("event", id). `registered_count` and
    `waiting_count` are kept under the lock of this row; `last_number` is the last arrival's. `sequence`: how often the
    calendar entry has changed.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    audience = models.CharField(max_length=60)
    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True, help_text="of the calendar entry")
    sequence = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=TITLE_MOST)
    summary = models.CharField(max_length=SUMMARY_MOST, blank=True)
    source = models.TextField(blank=True)
    html = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True, help_text="as detected")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    time_zone = models.CharField(max_length=60, default="Europe/Rome", help_text="IANA name")
    place = models.CharField(max_length=PLACE_MOST, blank=True, help_text="what the place is called")
    address = models.CharField(max_length=PLACE_MOST, blank=True)
    online_url = models.URLField(max_length=500, blank=True, help_text="seen by those who have a place, and organisers")
    capacity = models.PositiveIntegerField(null=True, blank=True, help_text="empty: as many as come")
    register_until = models.DateTimeField(null=True, blank=True, help_text="empty: until it begins")
    questions = models.JSONField(default=list, blank=True)
    links = models.JSONField(default=list, blank=True)
    author = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=SpaceEventState.choices, default=SpaceEventState.DRAFT)
    state_changed_at = models.DateTimeField(default=now)
    reason = models.CharField(max_length=REASON_MOST, blank=True, help_text="why it was cancelled")
    published_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True, help_text="by moderation")
    reminded_days_at = models.DateTimeField(null=True, blank=True)
    reminded_hours_at = models.DateTimeField(null=True, blank=True)
    registered_count = models.PositiveIntegerField(default=0)
    waiting_count = models.PositiveIntegerField(default=0)
    last_number = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1, help_text="who edits says which one they saw")
    created_at = models.DateTimeField(default=now)
    edited_at = models.DateTimeField(null=True, blank=True)

    objects = scoped(SpaceEventQuerySet)

    workflow = Workflow(
        states=SpaceEventState,
        transitions=(
            Transition("publish", (SpaceEventState.DRAFT,), SpaceEventState.PUBLISHED, "events.organise", _("Publish")),
            Transition(
                "cancel", (SpaceEventState.PUBLISHED,), SpaceEventState.CANCELLED, "events.organise", _("Cancel it")
            ),
        ),
    )

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["region", "space", "starts_at"], name="events_of_space"),
            models.Index(fields=["region", "audience", "starts_at"], name="events_of_readers"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="events_end_after_start"),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(reason=""), name="events_cancelled_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False), name="events_published_on_a_day"
            ),
            models.CheckConstraint(condition=Q(capacity=None) | Q(capacity__gte=1), name="events_capacity"),
        ]

    def __str__(self) -> str:
        return f"event {self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.state == SpaceEventState.DRAFT

    @property
    def is_cancelled(self) -> bool:
        return self.state == SpaceEventState.CANCELLED

    def is_over(self, now: datetime) -> bool:
        return self.ends_at <= now

    def takes_registrations(self, now: datetime) -> bool:
        """Whether somebody may still say that they come."""
        until = min(self.register_until or self.ends_at, self.ends_at)
        return self.state == SpaceEventState.PUBLISHED and self.hidden_at is None and now < until

    @property
    def free_places(self) -> int | None:
        """How many places are left; None: as many as come."""
        return None if self.capacity is None else max(0, self.capacity - self.registered_count)


class RegistrationState(models.TextChoices):
    REGISTERED = "registered", _("Has a place")
    WAITING = "waiting", _("Waits for a place")
    CANCELLED = "cancelled", _("Does not come")


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def visible_to(self, actor: Actor) -> RegistrationQuerySet:
        """One's own, and those of events that one organises. Answers are for these eyes only."""
        if actor.is_platform:
            return self
        if actor.account_id is None:
            return self.none()
        organised = Q(event__space__in=actor.scope_ids(SCOPE, *KEEPERS)) | Q(
            event__author=actor.account_id, event__audience__in=actor.audience_tokens
        )
        if actor.roles & STAFF:
            organised |= Q(event__space__kind=SpaceKind.REGION)
        return self.filter(Q(account=actor.account_id) | organised)

    def coming(self) -> RegistrationQuerySet:
        return self.filter(state=RegistrationState.REGISTERED)

    def waiting(self) -> RegistrationQuerySet:
        return self.filter(state=RegistrationState.WAITING)

    def open(self) -> RegistrationQuerySet:
        return self.exclude(state=RegistrationState.CANCELLED)


_OWN = "events.registrations.own"
_R = RegistrationState


class Registration(models.Model):
    """One person and one event: one row, whatever they decide. `number`: their turn, given under the event's lock.
    `answers`: list of {label, answer}, as the questions were then.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    event = models.ForeignKey(SpaceEvent, on_delete=models.CASCADE, related_name="registrations")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=RegistrationState.choices, default=RegistrationState.REGISTERED)
    state_changed_at = models.DateTimeField(default=now)
    answers = models.JSONField(default=list, blank=True)
    attended = models.BooleanField(null=True, blank=True, help_text="as the organisers ticked it; empty: not said")
    created_at = models.DateTimeField(default=now)

    objects = scoped(RegistrationQuerySet)

    workflow = Workflow(
        states=RegistrationState,
        transitions=(
            Transition("register", (_R.CANCELLED,), _R.REGISTERED, _OWN, _("Register")),
            Transition("wait", (_R.CANCELLED,), _R.WAITING, _OWN, _("Wait for a place")),
            Transition("move_up", (_R.WAITING,), _R.REGISTERED, "", _("Give the free place")),
            Transition(
                "leave",
                (_R.REGISTERED, _R.WAITING),
                _R.CANCELLED,
                "events.registrations.leave",
                _("Do not come"),
            ),
        ),
    )

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["account", "state"], name="events_of_account")]
        constraints = [
            models.UniqueConstraint(fields=["event", "account"], name="events_one_registration"),
            models.UniqueConstraint(fields=["event", "number"], name="events_one_turn"),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} at event {self.event_id}"


class CalendarFeed(models.Model):
    """That somebody has a calendar address of their own, and which one: a new `version` makes the old address useless.
    The address is signed, not stored.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "account"], name="events_one_calendar")]

    def __str__(self) -> str:
        return f"calendar of account {self.account_id}"

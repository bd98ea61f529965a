# SPDX-License-Identifier: EUPL-1.2
"""SpaceFigures, NotForUs, Newsletter and Delivery."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped
from filanda.spaces.models import SCOPE, Openness, Space, SpaceKind

TITLE_MOST = 200
INTRO_MOST = 4000
STAFF = frozenset({Role.FACILITATOR, Role.REGION_ADMINISTRATOR})


class FiguresQuerySet(models.QuerySet["SpaceFigures"]):
    def visible_to(self, actor: Actor) -> FiguresQuerySet:
        """As the permission communities.health: of spaces that one looks after; staff of the region: of those they
        read. A private one's are its managers' alone.
        """
        if actor.is_platform:
            return self
        seen = Q(space__in=actor.scope_ids(SCOPE, Role.SPACE_MANAGER)) | Q(
            ~Q(space__openness=Openness.PRIVATE), space__in=actor.scope_ids(SCOPE, Role.SPACE_MODERATOR)
        )
        if actor.roles & STAFF:
            seen |= Q(space__openness=Openness.OPEN)
            seen |= Q(space__openness=Openness.RESTRICTED, space__in=actor.scope_ids(SCOPE))
        return self.filter(seen)

    def compared(self) -> FiguresQuerySet:
        """Those that a region's medians are made of: communities that are listed. Never a private one's."""
        return self.filter(
            space__kind=SpaceKind.COMMUNITY,
            space__openness__in=[Openness.OPEN, Openness.RESTRICTED],
            space__archived_at=None,
        )


class SpaceFigures(models.Model):
    """The figures of a space on a day, as figures.compute gave them."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    numbers = models.JSONField(default=dict)
    computed_at = models.DateTimeField(default=now)

    objects = scoped(FiguresQuerySet)

    class Meta:
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["space", "day"], name="communities_figures_once_a_day")]
        indexes = [models.Index(fields=["region", "day"], name="communities_of_day")]

    def __str__(self) -> str:
        return f"figures of space {self.space_id} on {self.day}"


class OfManagersQuerySet(models.QuerySet[models.Model]):
    def visible_to(self, actor: Actor) -> OfManagersQuerySet:
        """To the managers of the space."""
        if actor.is_platform:
            return self
        seen = Q(space__in=actor.scope_ids(SCOPE, Role.SPACE_MANAGER))
        if Role.REGION_ADMINISTRATOR in actor.roles:
            seen |= Q(space__kind=SpaceKind.REGION)
        return self.filter(seen)


class NotForUs(models.Model):
    """Somebody, or an organisation, whom a manager does not want suggested for this community again."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        ORGANISATION = "organisation", _("Organisation")

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    target_id = models.BigIntegerField()
    said_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    said_at = models.DateTimeField(default=now)

    objects = scoped(OfManagersQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["space", "kind", "target_id"], name="communities_dismissed_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_id} not for space {self.space_id}"


class NewsletterState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")


class NewsletterQuerySet(models.QuerySet["Newsletter"]):
    def visible_to(self, actor: Actor) -> NewsletterQuerySet:
        """What was sent, to the readers of its space; drafts to its managers."""
        if actor.is_platform:
            return self
        managed = Q(space__in=actor.scope_ids(SCOPE, Role.SPACE_MANAGER))
        if Role.REGION_ADMINISTRATOR in actor.roles:
            managed |= Q(space__kind=SpaceKind.REGION)
        readable = Q(space__openness=Openness.OPEN) | Q(space__in=actor.scope_ids(SCOPE))
        return self.filter(managed | (readable & ~Q(state=NewsletterState.DRAFT)))


class Newsletter(models.Model):
    """The best of a month. `lines`: list of {"kind", "id"}, of things; each reader gets those that they may see.
    `cursor`: the last account that was looked at while it is being sent; `sent_count`: messages posted.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=TITLE_MOST)
    intro = models.TextField(blank=True, help_text="Markdown")
    lines = models.JSONField(default=list, blank=True)
    new_members = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(max_length=10, choices=NewsletterState.choices, default=NewsletterState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_count = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)

    objects = scoped(NewsletterQuerySet)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft") | Q(sent_at__isnull=False), name="communities_sent_on_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"newsletter {self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.state == NewsletterState.DRAFT


class OwnQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, actor: Actor) -> OwnQuerySet:
        """One's own: whom a letter went to is nobody else's to know."""
        if actor.is_platform:
            return self
        return self.filter(account=actor.account_id) if actor.account_id is not None else self.none()


class Delivery(models.Model):
    """A newsletter went to somebody: never twice."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    newsletter = models.ForeignKey(Newsletter, on_delete=models.CASCADE, related_name="deliveries")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    sent_at = models.DateTimeField(default=now)

    objects = scoped(OwnQuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["newsletter", "account"], name="communities_delivered_once")]

    def __str__(self) -> str:
        return f"newsletter {self.newsletter_id} to account {self.account_id}"

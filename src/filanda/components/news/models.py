# SPDX-License-Identifier: EUPL-1.2
"""NewsItem."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
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


class NewsState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Comes out on its day")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Taken back")


class NewsQuerySet(models.QuerySet["NewsItem"]):
    def visible_to(self, actor: Actor) -> NewsQuerySet:
        """What is published, to the readers of its space; the rest to those who write its news."""
        if actor.is_platform:
            return self
        written = Q(space__in=actor.scope_ids(SCOPE, Role.SPACE_MANAGER, Role.SPACE_MODERATOR))
        if Role.REGION_ADMINISTRATOR in actor.roles:
            written |= Q(space__kind=SpaceKind.REGION)
        readers = Q(state=NewsState.PUBLISHED, hidden_at=None, audience__in=actor.audience_tokens)
        return self.filter(readers | written)

    def published(self) -> NewsQuerySet:
        return self.filter(state=NewsState.PUBLISHED, hidden_at=None)

    def due(self, now: datetime) -> NewsQuerySet:
        """Items whose day has come; none of a space that has been archived since."""
        return self.filter(state=NewsState.SCHEDULED, publish_at__lte=now, space__archived_at=None)


class NewsItem(models.Model):
    """One piece of news. `source` is Markdown, `html` what became of it; the cover is woven from its id."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    audience = models.CharField(max_length=60)
    title = models.CharField(max_length=TITLE_MOST)
    summary = models.CharField(max_length=SUMMARY_MOST, blank=True)
    source = models.TextField(blank=True)
    html = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True, help_text="as detected")
    author = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=NewsState.choices, default=NewsState.DRAFT)
    state_changed_at = models.DateTimeField(default=now)
    publish_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    is_on_front = models.BooleanField(default=False, help_text="chosen for the region's front page, by its staff")
    hidden_at = models.DateTimeField(null=True, blank=True, help_text="by moderation")
    version = models.PositiveIntegerField(default=1, help_text="who edits says which one they saw")
    created_at = models.DateTimeField(default=now)
    edited_at = models.DateTimeField(null=True, blank=True)

    objects = scoped(NewsQuerySet)

    workflow = Workflow(
        states=NewsState,
        transitions=(
            Transition(
                "schedule", (NewsState.DRAFT, NewsState.SCHEDULED), NewsState.SCHEDULED, "news.write", _("Schedule")
            ),
            Transition(
                "publish",
                (NewsState.DRAFT, NewsState.SCHEDULED, NewsState.WITHDRAWN),
                NewsState.PUBLISHED,
                "news.write",
                _("Publish"),
            ),
            Transition("unschedule", (NewsState.SCHEDULED,), NewsState.DRAFT, "news.write", _("Back to the drafts")),
            Transition("withdraw", (NewsState.PUBLISHED,), NewsState.WITHDRAWN, "news.write", _("Take back")),
        ),
    )

    class Meta:
        ordering = ["-published_at", "-pk"]
        indexes = [
            models.Index(fields=["region", "space", "state", "-published_at"], name="news_of_space"),
            models.Index(fields=["region", "is_on_front", "-published_at"], name="news_on_front"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="scheduled") | Q(publish_at__isnull=False), name="news_scheduled_for_a_day"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False), name="news_published_on_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"news {self.pk}"

# SPDX-License-Identifier: EUPL-1.2
"""LegalText (in versions), Consent, and Feedback about accessibility."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped

STAFF = frozenset({"facilitator", "region_administrator"})


class LegalKind(models.TextChoices):
    PRIVACY = "privacy", _("Privacy notice")
    TERMS = "terms", _("Terms of use")
    ACCESSIBILITY = "accessibility", _("Accessibility statement")
    COOKIES = "cookies", _("Cookies")


class LegalText(models.Model):
    """One version of one text. Published, it never changes: a correction is the next version."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=LegalKind.choices)
    version = models.PositiveIntegerField()
    texts = models.JSONField(default=dict, help_text='Markdown by language, {"it": "…", "en": "…"}')
    changes = models.CharField(max_length=500, blank=True, help_text="what is new, in one sentence")
    requires_consent = models.BooleanField(default=False)
    is_shipped = models.BooleanField(default=False, help_text="came with the software; nobody of the region wrote it")
    published_at = models.DateTimeField(default=now)
    published_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = scoped()

    class Meta:
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["region", "kind", "version"], name="legal_one_version"),
            models.CheckConstraint(condition=Q(version__gt=0), name="legal_version_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"

    @property
    def language(self) -> str:
        """The reader's language, if the text has it, else the first it has."""
        wanted = (get_language() or "").split("-")[0]
        return wanted if wanted in self.texts else next(iter(self.texts), "")

    @property
    def source(self) -> str:
        """The Markdown in that language."""
        return str(self.texts.get(self.language, ""))


class Consent(models.Model):
    """Somebody agreed to one version of a text, at a moment; and may have taken it back."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    text = models.ForeignKey(LegalText, on_delete=models.PROTECT, related_name="consents")
    language = models.CharField(max_length=8, help_text="in which it was read")
    given_at = models.DateTimeField(default=now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = scoped()

    class Meta:
        ordering = ["given_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "text"], condition=Q(withdrawn_at__isnull=True), name="legal_one_consent"
            )
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def visible_to(self, actor: Actor) -> FeedbackQuerySet:
        """Staff of the region."""
        return self if actor.is_platform or actor.roles & STAFF else self.none()

    def open(self) -> FeedbackQuerySet:
        return self.filter(handled_at=None)


class Feedback(models.Model):
    """Somebody says that a page is hard or impossible to use. Forgotten some time after it was dealt with."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="if they had signed in"
    )
    page = models.CharField(max_length=300, blank=True, help_text="which page it is about, in their words")
    message = models.CharField(max_length=4000)
    email = models.EmailField(blank=True, help_text="if they want an answer")
    language = models.CharField(max_length=8)
    created_at = models.DateTimeField(default=now)
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(max_length=1000, blank=True)

    objects = scoped(FeedbackQuerySet)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"feedback {self.pk}"

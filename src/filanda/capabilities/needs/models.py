# SPDX-License-Identifier: EUPL-1.2
"""SavedNeed (behind a random address) and IntroductionRequest (what a visitor asks a facilitator for)."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import decide
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped
from filanda.kernel.workflow import Transition, Workflow

KEPT_FOR = timedelta(days=30)
FORGOTTEN_AFTER = timedelta(days=180)  # who asked, counted from the closing; a region may say otherwise
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,43}")
TOKEN_BYTES = 16  # 128 random bits: nobody finds a need by guessing


def new_token() -> str:
    """A random address part: 22 characters of A-Z a-z 0-9 - _."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_expiry() -> datetime:
    """The end of the time for which a need typed now is kept."""
    return now() + KEPT_FOR


class SavedNeedQuerySet(models.QuerySet["SavedNeed"]):
    def reachable(self, now: datetime) -> SavedNeedQuerySet:
        """Needs whose link still works at `now`. Whoever holds the link may read: the token is the key."""
        return self.filter(expires_at__gt=now)

    def behind(self, token: str, now: datetime) -> SavedNeed | None:
        """The need whose link `token` is, if it still works. Anything may be asked for."""
        return self.reachable(now).filter(token=token).first() if _TOKEN.fullmatch(token) else None

    def visible_to(self, actor: Actor) -> SavedNeedQuerySet:
        """Needs `actor` may read without a link: those that came with a request they may see."""
        if actor.is_platform:
            return self
        asked = IntroductionRequest.objects.visible_to(actor)
        return self.filter(models.Exists(asked.filter(need=models.OuterRef("pk"))))

    def due_for_purge(self, now: datetime) -> SavedNeedQuerySet:
        """Expired needs that no open request still rests on."""
        still_open = IntroductionRequest.objects.open().filter(need=models.OuterRef("pk"))
        return self.filter(~models.Exists(still_open), expires_at__lte=now)


class SavedNeed(models.Model):
    """What somebody is looking for, in their words. Deleted after thirty days, once no open request rests on it."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=43, unique=True, default=new_token, editable=False)
    text = models.TextField()
    language = models.CharField(max_length=8, blank=True, help_text="of the text, as detected; empty when unclear")
    filters = models.JSONField(default=dict, blank=True, help_text='{"helix_role": ["academia"], …}')
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(default=new_expiry)

    objects = scoped(SavedNeedQuerySet)

    class Meta:
        indexes = [models.Index(fields=["region", "expires_at"], name="needs_need_expiry")]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="needs_need_expires_later")
        ]

    def __str__(self) -> str:
        return f"need {self.pk}"


class RequestState(models.TextChoices):
    RECEIVED = "received", _("Received")
    TAKEN = "taken", _("Taken on")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")


class RequestOutcome(models.TextChoices):
    MADE = "made", _("Introduced")
    REFUSED = "refused", _("Refused")
    NO_ANSWER = "no_answer", _("No answer")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class IntroductionRequestQuerySet(models.QuerySet["IntroductionRequest"]):
    def open(self) -> IntroductionRequestQuerySet:
        """Requests somebody still has to deal with."""
        return self.exclude(state=RequestState.CLOSED)

    def due_to_forget(self, before: datetime) -> IntroductionRequestQuerySet:
        """Requests closed by `before`, so long ago that who asked is no longer needed."""
        return self.filter(state=RequestState.CLOSED, forgotten_at__isnull=True, state_changed_at__lte=before)

    def forget(self, now: datetime) -> int:
        """Blank who asked and what was said. Returns in how many."""
        return self.update(email="", name="", message="", note="", forgotten_at=now)

    def visible_to(self, actor: Actor) -> IntroductionRequestQuerySet:
        """All of the region's for those who may view requests; none for anybody else, who asked included."""
        return self if actor.is_platform or decide(actor, "needs.requests.view") else self.none()


class IntroductionRequest(models.Model):
    """Somebody asks a facilitator to be introduced to an organisation. An e-mail address is enough.

    `consent` is the very sentence under which the person sent it. E-mail, name and messages are blanked some time
    after closing (`forgotten_at`); what remains is a figure.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    need = models.ForeignKey(SavedNeed, null=True, blank=True, on_delete=models.SET_NULL, related_name="requests")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="introduction_requests")
    email = models.EmailField(blank=True, help_text="lower case; empty only once forgotten")
    name = models.CharField(max_length=200, blank=True)
    message = models.TextField(blank=True)
    language = models.CharField(max_length=8, help_text="in which the person reads")
    consent = models.TextField()
    state = models.CharField(max_length=12, choices=RequestState.choices, default=RequestState.RECEIVED)
    state_changed_at = models.DateTimeField(default=now)
    outcome = models.CharField(max_length=12, choices=RequestOutcome.choices, blank=True)
    note = models.TextField(blank=True, help_text="what was answered, or why it was closed, in the facilitator's words")
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=now)
    forgotten_at = models.DateTimeField(null=True, blank=True)

    objects = scoped(IntroductionRequestQuerySet)

    workflow = Workflow(
        states=RequestState,
        transitions=(
            Transition("take", (RequestState.RECEIVED,), RequestState.TAKEN, "needs.requests.handle", _("Take on")),
            Transition(
                "answer", (RequestState.TAKEN,), RequestState.ANSWERED, "needs.requests.handle", _("Mark as answered")
            ),
            Transition(
                "close",
                (RequestState.RECEIVED, RequestState.TAKEN, RequestState.ANSWERED),
                RequestState.CLOSED,
                "needs.requests.handle",
                _("Close"),
            ),
        ),
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["region", "state", "-created_at"], name="needs_request_list"),
            # Not unique: a merge of two bodies brings together what somebody asked for both. `ask_for_introduction`
            # locks the body.
            models.Index(fields=["organisation", "email"], condition=~Q(state="closed"), name="needs_open_requests"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", outcome__gt="") | (~Q(state="closed") & Q(outcome="")),
                name="needs_outcome_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(email="") | Q(forgotten_at__isnull=False), name="needs_email_until_forgotten"
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=True) | Q(state="closed"), name="needs_forgotten_when_closed"
            ),
        ]

    def __str__(self) -> str:
        return f"introduction request {self.pk}"

# SPDX-License-Identifier: EUPL-1.2
"""Codes sent by e-mail, and the way back for somebody who lost their second factor.

Factors, sessions and accounts at identity providers are django-allauth's rows (mfa, usersessions, socialaccount).
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped
from filanda.kernel.workflow import Transition, Workflow


class Purpose(models.TextChoices):
    """What a code is good for: nothing else."""

    SIGN_IN = "sign_in", _("Sign in")
    CONFIRM = "confirm", _("Confirm that it is you")
    NEW_ADDRESS = "new_address", _("Use a new e-mail address")


class EmailCode(models.Model):
    """A code of six characters sent to an address: for one use, in the browser that asked for it.

    `id` is kept in that browser's session and is sent nowhere. Only a keyed hash of the code is stored. `account` is
    empty for signing in: whether there is one is looked up when the code has been used, never before.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    address = models.EmailField()
    code_hash = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_guesses = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    burnt_at = models.DateTimeField(null=True, blank=True, help_text="guessed at too often")

    objects = scoped()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="signin_code_expires")]

    def __str__(self) -> str:
        return f"code {self.pk}"


class RecoveryState(models.TextChoices):
    """Where the request of somebody who lost their second factor stands."""

    ASKED = "asked", _("Waits for a first administrator")
    SECONDED = "seconded", _("Waits for a second administrator")
    DONE = "done", _("Approved by two: the factors were removed")
    REFUSED = "refused", _("Refused")
    LAPSED = "lapsed", _("Withdrawn or out of time")


class RecoveryQuerySet(models.QuerySet["Recovery"]):
    def visible_to(self, actor: Actor) -> RecoveryQuerySet:
        """Requests that `actor` may see: their own, and all of the region for its administrators."""
        if actor.is_platform or Role.REGION_ADMINISTRATOR in actor.roles:
            return self
        return self.filter(account=actor.account_id) if actor.account_id is not None else self.none()

    def open(self) -> RecoveryQuerySet:
        return self.filter(state__in=(RecoveryState.ASKED, RecoveryState.SECONDED))


class Recovery(models.Model):
    """Somebody who proved their e-mail address asks to have their lost second factors removed.

    Two administrators of the region, neither of them the person, must approve. While it waits, whoever has the factors
    after all can sign in with them, which ends the request.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recoveries")
    state = models.CharField(max_length=10, choices=RecoveryState.choices, default=RecoveryState.ASKED)
    state_changed_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    words = models.CharField(max_length=500, blank=True, help_text="how administrators can be sure it is them")
    language = models.CharField(max_length=8, default="it")
    first_approver = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    second_approver = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    refused_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=500, blank=True, help_text="of a refusal")

    objects = scoped(RecoveryQuerySet)

    workflow = Workflow(
        states=RecoveryState,
        transitions=(
            Transition(
                "approve_first",
                (RecoveryState.ASKED,),
                RecoveryState.SECONDED,
                "signin.recoveries.decide",
                _("Approve"),
            ),
            Transition(
                "approve_second",
                (RecoveryState.SECONDED,),
                RecoveryState.DONE,
                "signin.recoveries.decide",
                _("Approve as the second"),
            ),
            Transition(
                "refuse",
                (RecoveryState.ASKED, RecoveryState.SECONDED),
                RecoveryState.REFUSED,
                "signin.recoveries.decide",
                _("Refuse"),
            ),
            Transition("lapse", (RecoveryState.ASKED, RecoveryState.SECONDED), RecoveryState.LAPSED),
        ),
    )

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "account"], condition=Q(state__in=("asked", "seconded")), name="signin_one_recovery"
            ),
            models.CheckConstraint(
                condition=Q(second_approver=None) | ~Q(second_approver=models.F("first_approver")),
                name="signin_two_approvers_differ",
            ),
        ]

    def __str__(self) -> str:
        return f"recovery {self.pk}"

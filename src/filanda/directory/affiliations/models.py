# SPDX-License-Identifier: EUPL-1.2
"""Position, Claim, JoinRequest, Invitation."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import FIELDS, Person, Visibility
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped
from filanda.kernel.workflow import Transition, Workflow

STAFF = frozenset({"facilitator", "region_administrator"})


def scope_of(organisation: Organisation | int) -> tuple[str, int]:
    """The scope of roles in an organisation, as RoleGrant and Permission know it."""
    return ("organisation", organisation if isinstance(organisation, int) else organisation.pk)


class PositionQuerySet(models.QuerySet["Position"]):
    def visible_to(self, actor: Actor) -> PositionQuerySet:
        """Positions of people whom `actor` sees and who show their positions to readers like `actor`."""
        if actor.is_platform:
            return self
        rows = self.filter(person__in=Person.objects.visible_to(actor))
        shown = Q(person__visibility__positions=Visibility.PUBLIC)
        if FIELDS["positions"] == Visibility.PUBLIC or actor.is_member:
            shown |= ~Q(person__visibility__has_key="positions")
        if actor.is_member:
            shown |= Q(person__visibility__positions=Visibility.MEMBERS)
        if actor.account_id is not None:
            shown |= Q(person__account=actor.account_id)
            if actor.roles & STAFF:
                shown |= Q(person__facilitator=actor.account_id)
        return rows.filter(shown)


class Position(models.Model):
    """What somebody is, or was, at an organisation: a line of a profile. It gives no right."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="positions")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="positions")
    title = models.CharField(max_length=120, blank=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    is_confirmed = models.BooleanField(default=False, help_text="an admin of the organisation, or its claim, says so")
    created_at = models.DateTimeField(default=now)

    objects = scoped(PositionQuerySet)

    class Meta:
        ordering = [models.F("ended_on").desc(nulls_first=True), "-started_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(started_on__isnull=True)
                | Q(ended_on__isnull=True)
                | Q(ended_on__gte=models.F("started_on")),
                name="affiliations_position_dates",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.organisation_id}"


class ClaimState(models.TextChoices):
    ASKED = "asked", _("Asked")
    CODE_SENT = "code_sent", _("Code sent")
    DOCUMENT_GIVEN = "document_given", _("Document given")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")
    LAPSED = "lapsed", _("Lapsed")
    TAKEN_BACK = "taken_back", _("Granted, then taken back")


OPEN_CLAIM = (ClaimState.ASKED, ClaimState.CODE_SENT, ClaimState.DOCUMENT_GIVEN)


class ClaimQuerySet(models.QuerySet["Claim"]):
    def open(self) -> ClaimQuerySet:
        return self.filter(state__in=OPEN_CLAIM)

    def visible_to(self, actor: Actor) -> ClaimQuerySet:
        """One's own; staff see all of their region."""
        if actor.is_platform or actor.roles & STAFF:
            return self
        return self.filter(account=actor.account_id) if actor.account_id is not None else self.none()


class Claim(models.Model):
    """Somebody says that they may speak for an organisation, and proves it: by a code sent to an address at its own
    domain, or by a document that a facilitator looks at (kept by capabilities.files under ("claim", id)).
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="claims")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(blank=True, help_text="at the organisation's own domain")
    code_hash = models.BinaryField(max_length=32, null=True)
    code_expires_at = models.DateTimeField(null=True, blank=True)
    code_sent_at = models.DateTimeField(null=True, blank=True)
    codes_sent = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="at the code that was sent last")
    message = models.CharField(max_length=1000, blank=True)
    state = models.CharField(max_length=16, choices=ClaimState.choices, default=ClaimState.ASKED)
    state_changed_at = models.DateTimeField(default=now)
    decided_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=1000, blank=True)
    state_before = models.CharField(
        max_length=16, blank=True, help_text="of the organisation, when the claim was granted: what it goes back to"
    )
    was_member = models.BooleanField(default=False, help_text="of the organisation, when the claim was granted")
    created_at = models.DateTimeField(default=now)

    objects = scoped(ClaimQuerySet)

    workflow = Workflow(
        states=ClaimState,
        transitions=(
            Transition(
                "send_code",
                (ClaimState.ASKED, ClaimState.CODE_SENT),
                ClaimState.CODE_SENT,
                "affiliations.claims.own",
                _("Send a code"),
            ),
            Transition(
                "give_document",
                (ClaimState.ASKED, ClaimState.CODE_SENT),
                ClaimState.DOCUMENT_GIVEN,
                "affiliations.claims.own",
                _("Give a document"),
            ),
            # From ASKED: the code that has just opened the session went to that very address.
            Transition(
                "prove",
                (ClaimState.ASKED, ClaimState.CODE_SENT),
                ClaimState.GRANTED,
                "affiliations.claims.own",
                _("Prove"),
            ),
            Transition(
                "grant", (ClaimState.DOCUMENT_GIVEN,), ClaimState.GRANTED, "affiliations.claims.decide", _("Grant")
            ),
            Transition(
                "refuse",
                (ClaimState.ASKED, ClaimState.CODE_SENT, ClaimState.DOCUMENT_GIVEN),
                ClaimState.REFUSED,
                "affiliations.claims.decide",
                _("Refuse"),
            ),
            Transition("lapse", (ClaimState.ASKED, ClaimState.CODE_SENT, ClaimState.DOCUMENT_GIVEN), ClaimState.LAPSED),
            Transition(
                "take_back",
                (ClaimState.GRANTED,),
                ClaimState.TAKEN_BACK,
                "affiliations.claims.decide",
                _("Take the grant back"),
            ),
        ),
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "account"],
                condition=Q(state__in=["asked", "code_sent", "document_given"]),
                name="affiliations_one_open_claim",
            )
        ]

    def __str__(self) -> str:
        return f"claim {self.pk}"


class RequestState(models.TextChoices):
    ASKED = "asked", _("Asked")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class JoinRequestQuerySet(models.QuerySet["JoinRequest"]):
    def visible_to(self, actor: Actor) -> JoinRequestQuerySet:
        """One's own, those to bodies that one is an admin of; staff see all of their region."""
        if actor.is_platform or actor.roles & STAFF:
            return self
        if actor.account_id is None:
            return self.none()
        mine = actor.scope_ids("organisation", Role.ORGANISATION_ADMIN)
        return self.filter(Q(account=actor.account_id) | Q(organisation__in=mine))


class JoinRequest(models.Model):
    """Somebody asks the admins of a claimed organisation to be one of its people."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="join_requests")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=120, blank=True)
    message = models.CharField(max_length=1000, blank=True)
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.ASKED)
    state_changed_at = models.DateTimeField(default=now)
    decided_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=now)

    objects = scoped(JoinRequestQuerySet)

    workflow = Workflow(
        states=RequestState,
        transitions=(
            Transition(
                "accept", (RequestState.ASKED,), RequestState.ACCEPTED, "affiliations.people.manage", _("Accept")
            ),
            Transition(
                "decline", (RequestState.ASKED,), RequestState.DECLINED, "affiliations.people.manage", _("Decline")
            ),
            Transition(
                "withdraw", (RequestState.ASKED,), RequestState.WITHDRAWN, "affiliations.requests.own", _("Withdraw")
            ),
        ),
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "account"], condition=Q(state="asked"), name="affiliations_one_open_request"
            )
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, actor: Actor) -> InvitationQuerySet:
        """Those of bodies that one is an admin of; staff see all of their region."""
        if actor.is_platform or actor.roles & STAFF:
            return self
        return self.filter(organisation__in=actor.scope_ids("organisation", Role.ORGANISATION_ADMIN))

    def usable(self, now: datetime) -> InvitationQuerySet:
        return self.filter(used_at=None, withdrawn_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """An organisation, or the region's staff for a body that nobody claimed, invites an address. Only a hash of the
    token is stored. `role` empty: invited to claim.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=40, choices=Role.choices, blank=True)
    title = models.CharField(max_length=120, blank=True)
    token_hash = models.BinaryField(max_length=32, unique=True)
    invited_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = scoped(InvitationQuerySet)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

# SPDX-License-Identifier: EUPL-1.2
"""Space, Membership (with its workflow), SpaceInvitation, SpaceConcept, SpaceComponent and Pin."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.directory.taxonomies.models import Concept, label_in
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped
from filanda.kernel.workflow import Transition, Workflow

SCOPE = "space"  # of role grants: ("space", 17)


class SpaceKind(models.TextChoices):
    REGION = "region", _("The region")
    COMMUNITY = "community", _("Community")
    GROUP = "group", _("Project group")


class Openness(models.TextChoices):
    """Who joins, and who reads: an open space is read by everybody; the others by their members."""

    OPEN = "open", _("Open: everybody reads, members of the region join")
    RESTRICTED = "restricted", _("Restricted: listed, people ask to join, members read")
    PRIVATE = "private", _("Private: invited people only, not listed")


class SpaceQuerySet(models.QuerySet["Space"]):
    def visible_to(self, actor: Actor) -> SpaceQuerySet:
        """Spaces whose existence `actor` may know: open and restricted ones, one's own, those one is invited to."""
        if actor.is_platform:
            return self
        seen = ~Q(openness=Openness.PRIVATE) | Q(pk__in=actor.scope_ids(SCOPE))
        if actor.account_id is not None:
            invited = Membership.objects.filter(account=actor.account_id, state=MembershipState.INVITED)
            seen |= Q(pk__in=invited.values("space"))
        return self.filter(seen)

    def readable_by(self, actor: Actor) -> SpaceQuerySet:
        """Spaces whose content `actor` may read: open ones, and one's own."""
        if actor.is_platform:
            return self
        return self.filter(Q(openness=Openness.OPEN) | Q(pk__in=actor.scope_ids(SCOPE)))

    def communities(self) -> SpaceQuerySet:
        return self.filter(kind=SpaceKind.COMMUNITY)

    def of_region(self, region: Region) -> Space | None:
        """The space that is the region itself."""
        return self.filter(region=region, kind=SpaceKind.REGION).first()


class Space(models.Model):
    """A place with members. Texts by language: {"it": "…", "en": "…"}; welcome and rules are Markdown."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="spaces")
    kind = models.CharField(max_length=12, choices=SpaceKind.choices, default=SpaceKind.COMMUNITY)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    slug = models.CharField(
        max_length=60, validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*$", _("Lower case letters, digits, -."))]
    )
    names = models.JSONField(default=dict)
    summaries = models.JSONField(default=dict, blank=True, help_text="one or two sentences, plain text")
    welcomes = models.JSONField(default=dict, blank=True, help_text="Markdown")
    rules = models.JSONField(default=dict, blank=True, help_text="Markdown")
    questions = models.JSONField(default=dict, blank=True, help_text="what people who ask to join answer")
    openness = models.CharField(max_length=12, choices=Openness.choices, default=Openness.OPEN)
    settings = models.JSONField(default=dict, blank=True, help_text='{"holds_first_posts": 1, …}; see steps.setting')
    members_count = models.PositiveIntegerField(default=0, help_text="active memberships; kept by steps.recount")
    activity_score = models.FloatField(default=0, help_text="how alive it is, by the nightly job")
    last_active_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    archived_at = models.DateTimeField(null=True, blank=True, help_text="readable, no longer written in")
    is_invented = models.BooleanField(default=False)

    objects = scoped(SpaceQuerySet)

    class Meta:
        ordering = ["slug"]
        indexes = [models.Index(fields=["region", "kind", "-activity_score"], name="spaces_alive")]
        constraints = [
            models.UniqueConstraint(fields=["region", "slug"], name="spaces_slug"),
            models.UniqueConstraint(fields=["region"], condition=Q(kind="region"), name="spaces_one_of_the_region"),
            models.CheckConstraint(condition=~Q(kind="group") | Q(openness="private"), name="spaces_groups_private"),
        ]

    def __str__(self) -> str:
        return f"space {self.pk} {self.slug}"

    @property
    def name(self) -> str:
        return label_in(self.names) or self.slug

    @property
    def summary(self) -> str:
        return label_in(self.summaries)

    @property
    def is_open(self) -> bool:
        return self.openness == Openness.OPEN

    @property
    def is_private(self) -> bool:
        return self.openness == Openness.PRIVATE

    @property
    def audience(self) -> str:
        """The token of those who may read what stands in it; rows of components carry it."""
        return "public" if self.is_open else f"{SCOPE}:{self.pk}"

    def text(self, field: str) -> str:
        """One of its texts in the reader's language: names, summaries, welcomes, rules, questions."""
        return label_in(getattr(self, field))


class SpaceConcept(models.Model):
    """What a space is about: S3 priorities first of all, confirmed by a person."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="space_concepts")
    concept = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="+")

    objects = scoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "concept"], name="spaces_concept_once")]

    def __str__(self) -> str:
        return f"{self.space_id} about {self.concept_id}"


class MembershipState(models.TextChoices):
    INVITED = "invited", _("Invited")
    REQUESTED = "requested", _("Asked to join")
    ACTIVE = "active", _("Member")
    DECLINED = "declined", _("Not taken in")
    LEFT = "left", _("Left")
    REMOVED = "removed", _("Removed")
    BANNED = "banned", _("Banned")


class MemberRole(models.TextChoices):
    """What a member is in a space; each stands for a role grant with that scope."""

    MANAGER = Role.SPACE_MANAGER.value, _("Manager")
    MODERATOR = Role.SPACE_MODERATOR.value, _("Moderator")
    MEMBER = Role.SPACE_MEMBER.value, _("Member")
    READER = Role.SPACE_READER.value, _("Reader")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> MembershipQuerySet:
        return self.filter(state=MembershipState.ACTIVE)

    def visible_to(self, actor: Actor) -> MembershipQuerySet:
        """One's own; of spaces one manages all; of other spaces one may read, the active ones."""
        if actor.is_platform:
            return self
        if actor.account_id is None:
            return self.none()
        readable = Q(space__openness=Openness.OPEN) | Q(space__in=actor.scope_ids(SCOPE))
        seen = Q(account=actor.account_id) | Q(space__in=actor.scope_ids(SCOPE, Role.SPACE_MANAGER))
        if actor.is_member:
            seen |= Q(state=MembershipState.ACTIVE) & readable
        return self.filter(seen)


_MANAGE = "spaces.members.manage"
_GOVERN = "spaces.members.govern"
_OWN = "spaces.memberships.own"
_S = MembershipState


class Membership(models.Model):
    """One person in one space: one row, whatever happens. While it is ACTIVE, a role grant with the space as its scope
    stands beside it (written by `steps`, never by hand).
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="memberships")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=12, choices=MembershipState.choices, default=MembershipState.REQUESTED)
    state_changed_at = models.DateTimeField(default=now)
    role = models.CharField(max_length=40, choices=MemberRole.choices, default=MemberRole.MEMBER)
    answer = models.CharField(max_length=1000, blank=True, help_text="to the space's question")
    reason = models.CharField(max_length=1000, blank=True, help_text="why declined, removed or banned")
    banned_until = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    joined_at = models.DateTimeField(null=True, blank=True)
    visited_at = models.DateTimeField(null=True, blank=True, help_text="when the present visit began")
    seen_at = models.DateTimeField(null=True, blank=True, help_text="last page of the present visit, to some minutes")
    previous_visit_at = models.DateTimeField(null=True, blank=True, help_text="what is new is newer than this")
    welcomed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)

    objects = scoped(MembershipQuerySet)

    workflow = Workflow(
        states=MembershipState,
        transitions=(
            Transition(
                "join", (_S.INVITED, _S.REQUESTED, _S.LEFT, _S.DECLINED, _S.REMOVED), _S.ACTIVE, _OWN, _("Join")
            ),
            Transition("ask", (_S.LEFT, _S.DECLINED, _S.REMOVED), _S.REQUESTED, _OWN, _("Ask to join")),
            Transition("invite", (_S.LEFT, _S.DECLINED, _S.REMOVED), _S.INVITED, _MANAGE, _("Invite")),
            Transition("accept", (_S.REQUESTED,), _S.ACTIVE, _MANAGE, _("Accept")),
            Transition("decline", (_S.REQUESTED,), _S.DECLINED, _MANAGE, _("Decline")),
            Transition("withdraw", (_S.REQUESTED, _S.INVITED), _S.LEFT, _OWN, _("Withdraw")),
            Transition("call_back", (_S.INVITED,), _S.LEFT, _MANAGE, _("Call the invitation back")),
            Transition("leave", (_S.ACTIVE,), _S.LEFT, _OWN, _("Leave")),
            Transition("remove", (_S.ACTIVE,), _S.REMOVED, _GOVERN, _("Remove")),
            Transition("ban", (_S.ACTIVE, _S.REQUESTED, _S.LEFT, _S.REMOVED), _S.BANNED, _GOVERN, _("Ban")),
            Transition("lift", (_S.BANNED,), _S.LEFT, _GOVERN, _("Lift the ban")),
        ),
    )

    class Meta:
        indexes = [models.Index(fields=["account", "state"], name="spaces_of_account")]
        constraints = [
            models.UniqueConstraint(fields=["space", "account"], name="spaces_one_membership"),
            models.CheckConstraint(
                condition=~Q(state__in=["removed", "banned", "declined"]) | ~Q(reason=""), name="spaces_reason_given"
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} in space {self.space_id}"


class SpaceInvitationQuerySet(models.QuerySet["SpaceInvitation"]):
    def visible_to(self, actor: Actor) -> SpaceInvitationQuerySet:
        """Those of spaces that one manages."""
        if actor.is_platform:
            return self
        return self.filter(space__in=actor.scope_ids(SCOPE, Role.SPACE_MANAGER))

    def usable(self, now: Any) -> SpaceInvitationQuerySet:
        return self.filter(withdrawn_at=None, expires_at__gt=now, uses__lt=models.F("most_uses"))


class SpaceInvitation(models.Model):
    """An address invited, once, or (`email` empty) a link that lets in up to `most_uses` people until it runs out.
    Only a hash of the token is stored.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(blank=True)
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=40, choices=MemberRole.choices, default=MemberRole.MEMBER)
    token_hash = models.BinaryField(max_length=32, unique=True)
    invited_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    uses = models.PositiveIntegerField(default=0)
    most_uses = models.PositiveIntegerField(default=1)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = scoped(SpaceInvitationQuerySet)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"invitation {self.pk} to space {self.space_id}"


class SpaceComponent(models.Model):
    """A component of a space that differs from its default: switched off or on, placed, with settings of its own."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="components")
    name = models.CharField(max_length=40, help_text="of a kind in spaces.components")
    is_on = models.BooleanField(default=True)
    settings = models.JSONField(default=dict, blank=True)

    objects = scoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "name"], name="spaces_component_once")]

    def __str__(self) -> str:
        return f"{self.name} of space {self.space_id}"


class Pin(models.Model):
    """A thing that a manager keeps at the top of a space's home."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="pins")
    thing_kind = models.CharField(max_length=40)
    thing_id = models.BigIntegerField()
    position = models.PositiveSmallIntegerField(default=0)
    pinned_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    pinned_at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["space", "thing_kind", "thing_id"], name="spaces_pinned_once")]

    def __str__(self) -> str:
        return f"{self.thing_kind} {self.thing_id} in space {self.space_id}"

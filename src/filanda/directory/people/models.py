# SPDX-License-Identifier: EUPL-1.2
"""Person (with concepts), Block, and the draft of somebody who is joining."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.text import slugify
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.directory.organisations.models import ConceptOrigin
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped
from filanda.kernel.workflow import Transition, Workflow


class Visibility(models.TextChoices):
    """Who sees a field of a profile, or the profile at all."""

    PUBLIC = "public", _("Everybody")
    MEMBERS = "members", _("Members of this region")
    PRIVATE = "private", _("Only me and my facilitator")


# Fields whose visibility a person chooses, with what it is until they choose. Name and listing go together.
FIELDS: dict[str, Visibility] = {
    "headline": Visibility.PUBLIC,
    "about": Visibility.MEMBERS,
    "skills": Visibility.PUBLIC,
    "interests": Visibility.MEMBERS,
    "languages": Visibility.MEMBERS,
    "orcid": Visibility.PUBLIC,
    "links": Visibility.MEMBERS,
    "positions": Visibility.PUBLIC,
}


# Whose profile a list shows, by whether the reader is a member of the region.
LISTED: dict[bool, tuple[Visibility, ...]] = {
    False: (Visibility.PUBLIC,),
    True: (Visibility.PUBLIC, Visibility.MEMBERS),
}
STAFF = frozenset({Role.FACILITATOR, Role.REGION_ADMINISTRATOR})


class ValidationState(models.TextChoices):
    """Whether a facilitator (never the person themselves) has seen that the profile is somebody's."""

    WAITING = "waiting", _("Waiting for a facilitator")
    VALIDATED = "validated", _("Validated")
    RETURNED = "returned", _("Returned with a question")


class PersonQuerySet(models.QuerySet["Person"]):
    def present(self) -> PersonQuerySet:
        """Those who are here: not erased, not on their way out."""
        return self.filter(erased_at=None, leaving_at=None)

    def visible_to(self, actor: Actor) -> PersonQuerySet:
        """People whose page `actor` may open. Which of its fields they see is `Person.field_visible_to`.

        Facilitators and administrators see everybody of their region; people whom the reader blocked, or who blocked
        the reader, do not see each other. A stranger (an account without a part in this region) sees what visitors do.
        """
        rows = self.present()
        if actor.is_platform or actor.roles & STAFF:
            return rows
        shown = rows.filter(hidden_at=None)
        if not actor.is_member:
            return shown.filter(listing=Visibility.PUBLIC)
        blocks = Block.objects.filter(
            Q(blocker=actor.account_id, blocked=models.OuterRef("account"))
            | Q(blocked=actor.account_id, blocker=models.OuterRef("account"))
        )
        listed = Q(listing__in=LISTED[True], hidden_at=None) & ~models.Exists(blocks)
        return rows.filter(Q(account=actor.account_id) | listed)

    def listed_to(self, actor: Actor) -> PersonQuerySet:
        """Those of `visible_to` that lists show `actor`, staff too: what the search index may hold for them."""
        is_inside = actor.is_member or actor.is_platform
        return self.visible_to(actor).filter(listing__in=LISTED[is_inside], hidden_at=None)


class Discloses:
    """Who sees which field of somebody, as they chose: of a `Person`, or of what was read of one for a list."""

    account_id: Any
    facilitator_id: Any
    visibility: Any

    def visibility_of(self, field: str) -> Visibility:
        """Who sees `field` (a key of FIELDS), as the person chose or as it is by default."""
        return Visibility(self.visibility.get(field) or FIELDS[field])

    def field_visible_to(self, field: str, actor: Actor) -> bool:
        """Whether `actor`, who may open the page, sees `field` on it."""
        if actor.is_platform or self.is_of(actor):
            return True
        chosen = self.visibility_of(field)
        if chosen == Visibility.PRIVATE:
            return self.is_looked_after_by(actor)
        return chosen == Visibility.PUBLIC or actor.is_member

    def is_of(self, actor: Actor) -> bool:
        """Whether this is `actor`."""
        return actor.account_id is not None and actor.account_id == self.account_id

    def is_looked_after_by(self, actor: Actor) -> bool:
        """Whether `actor` is this person's facilitator, and still is staff."""
        return actor.account_id is not None and actor.account_id == self.facilitator_id and bool(actor.roles & STAFF)


class Person(Discloses, models.Model):
    """Somebody with a profile in one region. `account` is empty once they are erased: "a former member"."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="people")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="people")
    name = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=200, editable=False, help_text="folded name; see kernel.text.sort_key")
    headline = models.CharField(max_length=160, blank=True)
    purpose = models.CharField(max_length=500, blank=True, help_text="what brings them here, in one sentence")
    about = models.TextField(blank=True, help_text="Markdown")
    text_language = models.CharField(max_length=8, blank=True, help_text="of headline and about")
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True, help_text="ISO 639-1, spoken")
    language = models.CharField(max_length=8, blank=True, help_text="in which they are written to")
    orcid = models.CharField(max_length=19, blank=True, help_text="0000-0002-1825-0097")
    links = models.JSONField(default=list, blank=True, help_text='[{"label": "…", "url": "https://…"}]')
    listing = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.MEMBERS)
    visibility = models.JSONField(default=dict, blank=True, help_text="by field; FIELDS holds the rest")
    facilitator = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=ValidationState.choices, default=ValidationState.WAITING)
    state_changed_at = models.DateTimeField(default=now)
    validated_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    validated_from = models.JSONField(
        default=dict, blank=True, help_text="state, date, question and answer before validation, while it can be undone"
    )
    return_reason = models.CharField(max_length=1000, blank=True)
    answer = models.CharField(max_length=1000, blank=True, help_text="to the facilitator's question")
    hidden_at = models.DateTimeField(null=True, blank=True, help_text="by staff; the person still sees it")
    hidden_reason = models.CharField(max_length=1000, blank=True)
    is_invented = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(auto_now=True)
    leaving_at = models.DateTimeField(null=True, blank=True, help_text="asked to leave: erased 14 days later")
    keeps_contributions = models.BooleanField(default=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = scoped(PersonQuerySet)

    workflow = Workflow(
        states=ValidationState,
        transitions=(
            Transition(
                "validate",
                (ValidationState.WAITING, ValidationState.RETURNED),
                ValidationState.VALIDATED,
                "people.validate",
                _("Validate"),
            ),
            Transition(
                "take_back",
                (ValidationState.VALIDATED,),
                ValidationState.WAITING,
                "people.validate",
                _("Take the validation back"),
            ),
            Transition(  # it was given over an open question
                "take_back_asked",
                (ValidationState.VALIDATED,),
                ValidationState.RETURNED,
                "people.validate",
                _("Take the validation back"),
            ),
            Transition(
                "return", (ValidationState.WAITING,), ValidationState.RETURNED, "people.validate", _("Ask a question")
            ),
            Transition(
                "answer",
                (ValidationState.RETURNED,),
                ValidationState.WAITING,
                "people.update",
                _("Send it again"),
            ),
        ),
    )

    class Meta:
        ordering = ["sort_key", "pk"]
        verbose_name_plural = "people"
        indexes = [models.Index(fields=["region", "sort_key"], name="people_region_sort")]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "account"], condition=Q(account__isnull=False), name="people_once_a_region"
            )
        ]

    def __str__(self) -> str:
        return self.name or f"person {self.pk}"

    def headline_to(self, actor: Actor) -> str:
        """The headline as `actor` may read it beside the name: empty where it is not for them."""
        return self.headline if self.field_visible_to("headline", actor) else ""

    @property
    def slug(self) -> str:
        return slug_of(self.name)


@dataclass(slots=True)
class PersonSeen(Discloses):
    """As much of somebody as a line of a list needs: a model's instance costs ten times as much to make."""

    id: int
    account_id: int | None
    name: str
    listing: str
    visibility: dict[str, str]
    facilitator_id: int | None

    @property
    def slug(self) -> str:
        return slug_of(self.name)


@lru_cache(maxsize=8192)
def slug_of(name: str) -> str:
    """Words of a name for the address of a person's page."""
    return slugify(name)[:80] or "-"


class PersonConcept(models.Model):
    """What somebody can do or wants to know. A suggestion stays one until the person confirms it."""

    class Kind(models.TextChoices):
        SKILL = "skill", _("Skill")
        INTEREST = "interest", _("Interest")

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="concept_links")
    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    origin = models.CharField(max_length=10, choices=ConceptOrigin.choices, default=ConceptOrigin.CONFIRMED)
    score = models.FloatField(null=True, blank=True)

    objects = scoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "concept", "kind"], name="people_concept_once")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.kind} {self.concept_id}"


class Block(models.Model):
    """`blocker` wants nothing to do with `blocked` in this region: neither sees or reaches the other."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    blocker = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    blocked = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "blocker", "blocked"], name="people_block_once"),
            models.CheckConstraint(condition=~Q(blocker=models.F("blocked")), name="people_block_another"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"


class JoiningDraft(models.Model):
    """How far somebody got with joining: kept if they leave, gone when they have joined."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    typed = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = scoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "account"], name="people_one_draft")]

    def __str__(self) -> str:
        return f"draft {self.pk}"

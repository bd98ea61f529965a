# SPDX-License-Identifier: EUPL-1.2
"""What people's work on organisations leaves behind: drafts, merges that can be undone, objections, imports."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.directory.organisations.models.bodies import Organisation
from filanda.directory.organisations.models.evidence import Evidence
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped

__all__ = [
    "Draft",
    "ImportRun",
    "Likeness",
    "LikenessRound",
    "Merge",
    "NotTheSame",
    "Objection",
    "RefusedConcept",
]


class Draft(models.Model):
    """What somebody typed into a form of an organisation's desk and has not saved yet."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="drafts")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=40, help_text="details, evidence, evidence-17")
    typed = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "account", "form"], name="organisations_draft_once")
        ]

    def __str__(self) -> str:
        return f"draft {self.form} of {self.organisation_id}"


class RefusedConcept(models.Model):
    """A suggested topic that a person refused: it is not suggested again. `evidence` empty: for the organisation."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="refused_concepts")
    evidence = models.ForeignKey(Evidence, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    concept = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="+")
    refused_at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "evidence", "concept"],
                nulls_distinct=False,
                name="organisations_refused_once",
            )
        ]

    def __str__(self) -> str:
        return f"not {self.concept_id} for {self.organisation_id}"


class Merge(models.Model):
    """Two entries united by a person, or by the import named in `source`. `ledger` holds what is needed to part them
    again, until `undo_until`.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="merges")
    old_id = models.BigIntegerField()
    old_name = models.CharField(max_length=300)
    source = models.CharField(max_length=40, blank=True, help_text="of the import that united them; empty: a person")
    ledger = models.JSONField(null=True)
    merged_at = models.DateTimeField(default=now)
    merged_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    undo_until = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = scoped()

    class Meta:
        ordering = ["-merged_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.old_id} into {self.organisation_id}"


class NotTheSame(models.Model):
    """Two entries that a person looked at and left apart; `first_id` < `second_id`."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    first = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    said_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    said_at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="organisations_not_the_same_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="organisations_not_the_same_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} is not {self.second_id}"


class Likeness(models.Model):
    """Two entries that look alike, found by a job, for a person to decide; `first_id` < `second_id`. Derived: what a
    person decided stands in Merge and NotTheSame.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    first = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    reasons = ArrayField(models.CharField(max_length=20), help_text="strongest first; see queries.duplicates")
    score = models.PositiveSmallIntegerField()
    found_at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        verbose_name_plural = "likenesses"
        ordering = ["-score", "first_id", "second_id"]
        indexes = [models.Index(fields=["region", "-score", "first", "second"], name="organisations_likeness_score")]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="organisations_likeness_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="organisations_likeness_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} is like {self.second_id}"


class LikenessRound(models.Model):
    """How far the job that looks for likenesses has followed the journal of a region, and when it looked last."""

    region = models.OneToOneField(Region, on_delete=models.CASCADE, related_name="+")
    position = models.BigIntegerField(default=0, help_text="in the journal's chain")
    looked_at = models.DateTimeField(null=True, help_text="over all organisations")

    objects = scoped()

    def __str__(self) -> str:
        return f"likenesses of {self.region_id}"


class ObjectionKind(models.TextChoices):
    CORRECT = "correct", _("Something said here is wrong")
    UNLIST = "unlist", _("This is us, and we do not want to be listed")


class ObjectionState(models.TextChoices):
    WAITING = "waiting", _("Waiting for an answer")
    UPHELD = "upheld", _("Followed")
    REJECTED = "rejected", _("Not followed")


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def visible_to(self, actor: Actor) -> ObjectionQuerySet:
        """Staff see all of their region; whoever objected has no account."""
        if actor.is_platform or actor.roles & {"facilitator", "region_administrator"}:
            return self
        return self.none()


class Objection(models.Model):
    """Somebody says, without an account, that something is wrong or that a body does not want to be listed.

    `is_signed`: they came by a signed link that was sent to the body, so it is hidden at once. Else it waits for staff;
    one that is not to be listed and that nobody decides is hidden at `due_at`.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="objections")
    kind = models.CharField(max_length=10, choices=ObjectionKind.choices)
    text = models.TextField(blank=True)
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    is_signed = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=ObjectionState.choices, default=ObjectionState.WAITING)
    created_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField()
    hidden_at = models.DateTimeField(null=True, blank=True, help_text="when the body was hidden because of this")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=1000, blank=True)

    objects = scoped(ObjectionQuerySet)

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [models.Index(fields=["region", "state", "due_at"], name="organisations_objection_due")]

    def __str__(self) -> str:
        return f"objection {self.pk}"


class ImportState(models.TextChoices):
    READ = "read", _("Read, not started")
    WAITING = "waiting", _("Waiting for its turn")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class ImportRun(models.Model):
    """A file that somebody uploaded, with what became of it. `organisation` empty: a list of organisations.

    `content` is the file itself, deleted with the run after some days; `errors` one entry a wrong row:
    {"row": 17, "column": "vat", "message": "…"}.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="import_runs"
    )
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=20, help_text="organisations, evidence")
    file_name = models.CharField(max_length=200)
    format = models.CharField(max_length=10, help_text="xlsx, csv, bibtex, ris")
    language = models.CharField(max_length=8, default="it", help_text="in which errors are written")
    content = models.BinaryField(null=True)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.READ)
    total = models.PositiveIntegerField(default=0, help_text="rows of the file, without the head")
    done = models.PositiveIntegerField(default=0, help_text="rows looked at")
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list)
    failure = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = scoped()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"import {self.pk}"

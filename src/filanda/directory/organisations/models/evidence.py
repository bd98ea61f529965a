# SPDX-License-Identifier: EUPL-1.2
"""Evidence, with its parties, concepts and links."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from filanda.directory.organisations.models.bodies import ConceptOrigin, Organisation
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped


class EvidenceKind(models.TextChoices):
    PRODUCT = "product", _("Product")
    SERVICE = "service", _("Service")
    PROJECT = "project", _("Project")
    PATENT = "patent", _("Patent")
    PUBLICATION = "publication", _("Publication")
    PROTOTYPE = "prototype", _("Prototype")
    DATASET = "dataset", _("Dataset")
    SOFTWARE = "software", _("Software")
    STANDARD = "standard", _("Standard")
    SPIN_OFF = "spin_off", _("Spin-off")


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, actor: Actor) -> EvidenceQuerySet:
        """Evidence that at least one body visible to `actor` takes part in."""
        seen = Organisation.objects.visible_to(actor)
        return self.filter(
            models.Exists(EvidenceParty.objects.filter(evidence=models.OuterRef("pk"), organisation__in=seen))
        )


class Evidence(models.Model):
    """What organisations can show. One project is one piece of evidence, with all its partners."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=12, choices=EvidenceKind.choices)
    title = models.CharField(max_length=500)
    acronym = models.CharField(max_length=80, blank=True)
    text = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True, help_text="of title and text; empty when unknown")
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    programme = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=40, help_text="cordis, demo, bench, person …")
    source_id = models.CharField(max_length=120)
    source_url = models.URLField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = scoped(EvidenceQuerySet)

    class Meta:
        ordering = ["-started_on", "pk"]
        verbose_name_plural = "evidence"
        constraints = [
            models.UniqueConstraint(fields=["region", "source", "source_id"], name="organisations_evidence_source"),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True)
                | Q(ended_on__isnull=True)
                | Q(ended_on__gte=models.F("started_on")),
                name="organisations_evidence_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class EvidenceParty(models.Model):
    """An organisation's part in a piece of evidence."""

    class PartyRole(models.TextChoices):
        COORDINATOR = "coordinator", _("Coordinator")
        PARTICIPANT = "participant", _("Participant")
        OWNER = "owner", _("Owner")

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="parties")
    role = models.CharField(max_length=12, choices=PartyRole.choices, default=PartyRole.PARTICIPANT)
    contribution = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True, help_text="EUR")

    objects = scoped()

    class Meta:
        verbose_name_plural = "evidence parties"
        constraints = [models.UniqueConstraint(fields=["evidence", "organisation"], name="organisations_party_once")]

    def __str__(self) -> str:
        return f"{self.organisation_id} in {self.evidence_id}"


class EvidenceConcept(models.Model):
    """What a piece of evidence is about; suggestions are stored apart by `origin` and labelled wherever shown."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="concept_links")
    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=10, choices=ConceptOrigin.choices)
    score = models.FloatField(null=True, blank=True)

    objects = scoped()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evidence", "concept"], name="organisations_evidence_concept_once")
        ]

    def __str__(self) -> str:
        return f"{self.evidence_id}: {self.concept_id}"


class EvidenceLink(models.Model):
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="links")
    url = models.URLField(max_length=500)
    label = models.CharField(max_length=200, blank=True)

    objects = scoped()

    def __str__(self) -> str:
        return self.label or self.url

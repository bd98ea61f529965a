# SPDX-License-Identifier: EUPL-1.2
"""StoredFile: what is known of a file. Its bytes are in the storage "files", under a random key."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.capabilities.files.subjects import subjects
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped

STAFF = frozenset({"facilitator", "region_administrator"})


class FileKind(models.TextChoices):
    DOCUMENT = "document", _("Document")
    LOGO = "logo", _("Logo")
    SHARED = "shared", _("File of a community")


class FileAudience(models.TextChoices):
    """Who may open a file."""

    SUBJECT = "subject", _("Whoever sees what it belongs to")
    PRIVATE = "private", _("Whoever uploaded it, and staff")


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def visible_to(self, actor: Actor) -> StoredFileQuerySet:
        """Files `actor` may open: one's own documents, and files of things that one sees. Staff see every document, but
        not of things that are closed to them; of what is shared in a community its readers decide alone.
        """
        if actor.is_platform:
            return self
        of_things = Q(pk__in=[])
        for kind in subjects():
            if kind.visible is not None:
                of_things |= Q(subject_kind=kind.kind, subject_id__in=kind.visible(actor))
        seen = Q(audience=FileAudience.SUBJECT) & of_things
        if actor.account_id is not None:
            seen |= Q(uploaded_by=actor.account_id, kind=FileKind.DOCUMENT)
        if actor.roles & STAFF:
            closed = [kind.kind for kind in subjects() if kind.is_closed_to_staff]
            seen |= Q(kind=FileKind.DOCUMENT) & ~Q(subject_kind__in=closed)
        return self.filter(seen)


class StoredFile(models.Model):
    """One file of one thing (`subject_kind`, `subject_id`: a plain key, as any room's things may have files).

    `name` is what the uploader called it, cleaned; `media_type` what its bytes are. `variants`: smaller images by name,
    {"small": {"key": …, "size": …, "width": …, "height": …}}.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=FileKind.choices)
    name = models.CharField(max_length=150)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField(help_text="bytes, of the file itself")
    sha256 = models.CharField(max_length=64)
    key = models.CharField(max_length=100, unique=True, editable=False)
    variants = models.JSONField(default=dict, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    is_unscanned = models.BooleanField(default=False, help_text="the virus scanner was away when it came")
    audience = models.CharField(max_length=10, choices=FileAudience.choices, default=FileAudience.SUBJECT)
    uploaded_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)

    objects = scoped(StoredFileQuerySet)

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["region", "subject_kind", "subject_id"], name="files_of_subject"),
            models.Index(fields=["region", "uploaded_by"], name="files_of_uploader"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "subject_kind", "subject_id"], condition=Q(kind="logo"), name="files_one_logo"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")

    @property
    def keys(self) -> list[str]:
        """Every key in the storage that belongs to this file."""
        return [self.key, *(variant["key"] for variant in self.variants.values())]

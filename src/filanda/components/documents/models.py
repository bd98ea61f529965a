# SPDX-License-Identifier: EUPL-1.2
"""Folder, Document, DocumentVersion and WaitingUpload."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.capabilities.files.models import StoredFile
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped
from filanda.spaces.models import SCOPE, Space, SpaceKind
from filanda.spaces.policies import STAFF

SUBJECT = "document"  # of files
WAITING = "document_upload"
NAME_MOST = 120
TITLE_MOST = 200
DESCRIPTION_MOST = 500
NOTE_MOST = 200
TEXT_MOST = 200_000  # characters of a file's text that are kept to be found and shown
PAGE_MOST = 60_000


class DocumentKind(models.TextChoices):
    FILE = "file", _("File")
    PAGE = "page", _("Page")


class FolderQuerySet(models.QuerySet["Folder"]):
    def visible_to(self, actor: Actor) -> FolderQuerySet:
        """Folders of the spaces that `actor` reads; those for managers to managers."""
        return self if actor.is_platform else self.filter(audience__in=actor.audience_tokens)


class Folder(models.Model):
    """A folder of a space; without a parent it stands on top. `audience`: who sees it, with all above it considered."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    name = models.CharField(max_length=NAME_MOST)
    name_key = models.CharField(max_length=300, help_text="folded: two names that read the same are the same")
    is_for_managers = models.BooleanField(default=False)
    audience = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=now)

    objects = scoped(FolderQuerySet)

    class Meta:
        ordering = ["name_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["space", "parent", "name_key"], nulls_distinct=False, name="documents_folder_names"
            )
        ]

    def __str__(self) -> str:
        return f"folder {self.pk}"


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, actor: Actor) -> DocumentQuerySet:
        """What stands in the spaces that `actor` reads; what is for managers, to them; what moderation has hidden, to
        its author and to those who keep order there. Staff see no more than others inside communities.
        """
        if actor.is_platform:
            return self.standing()
        shown = Q(hidden_at=None) | Q(space__in=actor.scope_ids(SCOPE, Role.SPACE_MANAGER, Role.SPACE_MODERATOR))
        if actor.account_id is not None:
            shown |= Q(author=actor.account_id)
        if actor.roles & STAFF:
            shown |= Q(space__kind=SpaceKind.REGION)
        return self.standing().filter(shown, audience__in=actor.audience_tokens)

    def standing(self) -> DocumentQuerySet:
        """Those that nobody has removed."""
        return self.filter(deleted_at=None)

    def removed_for(self, actor: Actor) -> DocumentQuerySet:
        """What lies in the bin, to those who may take it out: who removed it or wrote it, and who keeps order."""
        if actor.account_id is None:
            return self.none()
        theirs = Q(deleted_by=actor.account_id) | Q(author=actor.account_id)
        theirs |= Q(space__in=actor.scope_ids(SCOPE, Role.SPACE_MANAGER, Role.SPACE_MODERATOR))
        if actor.roles & STAFF:
            theirs |= Q(space__kind=SpaceKind.REGION)
        return self.filter(theirs, audience__in=actor.audience_tokens).exclude(deleted_at=None)


class Document(models.Model):
    """A file or a page, as its newest version is. `text`: what a file says, to be found (a PDF's by a job), or a page's
    Markdown; `html`: a page, or a Markdown file, as it is shown. `bytes_kept`: of all its versions together.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    folder = models.ForeignKey(Folder, null=True, blank=True, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=4, choices=DocumentKind.choices, default=DocumentKind.FILE)
    title = models.CharField(max_length=TITLE_MOST)
    title_key = models.CharField(max_length=300)
    description = models.CharField(max_length=DESCRIPTION_MOST, blank=True)
    language = models.CharField(max_length=8, blank=True, help_text="as detected")
    is_for_managers = models.BooleanField(default=False)
    audience = models.CharField(max_length=60)
    author = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_locked = models.BooleanField(default=False, help_text="new versions by its author and those who keep order only")
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    extension = models.CharField(max_length=8, blank=True)
    size = models.BigIntegerField(default=0, help_text="bytes of the newest version")
    bytes_kept = models.BigIntegerField(default=0)
    pages = models.PositiveIntegerField(null=True, blank=True, help_text="of a PDF document")
    version = models.PositiveIntegerField(default=0, help_text="the number of the newest one")
    hidden_at = models.DateTimeField(null=True, blank=True, help_text="by moderation")
    deleted_at = models.DateTimeField(null=True, blank=True, help_text="in the bin since")
    deleted_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)

    objects = scoped(DocumentQuerySet)

    class Meta:
        ordering = ["title_key", "pk"]
        indexes = [
            models.Index(fields=["region", "space", "-changed_at"], name="documents_of_space"),
            models.Index(fields=["region", "deleted_at"], condition=~Q(deleted_at=None), name="documents_in_bin"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["space", "folder", "title_key"],
                condition=Q(deleted_at=None),
                nulls_distinct=False,
                name="documents_titles",
            )
        ]

    def __str__(self) -> str:
        return f"document {self.pk}"

    @property
    def is_page(self) -> bool:
        return self.kind == DocumentKind.PAGE


class DocumentVersion(models.Model):
    """What a document was at some time: a file, or a page's Markdown. Rows stay; `file` is None once it is not kept."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    source = models.TextField(blank=True)
    size = models.BigIntegerField(default=0)
    author = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(max_length=NOTE_MOST, blank=True)
    restores = models.PositiveIntegerField(null=True, blank=True, help_text="the number of the version it brings back")
    at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="documents_versions")]

    def __str__(self) -> str:
        return f"version {self.number} of {self.document_id}"


class WaitingUploadQuerySet(models.QuerySet["WaitingUpload"]):
    def visible_to(self, actor: Actor) -> WaitingUploadQuerySet:
        """One's own."""
        return self.filter(account=actor.account_id) if actor.account_id is not None else self.none()


class WaitingUpload(models.Model):
    """A file whose name is taken, until its uploader says what it is: a new version, another document, a mistake."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.SET_NULL, related_name="+")
    size = models.BigIntegerField(default=0)
    text = models.TextField(blank=True)
    created_at = models.DateTimeField(default=now)

    objects = scoped(WaitingUploadQuerySet)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"upload {self.pk}"

# SPDX-License-Identifier: EUPL-1.2
"""The worker's part of an upload: a PDF document's first page as a picture, its number of pages, its words."""

from __future__ import annotations

from django.db import transaction

from filanda.capabilities.files.pdf import look_into_pdf
from filanda.capabilities.files.steps import add_variant
from filanda.capabilities.files.storing import storage
from filanda.components.documents.models import TEXT_MOST, Document, DocumentVersion
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.journal.actions import record
from filanda.kernel.regions.models import Region
from filanda.kernel.text import language

__all__ = ["look_into"]


@region_job("documents.look_into", retries=2)
def look_into(*, region: Region, version_id: int) -> bool:
    """Look into a version that is a PDF document. Whether there was something to see; twice is the same as once."""
    version = DocumentVersion.objects.select_related("file").filter(pk=version_id).first()
    if version is None or version.file is None or version.file.media_type != "application/pdf":
        return False
    with storage().open(version.file.key) as content:
        seen = look_into_pdf(content.read())
    if seen is None:
        return False
    with transaction.atomic(durable=True):
        document = Document.objects.select_for_update().get(pk=version.document_id)
        version = DocumentVersion.objects.select_related("file__region").get(pk=version_id)
        if version.file is None:
            return False
        if seen.first_page is not None:
            add_variant(version.file, "preview", seen.first_page)
        if document.version != version.number:
            return True
        document.pages = seen.pages
        document.text = seen.text[:TEXT_MOST]
        document.language = language.detect(f"{document.title}. {seen.text[:500]}", default=document.language)
        document.save(update_fields=["pages", "text", "language"])
        record(
            "documents.document.looked_into",
            region=region,
            actor=PLATFORM,
            subject=document,
            payload={"space": document.space_id, "pages": seen.pages},
            touches={"document": [document.pk]},
        )
    return True

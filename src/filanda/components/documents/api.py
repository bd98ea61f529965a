# SPDX-License-Identifier: EUPL-1.2
"""Documents of open communities in the public API: what visitors read.

Descriptions are source strings: they are translated when the OpenAPI document is shown (site.api).
"""

from __future__ import annotations

from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - under this name it is collected
from ninja import Field, Query, Router, Schema

from filanda.capabilities.files.queries import address
from filanda.components.documents.models import Document, DocumentVersion, Folder
from filanda.components.documents.queries import address_of, names_of, path_of
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.ui.problems import NOT_FOUND, Problem
from filanda.spaces.api import CommunityParameters
from filanda.spaces.policies import may_read
from filanda.spaces.queries import has_component, space_at

__all__ = ["router"]

A_PAGE = 50

router = Router()


class DocumentsParameters(CommunityParameters):
    page: int = Field(1, ge=1, le=10_000, description=N_("Which page, of 50 results each."))


class DocumentRecord(Schema):
    id: int
    kind: str
    title: str
    description: str
    language: str
    folder: list[str]
    author: str
    version: int
    media_type: str
    bytes: int
    pages: int | None
    created_at: datetime
    changed_at: datetime
    url: str
    file_url: str


class DocumentList(Schema):
    total: int
    page: int
    pages: int
    documents: list[DocumentRecord]


@router.get(
    "/communities/{slug}/documents",
    response=DocumentList,
    operation_id="listDocuments",
    url_name="documents",
    tags=["communities"],
    summary=N_("The documents of an open community"),
    description=N_(
        "Files and pages, the latest changed first. Names are those of people who show theirs to everybody. A page has "
        "no file."
    ),
    openapi_extra={"x-problems": ["not-found"]},
)
def list_documents(request: HttpRequest, slug: str, parameters: Query[DocumentsParameters]) -> DocumentList:
    space = space_at(slug, VISITOR)
    if space is None or not may_read(VISITOR, space) or not has_component(space, "documents"):
        raise Problem(NOT_FOUND, _("No community that you can see has this address."))
    rows = Document.objects.visible_to(VISITOR).filter(space=space).order_by("-changed_at", "-pk")
    paginator = Paginator(rows, A_PAGE)
    page = paginator.get_page(parameters.page)
    found = list(page)
    folders = {row.pk: row for row in Folder.objects.visible_to(VISITOR).filter(space=space)}
    names = names_of(VISITOR, {row.author_id for row in found})
    versions = DocumentVersion.objects.filter(document__in=[row.pk for row in found]).exclude(file=None)
    files = {(one.document_id, one.number): one.file for one in versions.select_related("file")}
    records = []
    for row in found:
        row.space = space
        file = files.get((row.pk, row.version))
        folder = folders.get(row.folder_id) if row.folder_id is not None else None
        records.append(
            DocumentRecord(
                id=row.pk,
                kind=row.kind,
                title=row.title,
                description=row.description,
                language=row.language,
                folder=[one.name for one in path_of(folder, folders)],
                author=names[row.author_id],
                version=row.version,
                media_type=row.media_type,
                bytes=row.size,
                pages=row.pages,
                created_at=row.created_at,
                changed_at=row.changed_at,
                url=request.build_absolute_uri(reverse("documents:document", args=address_of(row))),
                file_url=request.build_absolute_uri(address(file)) if file is not None else "",
            )
        )
    return DocumentList(total=paginator.count, page=page.number, pages=paginator.num_pages, documents=records)

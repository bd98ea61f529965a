# SPDX-License-Identifier: EUPL-1.2
"""One document, and a folder as an archive."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from markupsafe import Markup

from filanda.capabilities.files.queries import address
from filanda.capabilities.files.receiving import MB
from filanda.capabilities.files.sharing import SHARED_BYTES
from filanda.capabilities.follows.queries import standing
from filanda.components.documents.framing import Room, enter, error_context, row_of
from filanda.components.documents.models import SUBJECT, Document
from filanda.components.documents.queries import address_of, names_of, readable_size
from filanda.components.documents.views.folders import folder_context
from filanda.components.documents.zipping import ARCHIVE_BYTES, entries_of, size_of, stream
from filanda.kernel.policies import decide
from filanda.kernel.ui.addresses import moved_to

__all__ = ["archive", "document", "document_context"]

VERSIONS_SHOWN = 100
SHOWN_TEXT = 20_000


@require_safe
def document(request: HttpRequest, slug: str, number: int, title: str) -> HttpResponse:
    """One document: what it looks like, its versions, who sees it."""
    room = enter(request, slug)
    row = room.document(number)
    right = reverse("documents:document", args=address_of(row))
    if request.path != right:
        return moved_to(right)
    return render(request, "documents/document.html", document_context(request, room, row, {}))


def document_context(request: HttpRequest, room: Room, row: Document, errors: dict[str, str]) -> dict[str, Any]:
    versions = list(row.versions.select_related("file").order_by("-number")[:VERSIONS_SHOWN])
    names = names_of(room.actor, {row.author_id, *(one.author_id for one in versions)})
    newest = next((one for one in versions if one.number == row.version), None)
    file = newest.file if newest is not None else None
    preview = file.variants.get("preview") if file is not None else None
    how = standing(room.actor, [(SUBJECT, row.pk)])
    folder = room.folders.get(row.folder_id) if row.folder_id is not None else None
    is_text = row.media_type in ("text/plain", "text/csv")
    return {
        "page": room.page,
        "room": room,
        "document": row_of(row, names),
        "description": row.description,
        "path": [*room.path(folder)],
        "folder_id": str(row.folder_id or ""),
        "is_page": row.is_page,
        "html": Markup(row.html),  # noqa: S704 - cleaned when it was written
        "text": row.text[:SHOWN_TEXT] if is_text else "",
        "is_cut": is_text and len(row.text) > SHOWN_TEXT,
        "preview": {**preview, "url": address(file, "preview")} if file is not None and preview else None,
        "is_pdf": row.media_type == "application/pdf",
        "pages": row.pages,
        "download_url": address(file) if file is not None else "",
        "is_unscanned": file is not None and file.is_unscanned,
        "versions": [
            {
                "number": one.number,
                "at": one.at,
                "author": names[one.author_id],
                "note": one.note,
                "restores": one.restores,
                "size": readable_size(one.size),
                "url": address(one.file) if one.file is not None else "",
                "source": one.source,
                "is_newest": one.number == row.version,
                "is_kept": one.file is not None or bool(one.source),
            }
            for one in versions
        ],
        "who": _who(room, row),
        "may_change": bool(decide(room.actor, "documents.change", row)),
        "may_manage": bool(decide(room.actor, "documents.manage", row)),
        "may_restrict": room.may_restrict,
        "own_restriction": row.is_for_managers,
        "choices": room.choices() if room.may_add else [],
        "level": how.level((SUBJECT, row.pk)),
        "is_marked": how.is_bookmarked((SUBJECT, row.pk)),
        "thing": f"{SUBJECT}:{row.pk}",
        "change_url": reverse("documents:change", args=[room.space.slug, row.pk]),
        "version_url": reverse("documents:version", args=[room.space.slug, row.pk]),
        "edit_url": reverse("documents:edit", args=[room.space.slug, row.pk]),
        "report_url": f"{reverse('moderation:report')}?thing={SUBJECT}:{row.pk}",
        "typed": {
            "title": request.POST.get("title", row.title),
            "description": request.POST.get("description", row.description),
            "note": request.POST.get("note", ""),
        },
        "mb": SHARED_BYTES // MB,
        **error_context(errors),
    }


def _who(room: Room, row: Document) -> str:
    if row.audience == "public":
        return _("Everybody can see it")
    if row.audience == room.space.audience:
        return _("The members of this community see it")
    return _("Only the managers of this community see it")


@never_cache
@require_safe
def archive(request: HttpRequest, slug: str, number: int = 0) -> HttpResponseBase:
    """The newest versions of all documents in a folder and in those below, as an archive, as far as the reader sees."""
    room = enter(request, slug)
    here = room.folder(number) if number else None
    entries = entries_of(room.actor, room.space, here, room.folders)
    if size_of(entries) > ARCHIVE_BYTES:
        sentence = _("This is more than %(most)s: take the folders in it one by one.") % {
            "most": readable_size(ARCHIVE_BYTES)
        }
        return render(request, "documents/folder.html", folder_context(request, room, here, {"": sentence}), status=422)
    name = slugify(here.name if here is not None else room.space.name)[:60] or "documents"
    response = StreamingHttpResponse(stream(entries), content_type="application/zip")
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.zip") or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = "noindex"
    return response

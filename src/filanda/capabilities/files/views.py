# SPDX-License-Identifier: EUPL-1.2
"""Serving files: to those who may open them, as what they are, and with no power in the browser."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from filanda.capabilities.files.models import FileKind, StoredFile
from filanda.capabilities.files.queries import name_in_address
from filanda.capabilities.files.storing import storage
from filanda.kernel.identity.requests import actor_of

POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
LOGO_KEPT = 3600  # seconds for which a browser shows a logo again without asking


@require_safe
def file(request: HttpRequest, file_id: int, name: str, variant: str = "") -> HttpResponseBase:
    """The file, if the reader may open it; 404 otherwise, whether it exists or not."""
    actor = actor_of(request)
    found = StoredFile.objects.visible_to(actor).filter(pk=file_id).first()
    if found is None or name != name_in_address(found) or (variant and variant not in found.variants):
        raise Http404
    key = found.variants[variant]["key"] if variant else found.key
    etag = f'"{found.sha256[:32]}{variant}"'
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponseBase = HttpResponseNotModified()
    else:
        response = _content(found, key, is_picture=bool(variant))
    response.headers["ETag"] = etag
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = (
        f"private, max-age={LOGO_KEPT}" if found.kind == FileKind.LOGO else "private, no-cache"
    )
    patch_vary_headers(response, ["Cookie"])
    return response


def _content(found: StoredFile, key: str, *, is_picture: bool) -> FileResponse:
    try:
        content = storage().open(key)
    except FileNotFoundError:
        raise Http404 from None
    # Every smaller version is a picture of ours, whatever it is a picture of.
    response = FileResponse(content, content_type="image/webp" if is_picture else found.media_type)
    # Pictures are our own work and may be shown; a PDF document is somebody else's, and saved.
    response.headers["Content-Disposition"] = (
        content_disposition_header(not (found.is_image or is_picture), found.name) or "attachment"
    )
    return response

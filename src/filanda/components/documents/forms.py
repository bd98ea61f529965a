# SPDX-License-Identifier: EUPL-1.2
"""What somebody sent: files, and which documents are meant."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict

from filanda.capabilities.files.receiving import FileTooBig
from filanda.kernel.ui.numbers import ids_in

__all__ = ["FILES_MOST", "chosen", "sent_files"]

FILES_MOST = 10
CHOSEN_MOST = 200


def sent_files(request: HttpRequest, field: str = "files") -> tuple[list[UploadedFile], list[str]]:
    """The files that came whole, and a sentence for each that was cut off."""
    whole, sentences = [], []
    uploads: Sequence[UploadedFile] = request.FILES.getlist(field)
    for upload in uploads:
        most = getattr(upload, "cut_off_at", None)
        if most is None:
            whole.append(upload)
        else:
            sentences.append(f"{upload.name}: {FileTooBig(most)}")
    return whole, sentences


def chosen(data: QueryDict, field: str = "document") -> list[int]:
    """The ids that were ticked."""
    given = data.getlist(field)[:CHOSEN_MOST]
    return ids_in(given)

# SPDX-License-Identifier: EUPL-1.2
"""What people of a community may share: documents, pictures, plain texts, and office files without programs.

Told by the bytes, as everything here. An office file is an archive: its list of contents is read, and nothing of it is
unpacked; one that would unpack to far more than it is, or that holds macros, is refused.
"""

from __future__ import annotations

import io
import zipfile
from typing import IO

from django.utils.translation import gettext as _

from filanda.capabilities.files import inspecting
from filanda.capabilities.files.inspecting import FileRefused, Inspected
from filanda.capabilities.files.receiving import MB

__all__ = ["SHARED_BYTES", "inspect_shared"]

SHARED_BYTES = 20 * MB
PREVIEW_SIDE = 1200
_UNPACKED_MOST = 400 * MB
_ENTRIES_MOST = 5_000
_TEXTS = {"md": "text/markdown", "markdown": "text/markdown", "csv": "text/csv"}
_OOXML = "application/vnd.openxmlformats-officedocument."
_OFFICE = {
    "word/document.xml": (f"{_OOXML}wordprocessingml.document", "docx"),
    "xl/workbook.xml": (f"{_OOXML}spreadsheetml.sheet", "xlsx"),
    "ppt/presentation.xml": (f"{_OOXML}presentationml.presentation", "pptx"),
}
_OPEN = {
    f"application/vnd.oasis.opendocument.{name}": extension
    for name, extension in (("text", "odt"), ("spreadsheet", "ods"), ("presentation", "odp"), ("graphics", "odg"))
}


def inspect_shared(file: IO[bytes]) -> Inspected:
    """A PDF document, an office file or a text as it is; a picture made anew, with a smaller one to look at.

    Raises FileRefused.
    """
    content = inspecting.read(file, SHARED_BYTES)
    if content.startswith(b"%PDF-"):
        inspecting.look_over_pdf(content)
        return Inspected(content, "application/pdf", "pdf")
    format_ = inspecting.format_of(content)
    if format_:
        image = inspecting.decoded(content, format_, inspecting.KEPT_SIDE)
        made = inspecting.fitted(image, inspecting.KEPT_SIDE, format_)
        media_type, extension = inspecting.FORMATS[format_]
        preview = inspecting.fitted(image, PREVIEW_SIDE, "WEBP")
        return Inspected(made.content, media_type, extension, made.width, made.height, {"preview": preview})
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    text = _text(content, getattr(file, "name", "") or "")
    if text is None:
        raise FileRefused(
            _(
                "This kind of file is not taken%(found)s. PDF documents, pictures (PNG, JPEG, WebP), texts, and "
                "documents, spreadsheets and slides (docx, xlsx, pptx, odt, ods, odp) are."
            )
            % {"found": inspecting.what(content)}
        )
    return text


def _text(content: bytes, name: str) -> Inspected | None:
    """Plain text in UTF-8; its ending says which kind of text."""
    if b"\0" in content:
        return None
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    ending = name.rpartition(".")[2].lower()
    media_type = _TEXTS.get(ending, "text/plain")
    return Inspected(content, media_type, {"text/markdown": "md", "text/csv": "csv"}.get(media_type, "txt"))


def _office(content: bytes) -> Inspected:
    other = _("Archives are not taken. Upload the files that are in it, one by one or together.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if len(entries) > _ENTRIES_MOST or sum(entry.file_size for entry in entries) > _UNPACKED_MOST:
                raise FileRefused(_("This file unpacks to far more than fits. Make it smaller, or choose another one."))
            if any(entry.flag_bits & 1 for entry in entries):
                raise FileRefused(_("This file is locked with a password. Save it without one."))
            kind = _kind(archive, names)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError, KeyError) as error:
        if isinstance(error, FileRefused):
            raise
        raise FileRefused(_("This file is damaged: it cannot be opened. Save it again.")) from error
    if kind is None:
        raise FileRefused(other)
    if any(_is_program(name) for name in names):
        raise FileRefused(_("This file holds macros, which are programs. Save it without them (docx, not docm)."))
    return Inspected(content, *kind)


def _kind(archive: zipfile.ZipFile, names: set[str]) -> tuple[str, str] | None:
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
        media_type = archive.read("mimetype").decode("ascii", "replace").strip()
        return (media_type, _OPEN[media_type]) if media_type in _OPEN else None
    if "[Content_Types].xml" in names:
        return next((kind for name, kind in _OFFICE.items() if name in names), None)
    return None


def _is_program(name: str) -> bool:
    lower = name.lower()
    return lower.endswith(("vbaproject.bin", ".exe", ".dll", ".js", ".vbs", ".jar")) or lower.startswith(
        ("basic/", "scripts/")
    )

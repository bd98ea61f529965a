# SPDX-License-Identifier: EUPL-1.2
"""From what the composer and the order forms send to what the actions take. What was typed stays as it was typed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filanda.capabilities.files.receiving import MB, FileTooBig
from filanda.capabilities.threads.models import POST_MOST, TITLE_MOST, ThreadKind
from filanda.kernel.ui.numbers import whole

__all__ = ["FILES_MOST", "FILE_BYTES", "Written", "numbers_in", "written"]

FILES_MOST, FILE_BYTES = 5, 10 * MB
LURE = "website"  # the name of the field for programs, in discussions/_composer.html
_KEY = re.compile(r"[A-Za-z0-9_-]{8,40}\Z")


@dataclass
class Written:
    """What a composer sent. `errors`: sentences by field; "" for the form as a whole. `is_suspect`: a field was filled
    in that people do not see: a program wrote, or filled in the form for somebody.
    """

    source: str = ""
    title: str = ""
    kind: str = ThreadKind.DISCUSSION.value
    key: str = ""
    reply_to: int = 0
    version: int = 0
    last: int = 0
    joins: bool = False
    is_suspect: bool = False
    uploads: Sequence[UploadedFile] = ()
    errors: dict[str, list[str]] = field(default_factory=dict)

    def wrong(self, name: str, sentence: str) -> None:
        self.errors.setdefault(name, []).append(sentence)

    @property
    def listed(self) -> list[dict[str, str]]:
        """As forms.error_summary takes them."""
        return [{"name": name, "message": one} for name, sentences in self.errors.items() for one in sentences]


def new_key() -> str:
    """What makes sending a form twice one post."""
    return secrets.token_urlsafe(16)


def written(request: HttpRequest, *, with_title: bool = False, needs_words: bool = True) -> Written:
    """Read the form, and say what is missing or too long."""
    data = request.POST
    found = Written(
        source=data.get("source", "").replace("\r\n", "\n"),
        title=" ".join(data.get("title", "").split()),
        kind=data.get("kind", ThreadKind.DISCUSSION.value),
        key=data.get("key", "") if _KEY.match(data.get("key", "")) else new_key(),
        reply_to=_number(data.get("reply_to", "")),
        version=_number(data.get("version", "")),
        last=_number(data.get("last", "")),
        joins=data.get("join") == "1",
        is_suspect=bool(data.get(LURE)),
    )
    if found.kind not in ThreadKind.values:
        found.kind = ThreadKind.DISCUSSION.value
    if with_title and not found.title:
        found.wrong("title", _("Give it a title: what it is about, in one line."))
    if with_title and len(found.title) > TITLE_MOST:
        found.wrong(
            "title",
            _("The title is too long: %(count)s characters, and %(most)s fit.")
            % {"count": len(found.title), "most": TITLE_MOST},
        )
    if len(found.source) > POST_MOST:
        found.wrong(
            "source",
            _("This is too long: %(count)s characters, and %(most)s fit. Attach a document, or write two posts.")
            % {"count": len(found.source), "most": POST_MOST},
        )
    if "\x00" in found.source or "\x00" in found.title:
        found.source, found.title = found.source.replace("\x00", ""), found.title.replace("\x00", "")
    _take_files(request, found)
    if needs_words and not found.source.strip() and not found.uploads:
        found.wrong("source", _("Write something first."))
    return found


def _take_files(request: HttpRequest, found: Written) -> None:
    uploads: list[Any] = [one for one in request.FILES.getlist("files") if one.name]
    for upload in uploads:
        if getattr(upload, "cut_off_at", None) is not None:
            found.wrong("files", f"{upload.name}: {FileTooBig(FILE_BYTES)}")
    found.uploads = uploads


def files_again(count: int) -> str:
    """Files cannot be put back into a form: said when it is shown again."""
    return ngettext(
        "Choose the file again: a page cannot keep it for you.",
        "Choose the %(count)s files again: a page cannot keep them for you.",
        count,
    ) % {"count": count}


def numbers_in(request: HttpRequest, name: str) -> list[int]:
    """Numbers of posts that were ticked, ascending."""
    return sorted({_number(value) for value in request.POST.getlist(name)} - {0})


def _number(text: str) -> int:
    return whole(text)

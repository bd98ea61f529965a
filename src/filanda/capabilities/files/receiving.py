# SPDX-License-Identifier: EUPL-1.2
"""Receiving files: no view takes any, except those that say so, for people who are signed in, and up to a size."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

__all__ = ["MB", "FileTooBig", "received", "takes_files"]

MB = 1024 * 1024
# Somebody who picks a large photograph gets a sentence, so the rest of their request is read and thrown away, up to
# here; beyond, the request ends.
_DRAINED = 100 * MB

View = Callable[..., HttpResponse]


class FileTooBig(ValueError):
    """More bytes than the form takes. `str()` is the sentence for the reader."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        super().__init__(
            _("This file is too large: up to %(most)s MB fit. Make it smaller, or choose another one.")
            % {"most": most_bytes // MB}
        )


def takes_files(most_bytes: int, *, most_files: int = 1) -> Callable[[View], View]:
    """Let a view receive files: up to `most_files` of `most_bytes` each, written to temporary files as they arrive.

    For signed-in people only: a visitor's file ends the request, as with every other view. The order matters: this
    decorator is the outermost, because the protection against forged requests reads the form. Take the file out with
    `received`.
    """

    def decorate(view: View) -> View:
        protected = csrf_protect(view)

        @csrf_exempt  # protected below, once the handler is in place
        @functools.wraps(view)
        def receive(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST" and not request.actor.is_visitor:  # type: ignore[attr-defined]
                request.upload_handlers = [BoundedHandler(request, most_bytes, most_files)]
            return protected(request, *args, **kwargs)

        return receive

    return decorate


def received(request: HttpRequest, field: str) -> UploadedFile | None:
    """The file of `field`, or None if none came. Raises FileTooBig for one that was cut off."""
    upload = request.FILES.get(field)
    if upload is None:
        return None
    most_bytes = getattr(upload, "cut_off_at", None)
    if most_bytes is not None:
        raise FileTooBig(most_bytes)
    return upload


class BoundedHandler(TemporaryFileUploadHandler):
    """Writes each file to a temporary file, `most_bytes` of it at most; a longer one is marked and emptied."""

    def __init__(self, request: HttpRequest, most_bytes: int, most_files: int) -> None:
        super().__init__(request)
        self.most_bytes, self.most_files, self.files = most_bytes, most_files, 0
        self.is_cut_off = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - as Django names it
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        if content_length > max(_DRAINED, 2 * self.most_bytes * self.most_files):
            raise RequestDataTooBig("The request is far larger than what the form takes.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.files += 1
        if self.files > self.most_files:
            raise RequestDataTooBig("The request holds more files than the form takes.")
        self.is_cut_off = False
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.is_cut_off:
            return
        if start + len(raw_data) > self.most_bytes:
            self.is_cut_off = True
            self.file.truncate(0)
            return
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        self.file.seek(0)
        self.file.size = 0 if self.is_cut_off else file_size
        if self.is_cut_off:
            self.file.cut_off_at = self.most_bytes  # type: ignore[attr-defined]
        done: UploadedFile = self.file
        return done

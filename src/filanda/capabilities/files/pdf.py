# SPDX-License-Identifier: EUPL-1.2
"""What a PDF document says, and its first page as a picture. Takes seconds: in a job."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from filanda.capabilities.files.inspecting import Picture
from filanda.kernel.text.folding import clean

__all__ = ["PdfLook", "look_into_pdf"]

TIMEOUT = 40.0


@dataclass(frozen=True)
class PdfLook:
    pages: int
    text: str
    first_page: Picture | None


def look_into_pdf(content: bytes) -> PdfLook | None:
    """Look into a document, in a process of its own; None for one that cannot be read (damaged, with a password)."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "filanda.capabilities.files.pdf_child"],
            input=content,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode != 0:
        return None
    line, _newline, rest = done.stdout.partition(b"\n")
    head = json.loads(line)
    text, picture = rest[: head["text"]], rest[head["text"] :]
    first = Picture(picture, head["width"], head["height"]) if picture else None
    return PdfLook(head["pages"], clean(text.decode("utf-8", "replace")), first)

# SPDX-License-Identifier: EUPL-1.2
"""Looking a DOI up, where an installation says where: FILANDA_DOI_URL, such as https://api.crossref.org/works/.

Only addresses below that one are asked, redirects are not followed, and an answer is bounded in time and size. Without
the setting there is no such button. Tested against a server of the tests' own; no service was ever asked.
"""

from __future__ import annotations

import json
import re
import time
from datetime import date
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from filanda.kernel.text.folding import clean

__all__ = ["DoiUnknown", "is_on", "look_up"]

SECONDS = 5  # for the first word of an answer, and again for all of it
MOST_BYTES = 1024 * 1024
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>\\]+")


class DoiUnknown(Exception):
    """There is nothing to show; `str()` is a sentence for the reader."""


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def is_on() -> bool:
    """Whether this installation looks DOIs up."""
    return bool(settings.DOI_URL)


def look_up(text: str) -> dict[str, str]:
    """title, text, started_on, source_url and kind of what the DOI in `text` names. Raises DoiUnknown."""
    found = _DOI.search(text[:500])
    if found is None or ".." in found[0]:
        raise DoiUnknown(_("A DOI begins with 10. and has a / in it, such as 10.1000/182."))
    doi = found[0].rstrip(".,;)")
    away = DoiUnknown(_("This DOI could not be looked up. Write the title yourself, or try again later."))
    request = Request(  # noqa: S310 - the operator's address, checked to be http(s) in the settings
        settings.DOI_URL.rstrip("/") + "/" + quote(doi, safe=""), headers={"Accept": "application/json"}
    )
    try:
        with build_opener(_NoRedirects).open(request, timeout=SECONDS) as answer:
            said = json.loads(_body(answer))
    except (URLError, OSError, ValueError, HTTPException, RecursionError) as error:
        raise away from error
    work = said.get("message", said) if isinstance(said, dict) else {}
    title = _first(work.get("title")) if isinstance(work, dict) else ""
    if not title:
        raise away
    return {
        "kind": "publication",
        "title": title[:500],
        "text": clean(strip_tags(_first(work.get("abstract"))))[:20_000],
        "started_on": _day(work.get("issued")),
        "source_url": f"https://doi.org/{doi}"[:500],
    }


def _body(answer: HTTPResponse) -> bytes:
    """What a server says, however it dawdles: what is not there in time, or is too much, is cut off."""
    until, found = time.monotonic() + SECONDS, b""
    while len(found) < MOST_BYTES and time.monotonic() < until:
        piece = answer.read1(MOST_BYTES - len(found))
        if not piece:
            break
        found += piece
    return found


def _first(value: Any) -> str:
    """Crossref gives lists where CSL-JSON gives texts."""
    value = value[0] if isinstance(value, list) and value else value
    return clean(strip_tags(value)) if isinstance(value, str) else ""


def _day(issued: Any) -> str:
    """{"date-parts": [[2021, 5]]} -> "2021-05-01"; "" if it is not that."""
    try:
        parts = [int(part) for part in issued["date-parts"][0]]
        return date(*[*parts[:3], 1, 1][:3]).isoformat()
    except (TypeError, KeyError, IndexError, ValueError, OverflowError):
        return ""

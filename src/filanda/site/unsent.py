# SPDX-License-Identifier: EUPL-1.2
"""What somebody had written in a form that was not taken: they were signed out meanwhile, or the page was open while
they signed in elsewhere. Shown again, to be sent again, so that nothing is lost.

Only what a page of ours sent (its Origin says so) is offered again: a form of another site is refused as ever, and its
fields are not put before the reader as if they were their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from filanda.kernel.ui.problems import asks_api

__all__ = ["Unsent", "is_part", "unsent"]

TEXTS_MOST = 20
TEXT_MOST = 100_000
FIELDS_MOST = 300
_CSRF = "csrfmiddlewaretoken"


@dataclass(frozen=True, slots=True)
class Unsent:
    """`texts`: what reads like somebody's words, to be seen; `fields`: everything, (name, value), to be sent again;
    `path`: where to.
    """

    texts: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    path: str
    has_files: bool


def is_part(request: HttpRequest) -> bool:
    """Whether a script asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def unsent(request: HttpRequest) -> Unsent | None:
    """What the form held; None where it held no words of anybody, or where it is not certain that it was ours."""
    if request.method != "POST" or getattr(request, "actor", None) is None or request.resolver_match is None:
        return None
    if asks_api(request) or is_part(request) or not _is_ours(request):
        return None
    try:
        sent, files = request.POST, request.FILES
    except Exception:  # noqa: BLE001 - an upload that breaks off, too many fields: whatever it is, there is nothing
        return None
    fields = [(name, value) for name, values in sent.lists() if name != _CSRF for value in values]
    texts = [value.strip()[:TEXT_MOST] for _name, value in fields if " " in value.strip()]
    if not texts or len(fields) > FIELDS_MOST:
        return None
    return Unsent(tuple(texts[:TEXTS_MOST]), tuple(fields), request.get_full_path(), bool(files))


def _is_ours(request: HttpRequest) -> bool:
    return request.headers.get("Origin", "").lower() == f"{request.scheme}://{request.get_host()}".lower()

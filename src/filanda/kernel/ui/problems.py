# SPDX-License-Identifier: EUPL-1.2
"""Failures as machines read them: application/problem+json (RFC 9457), open to any origin.

A `Kind` names a failure once, with its status and title; a `Problem` is one of its occurrences, with a sentence that
says what to do. Rooms declare kinds of their own beside what fails.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import parse_accept_lang_header

from filanda.kernel.regions.models import Region

__all__ = [
    "BAD_REQUEST",
    "BODY_TOO_LARGE",
    "FORBIDDEN",
    "GENERAL_KINDS",
    "INVALID",
    "MALFORMED_JSON",
    "MEDIA_TYPE",
    "METHOD_NOT_ALLOWED",
    "NOT_FOUND",
    "SERVER_ERROR",
    "TOO_MANY_REQUESTS",
    "UNKNOWN_HOST",
    "UNSUPPORTED_MEDIA_TYPE",
    "FieldError",
    "Kind",
    "Problem",
    "asks_api",
    "language_of",
    "open_to_all",
    "respond",
    "spoken_in",
]

MEDIA_TYPE = "application/problem+json"
API_PATH = "/api/"
# A full path, so that the same string names the same kind on every installation and leads to its explanation there.
TYPE_PREFIX = "/api/v1/docs#"


@dataclass(frozen=True)
class Kind:
    """A problem type: `slug` makes its URI, `title` never varies but with the language."""

    slug: str
    status: int
    title: str | Promise
    meaning: str | Promise = ""

    @property
    def uri(self) -> str:
        return TYPE_PREFIX + self.slug


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one value: a JSON pointer into the body (RFC 6901, "#/text"), or a query parameter's name."""

    detail: str
    pointer: str = ""
    parameter: str = ""

    def as_json(self) -> dict[str, str]:
        members = {"detail": self.detail, "pointer": self.pointer, "parameter": self.parameter}
        return {name: value for name, value in members.items() if value}


@dataclass(eq=False)
class Problem(Exception):
    """Raised by operations of the API; `detail` is a sentence that says what to do."""

    kind: Kind
    detail: str
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.detail


UNKNOWN_HOST = Kind(
    "unknown-host", 400, _("Unknown host"), _("The host name of the request belongs to no region of this installation.")
)
BAD_REQUEST = Kind("bad-request", 400, _("Bad request"), _("The request breaks a rule of HTTP or is too complicated."))
MALFORMED_JSON = Kind("malformed-json", 400, _("Malformed JSON"), _("The body is empty or is not valid JSON in UTF-8."))
FORBIDDEN = Kind("forbidden", 403, _("Not allowed"), _("The request may not do this."))
NOT_FOUND = Kind("not-found", 404, _("Not found"), _("There is nothing at this address, or nothing that you may see."))
METHOD_NOT_ALLOWED = Kind(
    "method-not-allowed", 405, _("Method not allowed"), _("The address exists, but not for this method. See Allow.")
)
BODY_TOO_LARGE = Kind("body-too-large", 413, _("Body too large"), _("The body of the request is over one mebibyte."))
UNSUPPORTED_MEDIA_TYPE = Kind(
    "unsupported-media-type", 415, _("Unsupported media type"), _("The body is not declared as application/json.")
)
INVALID = Kind(
    "invalid", 422, _("Invalid values"), _("Some values cannot be used; each is named in `errors` with what to do.")
)
TOO_MANY_REQUESTS = Kind(
    "too-many-requests", 429, _("Too many requests"), _("The limit for this connection is reached. See Retry-After.")
)
SERVER_ERROR = Kind("server-error", 500, _("Something went wrong"), _("A fault of ours; it was recorded."))

GENERAL_KINDS = (
    UNKNOWN_HOST,
    BAD_REQUEST,
    MALFORMED_JSON,
    FORBIDDEN,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    BODY_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    INVALID,
    TOO_MANY_REQUESTS,
    SERVER_ERROR,
)


def asks_api(request: HttpRequest) -> bool:
    """Whether whoever asks is a program: what fails is then told as a problem and not as a page."""
    return request.path_info.startswith(API_PATH)


def spoken_in(region: Region | None) -> list[str]:
    """Languages that labels and messages are kept in: the region's among the product's."""
    known = [code for code, _name in settings.LANGUAGES]
    return [code for code in region.languages if code in known] if region else known


def language_of(request: HttpRequest, asked: str = "") -> str:
    """`asked` if it is spoken here, else the best of Accept-Language, else the region's own. Cookies do not count."""
    region: Region | None = getattr(request, "region", None)
    spoken = spoken_in(region)
    if asked in spoken:
        return asked
    for code, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:500].lower()):
        if code.split("-")[0] in spoken:
            return code.split("-")[0]
    return region.default_language if region and region.default_language in spoken else settings.LANGUAGE_CODE


def respond(problem: Problem) -> HttpResponse:
    """The response of a problem. No query, no template: it also answers when these fail."""
    body: dict[str, object] = {
        "type": problem.kind.uri,
        "title": str(problem.kind.title),
        "status": problem.kind.status,
        "detail": problem.detail,
    }
    if problem.errors:
        body["errors"] = [error.as_json() for error in problem.errors]
    response = HttpResponse(
        # What is pointed at may be named with lone surrogates, which JSON can carry and UTF-8 cannot.
        json.dumps(body, ensure_ascii=False).encode(errors="replace"),
        status=problem.kind.status,
        content_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **problem.headers},
    )
    return open_to_all(response)


def open_to_all(response: HttpResponse) -> HttpResponse:
    """Let pages of any origin read it (Fetch standard, CORS). Without credentials: nothing here depends on any."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "Link, Retry-After, ETag, X-Request-Id"
    return response

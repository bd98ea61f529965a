# SPDX-License-Identifier: EUPL-1.2
"""The public API at /api/v1/: who may come in, how failures are told, and the OpenAPI document.

Rooms bring their operations as routers. Everything is for visitors: no cookie and no session counts here, so that any
page of any origin may ask without anybody being able to borrow somebody's sign-in.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - under this name it is collected
from django.views.decorators.http import conditional_page, require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.renderers import JSONRenderer
from ninja.responses import Response

from filanda import __version__
from filanda.across.finder import api as finder
from filanda.across.finder.answered import ProblemDocument
from filanda.across.opportunities import api as opportunities
from filanda.across.profiles import api as profiles
from filanda.capabilities.needs.limits import LIMITS
from filanda.components.discussions import api as discussions
from filanda.components.documents import api as documents
from filanda.components.events import api as events
from filanda.components.proposals import api as proposals
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.ui.problems import (
    BAD_REQUEST,
    BODY_TOO_LARGE,
    GENERAL_KINDS,
    INVALID,
    MALFORMED_JSON,
    MEDIA_TYPE,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    UNSUPPORTED_MEDIA_TYPE,
    FieldError,
    Kind,
    Problem,
    language_of,
    open_to_all,
    respond,
    spoken_in,
)
from filanda.site.api_page import described
from filanda.spaces import api as communities

__all__ = ["KINDS", "api", "docs", "openapi_document", "urls"]

LARGEST_BODY = 1024 * 1024  # bytes
FRESH_SECONDS = 60
KINDS: tuple[Kind, ...] = (*GENERAL_KINDS, *finder.KINDS)


class _Renderer(JSONRenderer):
    json_dumps_params = {"ensure_ascii": False}


api = NinjaAPI(
    renderer=_Renderer(),
    title="Filanda",
    version=__version__,
    description=N_(
        "Finds the organisations of a region that could help with a need, and says why. No account and no key: "
        "everything here is public. Failures are problem documents (RFC 9457) in the reader's language."
    ),
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
)
api.add_router("", finder.router)
api.add_router("", profiles.router)
api.add_router("", communities.router)
api.add_router("", discussions.router)
api.add_router("", documents.router)
api.add_router("", events.router)
api.add_router("", proposals.router)
api.add_router("", opportunities.router)


# Coming in


def _door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What is the same for every operation: visitors only, language, size and type of the body, CORS, caching."""

    @functools.wraps(view)
    def come_in(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.COOKIES = {}
        request.user = AnonymousUser()
        request.actor = VISITOR  # type: ignore[attr-defined]
        with translation.override(language_of(request, request.GET.get("lang", ""))):
            response = _answer(view, request, args, kwargs)
            response.headers["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
        patch_vary_headers(response, ["Accept-Language"])
        return open_to_all(response)

    come_in.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie is honoured: nothing can be forged
    return come_in


def _answer(
    view: Callable[..., HttpResponse], request: HttpRequest, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> HttpResponse:
    try:
        _check_language(request)
        if request.method == "POST":
            _check_body(request)
    except Problem as problem:
        return respond(problem)
    if request.method == "HEAD":
        request.method = "GET"
        try:
            response = _readable(view, request, *args, **kwargs)
        finally:
            request.method = "HEAD"
    elif request.method == "GET":
        response = _readable(view, request, *args, **kwargs)
    else:
        response = view(request, *args, **kwargs)
    if response.status_code == 405:
        methods = _methods(response)
        return _preflight(methods) if request.method == "OPTIONS" else respond(_not_allowed(request, methods))
    return response


def _readable(view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """An answer to GET: fresh for a minute, afterwards asked for again by its ETag (RFC 9110, 13.1.2)."""

    def fresh(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code < 400:
            response.headers.setdefault("Cache-Control", f"public, max-age={FRESH_SECONDS}")
        return response

    return conditional_page(fresh)(request, *args, **kwargs)


def _check_language(request: HttpRequest) -> None:
    asked = request.GET.get("lang")
    spoken = spoken_in(request.region)  # type: ignore[attr-defined]
    if asked is not None and asked not in spoken:
        sentence = _("Labels are not kept in that language. There are: %(codes)s.") % {"codes": ", ".join(spoken)}
        raise Problem(INVALID, sentence, [FieldError(sentence, parameter="lang")])


def _check_body(request: HttpRequest) -> None:
    """Raises Problem for a body that no operation takes. It is not read when it is too large."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > LARGEST_BODY:
        raise Problem(
            BODY_TOO_LARGE,
            _("The body has %(length)s bytes; up to %(most)s are read. Send less.")
            % {"length": length, "most": LARGEST_BODY},
        )
    if not length or not request.body.strip():
        raise Problem(
            MALFORMED_JSON,
            _("The request has no body, or does not say its length. Send a JSON object with Content-Length."),
        )
    if request.content_type != "application/json":
        raise Problem(
            UNSUPPORTED_MEDIA_TYPE,
            _("Send the body as JSON, with the header Content-Type: application/json."),
            headers={"Accept-Post": "application/json"},
        )


def _methods(response: HttpResponse) -> list[str]:
    allowed = {method.strip() for method in response.headers.get("Allow", "").split(",")} - {""}
    return sorted(allowed | {"OPTIONS"} | ({"HEAD"} if "GET" in allowed else set()))


def _not_allowed(request: HttpRequest, methods: list[str]) -> Problem:
    allowed = ", ".join(methods)
    return Problem(
        METHOD_NOT_ALLOWED,
        _("This address takes %(methods)s.") % {"methods": allowed},
        headers={"Allow": allowed},
    )


def _preflight(methods: list[str]) -> HttpResponse:
    """What browsers ask before a page of another origin may send JSON (Fetch standard)."""
    return HttpResponse(
        status=204,
        headers={
            "Allow": ", ".join(methods),
            "Access-Control-Allow-Methods": ", ".join(methods),
            "Access-Control-Allow-Headers": "Content-Type, Accept-Language, If-None-Match",
            "Access-Control-Max-Age": "86400",
        },
    )


# Failing


@api.exception_handler(Problem)
def _told(request: HttpRequest, problem: Problem) -> HttpResponse:
    return respond(problem)


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return respond(Problem(NOT_FOUND, _("There is nothing at this address.")))


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What ninja itself refuses: only bodies that it cannot parse."""
    if error.status_code != 400:
        raise error
    return respond(
        Problem(MALFORMED_JSON, _("The body is not valid JSON in UTF-8. Check quotes, commas and brackets."))
    )


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [_field_error(one) for one in error.errors[:20]]
    names = ", ".join(dict.fromkeys(one.parameter or one.pointer or "#" for one in errors))
    sentence = _("Some values cannot be used: %(names)s. See errors for what to do.") % {"names": names}
    return respond(Problem(INVALID, sentence, errors))


def _field_error(error: dict[str, Any]) -> FieldError:
    """One error of the validator in our words. What was sent is never repeated: it may be somebody's need."""
    source, _argument, *place = error["loc"]
    sentence = _sentence(error["type"], error.get("ctx", {}))
    if source == "body":
        pointer = "#" + "".join("/" + str(part)[:100].replace("~", "~0").replace("/", "~1") for part in place)
        return FieldError(sentence, pointer=pointer)
    return FieldError(sentence, parameter=str(place[0] if place else _argument)[:100])


def _sentence(kind: str, limits: dict[str, Any]) -> str:
    sentences: dict[str, Callable[[], str]] = {
        "missing": lambda: _("This is required."),
        "extra_forbidden": lambda: _("There is no such member. Check its spelling against the documentation."),
        "string_type": lambda: _("This must be a text."),
        "string_unicode": lambda: _("This must be a text of valid characters."),
        "string_too_long": lambda: _("This may have up to %(max_length)s characters.") % limits,
        "string_pattern_mismatch": lambda: _("This must fit the pattern %(pattern)s.") % limits,
        "int_type": lambda: _("This must be a whole number."),
        "int_parsing": lambda: _("This must be a whole number."),
        "int_parsing_size": lambda: _("This number is too large."),
        "int_from_float": lambda: _("This must be a whole number."),
        "greater_than_equal": lambda: _("This must be at least %(ge)s.") % limits,
        "less_than_equal": lambda: _("This may be at most %(le)s.") % limits,
        "literal_error": lambda: _("This must be one of: %(values)s.") % {"values": _listed(limits["expected"])},
        "list_type": lambda: _("This must be a list."),
        "too_long": lambda: _("This may have up to %(max_length)s values.") % limits,
        "not_printable": lambda: _("This may hold no control characters."),
        "string_too_short": lambda: _("This may not be empty."),
        "model_type": lambda: _("This must be an object."),
        "model_attributes_type": lambda: _("This must be an object."),
        "dict_type": lambda: _("This must be an object."),
    }
    return sentences.get(kind, lambda: _("This value cannot be used here. See the documentation."))()


def _listed(expected: str) -> str:
    """The validator's "'a', 'b' or 'c'" without its English."""
    return expected.replace(" or ", ", ").replace("'", "")


# The document


@functools.cache
def _document() -> dict[str, Any]:
    """The OpenAPI 3.1 document in English, without servers."""
    document = copy.deepcopy(dict(api.get_openapi_schema(path_prefix="/api/v1/")))
    document["info"]["license"] = {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}
    components = document["components"]
    problem_schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    # Of what is in query strings each parameter is described by itself.
    components["schemas"] = {
        name: schema for name, schema in components["schemas"].items() if not name.endswith("Parameters")
    }
    components["schemas"] |= problem_schema.pop("$defs", {})
    components["schemas"]["ProblemDocument"] = problem_schema
    components["responses"] = {kind.slug: _problem_response(kind) for kind in KINDS}
    for operations in document["paths"].values():
        for method, operation in operations.items():
            _complete(operation, method)
    for part in ("paths", "components"):
        document[part] = _without_titles(document[part])
    return document


def _without_titles(part: Any) -> Any:
    """The validator names every member after itself ("Helix Role"): noise."""
    if isinstance(part, dict):
        return {
            name: _without_titles(value)
            for name, value in part.items()
            if name != "title" or not isinstance(value, str)
        }
    return [_without_titles(one) for one in part] if isinstance(part, list) else part


def _problem_response(kind: Kind) -> dict[str, Any]:
    with translation.override(None):
        described: dict[str, Any] = {"description": str(kind.meaning)}
    described["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    if kind.status == 429:
        described["headers"] = {
            "Retry-After": {
                "description": N_("Seconds to wait."),
                "required": True,
                "schema": {"type": "integer", "minimum": 1},
            }
        }
    return described


def _complete(operation: dict[str, Any], method: str) -> None:
    """Add what ninja does not know: failures, headers, and where else the operation leads."""
    for parameter in operation["parameters"]:
        parameter.pop("examples", None)  # a copy of the schema's, which in a parameter has another shape
    responses = {str(status): response for status, response in operation["responses"].items()}
    slugs = [INVALID.slug, *operation.pop("x-problems", [])]
    if method == "post":
        slugs += [MALFORMED_JSON.slug, BODY_TOO_LARGE.slug, UNSUPPORTED_MEDIA_TYPE.slug]
    else:
        slugs += [BAD_REQUEST.slug]
    by_slug = {kind.slug: kind for kind in KINDS}
    for slug in slugs:
        responses[str(by_slug[slug].status)] = {"$ref": f"#/components/responses/{slug}"}
    responses["default"] = {"$ref": "#/components/responses/server-error"}
    if operation.pop("x-links", False):
        responses["200"]["headers"] = {
            "Link": {"description": N_("Pages: first, prev, next, last (RFC 8288)."), "schema": {"type": "string"}}
        }
    operation["responses"] = dict(sorted(responses.items()))


_READABLE = frozenset({"description", "summary"})


def openapi_document(language: str, server: str) -> dict[str, Any]:
    """The document with descriptions in `language`. `server`: scheme and host that it is asked from."""

    def translated(part: Any) -> Any:
        if isinstance(part, dict):
            return {
                name: translation.gettext(value) if name in _READABLE and isinstance(value, str) and value
                else translated(value)
                for name, value in part.items()
            }  # fmt: skip
        return [translated(one) for one in part] if isinstance(part, list) else part

    with translation.override(language):
        document: dict[str, Any] = translated(_document())
    document["servers"] = [{"url": server}]
    return document


@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    """In English unless `lang` says otherwise: it is programs that read it first."""
    language = translation.get_language() if "lang" in request.GET else "en"
    return Response(
        openapi_document(language or "en", f"{request.scheme}://{request.get_host()}"),
        json_dumps_params={"ensure_ascii": False},
    )


@require_safe
def docs_redirect(request: HttpRequest) -> HttpResponse:
    """Problem types lead here; the page itself lives under the reader's language."""
    return HttpResponseRedirect(reverse("api-docs"))


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The way in, for whoever asks without a path."""
    return Response(
        {
            "title": api.title,
            "version": api.version,
            "openapi": request.build_absolute_uri(reverse("api:openapi-json")),
            "documentation": request.build_absolute_uri(reverse("api-docs")),
        }
    )


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The document as a page: it needs no script and nothing from elsewhere."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    document = openapi_document(language, f"{request.scheme}://{request.get_host()}")
    context = {"openapi_url": reverse("api:openapi-json"), "kinds": KINDS, "limit": LIMITS["need"]}
    return render(request, "site/api.html", described(document) | context)


def _patterns() -> list[URLPattern]:
    patterns, _app, _namespace = api.urls
    own = [
        path("", start, name="api-root"),
        path("openapi.json", openapi_json, name="openapi-json"),
        path("docs", docs_redirect, name="docs"),
    ]
    operations = [pattern for pattern in patterns if isinstance(pattern, URLPattern) and pattern.name != "api-root"]
    for pattern in (*own, *operations):
        pattern.callback = _door(pattern.callback)
    return [*own, *operations]


urls = (_patterns(), "api", "api")

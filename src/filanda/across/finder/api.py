# SPDX-License-Identifier: EUPL-1.2
"""The finder's operations of the public API: visitors only, the same reads and limits as the pages.

Each translates, makes one call, and takes and gives the shapes of `asked` and `answered`; failures are problems
(kernel.ui.problems).
"""

from __future__ import annotations

import time
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - under this name it is collected
from ninja import Body, Query, Router

from filanda.across.finder import queries
from filanda.across.finder.addresses import Addresses
from filanda.across.finder.answered import (
    ConceptList,
    MatchResponse,
    OrganisationList,
    OrganisationRecord,
    SchemeList,
    SuggestionList,
)
from filanda.across.finder.asked import (
    ConceptParameters,
    ListParameters,
    MatchParameters,
    MatchRequest,
    PageParameters,
    Parameters,
    SuggestionParameters,
)
from filanda.across.finder.paging import link_pages
from filanda.across.finder.parameters import Selection
from filanda.across.finder.records import (
    Links,
    concept_list,
    match_response,
    organisation_list,
    organisation_record,
    scheme_record,
    suggestion_list,
)
from filanda.across.finder.visitors import address_of
from filanda.capabilities.matching.queries import NeedTooLong, NeedTooShort, checked
from filanda.capabilities.needs import limits
from filanda.directory.organisations.queries import organisation_page
from filanda.directory.taxonomies.queries import scheme_for, schemes_of
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean
from filanda.kernel.ui.addresses import moved_to
from filanda.kernel.ui.problems import (
    INVALID,
    NOT_FOUND,
    TOO_MANY_REQUESTS,
    FieldError,
    Kind,
    Problem,
)

__all__ = ["KINDS", "router"]

NEED_TOO_SHORT = Kind(
    "need-too-short",
    422,
    gettext_lazy("The need is too short"),
    gettext_lazy("The text has hardly a word in it. A few words are enough."),
)
NEED_TOO_LONG = Kind(
    "need-too-long",
    422,
    gettext_lazy("The need is too long"),
    gettext_lazy("The text is longer than anybody would read. Keep what describes the need."),
)
KINDS = (NEED_TOO_SHORT, NEED_TOO_LONG)

LARGEST_ID = 2**63 - 1

router = Router()


@router.post(
    "/matches",
    response=MatchResponse,
    operation_id="matchNeed",
    url_name="matches",
    tags=["matching"],
    summary=N_("Who can help with a need, and why"),
    description=N_(
        "Takes a need in plain words and gives the organisations whose evidence is nearest to it, best first, each "
        "with the pieces of evidence that carried it. The text is neither stored nor logged. A connection may ask as "
        "often as a visitor of the pages may, both together."
    ),
    openapi_extra={"x-problems": ["too-many-requests"]},
)
def match_need(
    request: HttpRequest, response: HttpResponse, payload: Body[MatchRequest], parameters: Query[MatchParameters]
) -> MatchResponse:
    began = time.perf_counter()
    region = _region(request)
    try:
        text = checked(payload.text)
    except NeedTooShort as error:
        raise Problem(NEED_TOO_SHORT, str(error), [FieldError(str(error), pointer="#/text")]) from error
    except NeedTooLong as error:
        raise Problem(NEED_TOO_LONG, str(error), [FieldError(str(error), pointer="#/text")]) from error
    _take_turn(request, region, timezone.now())
    found = queries.answer(
        text,
        region=region,
        actor=VISITOR,
        language=payload.language,
        filters=payload.filters.chosen(),
        limit=payload.limit,
    )
    response.headers["Cache-Control"] = "no-store"
    return match_response(found, region, _links(request), took_ms=(time.perf_counter() - began) * 1000)


def _take_turn(request: HttpRequest, region: Region, now: datetime) -> None:
    """Count this need with those typed into the pages. Raises Problem when there were too many."""
    try:
        limits.take("need", address=address_of(request), region=region, now=now)
    except limits.TooMany as limit:
        minutes = -(-limit.retry_after // 60)
        again = ngettext("in %(n)s minute", "in %(n)s minutes", minutes) % {"n": minutes}
        sentence = _(
            "So many needs came from your connection that we take a short break. Send this one again %(again)s."
        )
        raise Problem(
            TOO_MANY_REQUESTS, sentence % {"again": again}, headers={"Retry-After": str(limit.retry_after)}
        ) from limit


@router.get(
    "/organisations",
    response=OrganisationList,
    operation_id="listOrganisations",
    url_name="organisations",
    tags=["organisations"],
    summary=N_("The directory of organisations"),
    description=N_(
        "Searches and filters organisations, with counts for narrowing down. A facet may be repeated: its values are "
        "alternatives, different facets narrow each other. The Link header leads to the first, previous, next and "
        "last page (RFC 8288)."
    ),
    openapi_extra={"x-links": True},
)
def list_organisations(
    request: HttpRequest, response: HttpResponse, parameters: Query[ListParameters]
) -> OrganisationList:
    region = _region(request)
    q = " ".join(clean(parameters.q).split())
    selection = Selection(q=q, filters=parameters.chosen(), sort=parameters.sort or "")
    found = queries.directory(region, VISITOR, selection, parameters.limit, offset=parameters.offset)
    link_pages(request, response, total=found.total, offset=parameters.offset, limit=parameters.limit)
    return organisation_list(
        found,
        region,
        _links(request),
        offset=parameters.offset,
        limit=parameters.limit,
        sort=selection.sort_used,
    )


@router.get(
    "/organisations/{int:organisation_id}",
    response=OrganisationRecord,
    operation_id="getOrganisation",
    url_name="organisation",
    tags=["organisations"],
    summary=N_("One organisation"),
    description=N_(
        "Names, identifiers, sites, sources, topics, partners, and its evidence in pages. An organisation that was "
        "merged into another one answers with 301 and leads there."
    ),
    openapi_extra={
        "x-links": True,
        "x-problems": ["not-found"],
        "responses": {301: {"description": N_("Merged into another one: see Location.")}},
    },
)
def get_organisation(
    request: HttpRequest, response: HttpResponse, organisation_id: int, parameters: Query[PageParameters]
) -> OrganisationRecord | HttpResponse:
    region = _region(request)
    page = None
    if organisation_id <= LARGEST_ID:
        page = organisation_page(
            organisation_id,
            VISITOR,
            page=parameters.page,
            per_page=parameters.per_page,
            kind=parameters.evidence_kind or "",
        )
        if page is None and (now_id := queries.merged_into(organisation_id, VISITOR)):
            query = request.META.get("QUERY_STRING", "")
            return moved_to(f"{now_id}{'?' if query else ''}{query}")
    if page is None:
        raise Problem(
            NOT_FOUND,
            _("No organisation with the number %(id)s can be seen here. Search in %(path)s.")
            % {"id": organisation_id, "path": "/api/v1/organisations"},
        )
    shown = page.evidence_by_kind.get(parameters.evidence_kind or "", page.evidence_total)
    link_pages(
        request,
        response,
        total=shown,
        offset=(parameters.page - 1) * parameters.per_page,
        limit=parameters.per_page,
        by_page=True,
    )
    return organisation_record(page, region, _links(request), asked_page=parameters.page, per_page=parameters.per_page)


@router.get(
    "/schemes",
    response=SchemeList,
    operation_id="listSchemes",
    url_name="schemes",
    tags=["concepts"],
    summary=N_("Schemes of concepts"),
    description=N_("The lists of concepts that organisations and evidence are classified by."),
)
def list_schemes(request: HttpRequest, parameters: Query[Parameters]) -> SchemeList:
    return SchemeList(schemes=[scheme_record(scheme) for scheme in schemes_of(_region(request))])


@router.get(
    "/concepts",
    response=ConceptList,
    operation_id="listConcepts",
    url_name="concepts",
    tags=["concepts"],
    summary=N_("Concepts of a scheme"),
    description=N_(
        "All concepts of a scheme in its own order, in pages; with `q` those whose labels fit, best first. Their codes "
        "are the values of the facets s3 and activity."
    ),
    openapi_extra={"x-links": True, "x-problems": ["not-found"]},
)
def list_concepts(request: HttpRequest, response: HttpResponse, parameters: Query[ConceptParameters]) -> ConceptList:
    region = _region(request)
    scheme = scheme_for(region, clean(parameters.scheme))
    if scheme is None:
        known = ", ".join(one.slug for one in schemes_of(region))
        raise Problem(
            NOT_FOUND,
            _("There is no scheme %(slug)s here. There are: %(known)s.") % {"slug": parameters.scheme, "known": known},
            [FieldError(_("Name one of the schemes."), parameter="scheme")],
        )
    q, offset, limit = clean(parameters.q), parameters.offset, parameters.limit
    if q and offset:
        sentence = _("A search has no pages: leave offset out, or raise limit.")
        raise Problem(INVALID, sentence, [FieldError(sentence, parameter="offset")])
    language = get_language() or region.default_language
    found = queries.concept_page(scheme, q, language, offset=offset, limit=limit)
    if found.total is not None:
        link_pages(request, response, total=found.total, offset=offset, limit=limit)
    return concept_list(scheme, found, offset=offset, limit=limit)


@router.get(
    "/suggestions",
    response=SuggestionList,
    operation_id="suggest",
    url_name="suggestions",
    tags=["organisations"],
    summary=N_("Completions while somebody types"),
    description=N_("Organisations and titles of evidence that begin like `q`."),
)
def suggest(request: HttpRequest, parameters: Query[SuggestionParameters]) -> SuggestionList:
    text = " ".join(clean(parameters.q).split())
    found = queries.suggestions(_region(request), VISITOR, text, parameters.limit) if len(text) > 1 else []
    return suggestion_list(found, _links(request))


def _region(request: HttpRequest) -> Region:
    region: Region = request.region  # type: ignore[attr-defined]
    return region


def _links(request: HttpRequest) -> Links:
    return Links(f"{request.scheme}://{request.get_host()}", Addresses.here())

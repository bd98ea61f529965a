# SPDX-License-Identifier: EUPL-1.2
"""People in the public API: visitors only, so public fields of public profiles only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - under this name it is collected
from ninja import Query, Router

from filanda.across.finder.paging import link_pages
from filanda.across.profiles import queries
from filanda.across.profiles.addresses import PeopleAddresses
from filanda.across.profiles.parameters import PeopleSelection
from filanda.across.profiles.records import (
    PeopleLinks,
    PeopleList,
    PeopleParameters,
    PersonParameters,
    PersonRecord,
    people_list,
    person_record,
)
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean
from filanda.kernel.ui.problems import NOT_FOUND, Problem

__all__ = ["router"]


router = Router()


@router.get(
    "/people",
    response=PeopleList,
    operation_id="listPeople",
    url_name="people",
    tags=["people"],
    summary=N_("The directory of people"),
    description=N_(
        "Searches and filters people who list themselves for everybody, by what they show to everybody. Facets work as "
        "those of organisations. The Link header leads to the first, previous, next and last page (RFC 8288)."
    ),
    openapi_extra={"x-links": True},
)
def list_people(request: HttpRequest, response: HttpResponse, parameters: Query[PeopleParameters]) -> PeopleList:
    region: Region = request.region  # type: ignore[attr-defined]
    q = " ".join(clean(parameters.q).split())
    selection = PeopleSelection(q=q, filters=parameters.chosen(), sort=parameters.sort or "")
    found = queries.directory(region, VISITOR, selection, parameters.limit, offset=parameters.offset)
    link_pages(request, response, total=found.total, offset=parameters.offset, limit=parameters.limit)
    return people_list(
        found, region, _links(request), offset=parameters.offset, limit=parameters.limit, sort=selection.sort_used
    )


@router.get(
    "/people/{int:person_id}",
    response=PersonRecord,
    operation_id="getPerson",
    url_name="person",
    tags=["people"],
    summary=N_("One person"),
    description=N_("What they show to everybody: headline, text, organisations, topics, languages, ORCID iD, links."),
    openapi_extra={"x-problems": ["not-found"]},
)
def get_person(request: HttpRequest, person_id: int, parameters: Query[PersonParameters]) -> PersonRecord:
    page = queries.profile(person_id, VISITOR)
    if page is None:
        raise Problem(
            NOT_FOUND,
            _("No person with the number %(id)s can be seen here. Search in %(path)s.")
            % {"id": person_id, "path": "/api/v1/people"},
        )
    return person_record(page, _links(request))


def _links(request: HttpRequest) -> PeopleLinks:
    return PeopleLinks(f"{request.scheme}://{request.get_host()}", PeopleAddresses.here())

# SPDX-License-Identifier: EUPL-1.2
"""Events in the public API: what visitors read; never who comes, what they answered, or an address online.

Descriptions are source strings: they are translated when the OpenAPI document is shown (site.api).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - under this name it is collected
from ninja import Field, Query, Router, Schema

from filanda.capabilities.notifications.timing import zone_of
from filanda.components.events import queries
from filanda.components.events.models import SpaceEvent
from filanda.components.events.times import local
from filanda.kernel.regions.models import Region
from filanda.kernel.ui.problems import NOT_FOUND, Problem
from filanda.spaces.api import CommunityParameters

__all__ = ["router"]


router = Router()


class EventsParameters(CommunityParameters):
    month: str = Field(
        "",
        pattern=r"^(20\d\d-(0[1-9]|1[0-2]))?$",
        description=N_("A month, such as 2026-12, past ones too. Empty: all that comes."),
    )
    priority: str = Field(
        "",
        max_length=80,
        description=N_(
            "Code of a priority of the first level: events of communities about it, or about what is below."
        ),
    )
    page: int = Field(1, ge=1, le=1000, description=N_("Which page, of 30 results each."))


class EventRecord(Schema):
    id: int
    title: str
    summary: str
    language: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    place: str
    address: str
    is_online: bool
    is_cancelled: bool
    takes_registrations: bool
    capacity: int | None
    registered: int
    community: str
    community_slug: str
    url: str
    calendar_url: str


class EventList(Schema):
    page: int
    has_more: bool
    events: list[EventRecord]


class EventLinkRecord(Schema):
    label: str
    url: str


class EventDetail(Schema):
    event: EventRecord
    html: str
    reason: str
    links: list[EventLinkRecord]


@router.get(
    "/events",
    response=EventList,
    operation_id="listEvents",
    url_name="events",
    tags=["communities"],
    summary=N_("What open communities plan"),
    description=N_("Soonest first. Times carry the offset of the event’s own time zone."),
)
def list_events(request: HttpRequest, parameters: Query[EventsParameters]) -> EventList:
    region: Region = request.region  # type: ignore[attr-defined]
    month = (int(parameters.month[:4]), int(parameters.month[5:])) if parameters.month else None
    chosen = 0
    if parameters.priority:
        known = {one.code: one.pk for one in queries.priorities(region)}
        if parameters.priority not in known:
            return EventList(page=parameters.page, has_more=False, events=[])
        chosen = known[parameters.priority]
    found = queries.public_events(
        now(),
        month=month,
        priority=chosen,
        zone=zone_of(region),
        most=queries.PER_PAGE + 1,
        offset=(parameters.page - 1) * queries.PER_PAGE,
    )
    return EventList(
        page=parameters.page,
        has_more=len(found) > queries.PER_PAGE,
        events=[EventRecord(**_record(request, one)) for one in found[: queries.PER_PAGE]],
    )


@router.get(
    "/events/{int:number}",
    response=EventDetail,
    operation_id="getEvent",
    url_name="event",
    tags=["communities"],
    summary=N_("One event of an open community"),
    description=N_("Its text as HTML that is safe to show; why it was cancelled; links to what was left."),
    openapi_extra={"x-problems": ["not-found"]},
)
def get_event(request: HttpRequest, number: int, parameters: Query[CommunityParameters]) -> EventDetail:
    found = queries.public_event(number)
    if found is None:
        sentence = _("No event with the number %(id)s can be seen here. See %(path)s.")
        raise Problem(NOT_FOUND, sentence % {"id": number, "path": "/api/v1/events"})
    return EventDetail(
        event=EventRecord(**_record(request, found)),
        html=found.html,
        reason=found.reason,
        links=[EventLinkRecord(label=one["label"], url=one["url"]) for one in found.links],
    )


def _record(request: HttpRequest, event: SpaceEvent) -> dict[str, Any]:
    return {
        "id": event.pk,
        "title": event.title,
        "summary": event.summary,
        "language": event.language,
        "starts_at": local(event.starts_at, event.time_zone),
        "ends_at": local(event.ends_at, event.time_zone),
        "time_zone": event.time_zone,
        "place": event.place,
        "address": event.address,
        "is_online": bool(event.online_url),
        "is_cancelled": event.is_cancelled,
        "takes_registrations": event.takes_registrations(now()),
        "capacity": event.capacity,
        "registered": event.registered_count,
        "community": event.space.name,
        "community_slug": event.space.slug,
        "url": request.build_absolute_uri(reverse("events:event", args=queries.address_of(event))),
        "calendar_url": request.build_absolute_uri(reverse("events:entry", args=[event.space.slug, event.pk])),
    }

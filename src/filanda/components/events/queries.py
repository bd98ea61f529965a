# SPDX-License-Identifier: EUPL-1.2
"""Reads of events: lists, lines for rooms that deal with anything, who comes. Each says how many queries it costs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import JSONObject, Left
from django.utils.text import slugify
from django.utils.translation import gettext as _

from filanda.components.events.models import (
    Registration,
    RegistrationState,
    SpaceEvent,
    SpaceEventQuerySet,
    SpaceEventState,
)
from filanda.components.events.times import spoken
from filanda.directory.people.models import Person
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import VISITOR, Actor
from filanda.kernel.manifests.things import ThingLine
from filanda.kernel.regions.models import Region
from filanda.kernel.text.markdown import shown_words
from filanda.spaces.components import Lines, as_columns
from filanda.spaces.models import SCOPE, Space, SpaceComponent, SpaceConcept

__all__ = [
    "COMING",
    "NEWS",
    "PER_PAGE",
    "Turn",
    "address_of",
    "as_line",
    "drafts",
    "event_in",
    "lines",
    "listed",
    "months_ahead",
    "own_registration",
    "people_coming",
    "priorities",
    "public_event",
    "public_events",
    "soon",
    "states_of",
    "title_slug",
    "turn_of",
    "when_words",
    "where_words",
]

PER_PAGE = 30
PEOPLE_MOST = 60


_PAGES = frozenset({"register", "leave", "edit", "publish", "cancel", "delete", "people", "material"})


def title_slug(title: str) -> str:
    """Words for an address, never those of one of the event's other pages."""
    words = slugify(title)[:60].strip("-") or "event"
    return f"{words}-event" if words in _PAGES else words


def address_of(event: SpaceEvent) -> tuple[str, int, str]:
    """The arguments of its page, "events:event": the space's slug, its id, words of its title. Needs event.space."""
    return event.space.slug, event.pk, title_slug(event.title)


def when_words(event: SpaceEvent) -> str:
    """When it is, as plain text."""
    words = _TIME.sub("", spoken(event.starts_at, event.ends_at, event.time_zone))
    return unescape(words).replace("\u2060", "")


_TIME = re.compile(r"</?time[^>]*>")


def where_words(event: SpaceEvent) -> str:
    """Where it is, without the address online."""
    parts = [event.place, event.address] if event.place or event.address else []
    if event.online_url:
        parts.append(_("online"))
    return ", ".join(part for part in parts if part)


def as_line(event: SpaceEvent, *, is_coming: bool = False) -> ThingLine:
    """As a line. `is_coming`: when it takes place is its moment, and what it says, in the language that is active."""
    said = "" if is_coming else event.summary or shown_words(event.html)
    if not said:
        place = event.place or (_("online") if event.online_url else "")
        said = " · ".join(part for part in (when_words(event), place) if part)
    return ThingLine(
        kind="event",
        id=event.pk,
        title=event.title,
        url_name="events:event",
        url_args=address_of(event),
        excerpt=said[:280],
        language=event.language,
        audience=event.audience,
        author_id=event.author_id,
        inside=((SCOPE, event.space_id),),
        at=event.starts_at if is_coming else event.published_at or event.created_at,
    )


def lines(actor: Actor, ids: Sequence[int]) -> Mapping[int, ThingLine]:
    """Those of `ids` that `actor` may see. One query."""
    rows = SpaceEvent.objects.visible_to(actor).filter(pk__in=ids).select_related("space")
    return {event.pk: as_line(event) for event in rows}


def _announced(actor: Actor, space_id: int, _now: Any) -> QuerySet[Any, Any]:
    rows = SpaceEvent.objects.visible_to(actor).announced().filter(space=space_id).order_by("-published_at", "-pk")
    return _with_place(rows, "published_at")


def _ahead(actor: Actor, space_id: int, now: Any) -> QuerySet[Any, Any]:
    rows = SpaceEvent.objects.visible_to(actor).taking_place().filter(space=space_id, ends_at__gt=now)
    return _with_place(rows.order_by("starts_at", "pk"), "starts_at")


def _with_place(rows: SpaceEventQuerySet, at: str) -> QuerySet[Any, Any]:
    # As much of it as an excerpt may need, marks included.
    html = Case(When(summary="", then=Left("html", 4000)), default=Value(""), output_field=TextField())
    return as_columns(rows, at=at, text=html, more=dict(zip(_OF_A_LINE, _OF_A_LINE, strict=True)))


_OF_A_LINE = ("summary", "starts_at", "ends_at", "time_zone", "place", "online_url")


def _line(row: Mapping[str, Any], space: Space, _names: Mapping[int, str], *, is_coming: bool = False) -> ThingLine:
    more = dict(row["line_more"])
    for name in ("starts_at", "ends_at"):
        more[name] = datetime.fromisoformat(more[name])
    event = SpaceEvent(
        pk=row["line_id"],
        space=space,
        title=row["line_title"],
        html=row["line_text"],
        language=row["line_language"],
        audience=row["line_audience"],
        author_id=row["line_author"],
        published_at=None if is_coming else row["line_at"],
        **more,
    )
    return as_line(event, is_coming=is_coming)


def _body(_actor: Actor, _words: Sequence[Sequence[Any]]) -> Any:
    return JSONObject(html=Left("html", SEARCHED))


SEARCHED = 20_000  # characters of an event in which words are marked
NEWS = Lines(_announced, _line, body=_body)  # what was announced last
COMING = Lines(_ahead, partial(_line, is_coming=True))  # what takes place next


def event_in(actor: Actor, space: Space, number: int) -> SpaceEvent | None:
    """The event of `space`, if `actor` may see it. One query."""
    if not 0 < number < 2**63:
        return None
    rows = SpaceEvent.objects.visible_to(actor).filter(space=space, pk=number).select_related("author")
    found: SpaceEvent | None = rows.first()
    if found is not None:
        found.space = space
    return found


def listed(actor: Actor, space: Space, now: datetime, *, is_past: bool, page: int) -> tuple[list[SpaceEvent], bool]:
    """A page of what comes (soonest first) or is past (latest first), and whether there is more. Drafts stand apart.
    One query.
    """
    rows = SpaceEvent.objects.visible_to(actor).filter(space=space).exclude(state=SpaceEventState.DRAFT)
    rows = rows.filter(ends_at__lte=now) if is_past else rows.filter(ends_at__gt=now)
    rows = rows.order_by("-starts_at", "-pk") if is_past else rows.order_by("starts_at", "pk")
    found = list(rows[(page - 1) * PER_PAGE : page * PER_PAGE + 1])
    for event in found:
        event.space = space
    return found[:PER_PAGE], len(found) > PER_PAGE


def drafts(actor: Actor, space: Space) -> list[SpaceEvent]:
    """Drafts of `space` that `actor` sees. One query."""
    rows = SpaceEvent.objects.visible_to(actor).filter(space=space, state=SpaceEventState.DRAFT)
    return list(rows.order_by("-pk")[:20])


def states_of(actor: Actor, events: Sequence[SpaceEvent]) -> dict[int, str]:
    """How the reader stands to events: their registration's state by event. One query, none for a visitor."""
    if actor.account_id is None or not events:
        return {}
    rows = Registration.objects.open().filter(account=actor.account_id, event__in=[event.pk for event in events])
    return dict(rows.values_list("event", "state"))


def own_registration(actor: Actor, event: SpaceEvent) -> Registration | None:
    """The reader's own, if they come or wait. One query, none for a visitor."""
    if actor.account_id is None:
        return None
    found: Registration | None = Registration.objects.open().filter(event=event, account=actor.account_id).first()
    return found


@dataclass(frozen=True)
class Turn:
    """Where somebody stands in the waiting list: 1 is next."""

    place: int
    total: int


def turn_of(registration: Registration) -> Turn | None:
    """Of somebody who waits. One query."""
    if registration.state != RegistrationState.WAITING:
        return None
    rows = Registration.objects.filter(event=registration.event_id).waiting()
    before = rows.filter(number__lte=registration.number).count()
    return Turn(before, rows.count())


def people_coming(actor: Actor, event: SpaceEvent, most: int = PEOPLE_MOST) -> list[Person]:
    """Who comes, as far as lists show them to `actor`: members of the region only. In the order of their turns. One
    query.
    """
    if not actor.is_member:
        return []
    there = Registration.objects.filter(event=event, account=OuterRef("account")).coming()
    rows = Person.objects.listed_to(actor).filter(Exists(there)).order_by("sort_key", "pk")
    return list(rows[:most])


def public_events(
    now: datetime,
    *,
    month: tuple[int, int] | None = None,
    priority: int = 0,
    zone: ZoneInfo,
    most: int = 200,
    offset: int = 0,
) -> list[SpaceEvent]:
    """What takes place in the region and everybody may read of, soonest first; of one `month` (past ones too), of the
    communities about one `priority` (an id, with what is below it). One query.
    """
    rows = _public()
    if month is not None:
        first = datetime(month[0], month[1], 1, tzinfo=zone)
        after = datetime(month[0] + month[1] // 12, month[1] % 12 + 1, 1, tzinfo=zone)
        rows = rows.filter(starts_at__lt=after.astimezone(UTC), ends_at__gt=first.astimezone(UTC))
    else:
        rows = rows.filter(ends_at__gt=now)
    if priority:
        about = SpaceConcept.objects.filter(
            Q(concept=priority) | Q(concept__ancestor_ids__contains=[priority]), space=OuterRef("space")
        )
        rows = rows.filter(Exists(about))
    return list(rows.order_by("starts_at", "pk")[offset : offset + most])


def public_event(number: int) -> SpaceEvent | None:
    """One that everybody may read of. One query."""
    found: SpaceEvent | None = _public().filter(pk=number).first()
    return found


def _public() -> SpaceEventQuerySet:
    off = SpaceComponent.objects.filter(space=OuterRef("space"), name="events", is_on=False)
    rows: SpaceEventQuerySet = SpaceEvent.objects.visible_to(VISITOR).announced()
    return rows.filter(~Exists(off)).select_related("space")


def months_ahead(now: datetime, zone: ZoneInfo, count: int = 7) -> list[datetime]:
    """The first days of this month and the next ones."""
    here = now.astimezone(zone)
    year, month = here.year, here.month
    found = []
    for _place in range(count):
        found.append(datetime(year, month, 1, tzinfo=zone))
        year, month = year + month // 12, month % 12 + 1
    return found


def priorities(region: Region) -> list[Concept]:
    """The region's first level of priorities. One query."""
    rows = Concept.objects.current().filter(scheme__region=region, scheme__slug="s3", broader=None)
    return list(rows.order_by("position", "code"))


def soon(actor: Actor, now: datetime, within: timedelta) -> list[SpaceEvent]:
    """What `actor` is registered for and begins `within`. One query."""
    mine = Registration.objects.filter(account=actor.account_id, event=OuterRef("pk")).coming()
    rows = SpaceEvent.objects.visible_to(actor).taking_place()
    return list(
        rows.filter(Exists(mine), ends_at__gt=now, starts_at__lt=now + within)
        .select_related("space")
        .order_by("starts_at", "pk")[:10]
    )

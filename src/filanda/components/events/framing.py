# SPDX-License-Identifier: EUPL-1.2
"""What every screen of events starts from: the space that the reader stands in, and events as rows for templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.timezone import now as clock
from django.utils.translation import get_language
from markupsafe import Markup

from filanda.capabilities.files.queries import address, files_of
from filanda.capabilities.follows.queries import standing
from filanda.components.events import queries
from filanda.components.events.models import SpaceEvent
from filanda.components.events.policies import may_organise, may_propose, may_register
from filanda.components.events.times import local, month_words, spoken, weekday_words
from filanda.kernel.identity.actors import Actor
from filanda.spaces.pages import SpacePage, space_page

__all__ = ["enter", "event_context", "find", "grouped", "listed_errors", "row_of", "words_of"]


def enter(request: HttpRequest, slug: str) -> SpacePage:
    """The events of the space `slug`. 404 where there is nothing for this reader."""
    return space_page(request, slug, tab="events")


def find(page: SpacePage, number: int) -> SpaceEvent:
    """The event, if the reader sees it in this space; else 404."""
    found = queries.event_in(page.actor, page.space, number)
    if found is None:
        raise Http404
    return found


def words_of(error: ValidationError) -> dict[str, str]:
    """Sentences by field; "" for the form as a whole."""
    if hasattr(error, "error_dict"):
        return {name: " ".join(messages) for name, messages in error.message_dict.items()}
    return {"": " ".join(error.messages)}


def listed_errors(errors: Mapping[str, str]) -> list[dict[str, str]]:
    """As forms.error_summary takes them."""
    return [{"name": name, "message": message} for name, message in errors.items()]


def _foreign(language: str) -> str:
    return language if language and language != (get_language() or "it")[:2] else ""


def row_of(event: SpaceEvent, now: datetime, *, state: str = "") -> dict[str, Any]:
    """An event as a row of a list. `state`: of the reader's registration. Needs event.space; no query."""
    begins = local(event.starts_at, event.time_zone)
    free = event.free_places
    is_open = event.takes_registrations(now)
    return {
        "id": event.pk,
        "url": reverse("events:event", args=queries.address_of(event)),
        "title": event.title,
        "lang": _foreign(event.language),
        "summary": event.summary,
        "begins": begins,
        "day": begins.day,
        "weekday": weekday_words(begins),
        "when": spoken(event.starts_at, event.ends_at, event.time_zone),
        "where": queries.where_words(event),
        "is_cancelled": event.is_cancelled,
        "is_draft": event.is_draft,
        "is_hidden": event.hidden_at is not None,
        "is_over": event.is_over(now),
        "is_full": is_open and free == 0,
        "free": free if is_open and free is not None and 0 < free <= 5 else None,
        "coming": event.registered_count,
        "state": state,
        "space": event.space.name,
        "space_url": reverse("spaces:home", args=[event.space.slug]),
    }


def grouped(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows by the month in which they begin: {month, rows}."""
    return [
        {"month": month_words(datetime(year, month, 1)), "rows": list(several)}
        for (year, month), several in groupby(rows, key=lambda row: (row["begins"].year, row["begins"].month))
    ]


def event_context(
    page: SpacePage,
    event: SpaceEvent,
    *,
    answers: Sequence[str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Everything that the page of an event shows. Nine queries at most, whatever it holds."""
    now = clock()
    actor: Actor = page.actor
    mine = queries.own_registration(actor, event)
    organises = may_organise(actor, event)
    is_open = event.takes_registrations(now)
    may = may_register(actor, event)
    errors = errors or {}
    key = ("event", event.pk)
    how = standing(actor, [key])
    given = list(answers or ())
    is_inside = actor.is_member
    people = queries.people_coming(actor, event) if is_inside and event.registered_count else []
    author = event.author if event.author_id is not None else None
    return {
        "page": page,
        "event": event,
        "row": row_of(event, now, state=mine.state if mine is not None else ""),
        "html": Markup(event.html),  # noqa: S704 - cleaned when it was written
        "author": str(author) if author is not None and is_inside else "",
        "mine": mine,
        "turn": queries.turn_of(mine) if mine is not None else None,
        "online_url": event.online_url if (mine is not None and mine.state == "registered") or organises else "",
        "is_online": bool(event.online_url),
        "is_open": is_open,
        "may_register": bool(may),
        "why_not": "" if may else str(may.reason),
        "until": spoken(event.register_until, event.register_until, event.time_zone) if event.register_until else "",
        "questions": [
            {
                "name": f"answer_{place}",
                "label": one["label"],
                "required": bool(one.get("required")),
                "value": given[place] if place < len(given) else "",
                "errors": [errors[f"answer_{place}"]] if f"answer_{place}" in errors else [],
            }
            for place, one in enumerate(event.questions)
        ],
        "errors": errors,
        "listed": listed_errors(errors),
        "people": people,
        "more_people": max(0, event.registered_count - len(people)),
        "is_inside": is_inside,
        "files": [
            {"name": one.name, "url": address(one), "size": filesizeformat(one.size), "id": one.pk}
            for one in files_of(key, actor)
        ],
        "links": event.links,
        "organises": bool(organises),
        "has_begun": event.starts_at <= now,
        "is_over": event.is_over(now),
        "level": how.level(key),
        "is_marked": how.is_bookmarked(key),
        "here": reverse("events:event", args=queries.address_of(event)),
        "report_url": f"{reverse('moderation:report')}?thing=event:{event.pk}",
    }


def may_write(page: SpacePage) -> bool:
    return bool(may_propose(page.actor, page.space))

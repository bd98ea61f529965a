# SPDX-License-Identifier: EUPL-1.2
"""Who is told of events, in which words; how events are found; whose data they hold, for how long; what waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import now as clock
from django.utils.translation import gettext as _

from filanda.capabilities.files.models import StoredFile
from filanda.capabilities.files.steps import delete_files
from filanda.capabilities.follows.queries import followers
from filanda.components.events.models import CalendarFeed, Registration, SpaceEvent, SpaceEventState
from filanda.components.events.queries import address_of, soon
from filanda.components.events.steps import fill_places, lock_event
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests import Waiting
from filanda.kernel.manifests.documents import LanguageText, SearchDocument
from filanda.kernel.manifests.things import Key, ThingLine, Told
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import sort_key
from filanda.spaces.models import SCOPE, label_in

__all__ = [
    "about",
    "about_registration",
    "collect",
    "documents",
    "erase",
    "everybody_registered",
    "forget_answers",
    "ids",
    "moved_up",
    "published",
    "said",
    "space_of",
    "waiting",
]

SOON = timedelta(days=7)


def space_of(event: Event) -> int | None:
    number = (event.payload or {}).get("space")
    return number if isinstance(number, int) else None


def about(event: Event) -> Key | None:
    return ("event", event.subject_id) if event.subject_id else None


def about_registration(event: Event) -> Key | None:
    number = (event.payload or {}).get("event")
    return ("event", number) if isinstance(number, int) else None


def published(event: Event) -> Iterable[Told]:
    """Those who follow the space."""
    space_id = space_of(event)
    return [Told(number, "follow") for number in followers([(SCOPE, space_id)])] if space_id is not None else []


def everybody_registered(event: Event) -> Iterator[Told]:
    """Who has a place or waits for one; who follows the event, unless it is a reminder."""
    rows = Registration.objects.filter(event=event.subject_id or 0)
    is_reminder = event.type == "events.event.reminded"
    rows = rows.coming() if is_reminder else rows.open()
    for number in rows.order_by("number").values_list("account", flat=True):
        yield Told(number, "registered")
    if not is_reminder and event.subject_id:
        for number in followers([("event", event.subject_id)]):
            yield Told(number, "follow")


def moved_up(event: Event) -> Iterable[Told]:
    number = (event.payload or {}).get("account")
    return [Told(number, "registered")] if isinstance(number, int) else []


def said(event: Event, line: ThingLine) -> str:
    """One sentence about what happened."""
    names = {"title": line.title}
    match event.type:
        case "events.event.published":
            return _("Event: %(title)s") % names
        case "events.event.moved":
            return _("Another time or place: %(title)s") % names
        case "events.event.cancelled":
            return _("Cancelled: %(title)s") % names
        case "events.registration.moved_up":
            return _("You have a place now: %(title)s") % names
    if (event.payload or {}).get("before") == 2:
        return _("In two hours: %(title)s") % names
    return _("In two days: %(title)s") % names


def ids() -> Iterable[int]:
    return SpaceEvent.objects.order_by("pk").values_list("pk", flat=True)


def documents(numbers: Sequence[int]) -> Iterator[SearchDocument]:
    """Announced events, for the readers of their space."""
    for event in SpaceEvent.objects.announced().filter(pk__in=numbers).select_related("space"):
        yield SearchDocument(
            kind="event",
            id=event.pk,
            region_id=event.region_id,
            audience=(event.audience,),
            label=event.title,
            sort_key=sort_key(event.title),
            language=event.language,
            titles=[LanguageText(event.language, event.title)],
            texts=[LanguageText(event.language, f"{event.summary}\n{event.source}\n{event.place} {event.address}")],
            facets={"space": [str(event.space_id)]},
        )


def collect(account: Account) -> Mapping[str, Any]:
    registrations = Registration.objects.filter(account=account).select_related("event__space").order_by("pk")
    written = SpaceEvent.objects.filter(author=account).select_related("space").order_by("pk")
    found = {
        "registrations.json": [
            {
                "event": row.event.title,
                "space": label_in(row.event.space.names),
                "starts_at": row.event.starts_at,
                "state": row.state,
                "state_changed_at": row.state_changed_at,
                "answers": row.answers,
                "attended": row.attended,
                "created_at": row.created_at,
            }
            for row in registrations
        ],
        "events.json": [
            {
                "space": label_in(row.space.names),
                "title": row.title,
                "summary": row.summary,
                "text": row.source,
                "starts_at": row.starts_at,
                "ends_at": row.ends_at,
                "time_zone": row.time_zone,
                "place": row.place,
                "address": row.address,
                "online_url": row.online_url,
                "state": row.state,
            }
            for row in written
        ],
        "calendar-address.json": list(CalendarFeed.objects.filter(account=account).values("made_at")),
    }
    return {name: rows for name, rows in found.items() if rows}


def erase(account: Account, keeps: bool) -> None:
    """Registrations go, their places to the next who wait; events are the community's and stay without a name, drafts
    that nobody has seen go; the calendar address leads nowhere.
    """
    at = clock()
    for row in Registration.objects.filter(account=account).order_by("event"):
        event = lock_event(row.event_id)
        row.delete()
        fill_places(event, at)
    CalendarFeed.objects.filter(account=account).delete()
    drafts = SpaceEvent.objects.filter(author=account, state=SpaceEventState.DRAFT)
    delete_files(StoredFile.objects.filter(subject_kind="event", subject_id__in=drafts.values("pk")))
    drafts.delete()
    SpaceEvent.objects.filter(author=account).update(author=None)


def forget_answers(region: Region, before: datetime, now: datetime) -> int:
    """Answers of those who registered for events that ended before `before`."""
    rows = Registration.objects.filter(event__ends_at__lt=before).exclude(answers=[])
    return int(rows.update(answers=[]))


def waiting(actor: Actor) -> Iterator[Waiting]:
    """What one is registered for and begins within a week; drafts of one's own. Two queries."""
    if actor.account_id is None:
        return
    for event in soon(actor, clock(), SOON):
        label = _("You come to: %(title)s") % {"title": event.title}
        yield Waiting(label, "events:event", address_of(event), 1, event.starts_at)
    drafts = SpaceEvent.objects.visible_to(actor).filter(author=actor.account_id, state=SpaceEventState.DRAFT)
    for event in drafts.select_related("space").order_by("pk")[:5]:
        label = _("Draft of an event: %(title)s") % {"title": event.title}
        yield Waiting(label, "events:edit", (event.space.slug, event.pk), 1, event.created_at)

# SPDX-License-Identifier: EUPL-1.2
"""Events as iCalendar (RFC 5545, 7986): one entry, a space's calendar, and somebody's own.

An entry keeps its UID for good; its SEQUENCE grows with each change, and a cancelled one says so: calendars that hold
it already follow. Times are on the clock of the event's zone, which is described in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.core import signing
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from icalendar import Calendar, vText
from icalendar import Event as Entry

from filanda.components.events.models import CalendarFeed, SpaceEvent
from filanda.kernel.identity.models import Account
from filanda.kernel.regions.models import Region

__all__ = ["MEDIA_TYPE", "calendar_of", "feed_of", "token_of"]

MEDIA_TYPE = "text/calendar; charset=utf-8"
_SALT = "events.calendar"


def calendar_of(
    events: Iterable[SpaceEvent],
    *,
    name: str,
    address: Callable[[SpaceEvent], str],
    states: dict[int, str] | None = None,
    source: str = "",
) -> bytes:
    """A calendar of `events`, whose space is read already. `address(event)`: its page, whole. `states`: of the reader's
    own registrations by event, in their own calendar: the address online is in it where they have a place.
    """
    made = Calendar()
    made.add("prodid", "-//Filanda//Events//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("name", name)
    made.add("x-wr-calname", name)
    if source:
        made.add("refresh-interval", timedelta(hours=4), {"VALUE": "DURATION"})
        made.add("x-published-ttl", timedelta(hours=4))
    rows = list(events)
    for event in rows:
        made.add_component(_entry(event, address(event), (states or {}).get(event.pk, "")))
    if rows:
        first = min(event.starts_at for event in rows).date() - timedelta(days=370)
        last = max(event.ends_at for event in rows).date() + timedelta(days=370)
        made.add_missing_timezones(first_date=first, last_date=last)
    return bytes(made.to_ical())


def _entry(event: SpaceEvent, address: str, state: str) -> Entry:
    zone = ZoneInfo(event.time_zone)
    entry = Entry()
    entry.add("uid", str(event.uid))
    changed = max(event.edited_at or event.state_changed_at, event.state_changed_at)
    entry.add("dtstamp", changed)
    entry.add("last-modified", changed)
    entry.add("created", event.created_at)
    entry.add("sequence", event.sequence)
    entry.add("dtstart", event.starts_at.astimezone(zone))
    entry.add("dtend", event.ends_at.astimezone(zone))
    entry.add("summary", event.title, {"LANGUAGE": event.language} if event.language else {})
    entry.add("status", "CANCELLED" if event.is_cancelled else "TENTATIVE" if state == "waiting" else "CONFIRMED")
    parts = [_("Cancelled: %(reason)s") % {"reason": event.reason}] if event.is_cancelled else []
    parts += [event.summary, strip_tags(event.html).strip()[:1500]]
    if state == "waiting":
        parts.insert(0, _("You wait for a place."))
    has_link = state == "registered" and event.online_url
    if has_link:
        parts.append(_("Online: %(address)s") % {"address": event.online_url})
    entry.add("description", "\n\n".join(part for part in (*parts, address) if part))
    where = ", ".join(part for part in (event.place, event.address) if part)
    if where or event.online_url:
        entry.add("location", where or (event.online_url if has_link else _("Online")))
    entry.add("url", address)
    entry.add("class", "PUBLIC" if event.audience == "public" else "PRIVATE")
    entry.add("categories", [vText(event.space.name)])
    return entry


def token_of(feed: CalendarFeed) -> str:
    """The secret part of a calendar address."""
    return signing.dumps([feed.region_id, feed.account_id, feed.version], salt=_SALT)


def feed_of(token: str, region: Region) -> tuple[CalendarFeed, Account] | None:
    """Whose calendar it is, if the address is the present one and theirs is an account that is in use. One query."""
    try:
        region_id, account_id, version = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if region_id != region.pk:
        return None
    rows = CalendarFeed.objects.filter(region=region, account=account_id, version=version, account__is_active=True)
    feed = rows.select_related("account").first()
    return (feed, feed.account) if feed is not None else None

# SPDX-License-Identifier: EUPL-1.2
"""What an event says of itself, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from filanda.components.events import models as m
from filanda.components.events.times import is_zone
from filanda.kernel.text import language
from filanda.kernel.text.folding import clean
from filanda.kernel.text.markdown import to_html

__all__ = ["Closed", "Details", "Outdated", "checked", "is_web_address", "wrongs"]

LONGEST = timedelta(days=60)
_is_url = URLValidator(schemes=["http", "https"])


class Outdated(Exception):
    """Raised when somebody else has saved in between: `event` is what they wrote."""

    def __init__(self, event: m.SpaceEvent) -> None:
        super().__init__(_("Somebody else has changed this in the meantime. Both versions are below: nothing is lost."))
        self.event = event


class Closed(Exception):
    """Raised when nobody can register (or leave) any more. `str()` is the sentence for the reader."""


@dataclass(frozen=True)
class Details:
    """As SpaceEvent has them. `questions`: (label, is_required)."""

    title: str
    starts_at: datetime | None
    ends_at: datetime | None
    time_zone: str = "Europe/Rome"
    summary: str = ""
    source: str = ""
    place: str = ""
    address: str = ""
    online_url: str = ""
    capacity: int | None = None
    register_until: datetime | None = None
    questions: Sequence[tuple[str, bool]] = field(default=())


def is_web_address(text: str) -> bool:
    """Whether `text` is an address of the web, with its scheme."""
    try:
        _is_url(text)
    except ValidationError:
        return False
    return len(text) <= 500


def wrongs(given: Details) -> dict[str, str]:
    """A sentence for each field that cannot be so; none: it can be kept."""
    errors: dict[str, str] = {}
    long = _("That is too long: %(most)d characters at most.")
    if not given.title.strip():
        errors["title"] = _("Give it a title.")
    for name, most in (
        ("title", m.TITLE_MOST),
        ("summary", m.SUMMARY_MOST),
        ("source", m.TEXT_MOST),
        ("place", m.PLACE_MOST),
        ("address", m.PLACE_MOST),
    ):
        if len(getattr(given, name)) > most:
            errors[name] = long % {"most": most}
    if not is_zone(given.time_zone):
        errors["time_zone"] = _("Choose a time zone from the list.")
    if given.starts_at is None:
        errors["starts_at"] = _("Say when it begins.")
    if given.ends_at is None:
        errors["ends_at"] = _("Say when it ends.")
    if given.starts_at is not None and given.ends_at is not None:
        if given.ends_at <= given.starts_at:
            errors["ends_at"] = _("It ends before it begins. Look at both moments again.")
        elif given.ends_at - given.starts_at > LONGEST:
            errors["ends_at"] = _("An event lasts %(days)d days at most.") % {"days": LONGEST.days}
    if not given.place.strip() and not given.online_url.strip():
        errors["place"] = _("Say where: a place, an address online, or both.")
    if given.online_url.strip() and not is_web_address(given.online_url.strip()):
        errors["online_url"] = _("This is no address of the web: it begins with https://")
    if given.capacity is not None and not 1 <= given.capacity <= m.CAPACITY_MOST:
        errors["capacity"] = _("Give a number of places from 1, or leave it empty.")
    if given.register_until is not None and given.ends_at is not None and given.register_until > given.ends_at:
        errors["register_until"] = _("Registration cannot stay open longer than the event itself.")
    if len(given.questions) > m.QUESTIONS_MOST:
        errors["question_0"] = _("Ask %(most)d questions at most.") % {"most": m.QUESTIONS_MOST}
    for place, (label, _is_required) in enumerate(given.questions):
        if len(label) > m.QUESTION_MOST:
            errors[f"question_{place}"] = long % {"most": m.QUESTION_MOST}
    return errors


def checked(given: Details) -> dict[str, Any]:
    """The fields of a SpaceEvent. Raises ValidationError by field."""
    errors = wrongs(given)
    if errors:
        raise ValidationError(errors)
    title = " ".join(clean(given.title).split())
    source = clean(given.source)
    return {
        "title": title,
        "summary": " ".join(clean(given.summary).split()),
        "source": source,
        "html": str(to_html(source)),
        "language": language.detect(f"{title}. {given.summary} {source[:500]}"),
        "starts_at": given.starts_at,
        "ends_at": given.ends_at,
        "time_zone": given.time_zone,
        "place": " ".join(clean(given.place).split()),
        "address": " ".join(clean(given.address).split()),
        "online_url": given.online_url.strip(),
        "capacity": given.capacity,
        "register_until": given.register_until,
        "questions": [
            {"label": " ".join(clean(label).split()), "required": bool(is_required)}
            for label, is_required in given.questions
            if clean(label)
        ],
    }

# SPDX-License-Identifier: EUPL-1.2
"""From what the form of an event sends to what the actions take. What was typed stays as it was typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from filanda.components.events.details import Details, wrongs
from filanda.components.events.models import QUESTIONS_MOST, SpaceEvent
from filanda.components.events.times import is_zone, moment_in, typed
from filanda.kernel.ui.numbers import id_in

__all__ = ["FIELDS", "blank", "read", "stored"]

TEXTS = ("title", "summary", "source", "place", "address", "online_url", "capacity", "time_zone")
MOMENTS = ("starts_at", "ends_at", "register_until")
FIELDS = (*TEXTS, *MOMENTS)


def blank(zone: str) -> dict[str, Any]:
    """The values of an empty form."""
    return dict.fromkeys(FIELDS, "") | {"time_zone": zone, "questions": _padded([])}


def stored(event: SpaceEvent) -> dict[str, Any]:
    """The values of a form that shows what is kept."""
    values: dict[str, Any] = {name: getattr(event, name) for name in TEXTS}
    values["capacity"] = "" if event.capacity is None else str(event.capacity)
    values |= {name: typed(getattr(event, name), event.time_zone) for name in MOMENTS}
    values["questions"] = _padded([(one["label"], bool(one.get("required"))) for one in event.questions])
    return values


def read(data: Mapping[str, str]) -> tuple[dict[str, Any], Details, dict[str, str]]:
    """What was typed, what it means, and a sentence for each field that cannot be so."""
    values: dict[str, Any] = {name: data.get(name, "").replace("\r\n", "\n") for name in FIELDS}
    questions = [
        (data.get(f"question_{place}", "").strip(), data.get(f"required_{place}") == "1")
        for place in range(QUESTIONS_MOST)
    ]
    values["questions"] = questions
    errors: dict[str, str] = {}
    zone = values["time_zone"].strip()
    moments: dict[str, datetime | None] = dict.fromkeys(MOMENTS)
    for name in MOMENTS:
        if values[name].strip() and is_zone(zone):
            try:
                moments[name] = moment_in(values[name], zone)
            except ValidationError as error:
                errors[name] = " ".join(error.messages)
    capacity = None
    said = values["capacity"].strip()
    if said:
        capacity = id_in(said)
        if capacity is None:
            errors["capacity"] = _("Give a number of places from 1, or leave it empty.")
    details = Details(
        title=values["title"].strip(),
        summary=values["summary"].strip(),
        source=values["source"],
        starts_at=moments["starts_at"],
        ends_at=moments["ends_at"],
        register_until=moments["register_until"],
        time_zone=zone,
        place=values["place"].strip(),
        address=values["address"].strip(),
        online_url=values["online_url"].strip(),
        capacity=capacity,
        questions=[(label, required) for label, required in questions if label],
    )
    found = wrongs(details)
    return values, details, found | errors


def _padded(questions: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    return questions + [("", False)] * (QUESTIONS_MOST - len(questions))

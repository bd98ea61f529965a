# SPDX-License-Identifier: EUPL-1.2
"""What somebody chose to be told, as their form says it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from filanda.capabilities.notifications.choices import KIND_LABELS
from filanda.capabilities.notifications.models import Channel
from filanda.kernel.ui.numbers import id_in

__all__ = ["Choices", "read_choices"]


@dataclass
class Choices:
    """(space id or 0, kind) -> channel ("": as everywhere), quiet hours 0-23, whether any e-mail is wanted."""

    choices: dict[tuple[int, str], str] = field(default_factory=dict)
    quiet_from: int = 0
    quiet_until: int = 0
    wants_mail: bool = True
    errors: dict[str, str] = field(default_factory=dict)


def read_choices(data: QueryDict, space_ids: Collection[int]) -> Choices:
    """Read the form: fields "c-<space>-<kind>", "quiet_from", "quiet_until", "wants_mail". Others are not looked at."""
    found = Choices(wants_mail="wants_mail" in data)
    for space_id in (0, *space_ids):
        for kind in KIND_LABELS:
            channel = data.get(f"c-{space_id}-{kind}")
            if channel is None:
                continue
            if channel in Channel.values or (channel == "" and space_id):
                found.choices[space_id, kind] = channel
            else:
                found.errors["channel"] = _("Choose one of the ways that are listed.")
    for name in ("quiet_from", "quiet_until"):
        hour = id_in(data.get(name, "0"))
        if hour is not None and hour <= 23:
            setattr(found, name, hour)
        else:
            found.errors[name] = _("Choose an hour from the list.")
    return found

# SPDX-License-Identifier: EUPL-1.2
"""What somebody typed about news."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

__all__ = ["read_moment", "typed"]


def typed(data: QueryDict) -> dict[str, str]:
    """The fields of the form as they were sent."""
    return {name: data.get(name, "").replace("\r\n", "\n") for name in ("title", "summary", "source")}


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """A local date and time ("2026-12-01T09:00") in `zone`. Raises ValidationError ("publish_at")."""
    found: datetime | None = None
    with suppress(ValueError):
        found = datetime.fromisoformat(text.strip())
    if found is None or found.tzinfo is not None or not 2000 < found.year < 2200:
        raise ValidationError({"publish_at": _("Give a day and a time, such as 2026-12-01 09:00.")})
    return found.replace(tzinfo=zone)

# SPDX-License-Identifier: EUPL-1.2
"""What happens to a space's news when the space changes, or when moderation acts. No transaction is opened here."""

from __future__ import annotations

from datetime import datetime

from filanda.components.news.models import NewsItem
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.journal.actions import record
from filanda.spaces.models import Space

__all__ = ["follow_audience", "hide", "remove", "restore", "text"]


def follow_audience(space: Space) -> None:
    """The space has opened or closed: its news have other readers now."""
    rows = NewsItem.objects.filter(space=space)
    ids = sorted(rows.values_list("pk", flat=True))
    rows.update(audience=space.audience)
    if not space.is_open:
        rows.update(is_on_front=False)
    if ids:
        record(
            "news.audience.followed",
            region=space.region,
            actor=PLATFORM,
            subject=space,
            payload={"audience": space.audience},
            touches={"news": ids},
        )


def hide(actor: Actor, number: int, now: datetime) -> None:
    """Moderation hides it."""
    _set(actor, number, now, "news.item.hidden")


def remove(actor: Actor, number: int, now: datetime) -> None:
    """Moderation removes it: as hidden, for good unless an appeal brings it back."""
    _set(actor, number, now, "news.item.hidden")


def restore(actor: Actor, number: int, now: datetime) -> None:
    """It stands again."""
    _set(actor, number, None, "news.item.restored")


def text(number: int) -> str:
    """What it says, for a report."""
    row = NewsItem.objects.filter(pk=number).first()
    return f"{row.title}\n\n{row.source}" if row is not None else ""


def _set(actor: Actor, number: int, hidden_at: datetime | None, event: str) -> None:
    row = NewsItem.objects.select_for_update().filter(pk=number).select_related("region").first()
    if row is None:
        return
    row.hidden_at = hidden_at
    row.save(update_fields=["hidden_at"])
    record(
        event, region=row.region, actor=actor, subject=row, payload={"space": row.space_id}, touches={"news": [row.pk]}
    )

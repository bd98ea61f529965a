# SPDX-License-Identifier: EUPL-1.2
"""Writing, scheduling, publishing and taking back news."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from filanda.components.news.models import SUMMARY_MOST, TEXT_MOST, TITLE_MOST, NewsItem, NewsState
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.text import language
from filanda.kernel.text.markdown import to_html
from filanda.kernel.workflow import move
from filanda.spaces.models import Space
from filanda.spaces.steps import note_activity

__all__ = [
    "Outdated",
    "edit_news",
    "publish_due",
    "publish_news",
    "put_on_front",
    "schedule_news",
    "withdraw_news",
    "write_news",
]


class Outdated(Exception):
    """Raised when somebody else has saved in between: `item` is what they wrote."""

    def __init__(self, item: NewsItem) -> None:
        super().__init__(_("Somebody else has changed this in the meantime. Both versions are below: nothing is lost."))
        self.item = item


def _checked(title: str, summary: str, source: str) -> dict[str, str]:
    errors = {}
    words = " ".join(title.split())
    if not words:
        errors["title"] = _("Give it a title.")
    elif len(words) > TITLE_MOST:
        errors["title"] = _("That is too long: %(most)d characters at most.") % {"most": TITLE_MOST}
    if len(summary.strip()) > SUMMARY_MOST:
        errors["summary"] = _("That is too long: %(most)d characters at most.") % {"most": SUMMARY_MOST}
    if not source.strip():
        errors["source"] = _("Write what there is to tell.")
    elif len(source) > TEXT_MOST:
        errors["source"] = _("That is too long: %(most)d characters at most.") % {"most": TEXT_MOST}
    if errors:
        raise ValidationError(errors)
    clean = source.replace("\x00", "").strip()
    return {
        "title": words.replace("\x00", ""),
        "summary": " ".join(summary.replace("\x00", "").split()),
        "source": clean,
        "html": str(to_html(clean)),
        "language": language.detect(f"{words}. {clean[:500]}"),
    }


def write_news(*, actor: Actor, space: Space, title: str, summary: str, source: str, now: datetime) -> NewsItem:
    """Write a draft. Raises ValidationError by field ("title", "summary", "source"), Forbidden."""
    given = _checked(title, summary, source)
    with transaction.atomic(durable=True):
        require(actor, "news.write", space)
        made: NewsItem = NewsItem.objects.create(
            region=space.region,
            space=space,
            audience=space.audience,
            author_id=actor.account_id,
            created_at=now,
            state_changed_at=now,
            **given,
        )
        record("news.item.written", region=made.region, actor=actor, subject=made, payload={"space": space.pk})
        return made


def edit_news(
    *, actor: Actor, item: NewsItem, title: str, summary: str, source: str, version: int, now: datetime
) -> NewsItem:
    """Change it; a published one is marked as changed. `version`: what the editor saw.

    Raises ValidationError by field, Outdated, Forbidden.
    """
    given = _checked(title, summary, source)
    with transaction.atomic(durable=True):
        row = _locked(item)
        require(actor, "news.write", row)
        if row.version != version:
            raise Outdated(row)
        for name, value in given.items():
            setattr(row, name, value)
        row.version += 1
        row.edited_at = now
        row.save(update_fields=[*given, "version", "edited_at"])
        record(
            "news.item.edited",
            region=row.region,
            actor=actor,
            subject=row,
            payload={"space": row.space_id, "version": row.version},
            touches={"news": [row.pk]},
        )
        return row


def publish_news(*, actor: Actor, item: NewsItem, now: datetime) -> None:
    """Publish it now; its readers are told. Raises Forbidden, MoveNotPossible."""
    with transaction.atomic(durable=True):
        _publish(actor, _locked(item), now)


def schedule_news(*, actor: Actor, item: NewsItem, at: datetime | None, now: datetime) -> None:
    """Publish it `at` that moment, or (None) not by itself. Raises ValidationError ("publish_at"), Forbidden,
    MoveNotPossible.
    """
    if at is not None and at <= now:
        raise ValidationError({"publish_at": _("That moment is over. Choose a later one, or publish it now.")})
    with transaction.atomic(durable=True):
        row = _locked(item)
        require(actor, "news.write", row)
        move(row, "schedule" if at else "unschedule", actor=actor, now=now, publish_at=at)
        record(
            "news.item.scheduled",
            region=row.region,
            actor=actor,
            subject=row,
            payload={"space": row.space_id, "at": at},
        )


def withdraw_news(*, actor: Actor, item: NewsItem, now: datetime) -> None:
    """Take it back: nobody but those who write news sees it any more. Raises Forbidden, MoveNotPossible."""
    with transaction.atomic(durable=True):
        row = _locked(item)
        require(actor, "news.write", row)
        move(row, "withdraw", actor=actor, now=now, is_on_front=False)
        record(
            "news.item.withdrawn",
            region=row.region,
            actor=actor,
            subject=row,
            payload={"space": row.space_id},
            touches={"news": [row.pk]},
        )


def put_on_front(*, actor: Actor, item: NewsItem, is_on: bool) -> None:
    """Show it on the region's front page, or no longer. Only what everybody may read goes there.

    Raises ValidationError, Forbidden.
    """
    with transaction.atomic(durable=True):
        row = _locked(item)
        require(actor, "news.front")
        if is_on and (row.state != NewsState.PUBLISHED or row.audience != "public"):
            raise ValidationError(_("Only published news that everybody may read stand on the front page."))
        row.is_on_front = is_on
        row.save(update_fields=["is_on_front"])
        record(
            "news.item.put_on_front",
            region=row.region,
            actor=actor,
            subject=row,
            payload={"space": row.space_id, "is_on": is_on},
        )


def publish_due(*, now: datetime) -> int:
    """Publish what was scheduled and whose moment has come, in the active region. Returns how many."""
    count = 0
    for number in list(NewsItem.objects.due(now).values_list("pk", flat=True)):
        with transaction.atomic(durable=True):
            row = NewsItem.objects.select_for_update(of=("self",)).select_related("space").get(pk=number)
            if row.state == NewsState.SCHEDULED and row.publish_at is not None and row.publish_at <= now:
                _publish(PLATFORM, row, now)
                count += 1
    return count


def _publish(actor: Actor, row: NewsItem, now: datetime) -> None:
    require(actor, "news.write", row)
    is_first = row.published_at is None
    move(row, "publish", actor=actor, now=now, published_at=row.published_at or now, publish_at=None)
    note_activity(row.space_id, now)
    record(
        "news.item.published",
        region=row.region,
        actor=actor,
        subject=row,
        payload={"space": row.space_id, "is_first": is_first},
        touches={"news": [row.pk]},
    )


def _locked(item: NewsItem) -> NewsItem:
    row: NewsItem = NewsItem.objects.select_for_update(of=("self",)).select_related("space", "region").get(pk=item.pk)
    return row

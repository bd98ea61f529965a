# SPDX-License-Identifier: EUPL-1.2
"""What the pages of moderation share: who keeps order, what was wrong with a form, a report as a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from filanda.capabilities.moderation.models import Report
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import require

__all__ = ["keeper", "report_row", "summary", "words_of"]


def keeper(request: HttpRequest) -> Actor:
    """Who decides about any reports at all; the queue itself shows only theirs."""
    actor = actor_of(request)
    if not actor.scope_ids("space", "space_manager", "space_moderator"):
        require(actor, "moderation.reports.handle")
    return actor


def words_of(error: ValidationError) -> dict[str, str]:
    """Sentences by field."""
    return {name: " ".join(messages) for name, messages in error.message_dict.items()}


def summary(errors: Mapping[str, str]) -> list[dict[str, str]]:
    """As ui.error_summary takes them."""
    return [{"name": name, "message": message} for name, message in errors.items()]


def report_row(row: Report, url: str) -> dict[str, Any]:
    """One report, as lists and pages show it."""
    return {
        "number": row.pk,
        "url": url,
        "title": row.title or _("(forgotten)"),
        "category": str(row.get_category_display()),
        "state": row.state,
        "state_words": str(row.get_state_display()),
        "at": row.created_at,
    }

# SPDX-License-Identifier: EUPL-1.2
"""The page of a report for whoever made it without an account: a signed link, good for six months."""

from __future__ import annotations

from django.core import signing
from django.urls import reverse

from filanda.capabilities.moderation.models import APPEAL_WITHIN, Report

__all__ = ["read_link", "report_path"]

_SALT = "filanda.moderation.report"


def report_path(report: Report) -> str:
    """The path of the page. Each e-mail has a link of its own, counted from its day."""
    token = signing.dumps([report.pk, report.region_id], salt=_SALT)
    return reverse("moderation:reported", args=[token])


def read_link(token: str, region_id: int) -> Report | None:
    """The report that `token` leads to, in that region; None unless we made it in the last six months, and none that
    has been forgotten.
    """
    try:
        number, place = signing.loads(token, salt=_SALT, max_age=APPEAL_WITHIN)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    rows = Report.objects.filter(pk=number, reporter=None, forgotten_at=None).select_related("decision")
    found: Report | None = rows.first() if place == region_id else None
    return found

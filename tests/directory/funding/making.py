# SPDX-License-Identifier: EUPL-1.2
"""Funding calls for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime

from filanda.directory.funding import actions
from filanda.kernel.identity.actors import PLATFORM

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def make_call(region, title="Looms that save water", **fields):
    """An open call of the region, listed by the platform."""
    given = {"title": title, "text": "Looms for silk that need less water.", "deadlines": [date(2027, 2, 1)]}
    return actions.create(actor=PLATFORM, region=region, fields=given | fields, now=NOW)

# SPDX-License-Identifier: EUPL-1.2
"""Sessions in the database, as Django keeps them; read by a query that is compiled once, as every request asks it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils.timezone import now

from filanda.kernel.database.compiled import rows

__all__ = ["SessionStore"]


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        """The row of this session while it lasts."""
        found = rows("identity: session", _read, [self.session_key]) if self.session_key else []
        if found and found[0]["expire_date"] > now():
            return Session(**found[0])
        self._session_key = None
        return None


def _read(given: Sequence[Any]) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = Session.objects.filter(session_key=given[0]).values(
        "session_key", "session_data", "expire_date"
    )
    return found

# SPDX-License-Identifier: EUPL-1.2
"""Sessions in the database, as Django keeps them; read by a query that is compiled once, as every request asks it. Who
is signed in is so in one region.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils.timezone import now

from filanda.kernel.database.compiled import rows
from filanda.kernel.regions.scoped import NoActiveRegion, active_region

__all__ = ["REGION", "SessionStore"]

REGION = "region"  # in a session: in which region somebody was signed in


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        """What the session holds; nothing, where somebody signed in is in another region now.

        Cookies belong to a host, but who has one can send it to any. What one region takes for a proof (an identity
        provider that its administrator has set up) must not count in the others.
        """
        held: dict[str, Any] = super().load()
        if SESSION_KEY in held and REGION in held:
            try:
                is_here = held[REGION] == active_region().pk
            except NoActiveRegion:
                is_here = True  # a command or a job, which looks at it from outside
            if not is_here:
                self._session_key = None
                return {}
        return held

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

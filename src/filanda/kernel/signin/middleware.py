# SPDX-License-Identifier: EUPL-1.2
"""When a session was last used, to the minute or so: for the list of sessions that its owner reads."""

from __future__ import annotations

from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now

from filanda.kernel.signin.opening import SEEN

EVERY_SECONDS = 300


class SessionSeenMiddleware:
    """Writes once in five minutes: pages stay reads."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Not a session that nobody has read: that would cost visitors a query.
        if request.session.accessed and SEEN in request.session:
            at = now()
            if int(at.timestamp()) - request.session[SEEN] > EVERY_SECONDS:
                request.session[SEEN] = int(at.timestamp())
                UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=at)
        return response

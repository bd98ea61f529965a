# SPDX-License-Identifier: EUPL-1.2
"""`request.actor`: whom this request speaks for, looked up when first asked for."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from filanda.kernel.identity.actors import VISITOR, Actor, actor_for
from filanda.kernel.identity.sessions import has_second_factor


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def find() -> Actor:
            from django.contrib.auth import SESSION_KEY

            # A visitor without a session costs no query.
            if SESSION_KEY not in request.session:
                return VISITOR
            return actor_for(request.user, has_second_factor=has_second_factor(request))  # type: ignore[arg-type]

        request.actor = SimpleLazyObject(find)  # type: ignore[attr-defined]
        return self.get_response(request)

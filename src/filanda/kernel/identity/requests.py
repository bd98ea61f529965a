# SPDX-License-Identifier: EUPL-1.2
"""Who asks for a page, and what visitors are told of pages that are there for people who signed in."""

from __future__ import annotations

from copy import copy

from django.http import Http404, HttpRequest
from django.utils.functional import SimpleLazyObject

from filanda.kernel.identity.actors import Actor

__all__ = ["SignInFirst", "actor_of", "missing", "signed_in"]


class SignInFirst(Http404):
    """A visitor asked for a page of people who signed in: they are led to signing in and back (site.errors), to the
    page itself or to `back`; where nobody leads them, it is a 404.
    """

    def __init__(self, back: str = "") -> None:
        self.back = back
        super().__init__()


def actor_of(request: HttpRequest) -> Actor:
    """Who acts, as the middleware finds out now: the actor itself, which rows of lists ask again and again."""
    found = request.actor  # type: ignore[attr-defined]
    if type(found) is SimpleLazyObject and found.is_visitor is not None:  # asked, so that it has been looked up
        found = request.actor = copy(found)  # type: ignore[attr-defined]
    actor: Actor = found
    return actor


def signed_in(request: HttpRequest, back: str = "") -> Actor:
    """Who acts; raises SignInFirst for a visitor."""
    actor = actor_of(request)
    if actor.is_visitor:
        raise SignInFirst(back)
    return actor


def missing(request: HttpRequest, sentence: str = "") -> Http404:
    """To raise where a row is not there for the reader, on a page that e-mails lead to. A visitor signs in first,
    whether it exists or not: the link works for whom it was meant for, and tells the others nothing.
    """
    is_page = request.method in ("GET", "HEAD")
    return SignInFirst() if is_page and actor_of(request).is_visitor else Http404(sentence)

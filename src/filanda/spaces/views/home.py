# SPDX-License-Identifier: EUPL-1.2
"""The home of a space, and what it says about itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from filanda.capabilities.follows.queries import standing
from filanda.spaces.homes import home_of, managers_seen, topics_of
from filanda.spaces.pages import space_page

__all__ = ["about", "home"]


@require_safe
def home(request: HttpRequest, slug: str) -> HttpResponse:
    """What is new, waits and comes; whoever may not read is led to the door."""
    page = space_page(request, slug, tab="home", at_door=True)
    if not page.is_readable:
        return redirect("spaces:join", slug=slug)
    key = ("space", page.space.pk)
    mine = standing(page.actor, [key])
    context = {
        "page": page,
        "home": home_of(page, now()),
        "level": mine.level(key),
        "is_marked": mine.is_bookmarked(key),
    }
    response = render(request, "spaces/home.html", context)
    patch_vary_headers(response, ["Cookie"])
    return response


@require_safe
def about(request: HttpRequest, slug: str) -> HttpResponse:
    """What the space is for, its rules, who looks after it. For everybody who may know of it."""
    page = space_page(request, slug, tab="about", at_door=True)
    context = {
        "page": page,
        "managers": managers_seen(page.actor, page.space),
        "topics": topics_of(page.space),
    }
    response = render(request, "spaces/about.html", context)
    patch_vary_headers(response, ["Cookie"])
    return response

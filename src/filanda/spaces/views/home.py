# SPDX-License-Identifier: EUPL-1.2
"""The home of a space, and what it says about itself."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from markupsafe import Markup

from filanda.kernel.journal.queries import latest_event
from filanda.kernel.policies import decide
from filanda.spaces.homes import home_of, managers_seen, names_known, topics_of
from filanda.spaces.pages import SpacePage, space_page

__all__ = ["about", "home"]

KEPT_SECONDS = 60


@require_safe
def home(request: HttpRequest, slug: str) -> HttpResponse:
    """What is new, waits and comes; whoever may not read is led to the door."""
    page = space_page(request, slug, tab="home", at_door=True)
    if not page.is_readable:
        return redirect("spaces:join", slug=slug)
    if page.actor.is_visitor:
        context = {"page": page, "content": _content(page), "home": None}
    else:
        context = {"page": page, "content": "", "home": home_of(page, now())}
    response = render(request, "spaces/home.html", context)
    patch_vary_headers(response, ["Cookie"])
    return response


def _content(page: SpacePage) -> Markup:
    """What stands on the page for visitors, whom it shows the same: kept until something happens in the region, or
    somebody whom it names is not known by that name any more.
    """
    language = get_language() or "it"
    kept_as = f"spaces:home:{page.space.pk}:{page.url}:{page.space.openness}:{latest_event()}:{language}"
    kept: tuple[str, list[int], dict[int, str]] | None = cache.get(kept_as)
    if kept is not None and names_known(page.actor, kept[1]) == kept[2]:
        return Markup(kept[0])  # noqa: S704 - rendered by a template of ours
    shown = home_of(page, now())
    content = render_to_string("spaces/_home.html", {"page": page, "home": shown, "language_code": language})
    cache.set(kept_as, (content, shown.accounts, shown.names), KEPT_SECONDS)
    return Markup(content)  # noqa: S704 - rendered by a template of ours


@require_safe
def about(request: HttpRequest, slug: str) -> HttpResponse:
    """What the space is for, its rules, who looks after it. For everybody who may know of it."""
    page = space_page(request, slug, tab="about", at_door=True)
    context = {
        "page": page,
        "managers": managers_seen(page.actor, page.space),
        "topics": topics_of(page.space),
        "may_give_room": bool(decide(page.actor, "spaces.room", page.space)),
        "may_appoint": bool(decide(page.actor, "spaces.managers.appoint", page.space)),
    }
    response = render(request, "spaces/about.html", context)
    patch_vary_headers(response, ["Cookie"])
    return response

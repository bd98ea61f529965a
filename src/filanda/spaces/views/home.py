# SPDX-License-Identifier: EUPL-1.2
"""The home of a space, and what it says about itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from filanda.spaces.pages import space_page

__all__ = ["about", "home"]


@require_safe
def home(request: HttpRequest, slug: str) -> HttpResponse:
    page = space_page(request, slug, tab="home", at_door=True)
    if not page.is_readable:
        return redirect("spaces:join", slug=slug)
    return render(request, "spaces/home.html", {"page": page})


@require_safe
def about(request: HttpRequest, slug: str) -> HttpResponse:
    """What the space is for, its rules, who looks after it. For everybody who may know of it."""
    page = space_page(request, slug, tab="about", at_door=True)
    return render(request, "spaces/about.html", {"page": page})

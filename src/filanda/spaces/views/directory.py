# SPDX-License-Identifier: EUPL-1.2
"""The directory of communities."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from filanda.spaces.models import Space
from filanda.spaces.pages import actor_of, openness_words

__all__ = ["directory"]


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    rows = Space.objects.visible_to(actor).communities().order_by("-activity_score", "slug")
    cards = [{"space": space, "openness": openness_words(space), "colour": space.pk % 8} for space in rows[:200]]
    return render(request, "spaces/directory.html", {"cards": cards})

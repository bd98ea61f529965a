# SPDX-License-Identifier: EUPL-1.2
"""Opening a community, one within another, or a private group."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import require
from filanda.spaces.actions.founding import open_community, open_group
from filanda.spaces.errors import SpaceWrong, TooOften
from filanda.spaces.forms import read_texts
from filanda.spaces.models import Openness, Space
from filanda.spaces.pages import SpacePage, space_page
from filanda.spaces.views.joining import to_sign_in

__all__ = ["new", "new_child", "new_group"]

FIELDS = ("names", "summaries")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _founding(request, "spaces.create", "community")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_group(request: HttpRequest) -> HttpResponse:
    return _founding(request, "spaces.groups.open", "group")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_child(request: HttpRequest, slug: str) -> HttpResponse:
    page = space_page(request, slug, tab="settings")
    return _founding(request, "spaces.create", "community", page)


def _founding(request: HttpRequest, permission: str, kind: str, page: SpacePage | None = None) -> HttpResponse:
    actor = actor_of(request)
    if actor.account_id is None:
        return to_sign_in(request.get_full_path())
    parent: Space | None = page.space if page is not None else None
    require(actor, permission, parent)
    region = request.region  # type: ignore[attr-defined]
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        texts = read_texts(request.POST, region, FIELDS)
        openness = request.POST.get("openness", "")
        try:
            if kind == "group":
                space = open_group(actor=actor, region=region, texts=texts, now=now())
            else:
                space = open_community(
                    actor=actor, region=region, texts=texts, openness=openness, parent=parent, now=now()
                )
        except SpaceWrong as error:
            errors, status = error.errors, 422
        except TooOften as error:
            errors, status = {"": str(error)}, 429
        else:
            messages.success(request, _("It is open. Say what it is for, then invite the first people."))
            return redirect("spaces:settings", slug=space.slug)
    typed = read_texts(request.POST, region, FIELDS)
    context: dict[str, Any] = {
        "kind": kind,
        "parent": parent,
        "languages_here": region.languages,
        "default_language": region.default_language,
        "typed": typed,
        "openness": request.POST.get("openness", Openness.PRIVATE if parent and parent.is_private else Openness.OPEN),
        "opennesses": [(one.value, str(one.label)) for one in Openness],
        "back_url": page.url if page is not None else reverse("spaces:directory"),
        "errors": {name: [sentence] for name, sentence in errors.items()},
        "listed_errors": [{"name": name, "message": sentence} for name, sentence in errors.items()],
    }
    return render(request, "spaces/new.html", context, status=status)

# SPDX-License-Identifier: EUPL-1.2
"""The people of a space."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from filanda.spaces.models import SpaceKind
from filanda.spaces.pages import space_page
from filanda.spaces.queries import members_as_people, people_by_account

__all__ = ["members"]


@never_cache
@require_safe
def members(request: HttpRequest, slug: str) -> HttpResponse:
    page = space_page(request, slug, tab="members")
    if page.space.kind == SpaceKind.REGION or not page.actor.is_member:
        raise Http404
    rows = list(members_as_people(page.actor, page.space).order_by("joined_at", "pk")[:100])
    people = people_by_account(row.account_id for row in rows)
    context = {
        "page": page,
        "rows": [
            {"person": people.get(row.account_id), "role": row.get_role_display(), "joined_at": row.joined_at}
            for row in rows
        ],
    }
    return render(request, "spaces/members.html", context)

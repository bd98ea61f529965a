# SPDX-License-Identifier: EUPL-1.2
"""Who changed what, and taking it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from filanda.across.ownership.framing import frame, managed
from filanda.directory.organisations.actions import NothingToUndo, restore_before, undo_change
from filanda.directory.organisations.queries.history import changes_of
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide

__all__ = ["go_back", "history"]


@never_cache
@require_safe
def history(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """The last hundred changes, newest first."""
    organisation = managed(request, organisation_id)
    actor = actor_of(request)
    context = frame(request, organisation, "history") | {
        "changes": changes_of(organisation, actor),
        "may_undo": bool(decide(actor, "organisations.update", organisation)),
    }
    return render(request, "ownership/history.html", context)


@require_POST
def go_back(request: HttpRequest, organisation_id: int, change: UUID, how: str) -> HttpResponse:
    """how: "undo" one change, or "restore" what was said before it."""
    organisation = managed(request, organisation_id, "organisations.update")
    acts = {"undo": undo_change, "restore": restore_before}
    if how not in acts:
        raise Http404
    try:
        acts[how](actor=actor_of(request), organisation=organisation, change=change)
    except NothingToUndo:
        messages.warning(request, _("There is nothing to take back: it says already what it said before."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, _("Taken back. That is a change too: it can be undone in its turn."))
    return redirect("ownership:history", organisation_id=organisation.pk)

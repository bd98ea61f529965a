# SPDX-License-Identifier: EUPL-1.2
"""What is typed into a form of the desk is kept while it is typed, for whoever types it alone."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from filanda.across.ownership import forms
from filanda.across.ownership.framing import managed
from filanda.directory.organisations.actions import drop_draft, keep_draft
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.ui.numbers import id_in

__all__ = ["draft", "throw_away"]

# Form -> the permission that opens it.
_FORMS = {"details": "organisations.update", "evidence": "organisations.evidence.create"}
_NAME = re.compile(r"(details|evidence)(?:-([0-9]{1,19}))?")


@never_cache
@require_POST
def draft(request: HttpRequest, organisation_id: int, form: str) -> HttpResponse:
    """Keep what is typed so far. Sent by the page by itself; nobody waits for the answer."""
    organisation = managed(request, organisation_id, _permission(form))
    keep_draft(actor=actor_of(request), organisation=organisation, form=form, typed=forms.kept(request.POST), now=now())
    return HttpResponse(status=204)


@require_POST
def throw_away(request: HttpRequest, organisation_id: int, form: str) -> HttpResponse:
    """Throw one's draft away; the form holds again what is saved."""
    organisation = managed(request, organisation_id, _permission(form))
    drop_draft(actor=actor_of(request), organisation=organisation, form=form)
    kind, _dash, number = form.partition("-")
    if kind == "details":
        return redirect("ownership:details", organisation_id=organisation.pk)
    if number:
        return redirect("ownership:piece", organisation_id=organisation.pk, evidence_id=int(number))
    return redirect("ownership:add-evidence", organisation_id=organisation.pk)


def _permission(form: str) -> str:
    """Raises Http404 for what is no form of the desk."""
    found = _NAME.fullmatch(form)
    if found is None or (found[2] and (found[1] != "evidence" or id_in(found[2]) is None)):
        raise Http404
    return _FORMS[found[1]]

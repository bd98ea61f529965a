# SPDX-License-Identifier: EUPL-1.2
"""Editing what is said of an organisation, with a preview, a draft, and two editors at once in mind."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from filanda.across.ownership import forms
from filanda.across.ownership.framing import by_field, errors_in, frame, managed
from filanda.directory.organisations.actions import (
    Details,
    EditConflict,
    details_of,
    drop_draft,
    keep_draft,
    update_details,
)
from filanda.directory.organisations.models import Draft, Organisation
from filanda.directory.organisations.queries.history import labels_of_fields
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.text.markdown import to_html

__all__ = ["details", "discard_draft"]

FORM = "details"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """The form. Buttons: save, preview (of the description), draft (keep what is typed for later)."""
    organisation = managed(request, organisation_id, "organisations.update")
    actor = actor_of(request)
    if request.method != "POST":
        draft = Draft.objects.filter(organisation=organisation, account=actor.account_id, form=FORM).first()
        if draft is not None:
            data = forms.unkept(draft.typed)
            return _form(request, organisation, forms.retyped(data), forms.marks_from(data), draft=draft)
        said = details_of(organisation)
        return _form(request, organisation, forms.typed_details(said), said.marks())
    typed, marks = forms.retyped(request.POST), forms.marks_from(request.POST)
    if "preview" in request.POST:
        return _form(request, organisation, typed, marks, preview=request.POST.get("description", ""))
    if "draft" in request.POST:
        keep_draft(actor=actor, organisation=organisation, form=FORM, typed=forms.kept(request.POST), now=now())
        messages.success(request, _("Your draft is kept. Nobody else sees it."))
        return redirect("ownership:details", organisation_id=organisation.pk)
    try:
        changed = update_details(
            actor=actor, organisation=organisation, details=forms.details_from(request.POST), marks=marks
        )
    except ValidationError as problem:
        _keep(request, organisation)
        return _form(request, organisation, typed, marks, errors=by_field(problem), status=422)
    except EditConflict as conflict:
        _keep(request, organisation)
        return _form(request, organisation, typed, conflict.marks, conflict=conflict, status=409)
    drop_draft(actor=actor, organisation=organisation, form=FORM)
    messages.success(
        request, _("Saved. The history shows what changed.") if changed else _("There was nothing to change.")
    )
    return redirect("ownership:details", organisation_id=organisation.pk)


@require_POST
def discard_draft(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Throw one's draft away."""
    organisation = managed(request, organisation_id)
    drop_draft(actor=actor_of(request), organisation=organisation, form=FORM)
    return redirect("ownership:details", organisation_id=organisation.pk)


def _keep(request: HttpRequest, organisation: Organisation) -> None:
    actor = actor_of(request)
    keep_draft(actor=actor, organisation=organisation, form=FORM, typed=forms.kept(request.POST), now=now())


def _form(
    request: HttpRequest,
    organisation: Organisation,
    typed: dict[str, Any],
    marks: dict[str, str],
    *,
    errors: dict[str, list[str]] | None = None,
    conflict: EditConflict | None = None,
    draft: Draft | None = None,
    preview: str | None = None,
    status: int = 200,
) -> HttpResponse:
    errors = errors or {}
    labels = labels_of_fields()
    known = {*vars(Details()), "vat", "tax_code", "pic", "ror"}
    context = frame(request, organisation, "details") | {
        "typed": typed,
        "marks": json.dumps(marks),
        "choices": forms.choices(organisation.region),
        "languages_known": forms.languages_known(),
        "errors": {name: [] for name in known} | errors,
        "listed": errors_in(errors),
        "draft_saved_at": draft.saved_at if draft else None,
        "draft_url": reverse("ownership:draft", args=[organisation.pk, FORM]),
        "preview": to_html(preview) if preview else None,
        "has_preview": preview is not None,
        "conflicts": [
            {
                "name": name,
                "label": labels.get(name, name),
                "theirs": _shown(name, value),
                "mine": _mine(name, typed, request),
            }
            for name, value in (conflict.theirs.items() if conflict else ())
        ],
    }
    return render(request, "ownership/details.html", context, status=status)


def _shown(name: str, value: Any) -> str:
    """A field's value in words, for somebody who compares two versions."""
    if name == "sites":
        return "; ".join(", ".join(filter(None, vars(site).values())) for site in value)
    if name == "identifiers":
        return ", ".join(number for _scheme, number in value)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _mine(name: str, typed: dict[str, Any], request: HttpRequest) -> str:
    data: QueryDict = request.POST
    return _shown(name, getattr(forms.details_from(data), name)) if data else str(typed.get(name, ""))

# SPDX-License-Identifier: EUPL-1.2
"""The form with which a region lists its own calls; correcting and withdrawing one."""

from __future__ import annotations

import secrets
from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from filanda.across.opportunities import forms
from filanda.across.opportunities.views.reading import found_or_404
from filanda.directory.funding import actions
from filanda.directory.funding.models import BY_HAND, FundingCall
from filanda.directory.organisations.models import ConceptOrigin
from filanda.kernel.identity.requests import actor_of, signed_in
from filanda.kernel.policies import require
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.ui.numbers import whole

__all__ = ["edit", "move", "new"]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """List a call. The key of the form makes it once, however often it is sent."""
    actor, region = signed_in(request), active_region()
    require(actor, "funding.manage")
    if request.method != "POST":
        values = {"concepts": [], "source_name": region.name}
        return _shown(request, values, None, key=secrets.token_hex(16))
    typed = forms.read(request.POST, region)
    key = request.POST.get("key", "")[:40]
    if not typed.errors:
        try:
            made = actions.create(
                actor=actor, region=region, fields=typed.fields, concepts=typed.concepts, key=key, now=now()
            )
        except ValidationError as error:
            typed.errors = _by_field(error)
        else:
            messages.success(request, _("It is listed. Search and matches find it in a moment."))
            return redirect("funding:call", number=made.pk)
    return _shown(request, typed.values, None, errors=typed.errors, key=key, status=422)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Correct a call, an imported one too: what is changed here stays when it is imported again."""
    actor, region = signed_in(request), active_region()
    row = found_or_404(actor, number)
    require(actor, "funding.manage")
    if request.method != "POST":
        return _shown(request, forms.stored_values(row), row)
    typed = forms.read(request.POST, region)
    version = whole(request.POST.get("version"))
    if not typed.errors:
        try:
            actions.change(
                actor=actor, call=row, fields=typed.fields, concepts=typed.concepts, version=version, now=now()
            )
        except ValidationError as error:
            typed.errors = _by_field(error)
        except actions.Outdated as error:
            typed.errors = {"": str(error)}
            return _shown(request, typed.values, error.call, errors=typed.errors, status=409)
        else:
            messages.success(request, _("Changed."))
            return redirect("funding:call", number=row.pk)
    return _shown(request, typed.values, row, errors=typed.errors, status=422, version=version)


@require_POST
def move(request: HttpRequest, number: int, move: str) -> HttpResponse:
    """withdraw, or restore."""
    actor = actor_of(request)
    row = found_or_404(actor, number)
    if move == "withdraw":
        actions.withdraw(actor=actor, call=row, now=now())
        messages.success(request, _("It is withdrawn: only facilitators and administrators see it."))
    elif move == "restore":
        actions.restore(actor=actor, call=row, now=now())
        messages.success(request, _("It is shown again."))
    else:
        raise Http404
    response = redirect("funding:call", number=row.pk)
    response.status_code = 303
    return response


def _by_field(error: ValidationError) -> dict[str, str]:
    return {name: " ".join(sentences) for name, sentences in error.message_dict.items()}


def _shown(
    request: HttpRequest,
    values: dict[str, Any],
    call: FundingCall | None,
    *,
    errors: dict[str, str] | None = None,
    key: str = "",
    status: int = 200,
    version: int | None = None,
) -> HttpResponse:
    """The form with what was typed."""
    wrong = errors or {}
    suggested: set[int] = set()
    if call is not None:
        links = call.concept_links.filter(origin=ConceptOrigin.SUGGESTED)
        suggested = set(links.values_list("concept", flat=True))
    context = {
        "call": call,
        "labels": forms.LABELS(),
        "values": defaultdict(str, values),
        "errors": defaultdict(str, wrong),
        "listed": [{"name": name, "message": message} for name, message in wrong.items()],
        "topics": forms.topic_options(active_region(), values.get("concepts", []), suggested),
        "version": version if version is not None else call.version if call is not None else 0,
        "key": key,
        "is_imported": call is not None and call.source != BY_HAND,
    }
    return render(request, "opportunities/edit.html", context, status=status)

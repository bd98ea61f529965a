# SPDX-License-Identifier: EUPL-1.2
"""What an organisation can show, added and corrected by hand."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.across.finder.facets import pager
from filanda.across.finder.portrait import source_label
from filanda.across.ownership import doi, forms, queries
from filanda.across.ownership.framing import LARGEST_ID, actor_of, by_field, errors_in, frame, managed
from filanda.directory.organisations.actions import (
    EvidenceDetails,
    add_evidence,
    evidence_details_of,
    remove_evidence,
    update_evidence,
)
from filanda.directory.organisations.models import Evidence, EvidenceKind, Organisation
from filanda.directory.organisations.queries import organisation_cards
from filanda.directory.taxonomies.models import Concept
from filanda.directory.taxonomies.queries import find, schemes_of
from filanda.kernel.policies import decide, require
from filanda.kernel.text.folding import fold

__all__ = ["evidence", "new_piece", "piece", "remove_piece"]

FOUND = 8
_TEXTS = ("kind", "title", "acronym", "text", "language", "source_url", "started_on", "ended_on")
_ASKED = ("links", "partner_q", "concept_q")


@never_cache
@require_safe
def evidence(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """The list. ?page= from 1."""
    organisation = managed(request, organisation_id, "organisations.evidence.create")
    number = request.GET.get("page", "1")
    page = queries.evidence_page(organisation, int(number) if number.isdecimal() and len(number) < 7 else 1)
    own = reverse("ownership:evidence", args=[organisation.pk])
    rows = [
        SimpleNamespace(
            title=row.title,
            kind_label=row.get_kind_display(),
            year=row.started_on.year if row.started_on else "",
            source_label=source_label(row.source),
            url=reverse("ownership:piece", args=[organisation.pk, row.pk]) if row.pk in page.owned else "",
        )
        for row in page.rows
    ]
    context = frame(request, organisation, "evidence") | {
        "rows": rows,
        "total": page.total,
        "pager": pager(page.page, page.pages, lambda n: f"{own}?page={n}"),
    }
    return render(request, "ownership/evidence.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_piece(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """A new piece of evidence."""
    organisation = managed(request, organisation_id, "organisations.evidence.create")
    if request.method != "POST":
        typed = dict.fromkeys((*_TEXTS, *_ASKED), "") | {"kind": "product", "partner": [], "concept": []}
        return _form(request, organisation, None, typed)
    return _save(request, organisation, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def piece(request: HttpRequest, organisation_id: int, evidence_id: int) -> HttpResponse:
    """Correct one that the organisation added itself."""
    organisation, found = _find(request, organisation_id, evidence_id, "organisations.evidence.update")
    if request.method == "POST":
        return _save(request, organisation, found)
    beside = evidence_details_of(found)
    typed: dict[str, Any] = {name: getattr(found, name) for name in _TEXTS} | dict.fromkeys(_ASKED, "")
    typed |= {name: value.isoformat() if (value := getattr(found, name)) else "" for name in ("started_on", "ended_on")}
    typed["links"] = "\n".join(f"{url} {label}".strip() for url, label in beside.links)
    typed |= {"partner": list(beside.partner_ids), "concept": list(beside.concept_ids)}
    return _form(request, organisation, found, typed)


@require_POST
def remove_piece(request: HttpRequest, organisation_id: int, evidence_id: int) -> HttpResponse:
    """Take it away; the history can bring it back."""
    organisation, found = _find(request, organisation_id, evidence_id, "organisations.evidence.remove")
    remove_evidence(actor=actor_of(request), evidence=found)
    messages.success(request, _("Removed. The history can bring it back."))
    return redirect("ownership:evidence", organisation_id=organisation.pk)


def _find(
    request: HttpRequest, organisation_id: int, evidence_id: int, permission: str
) -> tuple[Organisation, Evidence]:
    organisation = managed(request, organisation_id, "organisations.evidence.create")
    if evidence_id > LARGEST_ID:
        raise Http404
    own = Evidence.objects.filter(source="person", parties__organisation=organisation, parties__role="owner")
    found: Evidence = get_object_or_404(own, pk=evidence_id)
    require(actor_of(request), permission, found)
    return organisation, found


def _typed(data: QueryDict) -> dict[str, Any]:
    typed: dict[str, Any] = {name: data.get(name, "") for name in (*_TEXTS, *_ASKED)}
    for name in ("partner", "concept"):
        numbers = [int(value) for value in data.getlist(name)[:200] if value.isdecimal() and len(value) < 19]
        typed[name] = list(dict.fromkeys(numbers))
    return typed


def _save(request: HttpRequest, organisation: Organisation, found: Evidence | None) -> HttpResponse:
    typed = _typed(request.POST)
    looked = request.POST.get("find", "")
    if looked == "doi" and doi.is_on():
        try:
            typed |= {name: value for name, value in doi.look_up(typed["source_url"]).items() if value}
        except doi.DoiUnknown as problem:
            return _form(request, organisation, found, typed, errors={"source_url": [str(problem)]}, status=422)
    if looked:
        return _form(request, organisation, found, typed, looked=looked)
    errors: dict[str, list[str]] = {}
    values = {name: typed[name] for name in _TEXTS}
    for name in ("started_on", "ended_on"):
        try:
            values[name] = date.fromisoformat(typed[name].strip()) if typed[name].strip() else None
        except ValueError:
            errors[name] = [_("Write the date as year-month-day, such as 2024-05-31.")]
    lines = [line.strip().split(None, 1) for line in typed["links"].splitlines() if line.strip()]
    beside = EvidenceDetails(
        links=tuple((line[0], line[1] if len(line) > 1 else "") for line in lines),
        partner_ids=tuple(typed["partner"]),
        concept_ids=tuple(typed["concept"]),
    )
    if not errors:
        try:
            if found is None:
                add_evidence(actor=actor_of(request), organisation=organisation, beside=beside, **values)
            else:
                update_evidence(actor=actor_of(request), evidence=found, beside=beside, **values)
        except ValidationError as problem:
            errors = by_field(problem)
    if errors:
        return _form(request, organisation, found, typed, errors=errors, status=422)
    messages.success(request, _("Saved. It is found from now on.") if found is None else _("Saved."))
    return redirect("ownership:evidence", organisation_id=organisation.pk)


def _form(
    request: HttpRequest,
    organisation: Organisation,
    found: Evidence | None,
    typed: dict[str, Any],
    *,
    errors: dict[str, list[str]] | None = None,
    looked: str = "",
    status: int = 200,
) -> HttpResponse:
    errors = errors or {}
    actor = actor_of(request)
    may_remove = found is not None and bool(decide(actor, "organisations.evidence.remove", found))
    remove_url = reverse("ownership:remove-piece", args=[organisation.pk, found.pk]) if found and may_remove else ""
    context = frame(request, organisation, "evidence", found.title if found else _("New evidence")) | {
        "typed": typed,
        "kinds": [(value, str(label)) for value, label in EvidenceKind.choices],
        "language_choices": [("", _("Find out from the text")), *forms.languages_known()[:5]],
        "partners": _partners(request, organisation, typed, looked),
        "concepts": _concepts(organisation, typed, looked),
        "errors": {name: [] for name in (*_TEXTS, "links", "partners", "concepts")} | errors,
        "listed": errors_in(errors),
        "looked": looked,
        "looks_up_doi": doi.is_on(),
        "remove_url": remove_url,
    }
    return render(request, "ownership/piece.html", context, status=status)


def _partners(request: HttpRequest, organisation: Organisation, typed: dict[str, Any], looked: str) -> list[Any]:
    actor = actor_of(request)
    ids = list(typed["partner"])
    if looked == "partner" and (words := fold(typed["partner_q"])):
        seen = Organisation.objects.visible_to(actor).exclude(pk__in=[organisation.pk, *ids])
        for word in words.split():
            seen = seen.filter(sort_key__contains=word)
        ids += list(seen.order_by("sort_key").values_list("pk", flat=True)[:FOUND])
    return [
        SimpleNamespace(id=card.id, label=card.name, note=card.municipality, is_chosen=card.id in typed["partner"])
        for card in organisation_cards(ids, actor).values()
    ]


def _concepts(organisation: Organisation, typed: dict[str, Any], looked: str) -> list[Any]:
    language = (get_language() or "it").split("-")[0]
    usable = Concept.objects.usable_in(organisation.region).filter(pk__in=typed["concept"])
    shown = list(usable.select_related("scheme"))
    if looked == "concept" and typed["concept_q"].strip():
        known = {concept.pk for concept in shown}
        for scheme in schemes_of(organisation.region):
            shown += [c for c in find(scheme, typed["concept_q"], language, limit=FOUND) if c.pk not in known][:FOUND]
    schemes = {scheme.pk: scheme.label for scheme in schemes_of(organisation.region)}
    return [
        SimpleNamespace(
            id=concept.pk,
            label=concept.label or concept.code,
            note=schemes.get(concept.scheme_id, ""),
            is_chosen=concept.pk in typed["concept"],
        )
        for concept in shown
    ]

# SPDX-License-Identifier: EUPL-1.2
"""What an organisation can show, added and corrected by hand."""

from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now as clock
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.across.finder.portrait import source_label
from filanda.across.ownership import doi, forms, queries
from filanda.across.ownership.framing import by_field, errors_in, frame, managed
from filanda.across.ownership.suggesting import offers_for_piece
from filanda.capabilities.matching.embedding import embedder
from filanda.directory.organisations.actions import (
    EditConflict,
    EvidenceDetails,
    add_evidence,
    drop_draft,
    evidence_details_of,
    evidence_marks,
    keep_draft,
    remove_evidence,
    update_evidence,
)
from filanda.directory.organisations.actions.classifying import decide_evidence_topic
from filanda.directory.organisations.models import (
    ConceptOrigin,
    Draft,
    Evidence,
    EvidenceConcept,
    EvidenceKind,
    EvidencePartyVersion,
    Organisation,
)
from filanda.directory.organisations.queries import organisation_cards
from filanda.directory.organisations.queries.history import labels_of_fields
from filanda.directory.taxonomies.models import Concept
from filanda.directory.taxonomies.queries import find, schemes_of
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide, require
from filanda.kernel.text.folding import fold
from filanda.kernel.ui.numbers import ids_in, whole
from filanda.kernel.ui.paging import pager

__all__ = ["evidence", "new_piece", "piece", "piece_topic", "remove_piece"]

FOUND = 8
_TEXTS = ("kind", "title", "acronym", "text", "language", "source_url", "started_on", "ended_on")
_ASKED = ("links", "partner_q", "concept_q")


@never_cache
@require_safe
def evidence(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """The list. ?page= from 1."""
    organisation = managed(request, organisation_id, "organisations.evidence.create")
    number = request.GET.get("page", "1")
    page = queries.evidence_page(organisation, whole(number, least=1, default=1))
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
    """A new piece of evidence. Buttons: save, draft (keep what is typed for later), find (partners, topics, a DOI)."""
    organisation = managed(request, organisation_id, "organisations.evidence.create")
    if request.method != "POST":
        kept = _draft(request, organisation, None)
        if kept is not None:
            return _form(request, organisation, None, _typed(forms.unkept(kept.typed)), kept=kept)
        typed = dict.fromkeys((*_TEXTS, *_ASKED), "") | {"kind": "product", "partner": [], "concept": []}
        return _form(request, organisation, None, typed)
    return _save(request, organisation, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def piece(request: HttpRequest, organisation_id: int, evidence_id: int) -> HttpResponse:
    """Correct one that the organisation added itself; the buttons of `new_piece`."""
    try:
        organisation, found = _find(request, organisation_id, evidence_id, "organisations.evidence.update")
    except Http404:
        if request.method != "POST" or "save" not in request.POST:
            raise
        return _removed_meanwhile(request, organisation_id, evidence_id)
    if request.method == "POST":
        return _save(request, organisation, found)
    kept = _draft(request, organisation, found)
    if kept is not None:
        data = forms.unkept(kept.typed)
        return _form(request, organisation, found, _typed(data), marks=forms.marks_from(data), kept=kept)
    beside = evidence_details_of(found)
    typed: dict[str, Any] = {name: getattr(found, name) for name in _TEXTS} | dict.fromkeys(_ASKED, "")
    typed |= {name: value.isoformat() if (value := getattr(found, name)) else "" for name in ("started_on", "ended_on")}
    typed["links"] = "\n".join(f"{url} {label}".strip() for url, label in beside.links)
    typed |= {"partner": list(beside.partner_ids), "concept": list(beside.concept_ids)}
    return _form(request, organisation, found, typed, marks=evidence_marks(found))


@require_POST
def remove_piece(request: HttpRequest, organisation_id: int, evidence_id: int) -> HttpResponse:
    """Take it away; the history can bring it back."""
    organisation, found = _find(request, organisation_id, evidence_id, "organisations.evidence.remove")
    remove_evidence(actor=actor_of(request), evidence=found)
    drop_draft(actor=actor_of(request), organisation=organisation, form=_form_name(found))
    messages.success(request, _("Removed. The history can bring it back."))
    return redirect("ownership:evidence", organisation_id=organisation.pk)


@require_POST
def piece_topic(
    request: HttpRequest, organisation_id: int, evidence_id: int, concept_id: int, answer: str
) -> HttpResponse:
    """answer: confirm, refuse, remove."""
    organisation, found = _find(request, organisation_id, evidence_id, "organisations.classify")
    concept = Concept.objects.filter(pk=concept_id).first()
    if concept is None:
        raise Http404
    try:
        decide_evidence_topic(actor=actor_of(request), evidence=found, concept=concept, answer=answer)
    except ValueError:
        raise Http404 from None
    return redirect(reverse("ownership:piece", args=[organisation.pk, found.pk]) + "#topics")


def _form_name(found: Evidence | None) -> str:
    return f"evidence-{found.pk}" if found is not None else "evidence"


def _draft(request: HttpRequest, organisation: Organisation, found: Evidence | None) -> Draft | None:
    account = actor_of(request).account_id
    kept: Draft | None = Draft.objects.filter(
        organisation=organisation, account=account, form=_form_name(found)
    ).first()
    return kept


def _keep(request: HttpRequest, organisation: Organisation, found: Evidence | None) -> None:
    typed = forms.kept(request.POST)
    keep_draft(actor=actor_of(request), organisation=organisation, form=_form_name(found), typed=typed, now=clock())


def _removed_meanwhile(request: HttpRequest, organisation_id: int, evidence_id: int) -> HttpResponse:
    """Somebody removed it while it was being corrected: what was typed is shown again, to be added anew or not."""
    organisation = managed(request, organisation_id, "organisations.evidence.create")
    parts = EvidencePartyVersion.objects.filter(organisation=organisation, evidence=evidence_id, role="owner")
    if not parts.exists():
        raise Http404
    gone = _("Somebody removed this evidence while you were writing. Saving adds it anew, with what you wrote.")
    return _form(request, organisation, None, _typed(request.POST), errors={"": [gone]}, status=409)


def _find(
    request: HttpRequest, organisation_id: int, evidence_id: int, permission: str
) -> tuple[Organisation, Evidence]:
    organisation = managed(request, organisation_id, "organisations.evidence.create")
    own = Evidence.objects.filter(source="person", parties__organisation=organisation, parties__role="owner")
    found: Evidence = get_object_or_404(own, pk=evidence_id)
    require(actor_of(request), permission, found)
    return organisation, found


def _typed(data: QueryDict) -> dict[str, Any]:
    typed: dict[str, Any] = {name: data.get(name, "") for name in (*_TEXTS, *_ASKED)}
    for name in ("partner", "concept"):
        numbers = ids_in(data.getlist(name)[:200])
        typed[name] = list(dict.fromkeys(numbers))
    return typed


def _save(request: HttpRequest, organisation: Organisation, found: Evidence | None) -> HttpResponse:
    typed = _typed(request.POST)
    errors: dict[str, list[str]]
    marks = forms.marks_from(request.POST)
    if "draft" in request.POST:
        _keep(request, organisation, found)
        messages.success(request, _("Your draft is kept. Nobody else sees it."))
        if found is None:
            return redirect("ownership:add-evidence", organisation_id=organisation.pk)
        return redirect("ownership:piece", organisation_id=organisation.pk, evidence_id=found.pk)
    looked = request.POST.get("find", "")
    if looked == "doi" and doi.is_on():
        try:
            typed |= {name: value for name, value in doi.look_up(typed["source_url"]).items() if value}
        except doi.DoiUnknown as problem:
            errors = {"source_url": [str(problem)]}
            return _form(request, organisation, found, typed, marks=marks, errors=errors, status=422)
    if looked:
        return _form(request, organisation, found, typed, marks=marks, looked=looked)
    errors = {}
    values = {name: typed[name].replace("\r\n", "\n") for name in _TEXTS}
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
                update_evidence(actor=actor_of(request), evidence=found, beside=beside, marks=marks, **values)
        except ValidationError as problem:
            errors = by_field(problem)
        except EditConflict as conflict:
            _keep(request, organisation, found)
            mine = {**values, **vars(beside)}
            return _form(
                *(request, organisation, found, typed),
                marks=conflict.marks,
                conflicts=_both_versions(conflict, mine),
                status=409,
            )
    if errors:
        _keep(request, organisation, found)
        return _form(request, organisation, found, typed, marks=marks, errors=errors, status=422)
    drop_draft(actor=actor_of(request), organisation=organisation, form=_form_name(found))
    messages.success(request, _("Saved. It is found from now on.") if found is None else _("Saved."))
    return redirect("ownership:evidence", organisation_id=organisation.pk)


def _form(
    request: HttpRequest,
    organisation: Organisation,
    found: Evidence | None,
    typed: dict[str, Any],
    *,
    marks: dict[str, str] | None = None,
    errors: dict[str, list[str]] | None = None,
    conflicts: list[dict[str, str]] | None = None,
    kept: Draft | None = None,
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
        "marks": json.dumps(marks or {}),
        "conflicts": conflicts or [],
        "draft_saved_at": kept.saved_at if kept else None,
        "draft_url": reverse("ownership:draft", args=[organisation.pk, _form_name(found)]),
        "throw_away_url": reverse("ownership:throw-away", args=[organisation.pk, _form_name(found)]),
        "action": reverse("ownership:piece", args=[organisation.pk, found.pk])
        if found
        else reverse("ownership:add-evidence", args=[organisation.pk]),
        "evidence_id": found.pk if found else None,
        "offers": offers_for_piece(found, embedder()) if found and not looked else [],
        "confirmed": _confirmed(found) if found else [],
    }
    return render(request, "ownership/piece.html", context, status=status)


def _both_versions(conflict: EditConflict, mine: dict[str, Any]) -> list[dict[str, str]]:
    labels = labels_of_fields() | {"partner_ids": _("Partners"), "concept_ids": _("Topics"), "links": _("Other links")}
    targets = {"partner_ids": "partners", "concept_ids": "concepts"}
    return [
        {
            "name": targets.get(name, name),
            "label": str(labels.get(name, name)),
            "theirs": _shown(name, theirs),
            "mine": _shown(name, mine[name]),
        }
        for name, theirs in conflict.theirs.items()
    ]


def _shown(name: str, value: Any) -> str:
    """A field's value in words, for somebody who compares two versions."""
    if name == "links":
        return "; ".join(f"{url} {label}".strip() for url, label in value)
    if name == "partner_ids":
        return "; ".join(Organisation.objects.filter(pk__in=value).values_list("name", flat=True))
    if name == "concept_ids":
        return "; ".join(concept.label or concept.code for concept in Concept.objects.filter(pk__in=value))
    if name == "kind":
        return str(dict(EvidenceKind.choices).get(value, value))
    return "" if value is None else str(value)


def _confirmed(found: Evidence) -> list[Any]:
    links = EvidenceConcept.objects.filter(evidence=found).exclude(origin=ConceptOrigin.SUGGESTED)
    return [
        SimpleNamespace(
            id=link.concept_id, label=link.concept.label or link.concept.code, scheme=link.concept.scheme.label
        )
        for link in links.select_related("concept__scheme").order_by("concept__scheme__slug", "concept__code")
    ]


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

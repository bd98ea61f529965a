# SPDX-License-Identifier: EUPL-1.2
"""Lists from files: organisations for administrators, evidence for an organisation's people."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.across.ownership.framing import desk_messages, frame, managed
from filanda.capabilities.files.receiving import FileTooBig, received, takes_files
from filanda.directory.organisations.actions.importing import (
    columns_of,
    corrections,
    preview_of,
    receive_import,
    start_import,
    template,
)
from filanda.directory.organisations.importers.tables import MOST_BYTES, MOST_ROWS, TableRefused
from filanda.directory.organisations.models import ImportRun, ImportState, Organisation
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region

__all__ = ["import_evidence", "import_organisations", "import_run", "import_start", "import_table", "import_template"]

SHOWN = 200
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@takes_files(MOST_BYTES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_organisations(request: HttpRequest) -> HttpResponse:
    """Choose a file with a list of organisations."""
    require(actor_of(request), "organisations.import")
    return _receive(request, None)


@takes_files(MOST_BYTES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_evidence(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Choose a file with evidence of one organisation."""
    return _receive(request, managed(request, organisation_id, "organisations.evidence.create"))


@never_cache
@require_safe
def import_run(request: HttpRequest, run_id: int, organisation_id: int | None = None) -> HttpResponse:
    """What was read, how far it is, or what became of it."""
    run, organisation = _find(request, run_id, organisation_id)
    is_read = run.state == ImportState.READ
    context = _frame(request, organisation, run.file_name) | {
        "run": run,
        "state_label": run.get_state_display(),
        "is_going_on": run.state in (ImportState.WAITING, ImportState.RUNNING),
        "preview": preview_of(run) if is_read else None,
        "errors": _labelled(run)[:SHOWN],
        "errors_total": len(run.errors),
        "start_url": _address("start", run) if is_read else "",
        "corrections": {form: _address(form, run) for form in ("xlsx", "csv")} if run.wrong and not is_read else {},
        "again_url": _upload_url(organisation),
    }
    return render(request, "ownership/import_run.html", context)


@require_POST
def import_start(request: HttpRequest, run_id: int, organisation_id: int | None = None) -> HttpResponse:
    """Let it be written."""
    run, _organisation = _find(request, run_id, organisation_id)
    start_import(actor=actor_of(request), run=run)
    return redirect(_address("", run))


@require_safe
def import_table(request: HttpRequest, run_id: int, form: str, organisation_id: int | None = None) -> HttpResponse:
    """The wrong rows, to be mended. form: xlsx, csv."""
    run, _organisation = _find(request, run_id, organisation_id)
    if form not in _TYPES or run.content is None:
        raise Http404
    return _file(corrections(run, form), f"corrections-{run.pk}", form)


@require_safe
def import_template(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    """An empty list with one example."""
    if form not in _TYPES or kind not in ("organisations", "evidence") or actor_of(request).is_visitor:
        raise Http404
    return _file(template(kind, form), f"filanda-{kind}", form)


def _file(content: bytes, name: str, form: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=_TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _receive(request: HttpRequest, organisation: Organisation | None) -> HttpResponse:
    region: Region = request.region  # type: ignore[attr-defined]
    if request.method != "POST":
        return _upload(request, organisation)
    try:
        upload = received(request, "file")
        if upload is None:
            return _upload(request, organisation, _("Choose a file first."))
        run = receive_import(
            actor=actor_of(request),
            region=region,
            kind="organisations" if organisation is None else "evidence",
            content=upload.read(),
            file_name=upload.name or "",
            language=(get_language() or "it").split("-")[0],
            now=now(),
            organisation=organisation,
        )
    except (FileTooBig, TableRefused) as problem:
        return _upload(request, organisation, str(problem))
    return redirect(_address("", run))


def _upload(request: HttpRequest, organisation: Organisation | None, problem: str = "") -> HttpResponse:
    kind = "organisations" if organisation is None else "evidence"
    runs = ImportRun.objects.filter(organisation=organisation, kind=kind).defer("content", "errors")[:10]
    context = _frame(request, organisation, "") | {
        "kind": kind,
        "columns": columns_of(kind),
        "templates": {form: reverse("ownership:import-template", args=[kind, form]) for form in _TYPES},
        "problem": problem,
        "listed": [{"name": "file", "message": problem}] if problem else [],
        "most_rows": MOST_ROWS,
        "runs": [{"url": _address("", run), "run": run, "state": run.get_state_display()} for run in runs],
    }
    return render(request, "ownership/import.html", context, status=422 if problem else 200)


def _frame(request: HttpRequest, organisation: Organisation | None, title: str) -> dict[str, Any]:
    if organisation is not None:
        return frame(request, organisation, "evidence", title or _("Evidence from a file"))
    crumbs = [{"label": _("Import organisations"), "url": reverse("ownership:import-organisations")}]
    if title:
        crumbs.append({"label": title, "url": ""})
    return {
        "organisation": None,
        "crumbs": crumbs,
        "heading": title or _("Import organisations"),
        "messages": desk_messages(request),
    }


def _find(request: HttpRequest, run_id: int, organisation_id: int | None) -> tuple[ImportRun, Organisation | None]:
    """A run of this list: everybody who may import there sees it."""
    organisation = None
    if organisation_id is None:
        require(actor_of(request), "organisations.import")
    else:
        organisation = managed(request, organisation_id, "organisations.evidence.create")
    run = ImportRun.objects.filter(pk=run_id, organisation=organisation).first()
    if run is None:
        raise Http404
    return run, organisation


def _address(what: str, run: ImportRun) -> str:
    """what: "" for the run's page, "start", or the format of its corrections."""
    place = "evidence-import" if run.organisation_id else "import"
    args: list[Any] = [run.organisation_id, run.pk] if run.organisation_id else [run.pk]
    if what == "start":
        return reverse(f"ownership:{place}-start", args=args)
    if what:
        return reverse(f"ownership:{place}-table", args=[*args, what])
    return reverse(f"ownership:{place}-run", args=args)


def _upload_url(organisation: Organisation | None) -> str:
    if organisation is None:
        return reverse("ownership:import-organisations")
    return reverse("ownership:import-evidence", args=[organisation.pk])


def _labelled(run: ImportRun) -> list[dict[str, Any]]:
    labels = {column.name: str(column.label) for column in columns_of(run.kind)}
    return [
        {"row": error["row"], "column": labels.get(error["column"], ""), "message": error["message"]}
        for error in run.errors
    ]

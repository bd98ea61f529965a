# SPDX-License-Identifier: EUPL-1.2
"""For those who organise: writing, changing, publishing, cancelling, who comes and who came, what is left."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.capabilities.files import actions as files
from filanda.capabilities.files.inspecting import DOCUMENT_BYTES, FileRefused
from filanda.capabilities.files.models import FileKind, StoredFile
from filanda.capabilities.files.receiving import MB, FileTooBig, received, takes_files
from filanda.capabilities.notifications.timing import zone_of
from filanda.components.events import queries
from filanda.components.events.actions import announcing, registering
from filanda.components.events.details import Closed, Outdated
from filanda.components.events.forms import blank, read, stored
from filanda.components.events.framing import enter, event_context, find, listed_errors, row_of, words_of
from filanda.components.events.models import TEXT_MOST, Registration, RegistrationState, SpaceEvent
from filanda.components.events.times import local, spoken, zone_choices
from filanda.kernel.policies import require
from filanda.kernel.text.cells import harmless
from filanda.kernel.text.markdown import to_html
from filanda.kernel.ui.numbers import id_in, ids_in, whole
from filanda.kernel.workflow import MoveNotPossible
from filanda.spaces.pages import SpacePage
from filanda.spaces.queries import people_by_account

__all__ = ["cancel", "delete", "edit", "material", "new", "people", "people_csv", "publish"]


def _page_of(event: SpaceEvent) -> HttpResponse:
    return redirect("events:event", *queries.address_of(event))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Write an event."""
    page = enter(request, slug)
    require(page.actor, "events.propose", page.space)
    if request.method != "POST":
        return _form(request, page, blank(zone_of(page.space.region).key), {})
    values, details, errors = read(request.POST)
    if "preview" in request.POST:
        return _form(request, page, values, {}, is_preview=True)
    if "publish" in request.POST and details.ends_at is not None and details.ends_at <= now():
        errors.setdefault("ends_at", _("It would be over already. Choose a moment that lies ahead."))
    if errors:
        return _form(request, page, values, errors)
    try:
        made = announcing.write_event(actor=page.actor, space=page.space, details=details, now=now())
        if "publish" in request.POST:
            made = announcing.publish_event(actor=page.actor, event=made, now=now())
    except ValidationError as error:
        return _form(request, page, values, words_of(error))
    return _page_of(made)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Change an event; of two who do at once, the second sees both versions."""
    page = enter(request, slug)
    row = find(page, number)
    require(page.actor, "events.organise", row)
    if request.method != "POST":
        return _form(request, page, stored(row), {}, row=row, version=row.version)
    version = whole(request.POST.get("version"))
    values, details, errors = read(request.POST)
    if "preview" in request.POST:
        return _form(request, page, values, {}, row=row, version=version, is_preview=True)
    if errors:
        return _form(request, page, values, errors, row=row, version=version)
    try:
        row = announcing.edit_event(actor=page.actor, event=row, details=details, version=version, now=now())
        if "publish" in request.POST and row.is_draft:
            row = announcing.publish_event(actor=page.actor, event=row, now=now())
    except ValidationError as error:
        row = find(page, number)
        return _form(request, page, values, words_of(error), row=row, version=row.version)
    except Outdated as late:
        errors = {"": str(late)}
        return _form(request, page, values, errors, row=late.event, version=late.event.version, other=late.event)
    return _page_of(row)


def _form(
    request: HttpRequest,
    page: SpacePage,
    values: dict[str, Any],
    errors: dict[str, str],
    *,
    row: SpaceEvent | None = None,
    version: int = 0,
    other: SpaceEvent | None = None,
    is_preview: bool = False,
) -> HttpResponse:
    zones = list(zone_choices())
    if values["time_zone"] and values["time_zone"] not in zones:
        zones.insert(0, values["time_zone"])
    theirs = None
    if other is not None:
        theirs = {
            "title": other.title,
            "summary": other.summary,
            "source": other.source,
            "when": spoken(other.starts_at, other.ends_at, other.time_zone),
            "where": ", ".join(part for part in (other.place, other.address, other.online_url) if part),
        }
    context = {
        "page": page,
        "values": values,
        "errors": errors,
        "listed": listed_errors(errors),
        "zones": [(name, name.replace("_", " ")) for name in zones],
        "is_new": row is None,
        "is_draft": row is None or row.is_draft,
        "registered": row.registered_count if row is not None else 0,
        "version": version,
        "theirs": theirs,
        "preview": to_html(values["source"][:TEXT_MOST]) if is_preview else "",
        "is_preview": is_preview,
        "back_url": reverse("events:event", args=queries.address_of(row))
        if row is not None
        else reverse("events:list", args=[page.space.slug]),
    }
    return render(request, "events/form.html", context, status=409 if other is not None else 422 if errors else 200)


@never_cache
@require_POST
def publish(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Announce a draft."""
    page = enter(request, slug)
    row = find(page, number)
    try:
        announcing.publish_event(actor=page.actor, event=row, now=now())
    except ValidationError as error:
        context = event_context(page, row, errors={"": " ".join(words_of(error).values())})
        return render(request, "events/event.html", context, status=422)
    except MoveNotPossible as error:
        context = event_context(page, find(page, number), errors={"": str(error)})
        return render(request, "events/event.html", context, status=409)
    messages.success(request, _("It is announced. Those who follow this community are told."))
    return _page_of(row)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Call an event off, with the reason."""
    page = enter(request, slug)
    row = find(page, number)
    require(page.actor, "events.organise", row)
    reason = request.POST.get("reason", "")
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            announcing.cancel_event(actor=page.actor, event=row, reason=reason, now=now())
            messages.success(request, _("It is cancelled. Everybody who wanted to come is told."))
            return _page_of(row)
        except ValidationError as error:
            errors, status = words_of(error), 422
        except MoveNotPossible as error:
            errors, status = {"": str(error)}, 409
    context = {
        "page": page,
        "row": row_of(row, now()),
        "reason": reason,
        "errors": errors,
        "listed": listed_errors(errors),
        "told": row.registered_count + row.waiting_count,
    }
    return render(request, "events/cancel.html", context, status=status)


@never_cache
@require_POST
def delete(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Throw a draft away."""
    page = enter(request, slug)
    row = find(page, number)
    try:
        announcing.delete_draft(actor=page.actor, event=row)
    except MoveNotPossible as error:
        return render(request, "events/event.html", event_context(page, row, errors={"": str(error)}), status=409)
    messages.success(request, _("The draft is thrown away."))
    return redirect("events:list", slug)


def _registered(page: SpacePage, row: SpaceEvent) -> list[dict[str, Any]]:
    """Who comes and who waits, in their order, with what they answered. Two queries."""
    rows = list(Registration.objects.filter(event=row).open().order_by("state", "number"))
    people = people_by_account(one.account_id for one in rows)
    found = []
    for one in rows:
        person = people.get(one.account_id)
        found.append(
            {
                "id": one.pk,
                "name": person.name if person is not None else _("A former member"),
                "url": reverse("profiles:person", args=[person.pk, person.slug]) if person is not None else "",
                "has_place": one.state == RegistrationState.REGISTERED,
                "state": one.get_state_display(),
                "answers": [answer for answer in one.answers if answer.get("answer")],
                "all_answers": {answer["label"]: answer["answer"] for answer in one.answers},
                "came": one.attended,
                "at": one.created_at,
            }
        )
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Who comes, who waits, what they answered; POST: who came (`came`, ids of registrations)."""
    page = enter(request, slug)
    row = find(page, number)
    require(page.actor, "events.organise", row)
    errors: dict[str, str] = {}
    if request.method == "POST":
        ids = ids_in(request.POST.getlist("came")[:10_000])
        try:
            count = registering.note_attendance(actor=page.actor, event=row, came=ids, now=now())
            messages.success(request, _("Noted: %(count)s came.") % {"count": count})
            return redirect("events:people", slug, number)
        except Closed as error:
            errors = {"": str(error)}
    rows = _registered(page, row)
    context = {
        "page": page,
        "event": row,
        "row": row_of(row, now()),
        "coming": [one for one in rows if one["has_place"]],
        "waiting": [one for one in rows if not one["has_place"]],
        "has_begun": row.starts_at <= now(),
        "listed": listed_errors(errors),
        "csv_url": reverse("events:people-csv", args=[slug, number]),
    }
    return render(request, "events/people.html", context, status=409 if errors else 200)


@never_cache
@require_safe
def people_csv(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The same as a table, for the door: names and answers, without addresses."""
    page = enter(request, slug)
    row = find(page, number)
    require(page.actor, "events.organise", row)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{queries.title_slug(row.title)}.csv"'
    response.write("\ufeff")  # spreadsheets then read it as UTF-8
    writer = csv.writer(response)
    rows = _registered(page, row)
    labels = list(dict.fromkeys(label for one in rows for label in one["all_answers"]))
    writer.writerow([harmless(cell) for cell in (_("Name"), _("State"), _("Registered on"), _("Came"), *labels)])
    for one in rows:
        came = {True: _("yes"), False: _("no"), None: ""}[one["came"]]
        at = local(one["at"], row.time_zone).strftime("%Y-%m-%d %H:%M")
        cells = [one["name"], one["state"], at, came, *(one["all_answers"].get(label, "") for label in labels)]
        writer.writerow([harmless(cell) for cell in cells])
    return response


@takes_files(DOCUMENT_BYTES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def material(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What is left of an event: files and links. POST: `file`; `label` and `url`; `remove_file`; `remove_link`."""
    page = enter(request, slug)
    row = find(page, number)
    require(page.actor, "events.organise", row)
    values = {name: request.POST.get(name, "") for name in ("label", "url")}
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _change_material(request, page, row)
            return redirect("events:material", slug, number)
        except ValidationError as error:
            errors = words_of(error)
        except (FileRefused, FileTooBig) as error:
            errors = {"file": str(error)}
    context = event_context(page, find(page, number)) | {
        "values": values,
        "errors": errors,
        "listed": listed_errors(errors),
        "most_mb": DOCUMENT_BYTES // MB,
    }
    return render(request, "events/material.html", context, status=422 if errors else 200)


def _change_material(request: HttpRequest, page: SpacePage, row: SpaceEvent) -> None:
    if "remove_file" in request.POST:
        wanted = id_in(request.POST["remove_file"]) or 0
        file = StoredFile.objects.filter(pk=wanted, subject_kind="event", subject_id=row.pk).first()
        if file is None:
            raise Http404
        files.remove(actor=page.actor, file=file)
    elif "remove_link" in request.POST:
        announcing.remove_link(actor=page.actor, event=row, url=request.POST["remove_link"], now=now())
    elif "label" in request.POST or "url" in request.POST:
        label, url = request.POST.get("label", ""), request.POST.get("url", "")
        announcing.add_link(actor=page.actor, event=row, label=label, url=url, now=now())
    else:
        upload = received(request, "file")
        if upload is None:
            raise ValidationError({"file": _("Choose a file first.")})
        files.store(
            actor=page.actor,
            region=page.space.region,
            subject=("event", row.pk),
            kind=FileKind.DOCUMENT,
            upload=upload,
            now=now(),
        )

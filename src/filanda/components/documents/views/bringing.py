# SPDX-License-Identifier: EUPL-1.2
"""What comes in: files, answers about names that are taken, pages, newer versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from filanda.capabilities.files.actions import FileRefused
from filanda.capabilities.files.queries import address
from filanda.capabilities.files.receiving import takes_files
from filanda.capabilities.files.sharing import SHARED_BYTES
from filanda.components.documents import actions
from filanda.components.documents.forms import FILES_MOST, sent_files
from filanda.components.documents.framing import Room, enter, error_context, words_of
from filanda.components.documents.models import PAGE_MOST, Document, WaitingUpload
from filanda.components.documents.queries import address_of, readable_size
from filanda.components.documents.views.folders import folder_context
from filanda.components.documents.views.reading import document_context
from filanda.kernel.policies import require
from filanda.kernel.text.markdown import to_html
from filanda.kernel.ui.numbers import whole

__all__ = ["edit_page", "new_page", "upload", "version", "waiting"]


@takes_files(SHARED_BYTES, most_files=FILES_MOST)
@never_cache
@require_POST
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Take files into a folder: each that fits stays, whatever becomes of the others."""
    room = enter(request, slug)
    require(room.actor, "documents.add", room.space)
    here = room.folder_in(request.POST)
    files, problems = sent_files(request)
    if not files and not problems:
        problems = [_("Choose a file first.")]
    added: list[Document] = []
    waits = 0
    for file in files:
        try:
            made = actions.upload(
                actor=room.actor,
                space=room.space,
                folder=here,
                file=file,
                is_one_of_several=len(files) > 1,
                after=added[0] if added else None,
                now=now(),
            )
        except FileRefused as error:
            problems.append(f"{file.name}: {error}")
        except ValidationError as error:
            problems += [f"{file.name}: {message}" for message in error.messages]
        else:
            if isinstance(made, WaitingUpload):
                waits += 1
            else:
                added.append(made)
    done = len(added)
    if len(files) > 1:
        actions.announce(actor=room.actor, documents=added)
    if done:
        messages.success(request, ngettext("%(n)d document added.", "%(n)d documents added.", done) % {"n": done})
    if problems:
        context = folder_context(request, room, here, {"files": " ".join(problems)})
        context["summary"] = [{"name": "files", "message": problem} for problem in problems]
        context["done"] = done
        return render(request, "documents/folder.html", context, status=422)
    return redirect("documents:waiting", slug) if waits else redirect(room.url_of(here))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: HttpRequest, slug: str) -> HttpResponse:
    """Uploads whose name is taken: what are they?"""
    room = enter(request, slug)
    require(room.actor, "documents.add", room.space)
    rows = room.waiting()
    if request.method == "POST":
        refused: dict[str, str] = {}
        for row in rows:
            choice = request.POST.get(f"choice-{row.pk}", "")
            if choice not in ("version", "both", "drop"):
                continue
            if choice != "drop" and not Document.objects.visible_to(room.actor).filter(pk=row.document_id).exists():
                refused[""] = _("What it would replace is not there any more. Throw it away and upload it again.")
                continue
            actions.settle(actor=room.actor, waiting=row, choice=choice, now=now())
        rows = room.waiting()
        if not rows:
            return redirect(room.root)
        if not refused:
            refused = {"": _("Say for each file what it is.")}
        return _waiting_page(request, room, rows, refused)
    return _waiting_page(request, room, rows, {})


def _waiting_page(request: HttpRequest, room: Room, rows: list[WaitingUpload], errors: dict[str, str]) -> HttpResponse:
    listed = []
    for row in rows:
        row.document.space = room.space
        listed.append(
            {
                "id": row.pk,
                "name": row.file.name if row.file is not None else "",
                "url": address(row.file) if row.file is not None else "",
                "size": readable_size(row.size),
                "title": row.document.title,
                "title_url": reverse("documents:document", args=address_of(row.document)),
                "version": row.document.version,
                "changed_at": row.document.changed_at,
            }
        )
    context = {"page": room.page, "room": room, "rows": listed, **error_context(errors)}
    return render(request, "documents/waiting.html", context, status=422 if errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Write a page."""
    room = enter(request, slug)
    require(room.actor, "documents.add", room.space)
    here = room.folder_in(request.POST if request.method == "POST" else request.GET)
    values = _typed(request)
    errors: dict[str, str] = {}
    if request.method == "POST" and "preview" not in request.POST:
        try:
            made = actions.write_page(
                actor=room.actor,
                space=room.space,
                folder=here,
                title=values["title"],
                source=values["source"],
                now=now(),
            )
            return redirect("documents:document", *address_of(made))
        except ValidationError as error:
            errors = words_of(error)
        except FileRefused as error:
            errors = {"source": str(error)}
    return _page_form(
        request,
        room,
        values,
        errors,
        is_new=True,
        back_url=room.url_of(here),
        folder_id=str(here.pk) if here is not None else "",
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_page(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Write a page anew."""
    room = enter(request, slug)
    row = room.document(number)
    if not row.is_page:
        raise Http404
    require(room.actor, "documents.change", row)
    back_url = reverse("documents:document", args=address_of(row))
    if request.method != "POST":
        values = {"title": row.title, "source": row.text, "note": "", "version": str(row.version)}
        return _page_form(request, room, values, {}, back_url=back_url)
    values = _typed(request)
    if "preview" in request.POST:
        return _page_form(request, room, values, {}, back_url=back_url)
    try:
        actions.edit_page(
            actor=room.actor,
            document=row,
            source=values["source"],
            note=values["note"],
            version=whole(values["version"]),
            now=now(),
        )
    except ValidationError as error:
        return _page_form(request, room, values, words_of(error), back_url=back_url)
    except FileRefused as error:
        return _page_form(request, room, values, {"source": str(error)}, back_url=back_url)
    except actions.Outdated as late:
        values["version"] = str(late.document.version)
        return _page_form(request, room, values, {"source": str(late)}, back_url=back_url, other=late.document.text)
    return redirect(back_url)


def _typed(request: HttpRequest) -> dict[str, str]:
    names = ("title", "source", "note", "version")
    return {name: request.POST.get(name, "").replace("\r\n", "\n").replace("\x00", "") for name in names}


def _page_form(
    request: HttpRequest,
    room: Room,
    values: dict[str, str],
    errors: dict[str, str],
    *,
    back_url: str,
    is_new: bool = False,
    folder_id: str = "",
    other: str = "",
) -> HttpResponse:
    context: dict[str, Any] = {
        "page": room.page,
        "room": room,
        "values": values,
        "is_new": is_new,
        "choices": room.choices() if is_new else [],
        "folder_id": folder_id,
        "back_url": back_url,
        "other": other,
        "is_preview": "preview" in request.POST,
        "preview": to_html(values["source"][:PAGE_MOST]) if "preview" in request.POST else "",
        **error_context(errors),
    }
    return render(request, "documents/page_form.html", context, status=409 if other else 422 if errors else 200)


@takes_files(SHARED_BYTES)
@never_cache
@require_POST
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Bring a newer version of a file, or an earlier one back."""
    room = enter(request, slug)
    row = room.document(number)
    require(room.actor, "documents.change", row)
    errors: dict[str, str] = {}
    restored = request.POST.get("restore", "")
    files, problems = sent_files(request, "file")
    try:
        if restored:
            actions.restore_version(actor=room.actor, document=row, number=whole(restored), now=now())
            return redirect("documents:document", *address_of(row))
        if files:
            made = actions.new_version(
                actor=room.actor,
                document=row,
                file=files[0],
                version=whole(request.POST.get("version")),
                note=request.POST.get("note", ""),
                now=now(),
            )
            if isinstance(made, WaitingUpload):
                return redirect("documents:waiting", slug)
            return redirect("documents:document", *address_of(made))
        errors = {"file": " ".join(problems) or _("Choose a file first.")}
    except FileRefused as error:
        errors = {"file": str(error)}
    except ValidationError as error:
        errors = words_of(error)
    return render(request, "documents/document.html", document_context(request, room, row, errors), status=422)

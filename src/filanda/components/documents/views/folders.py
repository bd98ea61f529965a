# SPDX-License-Identifier: EUPL-1.2
"""Folders: what is in them, making and changing them; the bin."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from filanda.capabilities.files.receiving import MB
from filanda.capabilities.files.sharing import SHARED_BYTES
from filanda.components.documents import actions
from filanda.components.documents.forms import FILES_MOST
from filanda.components.documents.framing import Room, enter, error_context, row_of, words_of
from filanda.components.documents.models import Document, Folder
from filanda.components.documents.queries import address_of, folder_address, names_of, readable_size
from filanda.kernel.policies import require
from filanda.kernel.ui.addresses import moved_to
from filanda.kernel.ui.numbers import id_in, whole

__all__ = ["bin_page", "folder", "folder_context", "new", "settings"]

A_PAGE = 50
SORTS = {"name": ("title_key", "pk"), "date": ("-changed_at", "-pk"), "size": ("-size", "-pk")}
BIN_MOST = 200


@require_safe
def folder(request: HttpRequest, slug: str, number: int = 0, name: str = "") -> HttpResponse:
    """What is in a folder, or on top."""
    room = enter(request, slug)
    here = room.folder(number) if number else None
    if here is not None and request.path != room.url_of(here):
        return moved_to(room.url_of(here))
    return render(request, "documents/folder.html", folder_context(request, room, here, {}))


def folder_context(request: HttpRequest, room: Room, here: Folder | None, errors: dict[str, str]) -> dict[str, Any]:
    sort = request.GET.get("sort", "name")
    sort = sort if sort in SORTS else "name"
    rows = Document.objects.visible_to(room.actor).filter(space=room.space, folder=here)
    paginator = Paginator(rows.order_by(*SORTS[sort]), A_PAGE)
    given = request.GET.get("page", "1")
    shown = paginator.get_page(whole(given, least=1, default=1))
    documents = list(shown)
    for row in documents:
        row.space = room.space
    names = names_of(room.actor, {row.author_id for row in documents})
    here_id = here.pk if here is not None else None
    inside = [one for one in room.folders.values() if one.parent_id == here_id]
    base = room.url_of(here)

    def link(page: int | str) -> str:
        return f"{base}?{urlencode({'sort': sort, 'page': str(page)})}"

    labels = {"name": _("Name"), "date": _("Date"), "size": _("Size")}
    top_query = f"?folder={here.pk}" if here is not None else ""
    return {
        "page": room.page,
        "room": room,
        "here": here,
        "title": here.name if here is not None else _("Documents"),
        "path": room.path(here)[:-1],
        "folders": [
            {"name": one.name, "url": room.url_of(one), "is_for_managers": one.audience != room.space.audience}
            for one in sorted(inside, key=lambda one: (one.name_key, one.pk))
        ],
        "rows": [row_of(row, names) for row in documents],
        "may_choose": room.may_add and bool(documents),
        "choices": room.choices() if room.may_add else [],
        "sorts": [
            {"label": labels[one], "url": f"{base}?{urlencode({'sort': one})}", "is_on": one == sort} for one in SORTS
        ],
        "pager": {
            "page": shown.number,
            "pages": paginator.num_pages,
            "previous_url": link(shown.number - 1) if shown.has_previous() else "",
            "next_url": link(shown.number + 1) if shown.has_next() else "",
            "links": [
                {"number": one, "url": link(one), "is_current": one == shown.number} if isinstance(one, int) else None
                for one in paginator.get_elided_page_range(shown.number)
            ],
        },
        "waiting": len(room.waiting()) if room.may_add else 0,
        "space_left": room.room_left() if room.may_add else None,
        "upload_url": reverse("documents:upload", args=[room.space.slug]),
        "new_page_url": reverse("documents:new-page", args=[room.space.slug]) + top_query,
        "new_folder_url": reverse("documents:new-folder", args=[room.space.slug]) + top_query,
        "settings_url": reverse("documents:folder-settings", args=[room.space.slug, here.pk])
        if here is not None and room.may_order
        else "",
        "zip_url": (
            reverse("documents:archive", args=[room.space.slug, here.pk])
            if here is not None
            else reverse("documents:archive-all", args=[room.space.slug])
        )
        if documents or inside
        else "",
        "files_most": FILES_MOST,
        "mb": SHARED_BYTES // MB,
        **error_context(errors),
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a folder."""
    room = enter(request, slug)
    require(room.actor, "documents.add", room.space)
    above = room.folder_in(request.POST if request.method == "POST" else request.GET)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = actions.create_folder(
                actor=room.actor, space=room.space, parent=above, name=request.POST.get("name", ""), now=now()
            )
            return redirect("documents:inside", *folder_address(room.space, made))
        except ValidationError as error:
            errors = words_of(error)
    context = {
        "page": room.page,
        "room": room,
        "name": request.POST.get("name", ""),
        "folder_id": str(above.pk) if above is not None else "",
        "choices": room.choices(),
        "back_url": room.url_of(above),
        **error_context(errors),
    }
    return render(request, "documents/folder_new.html", context, status=422 if errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Rename, move, restrict or remove a folder."""
    room = enter(request, slug)
    row = room.folder(number)
    row.space = room.space
    require(room.actor, "documents.folders", row)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return _change_folder(request, room, row)
        except ValidationError as error:
            errors = words_of(error)
        except actions.FolderNotEmpty as error:
            errors = {"lifts": str(error)}
    context = {
        "page": room.page,
        "room": room,
        "here": row,
        "name": request.POST.get("name", row.name),
        "folder_id": request.POST.get("folder", str(row.parent_id or "")),
        "choices": room.choices(without=row),
        "is_for_managers": row.is_for_managers,
        "may_restrict": room.may_restrict,
        "back_url": room.url_of(row),
        **error_context(errors),
    }
    return render(request, "documents/folder_settings.html", context, status=422 if errors else 200)


def _change_folder(request: HttpRequest, room: Room, row: Folder) -> HttpResponse:
    actor, wish = room.actor, request.POST.get("wish", "")
    if wish == "remove":
        parent = room.folders.get(row.parent_id) if row.parent_id is not None else None
        actions.remove_folder(actor=actor, folder=row, lifts="lifts" in request.POST)
        return redirect(room.url_of(parent))
    if wish == "move":
        actions.move_folder(actor=actor, folder=row, into=room.folder_in(request.POST))
    elif wish in ("restrict", "open"):
        actions.restrict_folder(actor=actor, folder=row, is_for_managers=wish == "restrict")
    else:
        actions.rename_folder(actor=actor, folder=row, name=request.POST.get("name", ""))
    row.refresh_from_db()
    return redirect(room.url_of(row))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bin_page(request: HttpRequest, slug: str) -> HttpResponse:
    """What was removed in the last thirty days, to those who may take it out."""
    room = enter(request, slug)
    require(room.actor, "documents.add", room.space)
    rows = Document.objects.removed_for(room.actor).filter(space=room.space)
    if request.method == "POST":
        given = request.POST.get("document", "")
        found = rows.filter(pk=id_in(given)).first()
        if found is None:
            return redirect("documents:bin", slug)
        back = actions.bring_back(actor=room.actor, document=found)
        return redirect("documents:document", *address_of(back))
    listed = [
        {"id": row.pk, "title": row.title, "size": readable_size(row.bytes_kept), "at": row.deleted_at}
        for row in rows.order_by("-deleted_at")[:BIN_MOST]
    ]
    context = {"page": room.page, "room": room, "rows": listed}
    return render(request, "documents/bin.html", context)

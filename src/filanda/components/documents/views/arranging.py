# SPDX-License-Identifier: EUPL-1.2
"""Order: renaming, moving, locking, restricting and removing one document or several."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from filanda.components.documents import actions
from filanda.components.documents.forms import chosen
from filanda.components.documents.framing import Room, enter, words_of
from filanda.components.documents.models import Document
from filanda.components.documents.queries import address_of
from filanda.components.documents.views.folders import folder_context
from filanda.components.documents.views.reading import document_context
from filanda.kernel.policies import Forbidden

__all__ = ["change", "several"]

_WISHES = frozenset({"describe", "move", "lock", "unlock", "restrict", "open", "remove"})


@never_cache
@require_POST
def change(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Do one thing with one document."""
    room = enter(request, slug)
    row = room.document(number)
    wish = request.POST.get("wish", "")
    if wish not in _WISHES:
        raise Http404
    try:
        _do(request, room, row, wish)
    except ValidationError as error:
        context = document_context(request, room, row, words_of(error))
        return render(request, "documents/document.html", context, status=422)
    if wish == "remove":
        messages.success(request, _("It lies in the bin for 30 days. From there it can be taken out again."))
        return redirect(room.url_of(room.folders.get(row.folder_id) if row.folder_id is not None else None))
    row.refresh_from_db(fields=["title"])
    return redirect("documents:document", *address_of(row))


def _do(request: HttpRequest, room: Room, row: Document, wish: str) -> None:
    actor = room.actor
    if wish == "describe":
        title, description = request.POST.get("title", ""), request.POST.get("description", "")
        actions.describe(actor=actor, document=row, title=title, description=description)
    elif wish == "move":
        into = room.folder_in(request.POST)
        actions.move_documents(actor=actor, space=room.space, documents=[row], into=into)
    elif wish in ("lock", "unlock"):
        actions.set_lock(actor=actor, document=row, is_on=wish == "lock")
    elif wish in ("restrict", "open"):
        actions.restrict_document(actor=actor, document=row, is_for_managers=wish == "restrict")
    else:
        actions.remove_documents(actor=actor, space=room.space, documents=[row], now=now())


@never_cache
@require_POST
def several(request: HttpRequest, slug: str) -> HttpResponse:
    """Move or remove the documents that are ticked: all, or none with a sentence."""
    room = enter(request, slug)
    here = room.folder_in(request.POST, "here")
    wish = request.POST.get("wish", "")
    if wish not in ("move", "remove"):
        raise Http404
    rows = list(Document.objects.visible_to(room.actor).filter(space=room.space, pk__in=chosen(request.POST)))
    try:
        if not rows:
            raise ValidationError({"document": _("Tick the documents first.")})
        if wish == "move":
            into = room.folder_in(request.POST, "into")
            count = actions.move_documents(actor=room.actor, space=room.space, documents=rows, into=into)
            sentence = ngettext("%(n)d document moved.", "%(n)d documents moved.", count) % {"n": count}
        else:
            count = actions.remove_documents(actor=room.actor, space=room.space, documents=rows, now=now())
            sentence = ngettext(
                "%(n)d document lies in the bin, for 30 days.", "%(n)d documents lie in the bin, for 30 days.", count
            ) % {"n": count}
    except ValidationError as error:
        return render(
            request, "documents/folder.html", folder_context(request, room, here, words_of(error)), status=422
        )
    except Forbidden:
        others = {"": _("Some of these are other people’s: only they, and those who keep order, move or remove them.")}
        return render(request, "documents/folder.html", folder_context(request, room, here, others), status=403)
    messages.success(request, sentence)
    return redirect(room.url_of(here))

# SPDX-License-Identifier: EUPL-1.2
"""What every screen of documents starts from: the space that the reader stands in, its folders, rows for templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from filanda.components.documents.models import Document, Folder, WaitingUpload
from filanda.components.documents.queries import (
    address_of,
    folder_address,
    path_of,
    quota_of,
    readable_size,
    usage,
)
from filanda.kernel.policies import decide
from filanda.kernel.ui.numbers import id_in
from filanda.spaces.models import Space
from filanda.spaces.pages import SpacePage, space_page

__all__ = ["Room", "enter", "error_context", "row_of", "words_of"]


@dataclass
class Room:
    """The documents of one space, as one reader sees them."""

    page: SpacePage

    @property
    def space(self) -> Space:
        return self.page.space

    @property
    def actor(self) -> Any:
        return self.page.actor

    @property
    def root(self) -> str:
        return reverse("documents:folder", args=[self.space.slug])

    @cached_property
    def folders(self) -> dict[int, Folder]:
        """Every folder of the space that the reader sees. One query."""
        return {row.pk: row for row in Folder.objects.visible_to(self.actor).filter(space=self.space)}

    @cached_property
    def may_add(self) -> bool:
        return bool(decide(self.actor, "documents.add", self.space))

    @cached_property
    def may_order(self) -> bool:
        return bool(decide(self.actor, "documents.folders", self.space))

    @cached_property
    def may_restrict(self) -> bool:
        return bool(decide(self.actor, "documents.restrict", self.space))

    def folder(self, number: int) -> Folder:
        """Raises Http404."""
        if number not in self.folders:
            raise Http404
        return self.folders[number]

    def folder_in(self, data: Mapping[str, Any], name: str = "folder") -> Folder | None:
        """The folder that a form names, None for the top. Raises Http404 for one that is not there."""
        given = str(data.get(name, ""))
        return self.folder(id_in(given) or 0) if given else None

    def document(self, number: int) -> Document:
        """Raises Http404."""
        rows = Document.objects.visible_to(self.actor).filter(space=self.space, pk=number)
        found: Document | None = rows.select_related("region").first()
        if found is None:
            raise Http404
        found.space = self.space
        return found

    def url_of(self, folder: Folder | None) -> str:
        return reverse("documents:inside", args=folder_address(self.space, folder)) if folder else self.root

    def path(self, folder: Folder | None) -> list[dict[str, str]]:
        return [{"label": one.name, "url": self.url_of(one)} for one in path_of(folder, self.folders)]

    def choices(self, without: Folder | None = None) -> list[tuple[str, str]]:
        """Every folder as a choice of a form, with the path to it; without one and what is in it."""
        found = []
        for row in self.folders.values():
            path = path_of(row, self.folders)
            if without is not None and without.pk in [one.pk for one in path]:
                continue
            found.append((str(row.pk), " / ".join(one.name for one in path)))
        return [("", _("At the top")), *sorted(found, key=lambda choice: choice[1].casefold())]

    def waiting(self) -> list[WaitingUpload]:
        rows = WaitingUpload.objects.visible_to(self.actor).filter(document__space=self.space)
        return list(rows.select_related("document", "file"))

    def room_left(self) -> dict[str, Any]:
        """Figures of the quota. Two queries."""
        used, most = usage(self.space), quota_of(self.space)
        return {
            "used": used,
            "most": max(most, 1),
            "words": _("%(used)s of %(most)s taken") % {"used": readable_size(used), "most": readable_size(most)},
            "is_full": used >= most,
        }


def enter(request: HttpRequest, slug: str) -> Room:
    """The documents of the space at `slug`. Raises Http404 as `space_page`."""
    return Room(space_page(request, slug, tab="documents"))


def row_of(document: Document, names: Mapping[int | None, str]) -> dict[str, Any]:
    """One document as a line of a list; `names` of its author. Needs document.space."""
    return {
        "id": document.pk,
        "title": document.title,
        "lang": document.language if document.language != (get_language() or "") else "",
        "url": reverse("documents:document", args=address_of(document)),
        "kind": _("page") if document.is_page else document.extension,
        "size": readable_size(document.size),
        "at": document.changed_at,
        "author": names[document.author_id],
        "version": document.version,
        "is_for_managers": document.audience.endswith((":managers", ":region_administrator")),
        "is_hidden": document.hidden_at is not None,
        "is_locked": document.is_locked,
    }


def words_of(error: ValidationError) -> dict[str, str]:
    if hasattr(error, "error_dict"):
        return {name: " ".join(messages) for name, messages in error.message_dict.items()}
    return {"": " ".join(error.messages)}


def error_context(errors: Mapping[str, str]) -> dict[str, Any]:
    return {
        "errors": errors,
        "summary": [{"name": name, "message": message} for name, message in errors.items()],
    }

# SPDX-License-Identifier: EUPL-1.2
"""Where documents stand, what they are called, who sees them, and the bin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from filanda.components.documents.actions._locking import locked_document, seen_folder
from filanda.components.documents.models import Document, Folder
from filanda.components.documents.steps import (
    NameTaken,
    checked_description,
    checked_title,
    free_title,
    key_of,
    refresh_audiences,
    tell,
)
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import Decision, Forbidden, require
from filanda.spaces.models import Space
from filanda.spaces.steps import lock_space

__all__ = [
    "bring_back",
    "describe",
    "move_documents",
    "remove_documents",
    "restrict_document",
    "set_lock",
]


def describe(*, actor: Actor, document: Document, title: str, description: str) -> Document:
    """Give it another title, or another description. Raises ValidationError (by field; NameTaken), Forbidden."""
    words, more = checked_title(title), checked_description(description)
    with transaction.atomic(durable=True):
        row = locked_document(actor, document)
        require(actor, "documents.manage", row)
        key = key_of(words, row.extension)
        taken = Document.objects.standing().filter(space=row.space, folder=row.folder_id, title_key=key)
        if key != row.title_key and taken.exclude(pk=row.pk).exists():
            raise NameTaken("title")
        row.title, row.title_key, row.description = words, key, more
        row.save(update_fields=["title", "title_key", "description"])
        tell("documents.document.described", actor, row)
        return row


def move_documents(*, actor: Actor, space: Space, documents: Sequence[Document], into: Folder | None) -> int:
    """Move documents into a folder (None: to the top), all or none; a name that is taken there gets a number.

    Returns how many moved. Raises ValidationError ("folder"), Forbidden.
    """
    with transaction.atomic(durable=True):
        place = lock_space(space.pk)
        above = seen_folder(actor, place, into)
        moved = 0
        for row in _rows(actor, place, documents):
            require(actor, "documents.manage", row)
            if row.folder_id == (above.pk if above is not None else None):
                continue
            row.title = free_title(place, above, row.title, row.extension)
            row.title_key, row.folder = key_of(row.title, row.extension), above
            row.save(update_fields=["title", "title_key", "folder"])
            tell("documents.document.moved", actor, row)
            moved += 1
        refresh_audiences(place)
        return moved


def remove_documents(*, actor: Actor, space: Space, documents: Sequence[Document], now: datetime) -> int:
    """Put documents into the bin, all or none; `bring_back` takes them out. Returns how many. Raises Forbidden."""
    with transaction.atomic(durable=True):
        place = lock_space(space.pk)
        rows = _rows(actor, place, documents)
        for row in rows:
            require(actor, "documents.manage", row)
            row.deleted_at, row.deleted_by_id = now, actor.account_id
            row.save(update_fields=["deleted_at", "deleted_by"])
            tell("documents.document.removed", actor, row)
        return len(rows)


def bring_back(*, actor: Actor, document: Document) -> Document:
    """Take it out of the bin, to where it stood. Raises Forbidden."""
    with transaction.atomic(durable=True):
        lock_space(document.space_id)
        rows = Document.objects.removed_for(actor).select_related("space__region", "folder", "region")
        row: Document | None = rows.filter(pk=document.pk).first()
        if row is None:
            raise Forbidden(Decision(False, _("This document is not in the bin any more.")))
        if row.deleted_by_id != actor.account_id:
            require(actor, "documents.manage", row)
        else:
            require(actor, "documents.add", row.space)
        row.title = free_title(row.space, row.folder, row.title, row.extension)
        row.title_key = key_of(row.title, row.extension)
        row.deleted_at = row.deleted_by = None
        row.save(update_fields=["title", "title_key", "deleted_at", "deleted_by"])
        refresh_audiences(row.space)
        tell("documents.document.brought_back", actor, row)
        return row


def set_lock(*, actor: Actor, document: Document, is_on: bool) -> None:
    """Let only its author and those who keep order bring new versions, or all who take part. Raises Forbidden."""
    with transaction.atomic(durable=True):
        row = locked_document(actor, document)
        require(actor, "documents.manage", row)
        row.is_locked = is_on
        row.save(update_fields=["is_locked"])
        tell("documents.document.locked", actor, row, is_on=is_on)


def restrict_document(*, actor: Actor, document: Document, is_for_managers: bool) -> None:
    """Let only managers see it, or whoever sees its folder. Raises Forbidden."""
    with transaction.atomic(durable=True):
        row = locked_document(actor, document)
        require(actor, "documents.restrict", row)
        row.is_for_managers = is_for_managers
        row.save(update_fields=["is_for_managers"])
        refresh_audiences(row.space)
        tell("documents.document.restricted", actor, row, is_for_managers=is_for_managers)


def _rows(actor: Actor, space: Space, documents: Sequence[Document]) -> list[Document]:
    wanted = [document.pk for document in documents]
    seen = Document.objects.visible_to(actor).filter(space=space, pk__in=wanted)
    return list(seen.select_related("space__region", "region").order_by("pk"))

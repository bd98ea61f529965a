# SPDX-License-Identifier: EUPL-1.2
"""Folders: making, renaming, moving, removing them, and who sees what is in them."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from filanda.components.documents.actions._locking import locked_folder, seen_folder
from filanda.components.documents.models import Document, Folder
from filanda.components.documents.steps import (
    NameTaken,
    checked_name,
    free_title,
    key_of,
    refresh_audiences,
)
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.spaces.models import Space
from filanda.spaces.steps import lock_space

__all__ = ["FolderNotEmpty", "create_folder", "move_folder", "remove_folder", "rename_folder", "restrict_folder"]

DEEPEST = 8
FOLDERS_MOST = 500  # of one space


class FolderNotEmpty(Exception):
    """Raised for a folder with something in it, where nobody said that it moves up."""

    def __init__(self) -> None:
        super().__init__(_("There is something in this folder. Say that it moves one level up, or empty it first."))


def create_folder(*, actor: Actor, space: Space, parent: Folder | None, name: str, now: datetime) -> Folder:
    """Make a folder. Raises ValidationError ("name", "folder"; NameTaken), Forbidden."""
    given = checked_name(name)
    with transaction.atomic(durable=True):
        place = lock_space(space.pk)
        require(actor, "documents.add", place)
        above = seen_folder(actor, place, parent)
        if Folder.objects.filter(space=place).count() >= FOLDERS_MOST:
            raise ValidationError({"name": _("There are as many folders here as fit. Remove one first.")})
        if above is not None and len(_above(above)) + 1 >= DEEPEST:
            raise ValidationError({"name": _("Folders do not go deeper than this. Make it further up.")})
        if Folder.objects.visible_to(actor).filter(space=place, parent=above, name_key=key_of(given)).exists():
            raise NameTaken("name")
        given = _free_name(place, above, given)  # beside one that they may not know of
        made: Folder = Folder.objects.create(
            region=place.region,
            space=place,
            parent=above,
            name=given,
            name_key=key_of(given),
            audience=above.audience if above is not None else place.audience,
            created_at=now,
        )
        _tell("documents.folder.created", actor, made, [])
        return made


def rename_folder(*, actor: Actor, folder: Folder, name: str) -> None:
    """Raises ValidationError ("name"; NameTaken), Forbidden."""
    given = checked_name(name)
    with transaction.atomic(durable=True):
        row = locked_folder(actor, folder)
        require(actor, "documents.folders", row)
        if key_of(given) != row.name_key:
            _require_free(row.space, row.parent, given)
        row.name, row.name_key = given, key_of(given)
        row.save(update_fields=["name", "name_key"])
        _tell("documents.folder.changed", actor, row, [])


def move_folder(*, actor: Actor, folder: Folder, into: Folder | None) -> None:
    """Raises ValidationError ("folder"; NameTaken), Forbidden."""
    with transaction.atomic(durable=True):
        row = locked_folder(actor, folder)
        require(actor, "documents.folders", row)
        above = seen_folder(actor, row.space, into)
        if (above.pk if above is not None else None) == row.parent_id:
            return
        if above is not None:
            path = _above(above)
            if row.pk in [one.pk for one in path]:
                raise ValidationError({"folder": _("A folder cannot be moved into itself.")})
            if len(path) + _depth(row) > DEEPEST:
                raise ValidationError({"folder": _("Folders do not go deeper than this. Choose one further up.")})
        _require_free(row.space, above, row.name, "folder")
        row.parent = above
        row.save(update_fields=["parent"])
        _tell("documents.folder.changed", actor, row, refresh_audiences(row.space))


def restrict_folder(*, actor: Actor, folder: Folder, is_for_managers: bool) -> None:
    """Let only managers see the folder and all in it, or everybody in the space again. Raises Forbidden."""
    with transaction.atomic(durable=True):
        row = locked_folder(actor, folder)
        require(actor, "documents.restrict", row)
        row.is_for_managers = is_for_managers
        row.save(update_fields=["is_for_managers"])
        _tell("documents.folder.restricted", actor, row, refresh_audiences(row.space))


def remove_folder(*, actor: Actor, folder: Folder, lifts: bool) -> None:
    """Remove a folder; with `lifts`, what is in it moves one level up, under other names where theirs are taken.

    What lies in the bin goes up in any case. Raises FolderNotEmpty, Forbidden.
    """
    with transaction.atomic(durable=True):
        row = locked_folder(actor, folder)
        require(actor, "documents.folders", row)
        inside = list(Document.objects.standing().filter(folder=row))
        below = list(Folder.objects.filter(parent=row))
        if (inside or below) and not lifts:
            raise FolderNotEmpty
        for one in below:
            one.name = _free_name(row.space, row.parent, one.name)
            one.name_key, one.parent = key_of(one.name), row.parent
            one.is_for_managers = one.is_for_managers or row.is_for_managers
            one.save(update_fields=["name", "name_key", "parent", "is_for_managers"])
        for document in inside:
            document.title = free_title(row.space, row.parent, document.title, document.extension)
            document.title_key, document.folder = key_of(document.title, document.extension), row.parent
            document.is_for_managers = document.is_for_managers or row.is_for_managers
            document.save(update_fields=["title", "title_key", "folder", "is_for_managers"])
        binned = Document.objects.filter(folder=row)
        if row.is_for_managers:
            binned.update(is_for_managers=True)
        binned.update(folder=row.parent)
        _tell("documents.folder.removed", actor, row, [one.pk for one in inside])
        row.delete()
        refresh_audiences(row.space)


def _tell(event: str, actor: Actor, folder: Folder, ids: list[int]) -> None:
    record(
        event,
        region=folder.region,
        actor=actor,
        subject=folder,
        payload={"space": folder.space_id},
        touches={"document": ids},
    )


def _above(folder: Folder) -> list[Folder]:
    """The folder and those above it, nearest first."""
    path = [folder]
    while path[-1].parent_id is not None:
        path.append(Folder.objects.get(pk=path[-1].parent_id))
    return path


def _depth(folder: Folder) -> int:
    """How many levels of folders it and what is in it make."""
    depth, level = 1, [folder.pk]
    while level := list(Folder.objects.filter(parent__in=level).values_list("pk", flat=True)):
        depth += 1
    return depth


def _require_free(space: Space, parent: Folder | None, name: str, field: str = "name") -> None:
    if Folder.objects.filter(space=space, parent=parent, name_key=key_of(name)).exists():
        raise NameTaken(field)


def _free_name(space: Space, parent: Folder | None, name: str) -> str:
    taken = set(Folder.objects.filter(space=space, parent=parent).values_list("name_key", flat=True))
    if key_of(name) not in taken:
        return name
    return next(
        one for one in (f"{name[:110]} ({number})" for number in range(2, len(taken) + 3)) if key_of(one) not in taken
    )

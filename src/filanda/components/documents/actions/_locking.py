# SPDX-License-Identifier: EUPL-1.2
"""Rows as actions find them: the space's lock first, whatever else after it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from filanda.components.documents.models import Document, Folder
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import Decision, Forbidden
from filanda.spaces.models import Space
from filanda.spaces.steps import lock_space

__all__ = ["locked_document", "locked_folder", "seen_folder"]


def locked_document(actor: Actor, document: Document) -> Document:
    """The document as it stands now, with its space locked. Raises Forbidden if `actor` does not see it any more."""
    lock_space(document.space_id)
    rows = Document.objects.visible_to(actor).select_related("space__region", "region")
    found: Document | None = rows.filter(pk=document.pk).select_for_update(of=("self",)).first()
    if found is None:
        raise Forbidden(Decision(False, _("This document is not there any more.")))
    return found


def locked_folder(actor: Actor, folder: Folder) -> Folder:
    lock_space(folder.space_id)
    rows = Folder.objects.visible_to(actor).select_related("space__region", "region", "parent")
    found: Folder | None = rows.filter(pk=folder.pk).first()
    if found is None:
        raise Forbidden(Decision(False, _("This folder is not there any more.")))
    return found


def seen_folder(actor: Actor, space: Space, folder: Folder | None) -> Folder | None:
    """`folder` as it stands now, of the locked `space`. Raises ValidationError ("folder") if it is gone."""
    if folder is None:
        return None
    found: Folder | None = Folder.objects.visible_to(actor).filter(space=space, pk=folder.pk).first()
    if found is None:
        raise ValidationError({"folder": _("This folder is not there any more. Choose another one.")})
    return found

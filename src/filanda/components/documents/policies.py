# SPDX-License-Identifier: EUPL-1.2
"""Who adds, changes and removes documents, and who opens their files."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.files.subjects import Ids, register_subject
from filanda.components.documents.models import SUBJECT, WAITING, Document, WaitingUpload
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import SPACE_ROLES
from filanda.kernel.policies import Decision, Permission, decide
from filanda.spaces.policies import MEMBERS, keeps_order, runs_it, space_of, space_scope, takes_part

__all__ = ["PERMISSIONS", "register_files"]

_ARCHIVED = _("This community is archived: it can be read, but nobody writes in it any more.")


def _changes(actor: Actor, document: Document) -> Decision:
    """Whoever takes part brings new versions, unless the document is locked or hidden."""
    part = takes_part(actor, document)
    if not part or not (document.is_locked or document.hidden_at):
        return part
    if document.hidden_at is not None:
        return Decision(False, _("This document is hidden by a decision: it stays as it is."))
    if document.author_id == actor.account_id or keeps_order(actor, document):
        return Decision(True)
    return Decision(False, _("This document is locked: its author and those who look after the community change it."))


def _looks_after(actor: Actor, document: Document) -> Decision:
    """Its author, while they take part, and those who keep order."""
    if space_of(document).archived_at is not None:
        return Decision(False, _ARCHIVED)
    if document.author_id is not None and document.author_id == actor.account_id and takes_part(actor, document):
        return Decision(True)
    if keeps_order(actor, document):
        return Decision(True)
    return Decision(False, _("Its author can do this, and those who look after the community."))


def _keeps(actor: Actor, obj: object) -> Decision:
    if space_of(obj).archived_at is not None:
        return Decision(False, _ARCHIVED)
    return keeps_order(actor, obj)


def _runs(actor: Actor, obj: object) -> Decision:
    if space_of(obj).archived_at is not None:
        return Decision(False, _ARCHIVED)
    return runs_it(actor, obj)


def _of_space(name: str, label: object, rule: object) -> Permission:
    return Permission(name, label, MEMBERS, rule=rule, scoped_roles=frozenset(SPACE_ROLES), scope=space_scope)  # type: ignore[arg-type]


PERMISSIONS = (
    _of_space("documents.add", _("Add documents and folders to a community"), takes_part),
    _of_space("documents.change", _("Bring a new version of a document"), _changes),
    _of_space("documents.manage", _("Rename, move, lock and remove a document"), _looks_after),
    _of_space("documents.folders", _("Rename, move and remove folders"), _keeps),
    _of_space("documents.restrict", _("Say that only managers see a document or folder"), _runs),
    Permission("documents.seed", _("Make invented documents in a demonstration")),
)


def _may_add(actor: Actor, number: int) -> Decision:
    document = Document.objects.visible_to(actor).filter(pk=number).select_related("space").first()
    if document is None:
        return Decision(False, _("This is not there any more, or not for you to see."))
    return decide(actor, "documents.change", document)


def _seen(actor: Actor) -> Ids:
    seen: Ids = Document.objects.visible_to(actor).order_by().values("pk")
    return seen


def _own(actor: Actor, number: int) -> Decision:
    return Decision(WaitingUpload.objects.visible_to(actor).filter(pk=number).exists())


def _waiting(actor: Actor) -> Ids:
    seen: Ids = WaitingUpload.objects.visible_to(actor).order_by().values("pk")
    return seen


def register_files(*, file_lost: Callable[[int], None], upload_lost: Callable[[int], None]) -> None:
    """Documents have files: whoever reads the document opens every version of it; staff are no exception. What is given
    puts a document, or an upload that waits, right after the platform took a file of it away.
    """
    register_subject(SUBJECT, may_add=_may_add, visible=_seen, is_closed_to_staff=True, lost=file_lost)
    register_subject(WAITING, may_add=_own, visible=_waiting, is_closed_to_staff=True, lost=upload_lost)

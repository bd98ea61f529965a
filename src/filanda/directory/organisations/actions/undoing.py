# SPDX-License-Identifier: EUPL-1.2
"""Undoing one change, or going back to before it: a new change, recorded like any other."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from filanda.directory.organisations.models import (
    VERSIONS,
    Evidence,
    EvidenceConcept,
    EvidenceLink,
    EvidenceParty,
    Organisation,
    Site,
)
from filanda.directory.organisations.queries.history import changes_of, next_values, versions_of_change
from filanda.directory.organisations.steps import lock_imports, sign_history
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.text.folding import sort_key

__all__ = ["NothingToUndo", "restore_before", "undo_change"]

# Fields that people do not set by editing: undoing an edit leaves them as they are.
_UNTOUCHED = frozenset({"region", "hidden_at", "state", "is_external", "created_at", "updated_at", "sort_key"})
_OF_EVIDENCE = (Evidence, EvidenceParty, EvidenceConcept, EvidenceLink)


class NothingToUndo(Exception):
    """The change is not one of this organisation, or it is undone already."""


def undo_change(*, actor: Actor, organisation: Organisation, change: UUID) -> list[str]:
    """Take one change back: fields that it set say what they said before, rows it added go, rows it removed return.

    What was changed again since goes back as well, and stays in the history. Returns what was put back, by name of the
    field or kind of row. Raises NothingToUndo, ValidationError (another body has the number meanwhile) and Forbidden.
    """
    return _go_back(actor, organisation, [change], "organisations.organisation.change_undone")


def restore_before(*, actor: Actor, organisation: Organisation, change: UUID) -> list[str]:
    """Bring the organisation back to what it said before `change`: undo it and all that came after it.

    Raises as `undo_change`.
    """
    later = [entry.id for entry in changes_of(organisation, actor, most=500) if entry.id is not None]
    if change not in later:
        raise NothingToUndo
    return _go_back(
        actor, organisation, later[: later.index(change) + 1], "organisations.organisation.version_restored"
    )


def _go_back(actor: Actor, organisation: Organisation, changes: list[UUID], event: str) -> list[str]:
    with transaction.atomic(durable=True):
        lock_imports(organisation.region)
        locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
        require(actor, "organisations.update", locked)
        sign_history(actor)
        put_back: list[str] = []
        touched: set[int] = set()
        for change in changes:  # the newest first
            versions = versions_of_change(locked, change)
            for version in sorted(versions, key=lambda v: _order(v), reverse=False):
                put_back += _put_back(version)
                if type(version).pgh_tracked_model in _OF_EVIDENCE:
                    is_piece = type(version).pgh_tracked_model is Evidence
                    touched.add(version.id if is_piece else version.evidence_id)
        if not put_back:
            raise NothingToUndo
        again = Organisation.objects.get(pk=locked.pk)
        again.sort_key = sort_key(again.name)
        again.save(update_fields=["sort_key", "updated_at"])
        record(
            event,
            region=locked.region,
            actor=actor,
            subject=locked,
            payload={"fields": sorted(set(put_back))},
            touches={"organisation": [locked.pk], "evidence": touched},
        )
    return sorted(set(put_back))


_PLACES = {model: place for place, model in enumerate(VERSIONS)}


def _order(version: Any) -> tuple[int, int]:
    """Added rows go first, what hangs on others before them; then fields; then removed rows return, parents first."""
    place = _PLACES[version.pgh_tracked_model]
    return {"insert": (0, -place), "update": (1, place), "delete": (2, place)}[version.pgh_label]


def _put_back(version: Any) -> list[str]:
    model: Any = version.pgh_tracked_model
    names = [field.name for field in model._meta.local_fields]
    row = model.objects.filter(pk=version.id).first()
    kind = str(model._meta.model_name)
    try:
        with transaction.atomic():
            if version.pgh_label == "insert":
                if row is None:
                    return []
                row.delete()
                return [kind]
            if version.pgh_label == "delete":
                if row is not None:
                    return []
                _only_main(model, version.organisation_id if model is Site else 0, getattr(version, "is_main", False))
                made = model(**{_attribute(model, name): getattr(version, _attribute(model, name)) for name in names})
                made.save(force_insert=True)
                return [kind]
            if row is None:
                return []
            after = next_values(version)
            changed = []
            for name in names:
                attribute = _attribute(model, name)
                before = getattr(version, attribute)
                if name not in _UNTOUCHED and after.get(attribute) != before and getattr(row, attribute) != before:
                    setattr(row, attribute, before)
                    changed.append(name)
            if changed:
                _only_main(model, row.organisation_id if model is Site else 0, "is_main" in changed and row.is_main)
                row.save(update_fields=changed)
            return changed if model in (Organisation, Evidence) else [kind] * bool(changed)
    except IntegrityError:
        sentence = _("This cannot be put back: another entry says the same meanwhile, or what it belonged to is gone.")
        raise ValidationError(sentence) from None


def _only_main(model: Any, organisation_id: int, is_main: bool) -> None:
    """A body has one main site: who becomes it takes the place of the other."""
    if model is Site and is_main:
        Site.objects.filter(organisation=organisation_id, is_main=True).update(is_main=False)


def _attribute(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).attname)  # type: ignore[union-attr]


def forget_before(before: datetime) -> int:
    """Delete versions older than `before` in the active region; in the caller's transaction. Returns how many."""
    return sum(versions.objects.filter(pgh_created_at__lt=before).delete()[0] for versions in VERSIONS.values())

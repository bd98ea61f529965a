# SPDX-License-Identifier: EUPL-1.2
"""Moving one object: lock, decide, check, write."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction
from django.utils.translation import gettext as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import Decision, Forbidden, decide
from filanda.kernel.workflow.tables import Transition, Workflow


class MoveNotPossible(Exception):
    """The object is not in a state from which this move starts: often somebody else was quicker.

    `str()` is a sentence for the reader; `state` is the state found under the lock.
    """

    def __init__(self, workflow: Workflow, transition: Transition, state: str) -> None:
        self.name = transition.name
        self.state = state
        super().__init__(
            _("It stands as “%(state)s” now, so this cannot be done any more. Perhaps somebody else was quicker.")
            % {"state": workflow.label(state)}
        )


def move(obj: models.Model, name: str, *, actor: Actor, now: datetime, **fields: Any) -> Transition:
    """Move `obj` by the transition `name` of its model's `workflow`, writing `fields` (outcome, who, why) with it.

    Call it inside the action's transaction. The row is locked and read again first, so `obj` loses unsaved changes
    and two movers cannot both win. `state_changed_at`, where the model has it, becomes `now`.

    Raises RuntimeError outside a transaction, KeyError for an unknown move, Forbidden with the reason when the actor
    may not, MoveNotPossible when the state has moved on, and the model's DoesNotExist when the row is gone.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("workflow.move belongs in the transaction of an action.")
    workflow = _workflow(obj)
    transition = workflow.transition(name)
    manager: Any = type(obj).objects  # type: ignore[attr-defined]
    obj.refresh_from_db(from_queryset=manager.select_for_update(of=("self",)))
    allowed = _decide(actor, transition, obj)
    if not allowed:
        raise Forbidden(allowed)
    state = getattr(obj, workflow.field)
    if state not in transition.source:
        raise MoveNotPossible(workflow, transition, state)
    fields[workflow.field] = transition.target
    if _has_field(obj, "state_changed_at"):
        fields.setdefault("state_changed_at", now)
    for field, value in fields.items():
        setattr(obj, field, value)
    obj.save(update_fields=list(fields))
    return transition


def possible_moves(obj: models.Model, actor: Actor) -> list[Transition]:
    """The moves that `actor` may make from where `obj` is now: the buttons to show. No query."""
    workflow = _workflow(obj)
    state = getattr(obj, workflow.field)
    return [t for t in workflow.transitions if state in t.source and _decide(actor, t, obj)]


def _workflow(obj: models.Model) -> Workflow:
    workflow: Workflow = obj.workflow  # type: ignore[attr-defined]
    return workflow


def _decide(actor: Actor, transition: Transition, obj: models.Model) -> Decision:
    if transition.permission:
        return decide(actor, transition.permission, obj)
    return Decision(actor.is_platform, "" if actor.is_platform else _("The platform itself makes this step."))


def _has_field(obj: models.Model, name: str) -> bool:
    try:
        obj._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True

# SPDX-License-Identifier: EUPL-1.2
"""Migrations without rendering half of all models at each step.

To keep its picture of the models whole, Django renders again, at each operation, every model that is related to the one
that changed. Here nearly all are related to the region: 519 operations rendered 27,743 models, and a new database
cost 45 s of CPU, nearly all of it this. Operations on tables need the model itself only; those that run Python have
Django render everything afresh (`ProjectState.is_delayed`), as it does for what it left out on its own account.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.migrations.state import ProjectState

__all__ = ["rendering_little"]

_Key = tuple[str, str]


@contextmanager
def rendering_little() -> Iterator[None]:
    """Migrations applied meanwhile render a changed model alone, where that is enough. For one thread of a process."""
    whole = ProjectState._find_reload_model  # type: ignore[attr-defined]

    def find(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> set[_Key]:
        key = (app_label, model_name.lower())
        if not (delay or _only_grows(state, key)) or key in _inherited(state):
            found: set[_Key] = whole(state, app_label, model_name, delay)
            return found
        state.is_delayed = True
        return {key}

    ProjectState._find_reload_model = find  # type: ignore[attr-defined]
    try:
        yield
    finally:
        ProjectState._find_reload_model = whole  # type: ignore[attr-defined]


def _only_grows(state: ProjectState, key: _Key) -> bool:
    """Whether the model is new or has got fields and lost none: no other model can mean what changed."""
    app_label, model_name = key
    rendered = state.apps.all_models[app_label].get(model_name)
    if rendered is None:
        return True
    meta = rendered._meta
    return {field.name for field in (*meta.local_fields, *meta.local_many_to_many)} < state.models[key].fields.keys()


def _inherited(state: ProjectState) -> set[_Key]:
    """Models that others are made of: these are rendered with them."""
    named = (base.lower().split(".", 1) for one in state.models.values() for base in one.bases if isinstance(base, str))
    return {(app_label, model_name) for app_label, model_name in named}

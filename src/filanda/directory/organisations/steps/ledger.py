# SPDX-License-Identifier: EUPL-1.2
"""What every row that a merge touches said before and after it, whatever room the row lives in; and putting it back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, models, transaction
from django.db.models.fields.reverse_related import ForeignObjectRel

from filanda.directory.organisations.models import VERSIONS, ImportRun, Likeness, Merge, Organisation
from filanda.directory.organisations.steps.following import Rows, kept_rows
from filanda.kernel.identity.models import Account

__all__ = ["forget_account", "forget_in_ledgers", "put_back", "relations", "snapshot"]

# What is only moved, never deleted, by a merge, and too large to be written down twice.
_LEFT_OUT: dict[type[models.Model], frozenset[str]] = {
    Merge: frozenset({"ledger"}),
    ImportRun: frozenset({"content", "errors"}),
}


def relations() -> list[tuple[type[models.Model], str]]:
    """Every model, in any room, with the field that points at an organisation; not what is only kept of the past, or
    found anew by a job.
    """
    left_out = {*VERSIONS.values(), Organisation, Likeness}
    found: list[tuple[type[models.Model], str]] = []
    for relation in Organisation._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.related_model not in left_out:
            found.append((relation.related_model, relation.field.name))
    return found


def snapshot(ids: set[int], also: Rows | None = None) -> dict[str, dict[str, dict[str, Any]]]:
    """What the organisations `ids` and every row that points at them say, by model and key; with the rows of `also`."""
    found: dict[str, dict[str, dict[str, Any]]] = {}

    def keep(model: Any, rows: models.QuerySet[Any]) -> None:
        left_out = _LEFT_OUT.get(model, frozenset())
        names = [known.attname for known in model._meta.local_concrete_fields if known.name not in left_out]
        mine = found.setdefault(model._meta.label, {})
        for row in rows.values(*names):
            mine[str(row[model._meta.pk.attname])] = {name: row[name] for name in names}

    keep(Organisation, Organisation.objects.filter(pk__in=ids))
    for model, name in relations():
        keep(model, model._base_manager.filter(**{f"{name}__in": ids}))
    for kept in kept_rows(ids):
        keep(kept.model, kept)
    for label, rows in (also or {}).items():
        known = found.get(label, {})
        if missing := [pk for pk in rows if pk not in known]:
            model = apps.get_model(label)
            keep(model, model._base_manager.filter(pk__in=missing))
    plain: dict[str, dict[str, dict[str, Any]]] = json.loads(json.dumps(found, cls=_Encoder))
    return {label: rows for label, rows in plain.items() if rows}


def put_back(before: Rows, after: Rows) -> None:
    """Make rows say again what they said `before`, where they still say what they said `after`.

    What the merge added goes, what it deleted is made again; what cannot be there any more (because what it belonged
    to was removed since) stays away.
    """
    ours = Organisation._meta.label
    order = [ours, *(label for label in before if label != ours)]
    for label in after:
        added = [pk for pk in after[label] if pk not in before.get(label, {})]
        if label != ours and added:  # such as the other's name as a spelling
            apps.get_model(label)._base_manager.filter(pk__in=added).delete()
    with connection.cursor() as cursor:  # foreign keys are checked at commit otherwise: too late to leave a row away
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for label in order:
        model: Any = apps.get_model(label)
        for pk, said in before.get(label, {}).items():
            values = {name: _python(model, name, value) for name, value in said.items()}
            if pk not in after.get(label, {}):
                _make_again(model, values)
                continue
            row = model._base_manager.filter(pk=pk).values(*said).first()
            if row is None:
                continue  # somebody removed it since
            became = {name: _python(model, name, value) for name, value in after[label][pk].items()}
            changed = {
                name: value
                for name, value in values.items()
                if became[name] != value and _same(row[name], became[name])
            }
            if changed:
                _try(lambda model=model, pk=pk, changed=changed: model._base_manager.filter(pk=pk).update(**changed))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def forget_in_ledgers(label: str, column: str, values: Any) -> None:
    """Rows of the model `label` whose `column` is one of `values` leave every ledger: parting brings none of them back.

    For rooms above, when they erase what they keep about somebody by other keys than their account.
    """
    wanted = set(values)
    if wanted:
        _rewrite(lambda of, row: None if of == label and row.get(column) in wanted else row)


def forget_account(account: Account) -> None:
    """What belongs to `account` leaves every ledger; where it is only named as who did something, the name goes."""
    names: dict[str, list[tuple[str, bool]]] = {}
    for model in apps.get_models():
        mine = [
            (known.attname, known.null)
            for known in model._meta.local_concrete_fields
            if known.is_relation and known.related_model is Account
        ]
        if mine:
            names[model._meta.label] = mine

    def without(label: str, row: dict[str, Any]) -> dict[str, Any] | None:
        for name, may_be_empty in names.get(label, ()):
            if row.get(name) == account.pk:
                if not may_be_empty:
                    return None
                row = row | {name: None}
        return row

    _rewrite(without)


def _rewrite(change: Callable[[str, dict[str, Any]], dict[str, Any] | None]) -> None:
    for merge in Merge.objects.select_for_update().filter(undone_at=None).exclude(ledger__isnull=True):
        said_before: Mapping[str, Rows] = merge.ledger or {}
        ledger = {
            when: {
                label: {pk: left for pk, row in rows.items() if (left := change(label, dict(row))) is not None}
                for label, rows in said.items()
            }
            for when, said in said_before.items()
        }
        if ledger != said_before:
            Merge.objects.filter(pk=merge.pk).update(ledger=ledger)


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        if isinstance(o, datetime):
            return o.isoformat()  # with microseconds, which Django's drops
        return o.hex() if isinstance(o, bytes) else bytes(o).hex() if isinstance(o, memoryview) else super().default(o)


def _python(model: Any, attname: str, value: Any) -> Any:
    known = next(one for one in model._meta.local_concrete_fields if one.attname == attname)
    if isinstance(known, models.BinaryField):
        return None if value is None else bytes.fromhex(value)
    return value if known.is_relation or value is None else known.to_python(value)


def _make_again(model: Any, values: Mapping[str, Any]) -> None:
    def make() -> None:
        row = model(**values)
        model._base_manager.bulk_create([row])
        model._base_manager.filter(pk=row.pk).update(**values)  # times that saving sets

    _try(make)


def _same(value: Any, other: Any) -> bool:
    if isinstance(value, memoryview | bytes):
        return bytes(value) == other
    return bool(value == other)


def _try(act: Any) -> None:
    try:
        with transaction.atomic():
            act()
    except IntegrityError:
        return

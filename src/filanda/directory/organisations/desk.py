# SPDX-License-Identifier: EUPL-1.2
"""Objections and corrections that nobody has decided, as the workbench shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filanda.directory.organisations.models import Objection, ObjectionKind, ObjectionState
from filanda.kernel.database.compiled import padded
from filanda.kernel.database.compiled import rows as rows_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests.desk import DeskAction, DeskLine, DeskSource, StillWaits
from filanda.kernel.policies import decide

__all__ = ["OBJECTIONS"]


def _waiting(ids: Sequence[int] | None, now: datetime) -> Iterable[StillWaits]:
    """One query."""
    rows = Objection.objects.filter(state=ObjectionState.WAITING)
    rows = rows if ids is None else rows.filter(pk__in=ids)
    for pk, since, due in rows.values_list("pk", "created_at", "due_at"):
        yield StillWaits(pk, since, due)


def _lines(actor: Actor, ids: Sequence[int], now: datetime) -> Mapping[int, DeskLine]:
    """One query."""
    if not ids or not decide(actor, "organisations.objections.decide"):  # they see all of their region
        return {}
    return {row["id"]: _line(row) for row in rows_of("organisations: objections on the desk", _read, padded(ids))}


def _read(ids: Sequence[int]) -> QuerySet[Any, Any]:
    rows = Objection.objects.filter(pk__in=ids, state=ObjectionState.WAITING)
    return rows.values("id", "kind", "text", "organisation__name")


def _line(row: Mapping[str, Any]) -> DeskLine:
    context = [str(ObjectionKind(row["kind"]).label), " ".join(row["text"].split())[:280]]
    act, args = "ownership:decide-objection", (row["id"],)
    return DeskLine(
        title=row["organisation__name"],
        url_name="ownership:objections",
        context=tuple(words for words in context if words),
        actions=(
            DeskAction(_("Follow it"), act, args, method="post", fields={"follow": "1"}),
            DeskAction(_("Do not follow it"), act, args, method="post", fields={"follow": "0"}, asks="reason"),
        ),
    )


def _touched(event: Event) -> Iterable[int]:
    return [event.subject_id] if event.subject_type == "objection" and event.subject_id else []


OBJECTIONS = DeskSource(
    "organisation.objection",
    gettext_lazy("Objections and corrections"),
    _waiting,
    _lines,
    ("organisations.objection.",),
    _touched,
)

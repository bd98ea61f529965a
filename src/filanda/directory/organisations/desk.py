# SPDX-License-Identifier: EUPL-1.2
"""Objections and corrections that nobody has decided, as the workbench shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filanda.directory.organisations.models import Objection, ObjectionState
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
    rows = Objection.objects.visible_to(actor).filter(pk__in=ids, state=ObjectionState.WAITING)
    rows = rows.select_related("organisation")
    return {row.pk: _line(row) for row in rows if decide(actor, "organisations.objections.decide", row)}


def _line(row: Objection) -> DeskLine:
    context = [str(row.get_kind_display()), " ".join(row.text.split())[:280]]
    act, args = "ownership:decide-objection", (row.pk,)
    return DeskLine(
        title=row.organisation.name,
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

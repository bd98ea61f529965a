# SPDX-License-Identifier: EUPL-1.2
"""Requests for an introduction that are not closed, as the workbench shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filanda.capabilities.needs.models import IntroductionRequest, RequestState
from filanda.kernel.database.compiled import padded
from filanda.kernel.database.compiled import rows as rows_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests.desk import DeskAction, DeskLine, DeskSource, StillWaits
from filanda.kernel.policies import decide
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.regions.working import working_time_after

__all__ = ["REQUESTS"]

# Working days in which somebody takes it on, writes to both sides, and notes how it ended.
WITHIN = {RequestState.RECEIVED: 1, RequestState.TAKEN: 3, RequestState.ANSWERED: 2}
ASK_HOW_IT_ENDED = timedelta(days=14)


def _waiting(ids: Sequence[int] | None, now: datetime) -> Iterable[StillWaits]:
    """One query. One that was answered comes up again after a fortnight: somebody asks how it went, and closes it."""
    region = active_region()
    rows = IntroductionRequest.objects.open()
    rows = rows if ids is None else rows.filter(pk__in=ids)
    for pk, state, since, changed, handler in rows.values_list(
        "pk", "state", "created_at", "state_changed_at", "handler"
    ):
        begins = changed + ASK_HOW_IT_ENDED if state == RequestState.ANSWERED else changed
        due = working_time_after(region, begins, WITHIN[RequestState(state)])
        shows = begins if state == RequestState.ANSWERED else None
        yield StillWaits(pk, since, due, holder_id=handler, shows_at=shows)


def _lines(actor: Actor, ids: Sequence[int], now: datetime) -> Mapping[int, DeskLine]:
    """One query."""
    if not ids or not (decide(actor, "needs.requests.handle") and decide(actor, "needs.requests.view")):
        return {}
    return {row["id"]: _line(row) for row in rows_of("needs: desk", _read, padded(ids))}


def _read(ids: Sequence[int]) -> QuerySet[Any, Any]:
    rows = IntroductionRequest.objects.open().filter(pk__in=ids)
    return rows.values("id", "state", "message", "organisation__name", "need__text")


def _line(row: Mapping[str, Any]) -> DeskLine:
    number, state = row["id"], RequestState(row["state"])
    words = " ".join((row["need__text"] or row["message"]).split())
    act = "workbench:move"
    answer = DeskAction(_("Mark as answered"), act, (number, "answer"), method="post", asks="note", needs_words=False)
    take = DeskAction(_("Take on"), act, (number, "take"), method="post")
    made = DeskAction(_("They were introduced"), act, (number, "close"), method="post", fields={"outcome": "made"})
    silent = DeskAction(_("No answer"), act, (number, "close"), method="post", fields={"outcome": "no_answer"})
    actions = {
        RequestState.RECEIVED: (take,),
        RequestState.TAKEN: (answer,),
        RequestState.ANSWERED: (made, silent),
    }
    return DeskLine(
        title=_("Introduction to %(name)s") % {"name": row["organisation__name"]},
        url_name="workbench:request",
        url_args=(number,),
        context=tuple(one for one in (str(state.label), words[:280]) if one),
        actions=actions.get(state, ()),
    )


def _touched(event: Event) -> Iterable[int]:
    return [event.subject_id] if event.subject_type == "introductionrequest" and event.subject_id else []


REQUESTS = DeskSource(
    "need.request", gettext_lazy("Requests for an introduction"), _waiting, _lines, ("needs.request.",), _touched
)

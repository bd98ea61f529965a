# SPDX-License-Identifier: EUPL-1.2
"""Requests for an introduction that are not closed, as the workbench shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filanda.capabilities.needs.models import IntroductionRequest, RequestState
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
    if not decide(actor, "needs.requests.handle"):
        return {}
    rows = IntroductionRequest.objects.visible_to(actor).open().filter(pk__in=ids)
    return {row.pk: _line(row) for row in rows.select_related("organisation", "need")}


def _line(row: IntroductionRequest) -> DeskLine:
    words = " ".join((row.need.text if row.need else row.message).split())
    act = "workbench:move"
    answer = DeskAction(_("Mark as answered"), act, (row.pk, "answer"), method="post", asks="note")
    take = DeskAction(_("Take on"), act, (row.pk, "take"), method="post")
    made = DeskAction(_("They were introduced"), act, (row.pk, "close"), method="post", fields={"outcome": "made"})
    silent = DeskAction(_("No answer"), act, (row.pk, "close"), method="post", fields={"outcome": "no_answer"})
    actions = {
        RequestState.RECEIVED: (take,),
        RequestState.TAKEN: (answer,),
        RequestState.ANSWERED: (made, silent),
    }
    return DeskLine(
        title=_("Introduction to %(name)s") % {"name": row.organisation.name},
        url_name="workbench:request",
        url_args=(row.pk,),
        context=tuple(one for one in (str(row.get_state_display()), words[:280]) if one),
        actions=actions.get(RequestState(row.state), ()),
    )


def _touched(event: Event) -> Iterable[int]:
    return [event.subject_id] if event.subject_type == "introductionrequest" and event.subject_id else []


REQUESTS = DeskSource(
    "need.request", gettext_lazy("Requests for an introduction"), _waiting, _lines, ("needs.request.",), _touched
)

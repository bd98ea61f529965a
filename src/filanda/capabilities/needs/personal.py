# SPDX-License-Identifier: EUPL-1.2
"""Requests for an introduction that came from an account's own e-mail address: how they leave and are erased."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.timezone import now as clock
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from filanda.capabilities.needs.models import (
    FORGOTTEN_AFTER,
    IntroductionRequest,
    RequestOutcome,
    RequestState,
    SavedNeed,
)
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.actions import record
from filanda.kernel.manifests import Retention, Waiting
from filanda.kernel.regions.models import Region

__all__ = ["REQUESTS_KEPT", "collect", "erase", "readdress", "waiting"]


def waiting(actor: Actor) -> Iterator[Waiting]:
    """For staff: requests that nobody has taken on. One query for them, none for anybody else."""
    new = IntroductionRequest.objects.visible_to(actor).filter(state=RequestState.RECEIVED)
    oldest = list(new.order_by("created_at").values_list("created_at", flat=True)[:100])
    if oldest:
        yield Waiting(gettext("Requests for an introduction"), "workbench:requests", count=len(oldest), since=oldest[0])


def _forget_requests(region: Region, before: datetime, now: datetime) -> int:
    """Who asked in requests that were closed before `before`; that somebody asked stays a figure."""
    return IntroductionRequest.objects.due_to_forget(before).forget(now)


REQUESTS_KEPT = Retention(
    "needs.requests", _("Who asked for an introduction, once it is closed"), FORGOTTEN_AFTER.days, _forget_requests
)


def collect(account: Account) -> Mapping[str, Any]:
    """What they asked for, in their words. Not the facilitator's note: it may speak of the other side."""
    requests = IntroductionRequest.objects.filter(email=account.email.lower()).select_related("organisation", "need")
    listed = [
        {
            "organisation": request.organisation.name,
            "organisation_id": request.organisation_id,
            "name": request.name,
            "message": request.message,
            "need": request.need.text if request.need else None,
            "language": request.language,
            "consent": request.consent,
            "state": request.state,
            "outcome": request.outcome,
            "asked_at": request.created_at,
        }
        for request in requests.order_by("created_at", "pk")
    ]
    return {"introduction-requests.json": listed} if listed else {}


def readdress(account: Account, old: str, new: str) -> None:
    IntroductionRequest.objects.filter(email=old).update(email=new)


def erase(account: Account, keeps: bool) -> None:
    """Open requests are withdrawn; who asked, what they wrote and their needs go. That somebody asked stays."""
    at = clock()
    for request in IntroductionRequest.objects.select_for_update(of=("self",)).filter(email=account.email.lower()):
        was_open = request.state != RequestState.CLOSED
        need_id, request.need_id = request.need_id, None
        if was_open:
            request.state, request.outcome, request.state_changed_at = (
                RequestState.CLOSED,
                RequestOutcome.WITHDRAWN,
                at,
            )
        request.email = request.name = request.message = request.note = ""
        request.forgotten_at = at
        request.save()
        if was_open:
            record(
                "needs.request.closed",
                region=request.region,
                actor=PLATFORM,
                subject=request,
                payload={"outcome": RequestOutcome.WITHDRAWN},
            )
        if need_id is not None and not IntroductionRequest.objects.filter(need=need_id).exists():
            SavedNeed.objects.filter(pk=need_id).delete()
    IntroductionRequest.objects.filter(handler=account).update(handler=None)

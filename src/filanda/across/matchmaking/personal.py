# SPDX-License-Identifier: EUPL-1.2
"""What suggestions keep about people: what they said no to, what was suggested to them, what they were sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from filanda.across.matchmaking.models import Exposure, Found, LetterLine, MatchFeedback, Seeker, Showing
from filanda.across.matchmaking.reading import PERSON
from filanda.capabilities.matching import things
from filanda.directory.people.models import Person
from filanda.kernel.identity.models import Account

__all__ = ["collect", "erase"]


def collect(account: Account) -> Mapping[str, Any]:
    """Their own answers, and what was suggested to them."""
    people = list(Person.objects.filter(account=account).values_list("pk", flat=True))
    mine = Q(seeker_kind=Seeker.PERSON, seeker_id__in=people)
    said = MatchFeedback.objects.filter(Q(account=account) | mine)
    fields = ("seeker_kind", "seeker_id", "kind", "object_id", "reason", "at")
    found = {
        "suggestions-not-for-me.json": list(said.order_by("pk").values(*fields)),
        "suggestions-shown.json": list(
            Showing.objects.filter(mine).order_by("pk").values("kind", "object_id", "place", "on_day")
        ),
        "suggestions-sent.json": list(
            LetterLine.objects.filter(account=account).order_by("pk").values("proposal_id", "sent_at")
        ),
    }
    return {name: rows for name, rows in found.items() if rows}


def erase(account: Account, keeps: bool) -> None:
    """What was kept for them alone goes; what they said for an organisation stays, without their name. They are
    suggested to nobody any more.
    """
    people = list(Person.objects.filter(account=account).values_list("pk", flat=True))
    mine = Q(seeker_kind=Seeker.PERSON, seeker_id__in=people)
    theirs = Q(kind=Found.PERSON, object_id__in=people)
    MatchFeedback.objects.filter(mine | theirs).delete()
    MatchFeedback.objects.filter(account=account).update(account=None)
    Showing.objects.filter(mine | theirs).delete()
    Exposure.objects.filter(theirs).delete()
    LetterLine.objects.filter(account=account).delete()
    things.forget(PERSON, people)

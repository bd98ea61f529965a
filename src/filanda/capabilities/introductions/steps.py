# SPDX-License-Identifier: EUPL-1.2
"""What several actions do to introductions, in the transaction of the one that calls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from filanda.capabilities.introductions.errors import IntroductionWrong
from filanda.capabilities.introductions.models import (
    DAYS_OPEN,
    REASON_MOST,
    Introduction,
    IntroductionState,
    Origin,
    Side,
)
from filanda.capabilities.introductions.policies import answerers
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import Block, Person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.manifests.things import Key
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.working import days_after
from filanda.kernel.text.folding import clean, fold

__all__ = ["Party", "answerers", "checked_why", "lock", "name_of", "note", "write", "written_already"]

_S = IntroductionState
_LOCK = 0x696E7472  # advisory lock of a region's introductions, held while a facilitator proposes one


@dataclass(frozen=True)
class Party:
    """Who is to be introduced: an organisation, or a person by their account. `is_public`: the other may know."""

    organisation_id: int | None = None
    account_id: int | None = None
    is_public: bool = False


def name_of(side: Side) -> str:
    """The name of a side, for whoever may know it. One query for a person."""
    if side.organisation is not None:
        return str(side.organisation.name)
    person = Person.objects.filter(account=side.account_id or 0, erased_at=None).first()
    return person.name if person is not None else _("a former member")


def lock(introduction_id: int) -> Introduction:
    """The row, locked: who answers does so one at a time."""
    rows = Introduction.objects.select_for_update(of=("self",)).select_related("region")
    found: Introduction = rows.get(pk=introduction_id)
    return found


def note(what: str, introduction: Introduction, actor: Actor, **payload: Any) -> None:
    """Record `introductions.introduction.<what>`: ids and states, never words nor who the sides are."""
    record(
        f"introductions.introduction.{what}",
        region=introduction.region,
        actor=actor,
        subject=introduction,
        payload={"state": introduction.state, **payload},
    )


def written_already(region: Region, parties: tuple[Party, Party], about: Key | None) -> Introduction | None:
    """The newest introduction of the same two about the same thing that is open or was made, whichever of them comes
    first. Until the transaction ends nobody else proposes one in the region. Two queries.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, region.pk])
    rows = Introduction.objects.filter(about_kind=about[0] if about else "", about_id=about[1] if about else None)
    rows = rows.filter(state__in=[_S.PROPOSED, _S.ONE_CONSENTED, _S.MADE])
    for party in parties:
        # What answers for an organisation may have been left open, or be one of its admins: the organisation counts.
        side = Q(organisation=party.organisation_id)
        if party.organisation_id is None:
            side &= Q(account=party.account_id)
        rows = rows.filter(pk__in=Side.objects.filter(side).values("introduction"))
    return rows.order_by("-created_at").first()


def checked_why(why: str, sides: Sequence[Side]) -> str:
    """The words that both sides read: they name neither, unless the other may know from the start. Raises
    IntroductionWrong.
    """
    text = clean(why)
    if not text:
        raise IntroductionWrong({"why": _("Say what the two could do together, without naming them.")})
    if len(text) > REASON_MOST:
        message = _("This has %(length)s characters; up to %(most)s fit. Shorten it a little.") % {
            "length": len(text),
            "most": REASON_MOST,
        }
        raise IntroductionWrong({"why": message})
    words = f" {_words(text)} "
    for side in sides:
        if side.is_public:
            continue
        name = _words(name_of(side))
        last = name.rsplit(" ", 1)[-1]
        tried = [name] if side.organisation_id is not None else [name, last]
        if any(len(one) > 2 and f" {one} " in words for one in tried):
            raise IntroductionWrong(
                {"why": _("These words name one of the two. Describe them instead: who they are comes with consent.")}
            )
    return text


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", fold(text)))


def write(
    *,
    actor: Actor,
    region: Region,
    origin: Origin,
    parties: tuple[Party, Party],
    why: str,
    about: Key | None,
    facilitator_id: int | None,
    now: datetime,
    key: str,
) -> Introduction:
    """Write an introduction and its two sides. The caller has decided that `actor` may. Raises IntroductionWrong."""
    sides = [_side(region, position, party) for position, party in enumerate(parties, start=1)]
    first, second = sides
    if (first.organisation_id, first.account_id) == (second.organisation_id, second.account_id):
        raise IntroductionWrong({"second": _("Choose two different parties.")})
    people = [{account.pk for account in answerers(side)} for side in sides]
    if people[0] & people[1]:
        raise IntroductionWrong({"second": _("The same people answer for both: they know each other already.")})
    blocks = Block.objects.filter(
        Q(blocker__in=people[0], blocked__in=people[1]) | Q(blocker__in=people[1], blocked__in=people[0])
    )
    if blocks.exists():
        raise IntroductionWrong({"second": _("These two cannot be introduced to each other. Think of somebody else.")})
    text = checked_why(why, sides)
    made: Introduction = Introduction.objects.create(
        region=region,
        origin=origin,
        about_kind=about[0] if about else "",
        about_id=about[1] if about else None,
        why=text,
        facilitator_id=facilitator_id,
        proposed_by_id=actor.account_id,
        state_changed_at=now,
        lapses_at=days_after(region, now, DAYS_OPEN),
        key=key,
        is_invented=region.is_invented,
        created_at=now,
    )
    for side in sides:
        side.introduction = made
        side.save()
    return made


def _side(region: Region, position: int, party: Party) -> Side:
    field = ("first", "second")[position - 1]
    organisation = account = None
    if party.organisation_id is not None:
        rows = Organisation.objects.filter(pk=party.organisation_id, hidden_at=None, is_external=False)
        organisation = rows.first()
        if organisation is None:
            raise IntroductionWrong({field: _("This organisation is not listed here. Choose another.")})
    if party.account_id is not None:
        known = Person.objects.present().filter(account=party.account_id).select_related("account").first()
        account = known.account if known is not None else None
        if account is None or not account.is_active:
            raise IntroductionWrong({field: _("This person is not here any more. Choose somebody else.")})
    if organisation is None and account is None:
        raise IntroductionWrong({field: _("Choose an organisation or a person.")})
    return Side(region=region, position=position, organisation=organisation, account=account, is_public=party.is_public)

# SPDX-License-Identifier: EUPL-1.2
"""Proposing two parties to each other, asking for it, answering; and the clock's part."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from filanda.capabilities.follows.steps import follow
from filanda.capabilities.introductions.errors import IntroductionWrong
from filanda.capabilities.introductions.mailing import ask_sides
from filanda.capabilities.introductions.models import (
    ORGANISATION,
    REASON_MOST,
    SPEAKERS,
    Introduction,
    IntroductionState,
    Origin,
    Side,
)
from filanda.capabilities.introductions.policies import PLACE, keep_apart, side_of
from filanda.capabilities.introductions.steps import Party, answerers, lock, note, write, written_already
from filanda.capabilities.threads.steps.opening import start_thread
from filanda.directory.people.queries import least_loaded
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.limits import Limit, TooMany, take
from filanda.kernel.manifests.things import Key
from filanda.kernel.policies import Decision, Forbidden, require
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.regions.working import days_after
from filanda.kernel.text.folding import clean
from filanda.kernel.ui.moments import day_of
from filanda.kernel.workflow import MoveNotPossible, move

__all__ = ["ASKED_A_DAY", "REMINDED_AFTER", "answer", "answer_for", "ask", "propose", "run_clock"]

ASKED_A_DAY = Limit(10, timedelta(days=1))  # by one account
REMINDED_AFTER = timedelta(days=7)
_OPEN = (IntroductionState.PROPOSED, IntroductionState.ONE_CONSENTED)


def propose(
    *,
    actor: Actor,
    region: Region,
    parties: tuple[Party, Party],
    why: str,
    now: datetime,
    about: Key | None = None,
    key: str = "",
) -> Introduction:
    """A facilitator proposes two parties to each other and asks both by e-mail; sent twice with one `key`, it is one.
    Nobody is asked twice about the same thing: what is open or was made already is not proposed again.

    Raises Forbidden, IntroductionWrong.
    """
    require(actor, "introductions.propose")
    try:
        with transaction.atomic(durable=True):
            if (known := _sent_already(actor, key)) is not None:
                return known
            _not_twice(region, parties, about)
            made = write(
                actor=actor,
                region=region,
                origin=Origin.FACILITATOR,
                parties=parties,
                why=why,
                about=about,
                facilitator_id=actor.account_id,
                now=now,
                key=key,
            )
            require(actor, "introductions.propose", made)
            note("proposed", made, actor, about=list(about) if about else None)
            ask_sides(made, is_again=False)
    except IntegrityError:  # the same form, sent twice at once
        if (known := _sent_already(actor, key)) is None:
            raise
        return known
    return made


def ask(
    *,
    actor: Actor,
    region: Region,
    organisation_id: int | None,
    other: Party,
    why: str,
    now: datetime,
    about: Key | None = None,
    is_public: bool = False,
    facilitator_id: int | None = None,
    key: str = "",
) -> Introduction:
    """One side asks to be introduced to `other`, alone or for an organisation it speaks for: it has consented by that.
    `is_public`: the other side may know who asks. Sent twice with one `key`, it is one; one open request to the same
    party about the same thing.

    Raises Forbidden, IntroductionWrong.
    """
    require(actor, "introductions.ask")
    if organisation_id is not None and organisation_id not in actor.scope_ids(ORGANISATION, *SPEAKERS):
        raise IntroductionWrong({"first": _("Choose yourself or an organisation for which you speak.")})
    if facilitator_id is None or facilitator_id == actor.account_id:
        facilitator_id = _somebody_else(actor, now)
    try:
        with transaction.atomic(durable=True):
            if (known := _sent_already(actor, key)) is not None:
                return known
            mine = Party(organisation_id=organisation_id, account_id=actor.account_id, is_public=is_public)
            if (open_one := _open_already(actor, mine, other, about)) is not None:
                return open_one
            made = write(
                actor=actor,
                region=region,
                origin=Origin.ASKED,
                parties=(mine, other),
                why=why,
                about=about,
                facilitator_id=facilitator_id,
                now=now,
                key=key,
            )
            _take_one(actor, region, now)
            note("proposed", made, actor, about=list(about) if about else None)
            _say_yes(made, made.sides.get(position=1), actor, now)
            ask_sides(made, is_again=False)
    except IntegrityError:
        if (known := _sent_already(actor, key)) is None:
            raise
        return known
    return made


def _not_twice(region: Region, parties: tuple[Party, Party], about: Key | None) -> None:
    known = written_already(region, parties, about)
    if known is None:
        return
    if known.state == IntroductionState.MADE:
        words = _(
            "These two were introduced to each other on %(day)s. Propose it about something else, or write to them."
        )
    else:
        words = _("These two were asked about the same on %(day)s. It is still open: see what they say.")
    raise IntroductionWrong({"second": words % {"day": day_of(known.made_at or known.created_at)}})


def _somebody_else(actor: Actor, now: datetime) -> int | None:
    found = least_loaded(now, besides=actor.account_id)
    return found.pk if found is not None else None


def _sent_already(actor: Actor, key: str) -> Introduction | None:
    if not key:
        return None
    found: Introduction | None = Introduction.objects.filter(proposed_by=actor.account_id, key=key).first()
    return found


def _open_already(actor: Actor, mine: Party, other: Party, about: Key | None) -> Introduction | None:
    rows = Introduction.objects.open().filter(
        proposed_by=actor.account_id,
        about_kind=about[0] if about else "",
        about_id=about[1] if about else None,
        pk__in=Side.objects.filter(position=2, organisation=other.organisation_id, account=other.account_id).values(
            "introduction"
        ),
    )
    found: Introduction | None = rows.filter(
        pk__in=Side.objects.filter(position=1, organisation=mine.organisation_id).values("introduction")
    ).first()
    return found


def _take_one(actor: Actor, region: Region, now: datetime) -> None:
    try:
        take("introductions-asked", ASKED_A_DAY, who=f"account:{actor.account_id}", region=region, now=now)
    except TooMany:
        raise IntroductionWrong(
            {"": _("You have asked for many introductions today. Ask again tomorrow, or write to your facilitator.")}
        ) from None


def answer(
    *, actor: Actor, introduction: Introduction, yes: bool, now: datetime, reason: str = "", position: int | None = None
) -> Introduction:
    """One side says whether it wants to be introduced. `reason` of a no: for the facilitator alone. `position`: the
    side, where it is known. Twice the same is as once.

    Raises Forbidden, IntroductionWrong, MoveNotPossible when it was refused, made or has lapsed meanwhile.
    """
    text = _checked_reason(reason)
    with transaction.atomic(durable=True):
        row = lock(introduction.pk)
        require(actor, "introductions.answer", row)
        side = side_of(actor, row) if position is None else row.sides.filter(position=position).first()
        if side is None or not side.is_of(actor):
            raise Forbidden(Decision(False, _("Only the two who would be introduced answer this.")))
        _answered(row, side, actor, yes=yes, reason=text, now=now)
    return row


def answer_for(
    *, actor: Actor, introduction: Introduction, position: int, yes: bool, now: datetime, reason: str = ""
) -> Introduction:
    """A facilitator notes what they heard from a side for which nobody here answers: a listed organisation without an
    admin. Raises as `answer`.
    """
    text = _checked_reason(reason)
    with transaction.atomic(durable=True):
        row = lock(introduction.pk)
        require(actor, "introductions.propose", row)
        side = row.sides.filter(position=position).first()
        if side is None or answerers(side):
            raise Forbidden(Decision(False, _("This side answers for itself. Write to them, if they are silent.")))
        _answered(row, side, actor, yes=yes, reason=text, now=now)
    return row


def _checked_reason(reason: str) -> str:
    text = clean(reason)
    if len(text) > REASON_MOST:
        message = _("This has %(length)s characters; up to %(most)s fit. Shorten it a little.") % {
            "length": len(text),
            "most": REASON_MOST,
        }
        raise IntroductionWrong({"reason": message})
    return text


def _answered(row: Introduction, side: Side, actor: Actor, *, yes: bool, reason: str, now: datetime) -> None:
    if (yes and side.consented_at is not None) or (not yes and side.refused_at is not None):
        return  # said already
    if yes:
        # Whoever blocked the other since is not given away: it has come to an end.
        if row.state in _OPEN and (row.lapses_at <= now or keep_apart(row, actor)):
            raise MoveNotPossible(Introduction.workflow, Introduction.workflow.transition("consent"), "lapsed")
        _say_yes(row, side, actor, now)
        return
    region = row.region
    move(row, "refuse", actor=actor, now=now)
    row.region = region
    side.refused_at, side.answered_by_id, side.reason = now, actor.account_id, reason
    side.consented_at = None
    side.save(update_fields=["refused_at", "answered_by", "reason", "consented_at"])
    note("refused", row, actor, position=side.position)


def _say_yes(row: Introduction, side: Side, actor: Actor, now: datetime) -> None:
    region = row.region
    makes = row.state == IntroductionState.ONE_CONSENTED
    move(row, "make" if makes else "consent", actor=actor, now=now, **({"made_at": now} if makes else {}))
    row.region = region
    side.consented_at, side.answered_by_id = now, actor.account_id
    side.save(update_fields=["consented_at", "answered_by"])
    if not makes:
        note("consented", row, actor, position=side.position)
        return
    thread = start_thread(actor=actor, place=(PLACE, row.pk), title=_("Introduction"), now=now)
    row.thread_id = thread.pk
    row.save(update_fields=["thread_id"])
    talking = [row.facilitator_id] if row.facilitator_id is not None else []
    for one in row.sides.select_related("account"):
        talking += [account.pk for account in answerers(one)]
    for account_id in sorted(set(talking)):
        follow(region, account_id, ("thread", thread.pk))
    note("made", row, actor)


def run_clock(*, actor: Actor, now: datetime) -> tuple[int, int]:
    """Remind sides that have not answered for seven days, once; let lapse what is over. Returns how many of either."""
    require(actor, "introductions.clock")
    lapsed = reminded = 0
    rows = Introduction.objects.open()
    for number in list(rows.filter(lapses_at__lte=now).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic(durable=True):
            row = lock(number)
            if row.state not in _OPEN:
                continue
            region = row.region
            move(row, "lapse", actor=PLATFORM, now=now)
            row.region = region
            note("lapsed", row, PLATFORM)
            lapsed += 1
    week_ago = days_after(active_region(), now, -REMINDED_AFTER.days)
    due = rows.filter(created_at__lte=week_ago, reminded_at=None, lapses_at__gt=now)
    for number in list(due.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic(durable=True):
            row = lock(number)
            if row.state not in _OPEN or row.reminded_at is not None:
                continue
            row.reminded_at = now
            row.save(update_fields=["reminded_at"])
            ask_sides(row, is_again=True)
            note("reminded", row, PLATFORM)
            reminded += 1
    return reminded, lapsed

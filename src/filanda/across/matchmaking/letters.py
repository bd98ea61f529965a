# SPDX-License-Identifier: EUPL-1.2
"""The weekly letter: at most five proposals that may fit, only above a level of quality that feedback sets, only what
its reader may see when it goes, and none of them twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import translation

from filanda.across.matchmaking.actions import write_shown
from filanda.across.matchmaking.listing import rows
from filanda.across.matchmaking.models import Found, LetterLine, MatchFeedback, Seeker, Showing, Surface, speaks_for
from filanda.across.matchmaking.queries import Match, proposals_for, seeker_of
from filanda.capabilities.notifications.models import Channel, Choice, Preferences
from filanda.capabilities.notifications.unsubscribing import unsubscribe_path
from filanda.components.proposals.models import ExpressionOfInterest
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.languages import language_of
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import PLATFORM, Actor, actor_for
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.actions import record
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region

__all__ = ["DEFAULT_LEVEL", "FIVE", "quality_level", "recipients", "send_letter"]

FIVE = 5
BODIES = 3  # organisations of one person that are looked at
KIND = "matches"
EVERY = timedelta(days=6)  # a letter a week, whenever in the day the job comes to run
DEFAULT_LEVEL = 0.55  # a text as near as what is called close (similarity .38), or a little less and the topics fit
LEVELS = (0.40, 0.45, 0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90)
ANSWERS_LEAST = 30  # answers of readers above a level, before they set it
REFUSED_MOST = 0.25  # part of the answers that may be "not for me"


def quality_level() -> float:
    """From which score a proposal goes into letters: the lowest of LEVELS above which at most a quarter of what
    readers said was "not for me" (the rest answered the proposal), with thirty answers at least; until there are so
    many, DEFAULT_LEVEL; the highest where no level does. One query.
    """
    same = {
        "seeker_kind": OuterRef("seeker_kind"),
        "seeker_id": OuterRef("seeker_id"),
        "object_id": OuterRef("object_id"),
    }
    refused = MatchFeedback.objects.filter(kind=Found.PROPOSAL, **same)
    sent = ExpressionOfInterest.objects.filter(proposal=OuterRef("object_id"), sent_at__isnull=False)
    of_body = sent.filter(organisation=OuterRef("seeker_id"))
    of_person = sent.filter(author__people=OuterRef("seeker_id"))
    shown = (
        Showing.objects.filter(kind=Found.PROPOSAL)
        .exclude(seeker_kind=Seeker.PROPOSAL)
        .annotate(no=Exists(refused), body=Exists(of_body), person=Exists(of_person))
        .order_by("seeker_kind", "seeker_id", "object_id", "on_day")
        .distinct("seeker_kind", "seeker_id", "object_id")
    )
    answers: list[tuple[float, bool]] = []
    for kind, score, no, body, person in shown.values_list("seeker_kind", "score", "no", "body", "person"):
        if no or (body if kind == Seeker.ORGANISATION else person):
            answers.append((score, no))
    return level_of(answers)


def level_of(answers: Sequence[tuple[float, bool]]) -> float:
    """As `quality_level`, of (score, was refused)."""
    if len(answers) < ANSWERS_LEAST:
        return DEFAULT_LEVEL
    for level in LEVELS:
        above = [no for score, no in answers if score >= level]
        if len(above) < ANSWERS_LEAST:
            break
        if sum(above) <= REFUSED_MOST * len(above):
            return level
    return LEVELS[-1]


def recipients(now: datetime) -> list[int]:
    """Accounts that want the letter and had none this week. Four queries."""
    people = Person.objects.present().filter(account__is_active=True, hidden_at=None)
    wanted = list(people.order_by("account").values_list("account", flat=True))
    lately = set(LetterLine.objects.filter(sent_at__gt=now - EVERY).values_list("account", flat=True))
    silent = set(Preferences.objects.filter(no_mail_since__isnull=False).values_list("account", flat=True))
    no = Choice.objects.filter(kind=KIND, space_id=0, channel__in=[Channel.OFF, Channel.PRODUCT])
    silent |= set(no.values_list("account", flat=True))
    return [one for one in wanted if one not in lately and one not in silent]


def send_letter(*, account_id: int, region: Region, level: float, now: datetime) -> int:
    """Post somebody's letter, if there is anything for it. Returns how many proposals it tells. What it tells and the
    mark that it was told are one commit.
    """
    account = Account.objects.filter(pk=account_id, is_active=True).first()
    if account is None:
        return 0
    actor = actor_for(account)  # without a second factor: an e-mail shows what their mailbox alone may
    if not actor.is_member:
        return 0
    language = language_of(account, region)
    with translation.override(language):
        found = _best(account, actor, level, now)
        if not found:
            return 0
        told = rows([one for _seeker, one in found], actor=actor)
        if not told:
            return 0
        try:
            with transaction.atomic(durable=True):
                require(PLATFORM, "matchmaking.write_letters")
                shown = {row.key for row in told}
                found = [(seeker, one) for seeker, one in found if f"proposal:{one.id}" in shown]
                LetterLine.objects.bulk_create(
                    LetterLine(region=region, account=account, proposal_id=one.id, sent_at=now)
                    for _seeker, one in found
                )
                for seeker, one in found:
                    write_shown(seeker, [one], Surface.LETTER, now)
                post(
                    region=region,
                    to=account.email,
                    account=account,
                    template="matchmaking/mail/for_you",
                    language=language,
                    context={
                        "rows": [
                            {
                                "title": row.name,
                                "url": absolute(region, language, row.url),
                                "facts": " · ".join(row.facts),
                                "why": row.why,
                            }
                            for row in told
                        ],
                        "count": len(told),
                        "url": absolute(region, language, reverse("matchmaking:mine")),
                    },
                    unsubscribe_url=absolute(
                        region, language, unsubscribe_path(account, region, kind=KIND, channel=Channel.WEEKLY)
                    ),
                )
                record("matchmaking.letter.sent", region=region, actor=PLATFORM, payload={"proposals": len(told)})
        except IntegrityError:  # another worker was quicker: it told them
            return 0
    return len(told)


def _best(account: Account, actor: Actor, level: float, now: datetime) -> list[tuple[tuple[str, int], Match]]:
    """Up to five proposals above the level that no letter has told them, for themselves or a body they speak for."""
    seekers: list[Organisation | Person] = [*Person.objects.filter(account=account)[:1]]
    seekers += Organisation.objects.visible_to(actor).filter(pk__in=speaks_for(actor)).order_by("pk")[:BODIES]
    sent = set(LetterLine.objects.filter(account=account).values_list("proposal_id", flat=True))
    best: dict[int, tuple[tuple[str, int], Match]] = {}
    for seeker in seekers:
        for one in proposals_for(seeker, actor=actor, now=now):
            is_better = one.id not in best or one.score > best[one.id][1].score
            if one.score >= level and one.id not in sent and is_better:
                best[one.id] = (seeker_of(seeker), one)
    return sorted(best.values(), key=lambda pair: (-pair[1].score, pair[1].id))[:FIVE]

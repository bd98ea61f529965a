# SPDX-License-Identifier: EUPL-1.2
"""What several actions do to collaborations, in the transaction of the one that calls."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from filanda.capabilities.collaborations.errors import CollaborationWrong
from filanda.capabilities.collaborations.models import (
    COUNTED,
    SUMMARY_MOST,
    TITLE_MOST,
    CheckIn,
    Collaboration,
    CollaborationState,
    Cooperation,
    OutcomeKind,
    Party,
    ValueBand,
)
from filanda.directory.affiliations.queries import admin_accounts
from filanda.directory.organisations.models import Evidence, EvidenceKind, EvidenceParty
from filanda.directory.organisations.steps import lock_imports, sign_history
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.manifests.things import Key
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.working import time_zone
from filanda.kernel.text.folding import clean
from filanda.kernel.text.language import detect
from filanda.kernel.workflow import move

__all__ = [
    "CHECK_IN_MONTHS",
    "SOURCE",
    "agree_when_all_have",
    "begin_when_due",
    "checked_outcome",
    "end_check_ins",
    "follow_audience",
    "in_months",
    "lock",
    "note",
    "register",
    "today",
]

CHECK_IN_MONTHS = (3, 6, 12)
SOURCE = "collaboration"  # of the evidence that confirmed collaborations become
MOST_PARTIES = 12
LONGEST_AGO = timedelta(days=3660)
FURTHEST = timedelta(days=730)

_CHECK_URL = URLValidator(schemes=["http", "https"])
Sides = Sequence[tuple[int | None, int | None]]


def today(region: Region, now: datetime) -> date:
    """The day it is in the region."""
    return now.astimezone(time_zone(region)).date()


def in_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def register(
    *,
    actor: Actor,
    region: Region,
    title: str,
    kind: str,
    started_on: date,
    parties: Sides,
    now: datetime,
    summary: str = "",
    value: str = "",
    from_key: Key | None = None,
    space_id: int | None = None,
    facilitator_id: int | None = None,
    is_public: bool = False,
    confirmed_by: Collection[int] = (),
    key: str = "",
) -> Collaboration:
    """Write a collaboration into the register. `parties`: (organisation or None, the account that answers for this side
    or None), at least two different ones. `confirmed_by`: accounts whose sides say that it is so already: those of an
    accepted answer, or who reports it; when all sides have, it is confirmed at once. `is_public`: who confirms it
    agrees to that; else it is only counted until every side has agreed (`set_public`). `key`: of the form; sent
    twice by one account it is written once.

    Raises CollaborationWrong by field. The caller has checked who may.
    """
    found = _checked(region, title=title, summary=summary, kind=kind, value=value, started_on=started_on, now=now)
    sides = _checked_sides(parties)
    if key and actor.account_id is not None:
        known = Collaboration.objects.filter(reported_by=actor.account_id, key=key).first()
        if known is not None:
            return known
    made: Collaboration = Collaboration.objects.create(
        region=region,
        language=detect(f"{found['title']}. {found['summary']}"),
        from_kind=from_key[0] if from_key else "",
        from_id=from_key[1] if from_key else None,
        space_id=space_id,
        facilitator_id=facilitator_id,
        is_public=is_public,
        reported_by_id=actor.account_id,
        state_changed_at=now,
        created_at=now,
        key=key,
        is_invented=region.is_invented,
        **found,
    )
    for position, (organisation_id, account_id) in enumerate(sides, start=1):
        said = account_id in confirmed_by and account_id is not None
        Party.objects.create(
            region=region,
            collaboration=made,
            position=position,
            organisation_id=organisation_id,
            account_id=account_id,
            asked_at=None if said else now,
            confirmed_at=now if said else None,
            confirmed_by_id=account_id if said else None,
            keeps_private=not is_public and _is_spoken_for(organisation_id, account_id),
        )
    note("reported", made, actor, parties=len(sides))
    agree_when_all_have(made, now)
    return made


def _is_spoken_for(organisation_id: int | None, account_id: int | None) -> bool:
    """Whether there is somebody who could agree to publication later. Of an organisation without, what is said of it
    is what its public page says already.
    """
    return account_id is not None or (organisation_id is not None and bool(admin_accounts(organisation_id)))


def _checked(
    region: Region, *, title: str, summary: str, kind: str, value: str, started_on: date, now: datetime
) -> dict[str, Any]:
    title, summary = " ".join(clean(title).split()), clean(summary)
    errors: dict[str, str] = {}
    for field, text, most in (("title", title, TITLE_MOST), ("summary", summary, SUMMARY_MOST)):
        if len(text) > most:
            errors[field] = _("This has %(length)s characters; up to %(most)s fit. Shorten it a little.") % {
                "length": len(text),
                "most": most,
            }
    if not title:
        errors["title"] = _("Give it a name: what are the parties doing together?")
    if kind not in Cooperation.values:
        errors["kind"] = _("Choose the kind of cooperation from the list.")
    if value not in ValueBand.values:
        errors["value"] = _("Choose a value band from the list.")
    day = today(region, now)
    if not day - LONGEST_AGO <= started_on <= day + FURTHEST:
        errors["started_on"] = _("The day it starts lies within the last ten years or the next two.")
    if errors:
        raise CollaborationWrong(errors)
    return {"title": title, "summary": summary, "kind": kind, "value": value, "started_on": started_on}


def _checked_sides(parties: Sides) -> list[tuple[int | None, int | None]]:
    sides = list(dict.fromkeys(parties))
    organisations = [organisation for organisation, _account in sides if organisation is not None]
    alone = [account for organisation, account in sides if organisation is None]
    if None in alone:
        raise CollaborationWrong({"parties": _("Each party is an organisation or a person.")})
    if len(sides) < 2 or len(set(organisations)) + len(set(alone)) < len(sides):
        raise CollaborationWrong({"parties": _("A collaboration has at least two different parties.")})
    if len(sides) > MOST_PARTIES:
        raise CollaborationWrong({"parties": _("At most %(most)d parties.") % {"most": MOST_PARTIES}})
    return sides


def lock(collaboration_id: int) -> Collaboration:
    """The row, locked until the transaction ends."""
    locked: Collaboration = (
        Collaboration.objects.select_for_update(of=("self",)).select_related("region").get(pk=collaboration_id)
    )
    return locked


def note(what: str, collaboration: Collaboration, actor: Actor, **payload: Any) -> None:
    """Record `collaborations.collaboration.<what>`. `payload`: ids, counts and states, never words."""
    record(
        f"collaborations.collaboration.{what}",
        region=collaboration.region,
        actor=actor,
        subject=collaboration,
        payload={"state": collaboration.state, **payload},
        touches={SOURCE: [collaboration.pk]},
    )


def agree_when_all_have(collaboration: Collaboration, now: datetime) -> bool:
    """Confirm a reported collaboration when every side has said that it is so. Whether it has been."""
    if collaboration.state != CollaborationState.REPORTED:
        return False
    if Party.objects.filter(collaboration=collaboration, confirmed_at=None).exists():
        return False
    move(collaboration, "agree", actor=PLATFORM, now=now, confirmed_at=now)
    _when_confirmed(collaboration, PLATFORM, now)
    return True


def confirm_by_document(collaboration: Collaboration, name: str, actor: Actor, now: datetime, **fields: Any) -> None:
    """`certify` or `settle`: a facilitator confirms it."""
    move(collaboration, name, actor=actor, now=now, confirmed_at=now, by_document=True, **fields)
    _when_confirmed(collaboration, actor, now)


def _when_confirmed(collaboration: Collaboration, actor: Actor, now: datetime) -> None:
    note("confirmed", collaboration, actor)
    begin_when_due(collaboration, now)
    _plan_check_ins(collaboration, now)
    follow_audience(collaboration, actor)


def begin_when_due(collaboration: Collaboration, now: datetime) -> bool:
    """A confirmed collaboration is active from the day it starts."""
    if collaboration.state != CollaborationState.CONFIRMED:
        return False
    if collaboration.started_on > today(collaboration.region, now):
        return False
    move(collaboration, "begin", actor=PLATFORM, now=now)
    note("begun", collaboration, PLATFORM)
    return True


def _plan_check_ins(collaboration: Collaboration, now: datetime) -> None:
    """A question to each side with somebody to ask, after 3, 6 and 12 months; not for days that are over."""
    day = today(collaboration.region, now)
    CheckIn.objects.bulk_create(
        [
            CheckIn(
                region=collaboration.region,
                collaboration=collaboration,
                party=party,
                months=months,
                due_on=in_months(collaboration.started_on, months),
            )
            for party in Party.objects.filter(collaboration=collaboration).exclude(organisation=None, account=None)
            for months in CHECK_IN_MONTHS
            if in_months(collaboration.started_on, months) > day
        ],
        ignore_conflicts=True,
    )


def end_check_ins(collaboration: Collaboration) -> None:
    """Nobody is asked about what has ended, or never was."""
    CheckIn.objects.filter(collaboration=collaboration, sent_at=None).delete()


def follow_audience(collaboration: Collaboration, actor: Actor) -> None:
    """What its organisations show of it: evidence while it is confirmed and public, and none otherwise."""
    organisations = [
        party.organisation_id
        for party in Party.objects.filter(collaboration=collaboration).order_by("position")
        if party.organisation_id is not None
    ]
    is_shown = (
        collaboration.is_public
        and collaboration.state in COUNTED
        and collaboration.hidden_at is None
        and bool(organisations)
    )
    if is_shown == (collaboration.evidence_id is not None):
        return
    lock_imports(collaboration.region)
    sign_history(actor)
    if not is_shown:
        number = collaboration.evidence_id
        Evidence.objects.filter(source=SOURCE, source_id=str(collaboration.pk)).delete()
        collaboration.evidence_id = None
        what, piece_ids = "removed", [number]
    else:
        piece: Evidence = Evidence.objects.create(
            region=collaboration.region,
            kind=EvidenceKind.PROJECT,
            title=collaboration.title,
            text=collaboration.summary,
            language=collaboration.language,
            started_on=collaboration.started_on,
            ended_on=collaboration.ended_on,
            source=SOURCE,
            source_id=str(collaboration.pk),
        )
        EvidenceParty.objects.bulk_create(
            EvidenceParty(region=collaboration.region, evidence=piece, organisation_id=organisation_id)
            for organisation_id in organisations
        )
        collaboration.evidence_id = piece.pk
        what, piece_ids = "created", [piece.pk]
    collaboration.save(update_fields=["evidence"])
    record(
        f"organisations.evidence.{what}",
        region=collaboration.region,
        actor=actor,
        subject=None,
        touches={"evidence": [one for one in piece_ids if one], "organisation": organisations},
    )


def checked_outcome(given: Mapping[str, Any]) -> dict[str, Any]:
    """`kind`, `words`, `url`, `count` of an outcome. Raises CollaborationWrong by field."""
    words, url = clean(str(given.get("words") or "")), clean(str(given.get("url") or ""))
    errors: dict[str, str] = {}
    if given.get("kind") not in OutcomeKind.values:
        errors["kind"] = _("Choose what it brought from the list.")
    if len(words) > 1_000:
        errors["words"] = _("Say it in up to 1,000 characters.")
    if url:
        try:
            _CHECK_URL(url)
        except ValidationError:
            errors["url"] = _("This is not an address of the web: it begins with https:// or http://.")
    count = str(given.get("count") or "1")
    if not (count.isascii() and count.isdecimal() and 1 <= int(count[:9]) <= 10_000):
        errors["count"] = _("Give a number from 1 to 10,000.")
    if errors:
        raise CollaborationWrong(errors)
    return {"kind": given["kind"], "words": words, "url": url, "count": int(count)}

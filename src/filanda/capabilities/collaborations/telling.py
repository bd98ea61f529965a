# SPDX-License-Identifier: EUPL-1.2
"""Who is told of collaborations, what waits, what the desk sees, whose data they hold, how they are found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from filanda.capabilities.collaborations.mailing import recipients
from filanda.capabilities.collaborations.models import (
    COUNTED,
    STAFF,
    CheckIn,
    Collaboration,
    CollaborationState,
    Outcome,
    Party,
)
from filanda.capabilities.collaborations.queries import waiting_for
from filanda.capabilities.collaborations.steps import follow_audience, lock, note
from filanda.directory.people.models import Person
from filanda.kernel.database.compiled import padded
from filanda.kernel.database.compiled import rows as rows_of
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests import Waiting
from filanda.kernel.manifests.desk import DeskAction, DeskLine, StillWaits
from filanda.kernel.manifests.documents import LanguageText, SearchDocument
from filanda.kernel.manifests.things import Key, ThingLine, Told
from filanda.kernel.regions.working import days_after, working_time_after
from filanda.kernel.text.folding import sort_key

__all__ = [
    "about",
    "collect",
    "desk_check_ins",
    "desk_disputed",
    "desk_unconfirmed",
    "documents",
    "erase",
    "ids",
    "keeping_private",
    "lines_of_check_ins",
    "lines_of_desk",
    "other_sides",
    "said",
    "sides",
    "subject",
    "to_confirm",
    "waiting",
]

UNCONFIRMED_AFTER = timedelta(days=14)
UNANSWERED_AFTER = timedelta(days=14)


# Notices -------------------------------------------------------------------------------------------------------------


def about(event: Event) -> Key | None:
    return ("collaboration", event.subject_id) if event.subject_id else None


def sides(event: Event) -> Iterator[Told]:
    """Whoever answers for one of its sides."""
    for party in Party.objects.filter(collaboration=event.subject_id or 0).select_related("account"):
        for account in recipients(party):
            yield Told(account.pk, "party")


def other_sides(event: Event) -> Iterator[Told]:
    """Whoever answers for a side that has not said it."""
    rows = Party.objects.filter(collaboration=event.subject_id or 0).exclude(pk=(event.payload or {}).get("party") or 0)
    for party in rows.select_related("account"):
        for account in recipients(party):
            yield Told(account.pk, "party")


def keeping_private(event: Event) -> Iterator[Told]:
    """Those whose side has not agreed to publication."""
    rows = Party.objects.filter(collaboration=event.subject_id or 0, keeps_private=True).select_related("account")
    for party in rows:
        for account in recipients(party):
            yield Told(account.pk, "party")


def to_confirm(event: Event) -> Iterator[Told]:
    """Those whose side has not said yet that it is so."""
    rows = Party.objects.filter(collaboration=event.subject_id or 0, confirmed_at=None).select_related("account")
    for party in rows:
        for account in recipients(party):
            yield Told(account.pk, "party")


def said(event: Event, line: ThingLine) -> str:
    names = {"title": line.title}
    match event.type:
        case "collaborations.collaboration.reported":
            return _("Is this so? A collaboration with you was reported: %(title)s") % names
        case "collaborations.collaboration.confirmed":
            return _("Confirmed: %(title)s") % names
        case "collaborations.collaboration.disputed":
            return _("A party says that this is not so: %(title)s") % names
        case "collaborations.collaboration.voided":
            return _("A facilitator found that it did not come about: %(title)s") % names
        case "collaborations.collaboration.ended":
            return _("Ended: %(title)s") % names
        case "collaborations.collaboration.said_over":
            return _("A party says that this is over. Is it? %(title)s") % names
        case "collaborations.collaboration.goes_on":
            return _("A party says that this goes on: %(title)s") % names
        case "collaborations.collaboration.publication_wanted":
            return _("A party would like to make this public. Do you agree? %(title)s") % names
    return line.title


# What waits ----------------------------------------------------------------------------------------------------------


def waiting(actor: Actor) -> Iterator[Waiting]:
    """Collaborations to confirm and questions to answer. Two queries for members."""
    if actor.account_id is None or not actor.is_member:
        return
    confirm, asked = waiting_for(actor)
    rows = list(confirm.order_by("asked_at", "pk").values_list("collaboration", "asked_at")[:50])
    if rows:
        label = _("Confirm a collaboration") if len(rows) == 1 else _("Confirm collaborations")
        name, args = ("collaborating:collaboration", (rows[0][0],)) if len(rows) == 1 else ("collaborating:mine", ())
        yield Waiting(label, name, args, count=len(rows), since=rows[0][1])
    answers = list(asked.order_by("sent_at", "pk").values_list("collaboration", "sent_at")[:50])
    if answers:
        name, args = (
            ("collaborating:collaboration", (answers[0][0],)) if len(answers) == 1 else ("collaborating:mine", ())
        )
        yield Waiting(_("Say how a collaboration is going"), name, args, count=len(answers), since=answers[0][1])


def subject(event: Event) -> Iterable[int]:
    return [event.subject_id] if event.subject_id else []


def _waits(state: str, ids: Sequence[int] | None) -> Iterator[Collaboration]:
    rows = Collaboration.objects.filter(state=state).select_related("region")
    yield from rows if ids is None else rows.filter(pk__in=ids)


def desk_disputed(ids: Sequence[int] | None, _now: datetime) -> Iterator[StillWaits]:
    """A dispute is settled within three working days."""
    for row in _waits(CollaborationState.DISPUTED, ids):
        since = row.state_changed_at
        yield StillWaits(row.pk, since, working_time_after(row.region, since, 3), holder_id=row.facilitator_id)


def desk_unconfirmed(ids: Sequence[int] | None, _now: datetime) -> Iterator[StillWaits]:
    """A side is silent for two weeks: a document may do, or a call."""
    for row in _waits(CollaborationState.REPORTED, ids):
        shows = days_after(row.region, row.created_at, UNCONFIRMED_AFTER.days)
        due = working_time_after(row.region, shows, 5)
        yield StillWaits(row.pk, row.created_at, due, holder_id=row.facilitator_id, shows_at=shows)


def lines_of_desk(actor: Actor, ids: Sequence[int], _now: datetime) -> dict[int, DeskLine]:
    """Reported and disputed ones, for staff who are of none of their sides. One query."""
    if not ids or not (actor.is_platform or actor.roles & STAFF):
        return {}
    parties: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows_of("collaborations: parties on the desk", _read_parties, padded(ids)):
        parties[row["collaboration"]].append(row)
    found = {}
    for number, rows in parties.items():
        if any(Party(account_id=one["account"], organisation_id=one["organisation"]).is_side_of(actor) for one in rows):
            continue
        names = [(_name_on_desk(one) or _("somebody"), one["confirmed_at"] is not None) for one in rows]
        silent = [name for name, has_confirmed in names if not has_confirmed]
        of = rows[0]
        context = [", ".join(name for name, _has_confirmed in names)]
        if of["collaboration__state"] == CollaborationState.DISPUTED:
            context.append(of["collaboration__reason"])
        elif silent:
            context.append(_("Not confirmed yet by %(names)s") % {"names": ", ".join(silent)})
        found[number] = DeskLine(
            title=of["collaboration__title"],
            url_name="collaborating:collaboration",
            url_args=(number,),
            context=tuple(context),
            language=of["collaboration__language"],
            actions=(DeskAction(_("Look at it and decide"), "collaborating:collaboration", (number,)),),
        )
    return found


def _name_on_desk(party: Mapping[str, Any]) -> str:
    """As staff see it: of bodies here, and of people who are here."""
    if party["organisation"] is None:
        return str(party["person"] or "")
    return "" if party["organisation__is_external"] else str(party["organisation__name"])


def _read_parties(ids: Sequence[int]) -> QuerySet[Any, Any]:
    states = [CollaborationState.DISPUTED, CollaborationState.REPORTED]
    person = Person.objects.present().filter(account=OuterRef("account")).values("name")[:1]
    return (
        Party.objects.filter(collaboration__in=ids, collaboration__state__in=states)
        .annotate(person=Subquery(person))
        .order_by("position", "pk")
        .values(
            "collaboration", "account", "organisation", "organisation__name", "organisation__is_external", "person",
            "confirmed_at", "collaboration__title", "collaboration__state", "collaboration__reason",
            "collaboration__language",
        )
    )  # fmt: skip


def desk_check_ins(ids: Sequence[int] | None, _now: datetime) -> Iterator[StillWaits]:
    """Asked two weeks ago, and silent: a facilitator calls. Of a later question the earlier ones are over."""
    rows = CheckIn.objects.filter(
        sent_at__isnull=False, answered_at=None, collaboration__state__in=COUNTED[:2]
    ).select_related("region", "collaboration")
    latest: dict[int, int] = {}
    every = list(rows if ids is None else rows.filter(party__in=CheckIn.objects.filter(pk__in=ids).values("party")))
    for row in every:
        latest[row.party_id] = max(latest.get(row.party_id, 0), row.months)
    for row in every:
        if row.months != latest[row.party_id] or row.sent_at is None or (ids is not None and row.pk not in ids):
            continue
        shows = days_after(row.region, row.sent_at, UNANSWERED_AFTER.days)
        due = working_time_after(row.region, shows, 5)
        holder = row.collaboration.facilitator_id
        yield StillWaits(row.pk, row.sent_at, due, holder_id=holder, shows_at=shows)


def lines_of_check_ins(actor: Actor, ids: Sequence[int], _now: datetime) -> dict[int, DeskLine]:
    """Silent check-ins, for facilitators."""
    if not ids or (Role.FACILITATOR not in actor.roles and not actor.is_platform):
        return {}
    found = {}
    for row in rows_of("collaborations: check-ins on the desk", _read_check_ins, padded(ids)):
        party = Party(account_id=row["party__account"], organisation_id=row["party__organisation"])
        if party.is_side_of(actor):
            continue
        name, number = row["party__organisation__name"] or _("a person"), row["collaboration"]
        found[row["id"]] = DeskLine(
            title=row["collaboration__title"],
            url_name="collaborating:collaboration",
            url_args=(number,),
            context=(_("%(name)s was asked after %(months)d months") % {"name": name, "months": row["months"]},),
            language=row["collaboration__language"],
            actions=(DeskAction(_("Note what they say"), "collaborating:collaboration", (number,)),),
        )
    return found


def _read_check_ins(ids: Sequence[int]) -> QuerySet[Any, Any]:
    return CheckIn.objects.filter(pk__in=ids, answered_at=None).values(
        "id", "months", "collaboration", "collaboration__title", "collaboration__language", "party__account",
        "party__organisation", "party__organisation__name",
    )  # fmt: skip


def touched_check_ins(event: Event) -> Iterable[int]:
    """The questions of the collaboration that the event is about."""
    return CheckIn.objects.filter(collaboration=event.subject_id or 0).values_list("pk", flat=True)


# Search --------------------------------------------------------------------------------------------------------------


def ids() -> Iterable[int]:
    return Collaboration.objects.order_by("pk").values_list("pk", flat=True)


def documents(numbers: Sequence[int]) -> Iterator[SearchDocument]:
    """Confirmed ones that are public, for everybody."""
    rows = Collaboration.objects.counted().filter(pk__in=numbers, is_public=True, hidden_at=None)
    for row in rows:
        yield SearchDocument(
            kind="collaboration",
            id=row.pk,
            region_id=row.region_id,
            audience=("public",),
            label=row.title,
            sort_key=sort_key(row.title),
            language=row.language,
            titles=[LanguageText(row.language, row.title)],
            texts=[LanguageText(row.language, row.summary)],
            facets={"kind": [row.kind]},
        )


# One's own data ------------------------------------------------------------------------------------------------------


def collect(account: Account) -> Mapping[str, Any]:
    """Sides that one answers for alone or for an organisation, what one reported, answered and noted."""
    own = Party.objects.filter(Q(account=account) | Q(confirmed_by=account)).values("collaboration")
    rows = Collaboration.objects.filter(pk__in=own) | Collaboration.objects.filter(reported_by=account)
    listed = [
        {
            "title": row.title,
            "summary": row.summary,
            "kind": row.kind,
            "value": row.value,
            "started_on": row.started_on,
            "ended_on": row.ended_on,
            "state": row.state,
            "is_public": row.is_public,
            "reported_by_me": row.reported_by_id == account.pk,
        }
        for row in rows.distinct().order_by("pk")
    ]
    answers = [
        {"collaboration": row.collaboration.title, "months": row.months, "answer": row.answer, "details": row.details}
        for row in CheckIn.objects.filter(answered_by=account).select_related("collaboration").order_by("pk")
    ]
    noted = [
        {"collaboration": row.collaboration.title, "kind": row.kind, "words": row.words, "url": row.url}
        for row in Outcome.objects.filter(noted_by=account).select_related("collaboration").order_by("pk")
    ]
    found = {"collaborations.json": listed, "check-ins.json": answers, "outcomes.json": noted}
    return {name: rows for name, rows in found.items() if rows}


def erase(account: Account, keeps: bool) -> None:
    """The register stays true without the name: a side alone becomes “a former member”. Without contributions, the
    words somebody wrote of a collaboration in which they were alone on their side go as well.
    """
    alone = Party.objects.filter(account=account, organisation=None).values("collaboration")
    for row in Collaboration.objects.filter(pk__in=alone).select_for_update(of=("self",)).select_related("region"):
        if row.is_public:
            row.is_public = False
            row.save(update_fields=["is_public"])
            follow_audience(row, PLATFORM)
        CheckIn.objects.filter(collaboration=row, party__account=account, sent_at=None).delete()
        if not keeps and row.reported_by_id == account.pk:
            Collaboration.objects.filter(pk=row.pk).update(summary="")
    if not keeps:
        CheckIn.objects.filter(answered_by=account).update(details="")
        Outcome.objects.filter(noted_by=account).update(words="", url="")
    Party.objects.filter(confirmed_by=account).update(confirmed_by=None)
    Party.objects.filter(account=account).update(account=None)
    CheckIn.objects.filter(answered_by=account).update(answered_by=None)
    Outcome.objects.filter(noted_by=account).update(noted_by=None)
    Collaboration.objects.filter(reported_by=account).update(reported_by=None, key="")
    Collaboration.objects.filter(facilitator=account).update(facilitator=None)


# Moderation ----------------------------------------------------------------------------------------------------------


def hide(actor: Actor, number: int, now: datetime) -> None:
    """Its public page goes; it still counts."""
    _set_hidden(actor, number, now)


def restore(actor: Actor, number: int, _now: datetime) -> None:
    _set_hidden(actor, number, None)


def _set_hidden(actor: Actor, number: int, at: datetime | None) -> None:
    row = lock(number)
    row.hidden_at = at
    row.save(update_fields=["hidden_at"])
    follow_audience(row, actor)
    note("hidden" if at else "restored", row, actor)


def text(number: int) -> str:
    row = Collaboration.objects.filter(pk=number).first()
    return f"{row.title}\n\n{row.summary}" if row is not None else ""

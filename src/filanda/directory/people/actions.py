# SPDX-License-Identifier: EUPL-1.2
"""What changes people: joining, editing, validating, hiding, blocking.

The journal learns which fields changed, never what they say, and of blocks only that there was one: not whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from filanda.directory.people import values
from filanda.directory.people.models import Block, JoiningDraft, Person, ValidationState, Visibility
from filanda.directory.people.queries import facilitators
from filanda.directory.people.steps import (
    ProfileWrong,
    checked,
    chosen_facilitator,
    tell,
    touches,
    write_concepts,
    write_fields,
)
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.signin.steps import give_role
from filanda.kernel.text.folding import clean
from filanda.kernel.workflow import MoveNotPossible, move

__all__ = [
    "AlreadyHere",
    "ChangedMeanwhile",
    "NotAFacilitator",
    "ProfileWrong",
    "ReasonMissing",
    "TooLate",
    "answer",
    "assign_facilitator",
    "assign_facilitators",
    "block_person",
    "can_take_validation_back",
    "hide_person",
    "join_region",
    "return_person",
    "set_concepts",
    "set_visibility",
    "show_person",
    "take_validation_back",
    "unblock_person",
    "update_profile",
    "validate_person",
]

TAKE_BACK_WITHIN = timedelta(hours=1)  # of a validation, by whoever gave it


class AlreadyHere(Exception):
    """The account is a person of this region already: `person`. `str()` is the sentence for the reader."""

    def __init__(self, person: Person) -> None:
        self.person = person
        super().__init__(_("You are a member of this region already."))


class ChangedMeanwhile(Exception):
    """The profile was saved elsewhere since the form was opened: `person` as it is now. Nothing was written."""

    def __init__(self, person: Person) -> None:
        self.person = person
        super().__init__(
            _(
                "This profile was changed in another window since you opened this form. What is stored stands beside "
                "what you typed: decide, and save again."
            )
        )


class ReasonMissing(ValueError):
    """A question or a reason without words. `str()` is the sentence for the reader."""


class TooLate(ValueError):
    """What can no longer be taken back. `str()` is the sentence for the reader."""


class NotAFacilitator(ValueError):
    """Somebody who cannot look after this person. `str()` is the sentence for the reader."""


def join_region(
    *,
    actor: Actor,
    account: Account,
    region: Region,
    name: str,
    now: datetime,
    purpose: str = "",
    headline: str = "",
    skills: Iterable[int] = (),
    interests: Iterable[int] = (),
    languages: Iterable[str] = (),
    language: str = "",
    listing: str = Visibility.MEMBERS,
    facilitator: Account | None = None,
    is_invented: bool = False,
) -> Person:
    """Make `account` somebody in `region`: their person, the role of an innovator, and a facilitator.

    `skills`, `interests`: ids of concepts that they confirmed. `facilitator`: the one they chose; without one, or
    where the region does not let people choose, the least loaded. `language`: in which they joined; they are written to
    in it, unless the region does not speak it. The draft of their joining is deleted.

    Raises ProfileWrong, AlreadyHere (whose `person` may be on the way out), Forbidden.
    """
    with transaction.atomic(durable=True):
        locked = Account.objects.select_for_update().get(pk=account.pk)
        require(actor, "people.join", locked)
        known = Person.objects.filter(account=locked, erased_at=None).first()
        if known is not None:
            raise AlreadyHere(known)
        found = checked(
            {
                "name": name,
                "purpose": purpose,
                "headline": headline,
                "skills": list(skills),
                "interests": list(interests),
                "languages": list(languages),
                "language": language if language in region.languages else "",
                "listing": listing,
            },
            region,
        )
        person = Person(
            region=region,
            account=locked,
            facilitator=chosen_facilitator(region, locked, facilitator, now),
            joined_at=now,
            state_changed_at=now,
            is_invented=is_invented,
        )
        write_fields(person, found)
        write_concepts(person, found)
        if not locked.name:
            locked.name = person.name
            locked.save(update_fields=["name"])
        JoiningDraft.objects.filter(account=locked).delete()
        give_role(actor=actor, region=region, account=locked, role=Role.INNOVATOR)
        record(
            "people.person.joined",
            region=region,
            actor=actor,
            subject=locked,
            payload={"person": person.pk, "has_facilitator": person.facilitator_id is not None},
            touches=touches(person),
        )
    return person


def update_profile(
    *, actor: Actor, person: Person, changes: Mapping[str, Any], now: datetime, seen: datetime | None = None
) -> list[str]:
    """Write what the person says of themselves; returns the fields that changed.

    `changes`: any of name, headline, purpose, about (Markdown), languages (ISO 639-1), language (in which they are
    written to), orcid, links (label, url),
    skills and interests (ids of concepts, all of them), listing, visibility (by field of models.FIELDS).
    `seen`: `updated_at` of the profile when the form was opened.

    Raises ProfileWrong, ChangedMeanwhile, Forbidden, and TypeError for any other field.
    """
    return _change(actor, person, changes, seen)


def set_concepts(
    *, actor: Actor, person: Person, skills: Iterable[int], interests: Iterable[int], now: datetime
) -> None:
    """Let these be the person's skills and interests, confirmed by them: suggestions left out are gone."""
    _change(actor, person, {"skills": list(skills), "interests": list(interests)})


def set_visibility(
    *, actor: Actor, person: Person, now: datetime, listing: str | None = None, fields: Mapping[str, str] | None = None
) -> None:
    """Who sees the profile (`listing`) and each of its `fields`. What is not named stays."""
    changes: dict[str, Any] = {"visibility": dict(fields or {})}
    if listing is not None:
        changes["listing"] = listing
    _change(actor, person, changes)


def _change(actor: Actor, person: Person, changes: Mapping[str, Any], seen: datetime | None = None) -> list[str]:
    with transaction.atomic(durable=True):
        locked = _locked(person)
        require(actor, "people.update", locked)
        if seen is not None and locked.updated_at != seen:
            raise ChangedMeanwhile(locked)
        found = checked(changes, locked.region)
        changed = [*write_fields(locked, found), *write_concepts(locked, found)]
        if changed:
            record(
                "people.person.updated",
                region=locked.region,
                actor=actor,
                subject=locked.account,
                payload={"person": locked.pk, "fields": changed},
                touches=touches(locked),
            )
    _follow(person, locked)
    return changed


# Validation by a facilitator: never one's own


def validate_person(*, actor: Actor, person: Person, now: datetime, seen: str = "") -> None:
    """A facilitator has seen that this is somebody. `seen`: the state they saw it in, if that counts: a colleague may
    have asked a question meanwhile. Raises Forbidden, MoveNotPossible.
    """
    with transaction.atomic(durable=True):
        require(actor, "people.validate", person)
        person.refresh_from_db(from_queryset=Person.objects.select_for_update(of=("self",)))
        if seen and person.state != seen:
            raise MoveNotPossible(Person.workflow, Person.workflow.transition("validate"), person.state)
        before = {
            "state": person.state,
            "since": person.state_changed_at.isoformat(),
            "question": person.return_reason,
            "answer": person.answer,
        }
        move(
            person,
            "validate",
            actor=actor,
            now=now,
            validated_by_id=actor.account_id,
            validated_from=before,
            return_reason="",
            answer="",
        )
        tell(person, "validated", facilitator=_name_of(actor))
        _record(actor, person, "people.person.validated")


def take_validation_back(*, actor: Actor, person: Person, now: datetime) -> None:
    """It was the wrong one, or too early: the profile waits again as it did, since when it did, with the question that
    was open and its answer; its person, who was written to at once, is told that it was a mistake. For whoever
    validated it, within TAKE_BACK_WITHIN. Raises TooLate, Forbidden, MoveNotPossible.
    """
    with transaction.atomic(durable=True):
        require(actor, "people.validate", person)
        person.refresh_from_db(from_queryset=Person.objects.select_for_update(of=("self",)))
        is_validated = person.state == ValidationState.VALIDATED
        if is_validated and not can_take_validation_back(actor, person, now):
            raise TooLate(
                _("A validation is taken back by whoever gave it, within the hour. Ask this person a question instead.")
            )
        before = person.validated_from
        move(
            person,
            "take_back_asked" if before.get("state") == ValidationState.RETURNED else "take_back",
            actor=actor,
            now=now,
            validated_by_id=None,
            validated_from={},
            state_changed_at=datetime.fromisoformat(before["since"]) if "since" in before else now,
            return_reason=before.get("question", ""),
            answer=before.get("answer", ""),
        )
        tell(person, "validation_taken_back", facilitator=_name_of(actor))
        _record(actor, person, "people.person.validation_taken_back")


def can_take_validation_back(actor: Actor, person: Person, now: datetime) -> bool:
    """Whether `actor` has just validated this profile, and may think better of it."""
    is_own = person.validated_by_id is not None and person.validated_by_id == actor.account_id
    return person.state == ValidationState.VALIDATED and is_own and now - person.state_changed_at <= TAKE_BACK_WITHIN


def return_person(*, actor: Actor, person: Person, question: str, now: datetime) -> None:
    """A facilitator asks before validating. Raises ReasonMissing without words, Forbidden, MoveNotPossible."""
    question = clean(question)[: values.REASON_LENGTH]
    if not question:
        raise ReasonMissing(_("Write your question: the person sees it, with your name, and can answer."))
    with transaction.atomic(durable=True):
        move(person, "return", actor=actor, now=now, return_reason=question, answer="")
        tell(person, "returned", facilitator=_name_of(actor), question=question)
        _record(actor, person, "people.person.returned")


def answer(*, actor: Actor, person: Person, now: datetime, words: str = "") -> None:
    """The person answers, by words or by having changed the profile, and waits again."""
    with transaction.atomic(durable=True):
        move(person, "answer", actor=actor, now=now, answer=clean(words)[: values.REASON_LENGTH])
        _record(actor, person, "people.person.answered")


def assign_facilitator(
    *, actor: Actor, person: Person, facilitator: Account | None, now: datetime, reason: str = ""
) -> bool:
    """Let `facilitator` look after `person` (None: nobody, which undoes a first assignment). They read who and why.

    `reason` is needed where somebody else looks after them already. Returns whether anything changed. Raises
    NotAFacilitator, ReasonMissing, Forbidden.
    """
    with transaction.atomic(durable=True):
        locked = _locked(person)
        has_changed = _assign(actor, locked, facilitator, clean(reason)[: values.REASON_LENGTH], facilitators(now))
    _follow(person, locked)
    return has_changed


def assign_facilitators(
    *, actor: Actor, chosen: Mapping[int, Account | None], now: datetime, reason: str = ""
) -> dict[int, int | None]:
    """`assign_facilitator` for many, all or none: by number of the person, who looks after them from now on.

    Returns for those who were handed over who looked after them before, so that it can be undone.
    """
    reason = clean(reason)[: values.REASON_LENGTH]
    before: dict[int, int | None] = {}
    with transaction.atomic(durable=True):
        able = facilitators(now)
        rows = Person.objects.visible_to(actor).select_for_update(of=("self",)).select_related("region", "account")
        for person in rows.filter(pk__in=chosen).order_by("pk"):
            earlier = person.facilitator_id
            if _assign(actor, person, chosen[person.pk], reason, able):
                before[person.pk] = earlier
    return before


def _assign(actor: Actor, locked: Person, facilitator: Account | None, reason: str, able: list[Account]) -> bool:
    require(actor, "people.assign", locked)
    if facilitator is not None and (facilitator.pk == locked.account_id or facilitator not in able):
        raise NotAFacilitator(
            _("%(name)s: choose a facilitator of this region, and not the person themselves.") % {"name": locked.name}
        )
    wanted = facilitator.pk if facilitator is not None else None
    if locked.facilitator_id == wanted:
        return False
    if locked.facilitator_id is not None and not reason:
        raise ReasonMissing(_("Say why somebody else looks after them from now on: the person reads it."))
    locked.facilitator = facilitator
    locked.save(update_fields=["facilitator"])
    tell(locked, "assigned", facilitator=str(facilitator) if facilitator is not None else "", reason=reason)
    record(
        "people.person.assigned",
        region=locked.region,
        actor=actor,
        subject=locked.account,
        payload={"person": locked.pk, "facilitator": wanted, "reason": reason},
        touches=touches(locked),
    )
    return True


# Hiding by staff


def hide_person(*, actor: Actor, person: Person, reason: str, now: datetime) -> None:
    """Take a profile out of sight of everybody but staff and the person, who reads why. Raises ReasonMissing."""
    reason = clean(reason)[: values.REASON_LENGTH]
    with transaction.atomic(durable=True):
        locked = _locked(person)
        require(actor, "people.hide", locked)
        if not reason:
            raise ReasonMissing(_("Say why: the person has a right to know."))
        locked.hidden_at, locked.hidden_reason = now, reason
        locked.save(update_fields=["hidden_at", "hidden_reason"])
        tell(locked, "hidden", reason=reason, contact=locked.region.contact_email)
        _record(actor, locked, "people.person.hidden")
    _follow(person, locked)


def show_person(*, actor: Actor, person: Person, now: datetime) -> None:
    """Undo `hide_person`."""
    with transaction.atomic(durable=True):
        locked = _locked(person)
        require(actor, "people.hide", locked)
        locked.hidden_at, locked.hidden_reason = None, ""
        locked.save(update_fields=["hidden_at", "hidden_reason"])
        _record(actor, locked, "people.person.shown")
    _follow(person, locked)


# Blocking


def block_person(*, actor: Actor, person: Person, now: datetime) -> None:
    """`actor` wants nothing to do with `person`. Twice is the same as once. Raises Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "people.block", person)
        _block, is_new = Block.objects.get_or_create(
            region=person.region,
            blocker_id=actor.account_id,
            blocked_id=person.account_id,
            defaults={"created_at": now},
        )
        if is_new:
            record("people.block.made", region=person.region, actor=actor)


def unblock_person(*, actor: Actor, person: Person, now: datetime) -> None:
    """Take a block back. Nothing happens where there is none."""
    with transaction.atomic(durable=True):
        require(actor, "people.block", person)
        ended, _per_model = Block.objects.filter(blocker=actor.account_id, blocked=person.account_id).delete()
        if ended:
            record("people.block.ended", region=person.region, actor=actor)


def _name_of(actor: Actor) -> str:
    """By what name the facilitator is introduced; the platform's own when nobody acts."""
    account = Account.objects.filter(pk=actor.account_id).first() if actor.account_id is not None else None
    return str(account) if account is not None else "Filanda"


def _locked(person: Person) -> Person:
    found: Person = Person.objects.select_for_update(of=("self",)).select_related("region").get(pk=person.pk)
    return found


def _follow(person: Person, locked: Person) -> None:
    """Let the caller's object say what was written."""
    for field in Person._meta.concrete_fields:
        setattr(person, field.attname, getattr(locked, field.attname))


def _record(actor: Actor, person: Person, event: str) -> None:
    record(
        event,
        region=person.region,
        actor=actor,
        subject=person.account,
        payload={"person": person.pk},
        touches=touches(person),
    )

# SPDX-License-Identifier: EUPL-1.2
"""Writing a proposal: from its first word until it is submitted, and changes afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from filanda.capabilities.files.models import StoredFile
from filanda.capabilities.files.steps import delete_files
from filanda.components.proposals.contents import Locked, Outdated, checked, derive, is_substantial, stored
from filanda.components.proposals.models import (
    OPEN_STATES,
    ORGANISATION,
    SPEAKERS,
    ExpressionOfInterest,
    InterestState,
    Proposal,
    ProposalConcept,
    ProposalKind,
    ProposalState,
)
from filanda.components.proposals.policies.writing import may_publish
from filanda.components.proposals.steps.writing import facilitator_for, keep_version, lock_proposal, note, publication
from filanda.directory.funding.models import FundingCall
from filanda.directory.organisations.models import ConceptOrigin, Organisation
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import Decision, Forbidden, require
from filanda.kernel.regions.models import Region
from filanda.kernel.workflow import MoveNotPossible, move
from filanda.spaces.models import Space

__all__ = ["change", "create_draft", "delete_draft", "save_draft", "submit", "take_back"]

KEY_MOST = 40


def create_draft(
    *,
    actor: Actor,
    region: Region,
    space: Space,
    kind: str,
    now: datetime,
    organisation: Organisation | None = None,
    fields: Mapping[str, Any] | None = None,
    key: str = "",
) -> Proposal:
    """Begin a proposal. `key`: given by the form; with the same one, the draft that was made is given back.

    Raises ValidationError by field, Forbidden (with the reason) where the actor does not propose in `space` or does not
    speak for `organisation`.
    """
    given = checked({"kind": kind, "organisation": organisation, "space": space, **(fields or {})})
    key = key[:KEY_MOST]
    with transaction.atomic(durable=True):
        require(actor, "proposals.propose", given["space"])
        _speaks_for(actor, given["organisation"])
        _sees_call(actor, given.get("funding_call"))
        made = Proposal(region=region, owner_id=actor.account_id, key=key, created_at=now, state_changed_at=now)
        _write(made, given)
        if key:
            known: Proposal | None = Proposal.objects.filter(owner=actor.account_id, key=key).first()
            if known is not None:
                return known
            rows = Proposal.objects.bulk_create([made], ignore_conflicts=True)
            found: Proposal = Proposal.objects.get(owner=actor.account_id, key=key)
            if rows[0].created_at != found.created_at:
                return found
            made = found
        else:
            made.save()
        if "concepts" in (fields or {}):
            _write_concepts(made, (fields or {})["concepts"])
        note("drafted", made, actor)
        return made


def save_draft(*, actor: Actor, proposal: Proposal, fields: Mapping[str, Any], version: int, now: datetime) -> Proposal:
    """Keep what is typed of a draft; fields that are not given stay. `version`: the one that the writer saw. Nothing
    happens where nothing has changed. Saving a draft leaves no event: it is nobody else's business.

    Raises ValidationError by field, Outdated, Locked (it is no draft any more), Forbidden.
    """
    given = checked(fields)
    with transaction.atomic(durable=True):
        row = lock_proposal(proposal.pk)
        require(actor, "proposals.write", row)
        if row.state != ProposalState.DRAFT:
            raise Locked(row.state)
        if _store(actor, row, given, fields, version, now):
            row.save()
        return row


def change(*, actor: Actor, proposal: Proposal, fields: Mapping[str, Any], version: int, now: datetime) -> Proposal:
    """Change one that is published; how it read before is kept. Where somebody must read this author's proposals first
    and it says something else now, it goes to a facilitator again, and is shown again once approved.

    Raises ValidationError by field ("title", "summary" cannot be emptied), Outdated, Locked, Forbidden.
    """
    given = checked(fields)
    with transaction.atomic(durable=True):
        row = lock_proposal(proposal.pk)
        require(actor, "proposals.write", row)
        if row.state not in OPEN_STATES:
            raise Locked(row.state)
        before = stored(row)
        keep_version(row, actor, now)
        if not _store(actor, row, given, fields, version, now):
            return row
        _is_complete(row)
        row.save()
        keep_version(row, actor, now)
        after = stored(row)
        again = is_substantial(before, after) and not may_publish(actor, row)
        if again:
            move(row, "review_again", actor=actor, now=now, submitted_at=now, facilitator_id=facilitator_for(row, now))
            note("submitted", row, actor, again=True)
        else:
            changed = sorted(name for name in after if after[name] != before.get(name))
            note("changed", row, actor, fields=changed)
        return row


def submit(*, actor: Actor, proposal: Proposal, now: datetime) -> Proposal:
    """Hand it in: to a facilitator, or straight to its readers where the region trusts who does it.

    Raises ValidationError by field for what is missing, Forbidden, MoveNotPossible.
    """
    with transaction.atomic(durable=True):
        row = lock_proposal(proposal.pk)
        require(actor, "proposals.write", row)
        require(actor, "proposals.propose", row.space)
        if row.state == ProposalState.DRAFT:
            _is_complete(row)
        keeper = facilitator_for(row, now)
        if may_publish(actor, row):
            move(row, "publish", actor=actor, now=now, facilitator_id=keeper, reason="", **publication(row, now))
            keep_version(row, actor, now)
            note("published", row, actor, reviewed=False)
        else:
            move(row, "submit", actor=actor, now=now, facilitator_id=keeper, submitted_at=now)
            keep_version(row, actor, now)
            note("submitted", row, actor)
        return row


def take_back(*, actor: Actor, proposal: Proposal, now: datetime) -> Proposal:
    """Back from the facilitator, to go on writing. Raises Forbidden, MoveNotPossible."""
    with transaction.atomic(durable=True):
        row = lock_proposal(proposal.pk)
        move(row, "take_back", actor=actor, now=now)
        note("taken_back", row, actor)
        return row


def delete_draft(*, actor: Actor, proposal: Proposal, now: datetime) -> None:
    """Throw a draft away, with its attachments. Raises Forbidden; MoveNotPossible if it is one no longer; Locked if
    it was published once and people have answered it: what they wrote is theirs.
    """
    with transaction.atomic(durable=True):
        row = lock_proposal(proposal.pk)
        require(actor, "proposals.write", row)
        if row.state != ProposalState.DRAFT:
            raise MoveNotPossible(Proposal.workflow, Proposal.workflow.transition("submit"), row.state)
        if ExpressionOfInterest.objects.filter(proposal=row).exclude(state=InterestState.DRAFT).exists():
            raise Forbidden(
                Decision(False, _("People have answered it. Submit it again, then close it: they are told."))
            )
        note("deleted", row, actor)
        delete_files(StoredFile.objects.filter(subject_kind="proposal", subject_id=row.pk))
        row.delete()


def _store(
    actor: Actor, row: Proposal, given: dict[str, Any], fields: Mapping[str, Any], version: int, now: datetime
) -> bool:
    """Write `given` on a locked row without saving it, concepts with saving. Returns whether anything has changed."""
    concepts = fields.get("concepts")
    changed = {name for name, value in given.items() if getattr(row, name) != value}
    if concepts is not None and _confirmed(row) != {concept.pk for concept in concepts}:
        changed.add("concepts")
    if not changed:
        return False
    if row.version != version:
        raise Outdated(row)
    if "space" in changed:
        require(actor, "proposals.propose", given["space"])
    if "organisation" in changed:
        _speaks_for(actor, given["organisation"])
    if "funding_call" in changed:
        _sees_call(actor, given["funding_call"])
    _write(row, given)
    if "concepts" in changed:
        _write_concepts(row, concepts or ())
    row.version += 1
    row.edited_at = now
    return True


def _write(row: Proposal, given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        setattr(row, name, value)
    row.audience = row.space.audience
    derive(row)


def _confirmed(row: Proposal) -> set[int]:
    return set(row.concept_links.filter(origin=ConceptOrigin.CONFIRMED).values_list("concept", flat=True))


def _write_concepts(row: Proposal, concepts: Any) -> None:
    wanted = {concept.pk for concept in concepts}
    row.concept_links.exclude(concept__in=wanted).delete()
    row.concept_links.filter(concept__in=wanted).update(origin=ConceptOrigin.CONFIRMED)
    known = _confirmed(row)
    ProposalConcept.objects.bulk_create(
        [ProposalConcept(region=row.region, proposal=row, concept_id=number) for number in sorted(wanted - known)]
    )


def _speaks_for(actor: Actor, organisation: Organisation | None) -> None:
    if organisation is None or actor.is_platform:
        return
    if organisation.pk not in actor.scope_ids(ORGANISATION, *SPEAKERS):
        raise Forbidden(Decision(False, _("Only those who speak for an organisation propose something in its name.")))


def _sees_call(actor: Actor, call: FundingCall | None) -> None:
    if call is not None and not FundingCall.objects.visible_to(actor).filter(pk=call.pk).exists():
        raise ValidationError({"funding_call": _("Choose one from the list.")})


def _is_complete(row: Proposal) -> None:
    errors: dict[str, str] = {}
    if not row.title:
        errors["title"] = _("Give it a title: it is what everybody sees first.")
    if not row.summary:
        errors["summary"] = _("Say in a few sentences what it is about.")
    if row.kind not in ProposalKind.values:
        errors["kind"] = _("Choose one from the list.")
    if errors:
        raise ValidationError(errors)

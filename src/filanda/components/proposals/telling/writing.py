# SPDX-License-Identifier: EUPL-1.2
"""Who is told what happens to a proposal, and what of it waits for facilitators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from filanda.capabilities.follows.queries import followers
from filanda.components.proposals.models import OPEN_STATES, Proposal, ProposalState
from filanda.components.proposals.policies.writing import may_review
from filanda.components.proposals.timing import review_due
from filanda.directory.affiliations.queries import admin_accounts
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests.desk import DeskAction, DeskLine, StillWaits
from filanda.kernel.manifests.things import Key, ThingLine, Told
from filanda.kernel.ui.moments import day_of

__all__ = [
    "about",
    "expiring_lines",
    "expiring_waiting",
    "facilitator",
    "followers_of_it",
    "owner_side",
    "review_lines",
    "review_waiting",
    "reviewed",
    "said",
    "said_to_followers",
    "space_of",
    "touched",
]


def about(event: Event) -> Key | None:
    return ("proposal", event.subject_id) if event.subject_id else None


def space_of(event: Event) -> int | None:
    number = (event.payload or {}).get("space")
    return number if isinstance(number, int) else None


def owner_side(event: Event) -> Iterator[Told]:
    """Who made it, and who speaks for the organisation for which it is made."""
    row = _of(event)
    if row is None:
        return
    if row.owner_id is not None:
        yield Told(row.owner_id, "author")
    if row.organisation_id is not None:
        for account in admin_accounts(row.organisation_id):
            if account.pk != row.owner_id:
                yield Told(account.pk, "manager")


def reviewed(event: Event) -> Iterable[Told]:
    """The owner's side, when a facilitator has published it."""
    return owner_side(event) if (event.payload or {}).get("reviewed") else []


def followers_of_it(event: Event) -> Iterator[Told]:
    """Those who follow the proposal; when it is published, those who follow the organisation for which it is made."""
    row = _of(event)
    if row is None:
        return
    keys: list[Key] = [("proposal", row.pk)]
    if event.type.endswith(".published") and row.organisation_id is not None:
        keys.append(("organisation", row.organisation_id))
    for number in followers(keys):
        yield Told(number, "follow")


def said_to_followers(event: Event, line: ThingLine) -> str:
    """One sentence for those who follow it."""
    names = {"title": line.title}
    match event.type.rpartition(".")[2]:
        case "published":
            return _("A new proposal: %(title)s") % names
        case "changed":
            return _("Changed: %(title)s") % names
        case "renewed":
            return _("Open for longer: %(title)s") % names
    return _("No longer open: %(title)s") % names


def facilitator(event: Event) -> Iterator[Told]:
    row = _of(event)
    if row is not None and row.facilitator_id is not None:
        yield Told(row.facilitator_id, "facilitator")


def said(event: Event, line: ThingLine) -> str:
    """One sentence about what happened."""
    names = {"title": line.title}
    match event.type.rpartition(".")[2]:
        case "returned":
            return _("Your proposal was returned with reasons: %(title)s") % names
        case "published":
            return _("Your proposal is published: %(title)s") % names
        case "submitted":
            return _("A proposal to review: %(title)s") % names
        case "expired":
            return _("The time of your proposal is over, and you can renew it: %(title)s") % names
    return line.title


def touched(event: Event) -> Iterable[int]:
    return [event.subject_id] if event.subject_id else []


def review_waiting(ids: Sequence[int] | None, _now: datetime) -> Iterator[StillWaits]:
    """Those that a facilitator has still to read: within a working day. One query."""
    rows = Proposal.objects.filter(state=ProposalState.IN_REVIEW, hidden_at=None).select_related("region")
    for row in rows if ids is None else rows.filter(pk__in=ids):
        since = row.submitted_at or row.state_changed_at
        yield StillWaits(row.pk, since, review_due(row.region, since), holder_id=row.facilitator_id)


def review_lines(actor: Actor, ids: Sequence[int], _now: datetime) -> Mapping[int, DeskLine]:
    """Those that `actor` may review. One query."""
    rows = Proposal.objects.filter(state=ProposalState.IN_REVIEW, hidden_at=None, pk__in=ids)
    found = {}
    for row in rows.select_related("space", "organisation", "owner"):
        if not may_review(actor, row):
            continue
        who = row.organisation.name if row.organisation is not None else (row.owner.name if row.owner else "")
        again = _("It was published before, and changed.") if row.published_at is not None else ""
        found[row.pk] = DeskLine(
            title=row.title,
            url_name="proposals:review",
            url_args=(row.pk,),
            context=tuple(part for part in (str(row.get_kind_display()), who, row.summary[:280], again) if part),
            language=row.language,
            actions=(DeskAction(_("Review it"), "proposals:review", (row.pk,)),),
            person_id=row.owner_id,
        )
    return found


def expiring_waiting(ids: Sequence[int] | None, now: datetime) -> Iterator[StillWaits]:
    """Those whose owner was warned and has not renewed them. One query."""
    rows = Proposal.objects.filter(
        state__in=OPEN_STATES, hidden_at=None, warned_14_at__isnull=False, expires_at__gt=now
    )
    for row in rows if ids is None else rows.filter(pk__in=ids):
        if row.warned_14_at is not None and row.expires_at is not None:
            yield StillWaits(row.pk, row.warned_14_at, row.expires_at, holder_id=row.facilitator_id)


def expiring_lines(actor: Actor, ids: Sequence[int], now: datetime) -> Mapping[int, DeskLine]:
    """For facilitators who see them: a word to the owner keeps a good proposal alive. One query."""
    if Role.FACILITATOR not in actor.roles and not actor.is_platform:
        return {}
    rows = Proposal.objects.visible_to(actor).filter(
        state__in=OPEN_STATES, hidden_at=None, warned_14_at__isnull=False, expires_at__gt=now, pk__in=ids
    )
    found = {}
    for row in rows:
        if row.is_owned_by(actor) or row.expires_at is None:
            continue
        end = _("It ends on %(day)s. Its owner was warned and has not renewed it.") % {"day": day_of(row.expires_at)}
        # How many answered is for its own facilitator, not for colleagues: one of them may have answered it too.
        is_own = actor.is_platform or row.is_looked_after_by(actor)
        answers = _("Answers: %(count)s") % {"count": row.answers_count} if is_own else ""
        page = (row.pk, row.slug)
        found[row.pk] = DeskLine(
            title=row.title,
            url_name="proposals:proposal",
            url_args=page,
            context=(end, answers) if answers else (end,),
            language=row.language,
            actions=(DeskAction(_("Look at the proposal"), "proposals:proposal", page),),
            person_id=row.owner_id,
        )
    return found


def _of(event: Event) -> Proposal | None:
    found: Proposal | None = Proposal.objects.filter(pk=event.subject_id or 0).first()
    return found

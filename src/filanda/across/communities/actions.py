# SPDX-License-Identifier: EUPL-1.2
"""Putting a suggestion aside; drafting, changing, throwing away, sending a newsletter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from filanda.across.communities.delivering import deliver_letter
from filanda.across.communities.letters import best_of, new_members, read_lines
from filanda.across.communities.models import INTRO_MOST, TITLE_MOST, Newsletter, NewsletterState, NotForUs
from filanda.across.communities.policies import INVITE, LETTERS
from filanda.directory.affiliations.queries import has_admins
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.actors import Actor
from filanda.kernel.jobs.queue import enqueue
from filanda.kernel.journal.actions import record
from filanda.kernel.journal.models import Event
from filanda.kernel.limits import Limit, TooMany, take
from filanda.kernel.policies import require
from filanda.kernel.text.folding import clean
from filanda.spaces.models import Space
from filanda.spaces.steps import lock_space

__all__ = ["Outdated", "ask_organisation", "dismiss", "draft_letter", "drop_letter", "edit_letter", "send_letter"]

PERIOD = timedelta(days=30)
ASKED = "communities.organisation.asked"
ASKED_A_DAY = Limit(10, timedelta(days=1))  # by a community


class Outdated(Exception):
    """Raised when somebody else has changed or sent the letter in between."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has changed or sent this newsletter in the meantime. Look at it again."))


def dismiss(*, actor: Actor, space: Space, kind: str, target_id: int, now: datetime) -> None:
    """Never suggest this person or organisation for `space` again. Twice is the same as once. Raises Forbidden."""
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        require(actor, INVITE, locked)
        _row, is_new = NotForUs.objects.get_or_create(
            space=locked,
            kind=NotForUs.Kind(kind),
            target_id=target_id,
            defaults={"region": locked.region, "said_by_id": actor.account_id, "said_at": now},
        )
        if is_new:
            record("communities.suggestion.dismissed", region=locked.region, actor=actor, subject=locked)


def ask_organisation(*, actor: Actor, space: Space, organisation: Organisation, now: datetime) -> bool:
    """Invite an organisation to take part: those who speak for it are told, and join or send somebody. True; False for
    one that nobody speaks for: the region's facilitators are told then, who invite it to claim its page. It is not
    suggested here again; asked twice, it is told once.

    Raises ValidationError (a private or archived community, too many in a day), Forbidden.
    """
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        require(actor, INVITE, locked)
        if locked.is_private or locked.archived_at is not None:
            raise ValidationError(_("Only people are invited to this community."))
        is_spoken_for = has_admins(organisation.pk)
        before = Event.objects.filter(
            region=locked.region,
            subject_type=organisation._meta.model_name,
            subject_id=organisation.pk,
            type=ASKED,
            payload__space=locked.pk,
        )
        if before.exists():
            return is_spoken_for
        try:
            take("organisations-asked", ASKED_A_DAY, who=f"space:{locked.pk}", region=locked.region, now=now)
        except TooMany:
            raise ValidationError(_("Ten organisations a day are enough: go on tomorrow.")) from None
        NotForUs.objects.get_or_create(
            space=locked,
            kind=NotForUs.Kind.ORGANISATION,
            target_id=organisation.pk,
            defaults={"region": locked.region, "said_by_id": actor.account_id, "said_at": now},
        )
        record(
            ASKED,
            region=locked.region,
            actor=actor,
            subject=organisation,
            payload={"space": locked.pk, "is_spoken_for": is_spoken_for},
        )
    return is_spoken_for


def draft_letter(*, actor: Actor, space: Space, now: datetime) -> Newsletter:
    """A draft with the best since the last letter, or of 30 days. Raises Forbidden, ValidationError (archived)."""
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        require(actor, LETTERS, locked)
        if locked.archived_at is not None:
            raise ValidationError(_("This community is archived: nothing is sent from it any more."))
        last = Newsletter.objects.filter(space=locked).exclude(state=NewsletterState.DRAFT).first()
        since = max(last.until, now - 2 * PERIOD) if last is not None else now - PERIOD
        made: Newsletter = Newsletter.objects.create(
            region=locked.region,
            space=locked,
            title=(_("The best of the month in %(space)s") % {"space": locked.name})[:TITLE_MOST],
            lines=[{"kind": kind, "id": pk} for kind, pk in best_of(actor, locked, since, now)],
            new_members=new_members(locked, since, now),
            since=since,
            until=now,
            author_id=actor.account_id,
            created_at=now,
        )
        _record("communities.newsletter.drafted", actor, made)
    return made


def edit_letter(
    *, actor: Actor, letter: Newsletter, title: str, intro: str, kept: Sequence[str], version: int
) -> Newsletter:
    """Another title or introduction; lines not among `kept` ("thread:17") go. Raises ValidationError (by field),
    Outdated, Forbidden.
    """
    words, text = " ".join(clean(title).split()), clean(intro).strip()
    errors = {}
    if not words:
        errors["title"] = _("Give the newsletter a title: it is the subject of the e-mail.")
    if len(words) > TITLE_MOST:
        errors["title"] = _("This title has %(n)s characters; up to %(most)s fit.") % {
            "n": len(words),
            "most": TITLE_MOST,
        }
    if len(text) > INTRO_MOST:
        errors["intro"] = _("This text has %(n)s characters; up to %(most)s fit.") % {
            "n": len(text),
            "most": INTRO_MOST,
        }
    if errors:
        raise ValidationError(errors)
    with transaction.atomic(durable=True):
        row = _locked(actor, letter, version)
        row.title, row.intro, row.lines = words, text, read_lines(kept, row)
        row.version += 1
        row.save(update_fields=["title", "intro", "lines", "version"])
        _record("communities.newsletter.edited", actor, row)
    return row


def drop_letter(*, actor: Actor, letter: Newsletter, version: int) -> None:
    """Throw a draft away. Raises Outdated, Forbidden."""
    with transaction.atomic(durable=True):
        row = _locked(actor, letter, version)
        _record("communities.newsletter.dropped", actor, row)
        row.delete()


def send_letter(*, actor: Actor, letter: Newsletter, version: int, now: datetime) -> None:
    """Send it to the members who follow the space, in batches, by a job. Raises as the others do."""
    with transaction.atomic(durable=True):
        row = _locked(actor, letter, version)
        if row.space.archived_at is not None:
            raise ValidationError(_("This community is archived: nothing is sent from it any more."))
        if not row.lines and not row.intro:
            raise ValidationError(_("There is nothing in this newsletter yet: write an introduction."))
        row.state, row.sent_at = NewsletterState.SENDING, now
        row.save(update_fields=["state", "sent_at"])
        _record("communities.newsletter.sent", actor, row)
        enqueue(deliver_letter, region_id=row.region_id, letter_id=row.pk)


def _locked(actor: Actor, letter: Newsletter, version: int) -> Newsletter:
    """The draft as it stands now, for those who write letters. Raises Outdated, Forbidden."""
    rows = Newsletter.objects.select_for_update(of=("self",)).select_related("space__region", "region")
    row: Newsletter | None = rows.filter(pk=letter.pk).first()
    if row is None:
        raise Outdated
    require(actor, LETTERS, row.space)
    if not row.is_draft or row.version != version:
        raise Outdated
    return row


def _record(event: str, actor: Actor, letter: Newsletter) -> None:
    record(event, region=letter.region, actor=actor, subject=letter, payload={"space": letter.space_id})

# SPDX-License-Identifier: EUPL-1.2
"""What the actions of writing, reviewing and ending share. No transaction is opened here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from filanda.components.proposals.contents import stored
from filanda.components.proposals.models import ORGANISATION, Proposal, ProposalState, ProposalVersion
from filanda.components.proposals.timing import months_after
from filanda.directory.people.models import Person
from filanda.directory.people.queries import facilitators, least_loaded
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import RoleGrant
from filanda.kernel.journal.actions import record
from filanda.kernel.text.folding import clean

__all__ = ["facilitator_for", "keep_version", "line_of", "lock_proposal", "note", "publication"]


def lock_proposal(number: int) -> Proposal:
    """The proposal's row, locked, with its region and space. Raises DoesNotExist."""
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("region", "space")
    row: Proposal = rows.get(pk=number)
    return row


def note(what: str, proposal: Proposal, actor: Actor, **payload: Any) -> None:
    """Record `proposals.proposal.<what>`: ids and states, never words."""
    record(
        f"proposals.proposal.{what}",
        region=proposal.region,
        actor=actor,
        subject=proposal,
        payload={"space": proposal.space_id, "state": proposal.state, **payload},
        touches={"proposal": [proposal.pk]},
    )


def keep_version(proposal: Proposal, actor: Actor, now: datetime) -> None:
    """Keep how it reads now, once for each version."""
    ProposalVersion.objects.get_or_create(
        proposal=proposal,
        number=proposal.version,
        defaults={"region": proposal.region, "fields": stored(proposal), "by_id": actor.account_id, "at": now},
    )


def publication(proposal: Proposal, now: datetime) -> dict[str, Any]:
    """What a publication writes: from when it stands, until when. One that comes back from another review keeps its
    place, and its end if that lies ahead.
    """
    stands = proposal.expires_at is not None and proposal.expires_at > now
    end = proposal.expires_at if stands else months_after(proposal.region, now, proposal.months)
    return {"published_at": proposal.published_at or now, "expires_at": end} | (
        {} if stands else {"warned_14_at": None, "warned_3_at": None}
    )


def facilitator_for(proposal: Proposal, now: datetime) -> int | None:
    """Who looks after it: the owner's own facilitator, else the one with least to do; nobody of its own side. At most
    four queries.
    """
    inside: set[int] = set()
    if proposal.organisation_id is not None:
        grants = RoleGrant.objects.filter(scope_kind=ORGANISATION, scope_id=proposal.organisation_id, ended_at=None)
        inside = set(grants.values_list("account", flat=True))
    able = {account.pk for account in facilitators(now)} - inside - {proposal.owner_id}
    if proposal.facilitator_id in able:
        return proposal.facilitator_id
    own = Person.objects.filter(account=proposal.owner_id).values_list("facilitator", flat=True).first()
    if own in able:
        return int(own)
    least = least_loaded(now, besides=proposal.owner_id)
    if least is not None and least.pk in able:
        return int(least.pk)
    return min(able, default=None)


def line_of(text: str, field: str, most: int, *, missing: str = "") -> str:
    """Words given with a move, cleaned. Raises ValidationError by `field`; `missing`: what to say where none are."""
    words = clean(text)
    if not words and missing:
        raise ValidationError({field: missing})
    if len(words) > most:
        raise ValidationError({field: _("That is too long: %(most)d characters at most.") % {"most": most}})
    return words


EDITABLE = (ProposalState.DRAFT, ProposalState.PUBLISHED, ProposalState.IN_TALKS)

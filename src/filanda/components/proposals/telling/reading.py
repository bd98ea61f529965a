# SPDX-License-Identifier: EUPL-1.2
"""Who is told of requests to read a full text, and of what became of them. No word of anybody's stands in it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from filanda.components.proposals.models import Proposal
from filanda.directory.affiliations.queries import admin_accounts
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests.things import Key, ThingLine, Told

__all__ = ["about", "asked", "decided", "owners_side", "said", "space_of"]


def owners_side(proposal: Proposal) -> list[int]:
    """Accounts of those who made it: the owner, and who speaks for the organisation. One query at most."""
    found = [proposal.owner_id] if proposal.owner_id is not None else []
    if proposal.organisation_id is not None:
        found += [account.pk for account in admin_accounts(proposal.organisation_id) if account.is_active]
    return list(dict.fromkeys(found))


def _number(event: Event, name: str) -> int | None:
    number = (event.payload or {}).get(name)
    return number if isinstance(number, int) else None


def about(event: Event) -> Key | None:
    number = _number(event, "proposal")
    return ("proposal", number) if number is not None else None


def space_of(event: Event) -> int | None:
    return _number(event, "space")


def asked(event: Event) -> Iterable[Told]:
    """The owner's side."""
    proposal = Proposal.objects.filter(pk=_number(event, "proposal") or 0).first()
    return [Told(number, "author") for number in owners_side(proposal)] if proposal is not None else []


def decided(event: Event) -> Iterable[Told]:
    """Who had asked."""
    number = _number(event, "account")
    return [Told(number, "author")] if number is not None else []


def said(event: Event, line: ThingLine) -> str:
    """One sentence about what happened."""
    names = {"title": line.title}
    match event.type:
        case "proposals.admission.asked":
            return _("Somebody asks to read the full text of %(title)s") % names
        case "proposals.admission.let_in":
            return _("You may read the full text of %(title)s") % names
        case "proposals.admission.refused":
            return _("You may not read the full text of %(title)s: see why") % names
    return _("You no longer read the full text of %(title)s: see why") % names

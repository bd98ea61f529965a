# SPDX-License-Identifier: EUPL-1.2
"""What the screens of joining read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from filanda.capabilities.search.queries import suggest
from filanda.directory.affiliations.actions.founding import known_forms
from filanda.directory.affiliations.domains import own_domain, readable
from filanda.directory.affiliations.models import OPEN_CLAIM, Claim, JoinRequest, RequestState
from filanda.directory.affiliations.queries import spoken_for
from filanda.directory.organisations.models import Identifier, Organisation
from filanda.directory.organisations.queries import Card, organisation_cards
from filanda.directory.people.models import JoiningDraft
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import fold

__all__ = ["Alike", "Choice", "alike", "choice_of", "choices", "draft_of", "pending_of"]

SHOWN = 8


@dataclass(frozen=True)
class Choice:
    """An organisation to say what one is there. `domain`: at which an address proves a claim, "" when none does."""

    card: Card
    is_spoken_for: bool
    domain: str
    claim: Claim | None = None


def choices(region: Region, actor: Actor, text: str) -> list[Choice]:
    """Organisations that `text` may be the beginning of: those of the index, and those too new for it."""
    folded = fold(text)
    if len(folded) < 2:
        return []
    found = [one.id for one in suggest(region, actor, text, SHOWN) if one.kind == "organisation"]
    fresh = Organisation.objects.visible_to(actor).filter(sort_key__startswith=folded).order_by("sort_key", "pk")
    found += [number for number in fresh.values_list("pk", flat=True)[:SHOWN] if number not in found]
    return _choices(actor, found[:SHOWN])


def choice_of(actor: Actor, organisation_id: int) -> Choice | None:
    """The organisation with the actor's open claim on it, if there is one. None for one that they do not see."""
    found = _choices(actor, [organisation_id])
    if not found:
        return None
    claim = (
        Claim.objects.visible_to(actor)
        .filter(organisation=organisation_id, account=actor.account_id, state__in=OPEN_CLAIM)
        .first()
    )
    return Choice(found[0].card, found[0].is_spoken_for, found[0].domain, claim)


def _choices(actor: Actor, ids: Iterable[int]) -> list[Choice]:
    wanted = list(ids)
    cards = organisation_cards(wanted, actor)
    websites = dict(Organisation.objects.filter(pk__in=wanted).values_list("pk", "website"))
    taken = spoken_for(wanted)
    return [
        Choice(cards[number], number in taken, readable(own_domain(websites.get(number, ""))))
        for number in wanted
        if number in cards
    ]


@dataclass(frozen=True)
class Alike:
    """A body of the directory that may be the one about to be added. `reason`: "name", "number", "website", "like"."""

    choice: Choice
    reason: str


def alike(region: Region, actor: Actor, *, name: str, website: str, number: str = "") -> list[Alike]:
    """Bodies with the same name, identifier or domain, and those whose names begin alike; surest first."""
    reasons: dict[int, str] = {}
    seen = Organisation.objects.visible_to(actor)
    folded = fold(name)
    if folded:
        same = seen.filter(
            Q(sort_key=folded) | Q(names__text__iexact=name.strip()) | Q(short_name__iexact=name.strip())
        )
        reasons |= dict.fromkeys(same.values_list("pk", flat=True)[:SHOWN], "name")
    if number.strip():
        forms = [*known_forms(number).values(), "".join(number.split()).upper()]
        found = Identifier.objects.filter(value__in=forms, organisation__in=seen)
        for pk in found.values_list("organisation_id", flat=True)[:SHOWN]:
            reasons.setdefault(pk, "number")
    if domain := own_domain(website):
        for pk, address in seen.filter(website__icontains=readable(domain)).values_list("pk", "website")[:50]:
            if own_domain(address) == domain:
                reasons.setdefault(pk, "website")
    for one in suggest(region, actor, name, SHOWN) if len(folded) > 2 else ():
        if one.kind == "organisation":
            reasons.setdefault(one.id, "like")
    return [Alike(choice, reasons[choice.card.id]) for choice in _choices(actor, list(reasons)[:SHOWN])]


def draft_of(account: Account) -> JoiningDraft | None:
    """One query."""
    draft: JoiningDraft | None = JoiningDraft.objects.filter(account=account).first()
    return draft


@dataclass(frozen=True)
class Pending:
    """What an actor has asked for and waits for."""

    claims: list[Claim]
    requests: list[JoinRequest]


def pending_of(actor: Actor) -> Pending:
    """Two queries."""
    claims = Claim.objects.filter(account=actor.account_id, state__in=OPEN_CLAIM).select_related("organisation")
    asked = JoinRequest.objects.filter(account=actor.account_id, state=RequestState.ASKED)
    return Pending(list(claims), list(asked.select_related("organisation")))

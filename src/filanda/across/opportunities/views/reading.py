# SPDX-License-Identifier: EUPL-1.2
"""The page of one funding call."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.timezone import localdate
from django.utils.timezone import now as clock
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from filanda.across.matchmaking.listing import rows
from filanda.across.matchmaking.queries import answerers_of
from filanda.across.opportunities.showing import linked_data, money, row_of
from filanda.capabilities.follows.queries import standing
from filanda.components.proposals.cards import Card as ProposalCard
from filanda.components.proposals.cards import cards as cards_of_proposals
from filanda.components.proposals.models import Proposal
from filanda.directory.funding.models import FundingCall, FundingState
from filanda.directory.funding.queries import KIND, Card, call_at, cards
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide
from filanda.kernel.ui.addresses import address as to
from filanda.kernel.ui.addresses import address_or_none
from filanda.kernel.ui.moments import when

__all__ = ["call", "found_or_404"]

PROPOSALS = 10


def found_or_404(actor: Actor, number: int) -> FundingCall:
    found = call_at(actor, number)
    if found is None:
        raise Http404(_("No funding call that you can see has this address."))
    return found


@require_safe
def call(request: HttpRequest, number: int) -> HttpResponse:
    """What it funds, until when, who here could answer, and which proposals look for a consortium for it."""
    actor = actor_of(request)
    row = found_or_404(actor, number)
    card = cards(actor, [row.pk])[0]
    today = localdate(clock())
    here = to("funding:call", row.pk)
    key = (KIND, row.pk)
    how = standing(actor, [key])
    language = (get_language() or "it")[:2]
    context = {
        "card": card,
        "row": row_of(card, today),
        "lang": card.language if card.language != language else "",
        "paragraphs": row.paragraphs,
        "facts": _facts(row, card, today),
        "topics": [_topic(one) for one in card.topics],
        "answerers": rows(answerers_of(row.pk, actor), actor=actor),
        "proposals": [_proposal(one, language) for one in cards_of_proposals(actor, _for_this(actor, row))],
        "propose_url": address_or_none("proposals:new", query=f"kind=together&call={row.pk}")
        if row.state(today) != FundingState.CLOSED
        else "",
        "is_public": row.withdrawn_at is None,
        "can_edit": bool(decide(actor, "funding.manage")),
        "jsonld": linked_data(card, request.build_absolute_uri(here)) if row.withdrawn_at is None else "",
        "level": how.level(key),
        "is_marked": how.is_bookmarked(key),
        "here": here,
        "told": [{"kind": one.level_tag, "text": str(one)} for one in messages.get_messages(request)],
        "canonical_path": here,
    }
    response = render(request, "opportunities/call.html", context)
    patch_vary_headers(response, ["Cookie"])
    return response


def _facts(row: FundingCall, card: Card, today: Any) -> list[dict[str, Any]]:
    """Label and values of what is known of it."""
    later = [when(one) for one in row.deadlines if one >= today]
    past = [when(one) for one in row.deadlines if one < today]
    known: list[tuple[str, list[Any]]] = [
        (_("Programme"), [card.programme]),
        (_("Identifier"), [card.identifier]),
        (_("Kind of action"), [card.action_kind]),
        (_("Opens"), [when(row.opens_on)] if row.opens_on else []),
        (_("Deadline"), later),
        (_("Past deadlines"), past),
        (_("Budget"), [money(row.budget, row.budget)]),
        (_("For one project"), [money(row.grant_min, row.grant_max)]),
        (_("Published by"), [card.source_name]),
        (_("Licence of the text"), [card.licence]),
    ]
    return [{"label": label, "values": [one for one in several if one]} for label, several in known if any(several)]


def _for_this(actor: Actor, call: FundingCall) -> list[int]:
    """Open proposals that the reader may know of, for this call. One query."""
    open_ones = Proposal.objects.visible_to(actor).answerable(clock()).filter(funding_call=call)
    return list(open_ones.order_by("-published_at", "-pk").values_list("pk", flat=True)[:PROPOSALS])


def _proposal(one: ProposalCard, language: str) -> dict[str, Any]:
    """What of it the reader reads stands on its card."""
    return {
        "url": to("proposals:proposal", one.id, one.slug),
        "title": one.title,
        "lang": one.language if one.language != language else "",
        "facts": [fact for fact in (one.kind_label, one.who.name, one.place) if fact],
        "summary": one.summary,
    }


def _topic(one: Any) -> dict[str, Any]:
    url = address_or_none("funding:directory", query=f"s3={one.code}") if one.scheme == "s3" else ""
    return {"label": one.label, "url": url, "is_suggested": one.is_suggested}

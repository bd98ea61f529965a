# SPDX-License-Identifier: EUPL-1.2
"""Funding calls as their templates want them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markupsafe import Markup

from filanda.across.finder.portrait import linked_data as as_json
from filanda.capabilities.search.highlight import mark
from filanda.directory.funding.queries import Card
from filanda.kernel.ui.addresses import address as to
from filanda.kernel.ui.moments import number

__all__ = ["linked_data", "money", "row_of"]

DAYS_LEFT_SHOWN = 30


def row_of(card: Card, today: date, q: str = "") -> dict[str, Any]:
    """A call as a row of a list. No query."""
    language = (get_language() or "it")[:2]
    left = (card.next_deadline - today).days if card.next_deadline is not None else None
    return {
        "id": card.id,
        "url": to("funding:call", card.id),
        "title": card.title,
        "lang": card.language if card.language != language else "",
        "programme": card.programme,
        "identifier": card.identifier,
        "state": str(card.state),
        "state_label": _("Withdrawn") if card.is_withdrawn else str(card.state.label),
        "beginning": mark(card.beginning, q, card.language) if q else card.beginning,
        "opens_on": card.opens_on if card.state == "forthcoming" else None,
        "deadline": card.next_deadline,
        "closed_on": card.closes_on if card.state == "closed" else None,
        "days_left": left if left is not None and left <= DAYS_LEFT_SHOWN and card.state == "open" else None,
        "money": money(card.grant_min, card.grant_max) or money(card.budget, card.budget),
        "topics": list(dict.fromkeys(topic.label for topic in card.topics))[:3],
    }


def money(low: int | None, high: int | None) -> str:
    """ "€ 60,000 to 150,000"; "" where nothing is known."""
    if low is None and high is None:
        return ""
    if low is None or high is None or low == high:
        return _("€ %(amount)s") % {"amount": number(high if high is not None else low or 0)}
    return _("€ %(low)s to %(high)s") % {"low": number(low), "high": number(high)}


def linked_data(card: Card, url: str) -> Markup:
    """schema.org MonetaryGrant as JSON-LD, escaped for a script element."""

    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "MonetaryGrant",
        "@id": url,
        "url": url,
        "name": card.title,
        "identifier": card.identifier,
        "description": card.beginning,
        "inLanguage": card.language,
        "sameAs": card.link,
        "funder": {"@type": "Organization", "name": card.source_name} if card.source_name else None,
        "isPartOf": {"@type": "CreativeWork", "name": card.programme} if card.programme else None,
        "keywords": ", ".join(topic.label for topic in card.topics if not topic.is_suggested),
        "amount": {"@type": "MonetaryAmount", "currency": "EUR", "value": card.budget} if card.budget else None,
    }
    return Markup(as_json(data))  # noqa: S704 - <, > and & are escaped in it

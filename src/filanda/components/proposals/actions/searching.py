# SPDX-License-Identifier: EUPL-1.2
"""Searches that people keep, and what is new for them by e-mail: only what they may find at the moment of sending."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from filanda.capabilities.search.queries import find_proposals
from filanda.components.proposals.cards import Card, cards
from filanda.components.proposals.models import Frequency, SavedSearch
from filanda.components.proposals.parameters import Selection
from filanda.directory.people.languages import language_of
from filanda.kernel.identity.actors import PLATFORM, Actor, actor_for
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.actions import record
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean
from filanda.spaces.steps import account_id_of

__all__ = [
    "KEPT_MOST",
    "TooManySearches",
    "change_search",
    "drop_search",
    "due",
    "end_by_token",
    "keep_search",
    "search_of_token",
    "tell_new",
]

KEPT_MOST = 20
NAME_MOST = 120
TOLD_MOST = 10
LOOKED_AT = 200  # newest results in which what is new is looked for
SETTLED = timedelta(minutes=30)  # how long the search index may take: what was published later is told next time
PERIODS = {Frequency.DAILY: timedelta(hours=22), Frequency.WEEKLY: timedelta(days=6, hours=22)}
_SALT = "filanda.proposals.search"


class TooManySearches(Exception):
    """`str()` says how many there may be."""


def keep_search(
    *, actor: Actor, region: Region, name: str, query: Mapping[str, Any] | str, frequency: str, now: datetime
) -> SavedSearch:
    """Keep a search, `query` being the directory's query string. The same search kept again gets the new name and
    frequency. Raises Forbidden, ValidationError ("name", "frequency"), TooManySearches.
    """
    with transaction.atomic(durable=True):
        require(actor, "proposals.searches.keep")
        account_id = account_id_of(actor)
        Account.objects.select_for_update().get(pk=account_id)  # one at a time, so that the limit holds
        canonical = _canonical(query)
        name, frequency = _checked(name, frequency)
        known = SavedSearch.objects.filter(account=account_id, query=canonical).first()
        if known is None and SavedSearch.objects.filter(account=account_id).count() >= KEPT_MOST:
            raise TooManySearches(
                _("You keep %(most)d searches already, and that is the limit. Drop one first.") % {"most": KEPT_MOST}
            )
        kept = known or SavedSearch(region=region, account_id=account_id, query=canonical, seen_at=now, created_at=now)
        kept.name, kept.frequency = name, frequency
        kept.save()
        record("proposals.search.kept", region=region, actor=actor, subject=kept, payload={"frequency": frequency})
        return kept


def change_search(*, actor: Actor, search: SavedSearch, name: str, frequency: str, now: datetime) -> SavedSearch:
    """Call it something else, be told more or less often. Raises Forbidden, ValidationError."""
    with transaction.atomic(durable=True):
        kept = SavedSearch.objects.select_for_update(of=("self",)).select_related("region").get(pk=search.pk)
        require(actor, "proposals.searches.keep", kept)
        if kept.frequency == Frequency.NEVER:
            kept.seen_at = now  # what came while nobody wanted to be told is no news
        kept.name, kept.frequency = _checked(name, frequency)
        kept.save()
        record("proposals.search.kept", region=kept.region, actor=actor, subject=kept, payload={"frequency": frequency})
        return kept


def drop_search(*, actor: Actor, search: SavedSearch) -> None:
    """Keep it no longer. Twice is the same as once. Raises Forbidden."""
    with transaction.atomic(durable=True):
        kept = SavedSearch.objects.select_for_update(of=("self",)).select_related("region").filter(pk=search.pk).first()
        if kept is None:
            return
        require(actor, "proposals.searches.keep", kept)
        record("proposals.search.dropped", region=kept.region, actor=actor, subject=kept, payload={})
        kept.delete()


def _canonical(query: Mapping[str, Any] | str) -> str:
    given = query if isinstance(query, QueryDict) else QueryDict(str(query)[:2_000])
    text = Selection.read(given).at_page(1).query_string().removeprefix("?")
    if len(text) > 1_000:
        raise ValidationError({"name": _("This search has too many filters to be kept. Remove some.")})
    return text


def _checked(name: str, frequency: str) -> tuple[str, str]:
    errors: dict[str, str] = {}
    name = " ".join(clean(name).split())
    if not name:
        errors["name"] = _("Give the search a name, so that you know it in your list.")
    elif len(name) > NAME_MOST:
        errors["name"] = _("That is too long: %(most)d characters at most.") % {"most": NAME_MOST}
    if frequency not in Frequency.values:
        errors["frequency"] = _("Choose how often you want to be told.")
    if errors:
        raise ValidationError(errors)
    return name, frequency


# Telling


def due(now: datetime) -> list[int]:
    """Searches of the active region whose time to be looked at has come. One query."""
    rows = SavedSearch.objects.exclude(frequency=Frequency.NEVER).filter(account__is_active=True)
    return [
        pk
        for pk, frequency, sent_at, seen_at in rows.order_by("pk").values_list("pk", "frequency", "sent_at", "seen_at")
        if now - max(sent_at or seen_at, seen_at) >= PERIODS[Frequency(frequency)]
    ]


def tell_new(*, search_id: int, now: datetime) -> int:
    """Send what was published since the search was last looked at, and that its keeper may find and read now, in their
    own language. Returns how many were told of; 0 sends nothing.
    """
    with transaction.atomic(durable=True):
        rows = SavedSearch.objects.select_for_update(of=("self",)).select_related("region", "account")
        search = rows.filter(pk=search_id).exclude(frequency=Frequency.NEVER).first()
        if search is None or search_id not in due(now):
            return 0
        account, region = search.account, search.region
        actor = actor_for(account)
        if not account.is_active or not actor.is_member:
            return 0
        language = language_of(account, region)
        with translation.override(language):
            until = max(search.seen_at, now - SETTLED)
            found = _new(actor, search, until)
            since, search.seen_at = search.seen_at, until
            if found:
                search.sent_at = now
                _post(search, account, region, language, found)
                record(
                    "proposals.search.told",
                    region=region,
                    actor=PLATFORM,
                    subject=search,
                    payload={"count": len(found), "since": since},
                )
            search.save(update_fields=["seen_at", "sent_at"])
        return len(found)


def _new(actor: Actor, search: SavedSearch, until: datetime) -> list[Card]:
    selection = Selection.read(QueryDict(search.query))
    filters = dict(selection.filters) | {"open": ("yes",)}
    found = find_proposals(search.region, actor, selection.q, filters, "newest", limit=LOOKED_AT)
    return [
        card
        for card in cards(actor, found.ids)
        if card.is_open and card.published_at is not None and search.seen_at < card.published_at <= until
    ]


def _post(search: SavedSearch, account: Account, region: Region, language: str, found: list[Card]) -> None:
    query = f"?{search.query}" if search.query else ""
    post(
        region=region,
        to=account.email,
        template="proposals/mail/search",
        language=language,
        context={
            "name": search.name,
            "count": len(found),
            "rows": [
                {
                    "title": card.title,
                    "kind": card.kind_label,
                    "who": card.who.name,
                    "summary": card.summary[:280],
                    "url": absolute(region, language, reverse("proposals:proposal", args=[card.id, card.slug])),
                }
                for card in found[:TOLD_MOST]
            ],
            "more": max(0, len(found) - TOLD_MOST),
            "url": absolute(region, language, reverse("proposals:directory")) + query,
            "searches_url": absolute(region, language, reverse("proposals:searches")),
        },
        account=account,
        unsubscribe_url=absolute(region, language, reverse("proposals:search-end", args=[_token(search)])),
    )


def _token(search: SavedSearch) -> str:
    return signing.dumps([search.pk, search.region_id], salt=_SALT)


def search_of_token(token: str, region: Region) -> SavedSearch | None:
    """The search that a link ends; None for a link that is not ours, or of one that is gone."""
    try:
        number, place = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if place != region.pk:
        return None
    found: SavedSearch | None = SavedSearch.objects.filter(pk=number).first()
    return found


def end_by_token(*, token: str, region: Region) -> SavedSearch | None:
    """End the e-mails of one search; the search stays in its keeper's list. The link is the key."""
    with transaction.atomic(durable=True):
        found = search_of_token(token, region)
        if found is None:
            return None
        found.frequency = Frequency.NEVER
        found.save(update_fields=["frequency"])
        record("proposals.search.kept", region=region, actor=PLATFORM, subject=found, payload={"frequency": "never"})
        return found

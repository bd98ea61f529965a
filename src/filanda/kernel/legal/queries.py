# SPDX-License-Identifier: EUPL-1.2
"""Reads about legal texts and consents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from filanda.kernel.database import compiled
from filanda.kernel.legal.models import Consent, LegalKind, LegalText
from filanda.kernel.legal.shipping import NEED_CONSENT, shipped
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import active_region

__all__ = [
    "consents_of",
    "current_text",
    "current_texts",
    "has_agreed",
    "missing_consents",
    "required_texts",
    "versions_of",
]


def current_texts(region: Region) -> dict[str, LegalText]:
    """The text of each kind that holds now, by kind; one query. Shipped ones that nobody needed yet have no row."""
    rows = LegalText.objects.filter(region=region).order_by("kind", "-version").distinct("kind")
    found = {row.kind: row for row in rows}
    return {kind: found.get(kind) or _shipped(region, kind) for kind in LegalKind.values}


def current_text(region: Region, kind: str) -> LegalText:
    """The text that holds now. Raises KeyError for an unknown kind."""
    return current_texts(region)[kind]


def versions_of(region: Region, kind: str) -> list[LegalText]:
    """All versions, newest first; at least the one that holds."""
    rows = list(LegalText.objects.filter(region=region, kind=kind).order_by("-version"))
    return rows or [_shipped(region, kind)]


def consents_of(account_id: int) -> list[Consent]:
    """What `account_id` agreed to in the active region, the newest first, what they took back too. One query."""
    rows = Consent.objects.filter(account=account_id).select_related("text").defer("text__texts")
    return list(rows.order_by("-given_at", "-pk"))


def required_texts(region: Region) -> list[LegalText]:
    """The texts that taking part rests on, as they are now."""
    return [text for text in current_texts(region).values() if text.requires_consent]


def missing_consents(account_id: int, region: Region) -> list[LegalText]:
    """What `account_id` has yet to agree to. One query, a second one if there is any."""
    found = _agreed(account_id, region)
    ids = [row["pk"] for row in found.values() if row["requires_consent"] and not row["is_agreed"]]
    missing = list(LegalText.objects.filter(pk__in=ids).order_by("kind")) if ids else []
    return missing + [_shipped(region, kind) for kind in sorted(NEED_CONSENT - set(found))]


def has_agreed(account_id: int, region: Region) -> bool:
    """Whether `account_id` has agreed to all that taking part rests on. One query, cheap enough for every page."""
    found = _agreed(account_id, region)
    rests = (row["is_agreed"] for row in found.values() if row["requires_consent"])
    return all(rests) and set(found) >= NEED_CONSENT


def _agreed(account_id: int, region: Region) -> dict[str, dict[str, Any]]:
    """The texts that hold now, by kind, and whether `account_id` agreed to each."""

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        consents = Consent.objects.filter(account=given[0], withdrawn_at=None, text=OuterRef("pk"))
        rows = LegalText.objects.filter(region=given[1]).order_by("kind", "-version").distinct("kind")
        return rows.annotate(is_agreed=Exists(consents)).values("pk", "kind", "requires_consent", "is_agreed")

    key = ("legal: missing consents", active_region().pk)
    return {row["kind"]: row for row in compiled.rows(key, build, [account_id, region.pk])}


def _shipped(region: Region, kind: str) -> LegalText:
    return LegalText(
        region=region,
        kind=kind,
        version=1,
        texts=shipped(kind),
        requires_consent=kind in NEED_CONSENT,
        is_shipped=True,
        published_at=region.created_at,
    )

# SPDX-License-Identifier: EUPL-1.2
"""Reads about legal texts and consents."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from filanda.kernel.legal.models import Consent, LegalKind, LegalText
from filanda.kernel.legal.shipping import NEED_CONSENT, shipped
from filanda.kernel.regions.models import Region

__all__ = ["consents_of", "current_text", "current_texts", "missing_consents", "required_texts", "versions_of"]


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
    """What `account_id` has yet to agree to. One query, cheap enough for every page."""
    given = Consent.objects.filter(account=account_id, withdrawn_at=None, text=OuterRef("pk"))
    rows = (
        LegalText.objects.filter(region=region)
        .order_by("kind", "-version")
        .distinct("kind")
        .annotate(is_agreed=Exists(given))
    )
    found = {row.kind: row for row in rows}
    missing = [row for row in found.values() if row.requires_consent and not row.is_agreed]
    return missing + [_shipped(region, kind) for kind in sorted(NEED_CONSENT - set(found))]


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

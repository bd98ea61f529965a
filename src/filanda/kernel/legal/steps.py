# SPDX-License-Identifier: EUPL-1.2
"""Versions and consents as part of somebody's action. No transaction is opened here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.legal.models import Consent, LegalText
from filanda.kernel.legal.queries import required_texts
from filanda.kernel.regions.models import Region

__all__ = ["kept_text", "record_consents"]


def kept_text(text: LegalText) -> LegalText:
    """The row of `text`; a shipped one gets its row when it is first needed."""
    if text.pk:
        return text
    row, _is_new = LegalText.objects.get_or_create(
        region=text.region,
        kind=text.kind,
        version=text.version,
        defaults={
            "texts": text.texts,
            "requires_consent": text.requires_consent,
            "is_shipped": True,
            "published_at": text.published_at,
        },
    )
    kept: LegalText = row
    return kept


def record_consents(
    *,
    actor: Actor,
    region: Region,
    account_id: int,
    language: str,
    now: datetime,
    texts: Iterable[LegalText] | None = None,
) -> list[Consent]:
    """Note that `account_id` agreed to `texts` (default: all that are required now). Twice is the same as once.

    The caller has shown them, and asked.
    """
    made = []
    for text in required_texts(region) if texts is None else texts:
        kept = kept_text(text)
        consent, is_new = Consent.objects.get_or_create(
            region=region,
            account_id=account_id,
            text=kept,
            withdrawn_at=None,
            defaults={"language": language, "given_at": now},
        )
        if is_new:
            record(
                "legal.consent.given",
                region=region,
                actor=actor,
                subject=consent,
                payload={"kind": kept.kind, "version": kept.version, "language": language},
            )
            made.append(consent)
    return made

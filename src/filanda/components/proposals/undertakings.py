# SPDX-License-Identifier: EUPL-1.2
"""The words by which somebody undertakes to keep a proposal confidential: the region's own, else these."""

from __future__ import annotations

import hashlib

from django.utils.translation import get_language

from filanda.kernel.regions.models import Region

__all__ = ["digest_of", "words_in"]

# Legal texts: each is written for its language and not translated from the other.
_DEFAULT = {
    "it": (
        "Mi impegno a tenere riservati il testo completo e gli allegati di questa proposta: a usarli soltanto per "
        "valutare una collaborazione con chi l’ha scritta, a non mostrarli ad altri fuori della mia organizzazione "
        "senza il suo consenso, e a distruggerne le copie se me lo chiede. L’impegno vale per cinque anni e non "
        "riguarda ciò che è già pubblico o che conoscevo già."
    ),
    "en": (
        "I undertake to keep the full text and the attachments of this proposal confidential: to use them only to "
        "consider working together with its author, not to show them to anybody outside my organisation without the "
        "author’s consent, and to destroy my copies when the author asks me to. This holds for five years, and does "
        "not cover what is public already or what I knew before."
    ),
}


def words_in(region: Region, language: str = "") -> str:
    """The words in the reader's language (`settings["proposals"]["undertaking"][language]` of the region)."""
    wanted = (language or get_language() or "it").split("-")[0]
    given = region.settings.get("proposals")
    own = given.get("undertaking") if isinstance(given, dict) else None
    own = own if isinstance(own, dict) else {}
    for known in (own, _DEFAULT):
        for code in (wanted, region.default_language, "en"):
            text = known.get(code)
            if isinstance(text, str) and text.strip():
                return text.strip()[:4_000]
    return _DEFAULT["en"]


def digest_of(words: str) -> str:
    """By which a form says which words were read."""
    return hashlib.sha256(words.encode()).hexdigest()[:16]

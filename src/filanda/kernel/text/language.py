# SPDX-License-Identifier: EUPL-1.2
"""Which language a text is in."""

from __future__ import annotations

import functools
from typing import Any

KNOWN = ("it", "en", "fr", "de", "es")


@functools.lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(KNOWN))
    return identifier


def detect(text: str, *, default: str = "") -> str:
    """ISO 639-1 code of the language of `text` among `KNOWN`, or `default` when it is too short or unclear."""
    letters = sum(character.isalpha() for character in text)
    if letters < 8:
        return default
    code, probability = _identifier().classify(text[:2000])
    return str(code) if probability >= 0.6 else default

# SPDX-License-Identifier: EUPL-1.2
"""The texts that come with the software: `settings.LEGAL_TEXTS`/<kind>.<language>.md."""

from __future__ import annotations

import functools
from pathlib import Path

from django.conf import settings

from filanda.kernel.legal.models import LegalKind

__all__ = ["NEED_CONSENT", "shipped"]

# Taking part rests on the terms; a privacy notice informs (GDPR, article 13) and is not agreed to.
NEED_CONSENT = frozenset({LegalKind.TERMS})


@functools.cache
def shipped(kind: str, folder: Path | None = None) -> dict[str, str]:
    """The shipped text of `kind`, Markdown by language."""
    place = folder or Path(settings.LEGAL_TEXTS)
    languages = [code for code, _name in settings.LANGUAGES]
    files = {language: place / f"{kind}.{language}.md" for language in languages}
    return {language: file.read_text(encoding="utf-8") for language, file in files.items() if file.exists()}

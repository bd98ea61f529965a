# SPDX-License-Identifier: EUPL-1.2
"""What may be said about a space: fields, languages, lengths; how its address is made."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean, fold
from filanda.spaces.errors import SpaceWrong
from filanda.spaces.models import Space

__all__ = ["CONCEPTS_MOST", "RESERVED", "TEXTS", "checked_texts", "free_slug"]

# field -> characters at most in each language
TEXTS: dict[str, int] = {"names": 120, "summaries": 400, "welcomes": 5000, "rules": 10_000, "questions": 300}
LINES = frozenset({"names", "summaries", "questions"})
CONCEPTS_MOST = 12
RESERVED = frozenset({"new", "mine", "groups", "invitations", "feed", "search"})
_SLUG_LENGTH = 60


def checked_texts(texts: Mapping[str, Mapping[str, str]], region: Region) -> dict[str, dict[str, str]]:
    """`texts` as they are kept: cleaned, empty ones left out. Raises SpaceWrong with every sentence at once, keyed
    "field-language", and KeyError for a field that is none.
    """
    found: dict[str, dict[str, str]] = {}
    errors: dict[str, str] = {}
    for field, by_language in texts.items():
        most = TEXTS[field]
        kept = {}
        for language, text in by_language.items():
            if language not in region.languages:
                continue
            said = clean(str(text).replace("\r\n", "\n")).strip()
            said = " ".join(said.split()) if field in LINES else said
            if len(said) > most:
                errors[f"{field}-{language}"] = _(
                    "This has %(length)s characters; up to %(most)s fit. Shorten it a little."
                ) % {"length": len(said), "most": most}
            if said:
                kept[language] = said
        if field == "names" and not kept:
            errors[f"names-{region.default_language}"] = _("Give it a name.")
        if field == "names" and any(not fold(name) for name in kept.values()):
            errors[f"names-{region.default_language}"] = _("A name has letters or digits in it.")
        found[field] = kept
    if errors:
        raise SpaceWrong(errors)
    return found


def free_slug(region: Region, name: str, *, is_private: bool = False) -> str:
    """An address for a space called `name` that no other has. One query; the unique constraint has the last word.

    A private one's ends in random letters: so no name that somebody gives ever collides with it, which would tell them
    that it is there.
    """
    base = slugify(name)[: _SLUG_LENGTH - 6].strip("-").replace("_", "-") or "community"
    base = "-".join(part for part in base.split("-") if part) or "community"
    if base in RESERVED:
        base = f"{base}-community"
    if is_private:
        return f"{base[: _SLUG_LENGTH - 9].strip('-')}-{get_random_string(8, 'abcdefghjkmnpqrstuvwxyz23456789')}"
    taken = set(Space.objects.filter(region=region, slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    return next(slug for slug in (f"{base}-{number}" for number in range(2, 100_000)) if slug not in taken)

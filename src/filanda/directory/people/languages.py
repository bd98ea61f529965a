# SPDX-License-Identifier: EUPL-1.2
"""In which language somebody is written to."""

from __future__ import annotations

from django.conf import settings

from filanda.directory.people.models import Person
from filanda.kernel.identity.models import Account
from filanda.kernel.regions.models import Region

__all__ = ["choices_in", "language_of", "reads"]


def language_of(account: Account, region: Region, otherwise: str = "") -> str:
    """The language that `account` reads in `region`: see `reads`. `otherwise`: for those who have no profile there. One
    query.
    """
    person = Person.objects.filter(account=account).only("language", "text_language").first()
    if person is not None:
        return reads(person, region)
    return otherwise if otherwise in region.languages else region.default_language


def reads(person: Person, region: Region) -> str:
    """The language that `person` chose, else that of their profile, if the region speaks it; else its default."""
    known = [code for code in (person.language, person.text_language) if code in region.languages]
    return known[0] if known else region.default_language


def choices_in(region: Region) -> list[tuple[str, str]]:
    """(code, its own name) of the languages that `region` speaks."""
    names = dict(settings.LANGUAGES)
    return [(code, str(names.get(code, code))) for code in region.languages]

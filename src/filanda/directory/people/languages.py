# SPDX-License-Identifier: EUPL-1.2
"""In which language somebody is written to."""

from __future__ import annotations

from filanda.directory.people.models import Person
from filanda.kernel.identity.models import Account
from filanda.kernel.regions.models import Region

__all__ = ["language_of"]


def language_of(account: Account, region: Region) -> str:
    """The language that `account` reads in `region`: that of their profile if the region speaks it, else its default.
    One query.
    """
    person = Person.objects.filter(account=account).first()
    wanted = person.text_language if person is not None else ""
    return wanted if wanted in region.languages else region.default_language

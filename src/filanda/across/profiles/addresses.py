# SPDX-License-Identifier: EUPL-1.2
"""Addresses of people's pages, in the reader's language. Lists resolve the prefix once, not once a row."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from filanda.across.finder.addresses import Addresses

__all__ = ["PeopleAddresses"]


@dataclass(frozen=True, slots=True)
class PeopleAddresses:
    """Made once a request, after the language is known."""

    people: str
    finder: Addresses

    @classmethod
    def here(cls) -> PeopleAddresses:
        return cls(people=reverse("profiles:people"), finder=Addresses.here())

    def person(self, person_id: int, slug: str) -> str:
        return f"{self.people}{person_id}/{slug}/"

# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the finder's pages, in the reader's language. Lists resolve the prefix once, not once a row."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.urls import reverse

__all__ = ["Addresses"]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Made once a request, after the language is known."""

    home: str
    organisations: str
    needs: str

    @classmethod
    def here(cls) -> Addresses:
        return cls(
            home=reverse("finder:home"),
            organisations=reverse("finder:organisations"),
            needs=reverse("finder:needs"),
        )

    def organisation(self, organisation_id: int, slug: str) -> str:
        return f"{self.organisations}{organisation_id}/{slug}/"

    def evidence(self, organisation_id: int, slug: str, evidence_id: int) -> str:
        """The organisation's page, opened where this piece of its evidence stands."""
        return f"{self.organisations}{organisation_id}/{slug}/?e={evidence_id}#e{evidence_id}"

    def introduction(self, organisation_id: int, slug: str, need_token: str = "") -> str:
        query = f"?need={quote(need_token)}" if need_token else ""
        return f"{self.organisations}{organisation_id}/{slug}/introduction/{query}"

    def need(self, token: str) -> str:
        return f"{self.needs}{token}/"

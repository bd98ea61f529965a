# SPDX-License-Identifier: EUPL-1.2
"""Entries that may be one organisation, with the reasons. A job looks (`actions.likening`), a person decides."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import urlsplit

from filanda.directory.organisations.importers.unifying import Body, unify
from filanda.directory.organisations.models import Identifier, NotTheSame, Organisation, Site
from filanda.kernel.regions.models import Region

__all__ = ["WEIGHTS", "Suggestion", "find_duplicates"]

SHARED_DOMAIN = 3  # more bodies than this at one domain: a portal, not a body


@dataclass(frozen=True)
class Suggestion:
    """Two ids, the lower first. reasons: keys of `WEIGHTS`, strongest first."""

    first_id: int
    second_id: int
    reasons: tuple[str, ...]

    @property
    def score(self) -> int:
        """The strongest reason counts more than all weaker ones together."""
        return sum(WEIGHTS[reason] for reason in self.reasons)


WEIGHTS = {"same_number": 8, "same_name": 4, "same_domain": 2, "near_name": 1}


def find_duplicates(region: Region) -> list[Suggestion]:
    """All suggestions of a region, strongest first. Reads every organisation of it: for a job, not for a request.

    *same number*: the digits of a VAT number are another's tax code. *same name*, *near name*: by the rules of imports
    (`importers.unifying`), which never unite two existing entries by themselves. *same domain*: of their web sites.
    """
    rows = list(
        Organisation.objects.filter(region=region, is_external=False)
        .values_list("pk", "name", "website")
        .order_by("pk")
    )
    towns = dict(
        Site.objects.filter(region=region, is_main=True).values_list("organisation_id", "municipality").order_by("pk")
    )
    found: dict[tuple[int, int], set[str]] = defaultdict(set)

    def note(one: int, other: int, reason: str) -> None:
        if one != other:
            found[min(one, other), max(one, other)].add(reason)

    bodies = [
        Body(key=str(pk), name=name, country="IT", town=towns.get(pk, ""), website=website, organisation_id=pk)
        for pk, name, website in rows
    ]
    for likeness in unify(bodies).merges:
        is_same = likeness.rule == "same name" or likeness.detail == "the same name elsewhere"
        note(int(likeness.first_id), int(likeness.second_id), "same_name" if is_same else "near_name")
    by_domain: dict[str, list[int]] = defaultdict(list)
    for body in bodies:
        if domain := _domain(body.website):
            by_domain[domain].append(int(body.key))
    for pks in by_domain.values():
        if len(pks) <= SHARED_DOMAIN:
            for other in pks[1:]:
                note(pks[0], other, "same_domain")
    ours = {pk for pk, _name, _website in rows}
    by_digits: dict[str, set[int]] = defaultdict(set)
    numbers = Identifier.objects.filter(region=region, scheme__in=["vat", "tax_code"])
    for pk, value in numbers.values_list("organisation_id", "value"):
        if pk in ours:
            by_digits[value.removeprefix("IT")].add(pk)
    for alike in by_digits.values():
        first, *rest = sorted(alike)
        for other in rest:
            note(first, other, "same_number")
    apart = set(NotTheSame.objects.filter(region=region).values_list("first_id", "second_id"))
    suggestions = [
        Suggestion(one, other, tuple(sorted(reasons, key=lambda reason: -WEIGHTS[reason])))
        for (one, other), reasons in found.items()
        if (one, other) not in apart
    ]
    suggestions.sort(key=lambda s: (-s.score, s.first_id, s.second_id))
    return suggestions


def _domain(website: str) -> str:
    """ "www.alfa.example" -> "alfa.example"; "" for none."""

    try:
        host = (urlsplit(website).hostname or "").removeprefix("www.").lower()
    except ValueError:
        return ""
    return host if "." in host else ""

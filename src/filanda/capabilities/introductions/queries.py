# SPDX-License-Identifier: EUPL-1.2
"""Reads about the sides of many introductions at once."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from filanda.capabilities.introductions.models import Side
from filanda.directory.people.models import Person

__all__ = ["names_of"]


def names_of(sides: Iterable[Side]) -> dict[int, str]:
    """By side, its name, for whoever may know it; organisations are at hand. One query."""
    found = list(sides)
    accounts = {side.account_id for side in found if side.organisation_id is None and side.account_id is not None}
    people = dict(Person.objects.filter(account__in=accounts, erased_at=None).values_list("account", "name"))
    return {
        side.pk: side.organisation.name
        if side.organisation is not None
        else people.get(side.account_id or 0) or _("a former member")
        for side in found
    }

# SPDX-License-Identifier: EUPL-1.2
"""The one place where the tenancy filter is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import models
from django_scopes import ScopedManager, get_scope, scope, scopes_disabled

if TYPE_CHECKING:
    from filanda.kernel.regions.models import Region

__all__ = ["NoActiveRegion", "across_regions", "active_region", "in_region", "scoped"]


class NoActiveRegion(RuntimeError):
    """Raised when code asks for the active region outside of any."""


def scoped(queryset_class: type[models.QuerySet[Any]] = models.QuerySet) -> Any:
    """Return the manager of a scoped model: rows of the active region only, ScopeError without one.

    `queryset_class` carries the model's own reads (`visible_to` and the like).
    """
    return ScopedManager(region="region", _manager_class=models.Manager.from_queryset(queryset_class))


@contextmanager
def in_region(region: Region) -> Iterator[Region]:
    """Enter `region`: scoped managers see its rows and no others."""
    with scope(region=region):
        yield region


@contextmanager
def across_regions() -> Iterator[None]:
    """Leave the tenancy filter, for operators' commands, the indexer and migrations. Never in a view."""
    with scopes_disabled():
        yield


def active_region() -> Region:
    """Return the region that the current request, job or command has entered.

    Raises NoActiveRegion outside of any.
    """
    region: Region | None = get_scope().get("region")
    if region is None:
        raise NoActiveRegion("Enter a region first: with in_region(region): …")
    return region

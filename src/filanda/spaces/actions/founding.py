# SPDX-License-Identifier: EUPL-1.2
"""New spaces: communities, communities within others, private project groups; the region's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region
from filanda.spaces.errors import SpaceWrong
from filanda.spaces.models import Openness, Space, SpaceConcept, SpaceKind
from filanda.spaces.steps import found_space, lock_space
from filanda.spaces.values import RESERVED, checked_texts, free_slug

__all__ = ["ensure_region_spaces", "open_community", "open_group"]


def open_community(
    *,
    actor: Actor,
    region: Region,
    texts: Mapping[str, Mapping[str, str]],
    openness: str,
    now: datetime,
    parent: Space | None = None,
    concept_ids: Iterable[int] = (),
) -> Space:
    """Open a community, within `parent` where given; whoever opens it manages it. Raises SpaceWrong, Forbidden,
    TooOften.
    """
    found = checked_texts(texts, region)
    if openness not in Openness.values:
        raise SpaceWrong({"openness": _("Choose who reads from the list.")})
    with transaction.atomic(durable=True):
        above = lock_space(parent.pk) if parent is not None else None
        require(actor, "spaces.create", above)
        if above is not None:
            if above.kind != SpaceKind.COMMUNITY or above.parent_id is not None or above.archived_at is not None:
                raise SpaceWrong({"": _("Communities are opened within a community, one level deep.")})
            if above.is_private and openness != Openness.PRIVATE:
                raise SpaceWrong({"openness": _("The community above this one is private, so this one is too.")})
        space = found_space(actor, region, SpaceKind.COMMUNITY, found, openness, above, now)
        SpaceConcept.objects.bulk_create(
            SpaceConcept(region=region, space=space, concept_id=one) for one in sorted(set(concept_ids))
        )
    return space


def open_group(*, actor: Actor, region: Region, texts: Mapping[str, Mapping[str, str]], now: datetime) -> Space:
    """Open a private project group; whoever opens it manages it. Raises SpaceWrong, Forbidden, TooOften."""
    found = checked_texts(texts, region)
    with transaction.atomic(durable=True):
        require(actor, "spaces.groups.open")
        space = found_space(actor, region, SpaceKind.GROUP, found, Openness.PRIVATE, None, now)
    return space


def ensure_region_spaces(*, actor: Actor) -> None:
    """Each region has the space that is itself. One query where they all have."""
    for region in Region.objects.exclude(spaces__kind=SpaceKind.REGION):
        with in_region(region), transaction.atomic(durable=True):
            slug = region.slug if region.slug not in RESERVED else f"{region.slug}-region"
            if Space.objects.filter(slug=slug).exists():
                slug = free_slug(region, slug)
            space, is_new = Space.objects.get_or_create(
                region=region,
                kind=SpaceKind.REGION,
                defaults={"slug": slug, "names": region.names, "is_invented": region.is_invented},
            )
            if is_new:
                record(
                    "spaces.space.created",
                    region=region,
                    actor=actor,
                    subject=space,
                    payload={"kind": SpaceKind.REGION.value, "openness": Openness.OPEN.value, "parent": None},
                    touches={"space": [space.pk]},
                )

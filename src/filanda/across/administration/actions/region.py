# SPDX-License-Identifier: EUPL-1.2
"""Changing a region's settings, one part at a time, with what it was and what it is in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from filanda.across.administration.settings import Values, checked, stamp_of, values_of, write
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.middleware import forget_hosts
from filanda.kernel.regions.models import Region

__all__ = ["RegionWrong", "SettingsChanged", "change_region"]


class RegionWrong(ValueError):
    """`errors`: a sentence by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(errors.values()))


class SettingsChanged(Exception):
    """Somebody else has changed this part since the editor was opened. `current`: what it holds now."""

    def __init__(self, current: Values) -> None:
        self.current = current
        super().__init__(
            _("Somebody else changed this meanwhile. What holds now stands below; send yours again to replace it.")
        )


def change_region(*, actor: Actor, region: Region, part: str, given: Mapping[str, Any], seen: str) -> Region:
    """Set `part` (one of settings.PARTS) of `region` to `given`. `seen`: the stamp of the values it was made from.

    Raises RegionWrong, SettingsChanged, Forbidden; KeyError for an unknown part.
    """
    with transaction.atomic(durable=True):
        locked = Region.objects.select_for_update(no_key=True).get(pk=region.pk)
        require(actor, "administration.region.change", locked)
        before = values_of(locked, part)
        if seen != stamp_of(before):
            raise SettingsChanged(before)
        values, wrong = checked(locked, part, given)
        if wrong:
            raise RegionWrong(wrong)
        if values != before:
            locked.save(update_fields=write(locked, part, values))
            record(
                "administration.region.changed",
                region=locked,
                actor=actor,
                subject=locked,
                payload={"part": part, "old": before, "new": values},
            )
            # Processes keep a region for some seconds: this one sees the change at once.
            transaction.on_commit(forget_hosts)
    return locked

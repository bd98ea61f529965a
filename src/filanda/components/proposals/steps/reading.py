# SPDX-License-Identifier: EUPL-1.2
"""What follows for proposals when their space opens or closes. No transaction is opened here."""

from __future__ import annotations

from filanda.components.proposals.models import Proposal
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.journal.actions import record
from filanda.spaces.models import Space

__all__ = ["follow_audience"]


def follow_audience(space: Space) -> None:
    """The space has opened or closed: its proposals have other readers now."""
    rows = Proposal.objects.filter(space=space)
    ids = sorted(rows.values_list("pk", flat=True))
    rows.update(audience=space.audience)
    if ids:
        record(
            "proposals.audience.followed",
            region=space.region,
            actor=PLATFORM,
            subject=space,
            payload={"audience": space.audience},
            touches={"proposal": ids},
        )

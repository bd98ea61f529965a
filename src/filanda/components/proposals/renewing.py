# SPDX-License-Identifier: EUPL-1.2
"""The link by which a proposal is renewed with one click, without signing in."""

from __future__ import annotations

from datetime import timedelta

from django.core import signing

from filanda.components.proposals.models import Proposal
from filanda.kernel.regions.models import Region

__all__ = ["LINK_LASTS", "renewal_of", "renewal_token"]

LINK_LASTS = timedelta(days=60)
_SALT = "proposals.renew"


def renewal_token(proposal: Proposal) -> str:
    """For the owner alone, and for this end alone: once renewed, the link is of no use."""
    end = int(proposal.expires_at.timestamp()) if proposal.expires_at is not None else 0
    return signing.dumps([proposal.region_id, proposal.pk, proposal.owner_id, end], salt=_SALT)


def renewal_of(token: str, region: Region) -> tuple[Proposal, bool] | None:
    """The proposal that a link renews, and whether it still does; None for one that is not ours, too old, of another
    owner or of a proposal that is gone.
    """
    try:
        place, number, owner, end = signing.loads(token, salt=_SALT, max_age=LINK_LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if place != region.pk or owner is None:
        return None
    found: Proposal | None = (
        Proposal.objects.filter(pk=number, owner=owner).select_related("region", "space", "owner").first()
    )
    if found is None or found.expires_at is None:
        return None
    return found, int(found.expires_at.timestamp()) == end

# SPDX-License-Identifier: EUPL-1.2
"""Proposals for the tests of this room and those above::

one = make_proposal(region, anna, "Sensors for looms", text_for="let_in")     # published, open for six months
let_in(one, bruno)                                                            # bruno reads the full text
"""

from __future__ import annotations

from datetime import timedelta

from filanda.components.proposals.models import Admission, AdmissionState, Proposal, ProposalState
from filanda.kernel.text.markdown import to_html
from filanda.spaces.models import Space, SpaceKind
from tests.spaces.making import NOW

TITLE = "Sensors for weaving looms"
SUMMARY = "We look for humidity probes that stand cotton dust."
TEXT = "Each loom has **forty** measuring points. The glaze of the probes is our secret: zirconia."


def region_space(region) -> Space:
    """The region's own space."""
    return Space.objects.filter(kind=SpaceKind.REGION).first() or Space.objects.create(
        region=region, kind=SpaceKind.REGION, slug=region.slug, names={"it": region.name, "en": region.name}
    )


def make_proposal(
    region, owner, title: str = TITLE, *, space=None, state=ProposalState.PUBLISHED, **fields
) -> Proposal:
    """A row as the actions would leave it. `fields`: of Proposal."""
    space = space or region_space(region)
    source = fields.pop("source", TEXT)
    is_published = state not in (ProposalState.DRAFT, ProposalState.IN_REVIEW)
    given = {
        "summary": SUMMARY,
        "language": "en",
        "published_at": NOW if is_published else None,
        "expires_at": NOW + timedelta(days=180) if is_published else None,
        "submitted_at": NOW if state != ProposalState.DRAFT else None,
        "closed_as": "no_partner" if state == ProposalState.CLOSED else "",
        "suspended_from": "published" if state == ProposalState.SUSPENDED else "",
        "created_at": NOW,
    } | fields
    return Proposal.objects.create(
        region=region,
        space=space,
        audience=space.audience,
        owner=owner,
        title=title,
        source=source,
        html=str(to_html(source)),
        state=state,
        **given,
    )


def let_in(proposal: Proposal, account, *, undertaken: bool = False, state=AdmissionState.LET_IN) -> Admission:
    """`account` and the full text of `proposal`."""
    return Admission.objects.create(
        region=proposal.region,
        proposal=proposal,
        account=account,
        state=state,
        undertaking="I keep it to myself." if undertaken else "",
        undertaken_at=NOW if undertaken else None,
    )

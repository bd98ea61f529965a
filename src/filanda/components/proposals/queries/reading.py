# SPDX-License-Identifier: EUPL-1.2
"""Reads of proposals: one, and those that other rooms show as lines. Each says how many queries it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from filanda.components.proposals.ladder import with_rungs
from filanda.components.proposals.models import Proposal
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import ThingLine
from filanda.spaces.models import SCOPE

__all__ = ["KIND", "address_of", "as_line", "lines", "proposal_at", "title_of"]

KIND = "proposal"
EXCERPT = 280


def address_of(proposal: Proposal) -> tuple[int, str]:
    """The arguments of its page, "proposals:proposal": its number and words of its title."""
    return proposal.pk, proposal.slug


def title_of(proposal: Proposal) -> str:
    """Its title; of a draft without one, that it has none yet."""
    return proposal.title or proposal.get_kind_display()


def proposal_at(actor: Actor, number: int) -> Proposal | None:
    """The proposal, with its space, place and organisation, if `actor` may know it. One query."""
    rows = Proposal.objects.visible_to(actor).filter(pk=number)
    found: Proposal | None = rows.select_related("space", "organisation", "place", "region").first()
    return found


def as_line(proposal: Proposal, *, summary: bool) -> ThingLine:
    """As a line for one reader. `summary`: whether they read that rung."""
    return ThingLine(
        kind=KIND,
        id=proposal.pk,
        title=title_of(proposal),
        url_name="proposals:proposal",
        url_args=address_of(proposal),
        excerpt=(proposal.summary if summary else str(proposal.get_kind_display()))[:EXCERPT],
        language=proposal.language if proposal.title else "",
        audience=proposal.audience,
        author_id=proposal.owner_id,
        inside=((SCOPE, proposal.space_id),),
        at=proposal.published_at or proposal.created_at,
    )


def lines(actor: Actor, ids: Sequence[int]) -> Mapping[int, ThingLine]:
    """Those of `ids` that `actor` may know of, each with what of it they read. Two queries."""
    rows = with_rungs(actor, Proposal.objects.visible_to(actor).filter(pk__in=ids))
    return {row.pk: as_line(row, summary=row.rungs.summary) for row in rows}  # type: ignore[attr-defined]

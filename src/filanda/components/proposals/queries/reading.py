# SPDX-License-Identifier: EUPL-1.2
"""Reads of proposals: one, and those that other rooms show as lines. Each says how many queries it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from filanda.components.proposals.ladder import knows, with_rungs
from filanda.components.proposals.models import Proposal, ProposalKind, slug_of
from filanda.directory.organisations.models import Organisation
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.database.compiled import made
from filanda.kernel.database.compiled import rows as rows_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import ThingLine
from filanda.kernel.regions.scoped import active_region
from filanda.spaces.models import SCOPE, Space

__all__ = ["KIND", "address_of", "as_line", "lines", "proposal_at", "title_of"]

KIND = "proposal"
EXCERPT = 280


def address_of(proposal: Proposal) -> tuple[int, str]:
    """The arguments of its page, "proposals:proposal": its number and words of its title."""
    return proposal.pk, proposal.slug


def title_of(proposal: Proposal) -> str:
    """Its title; of a draft without one, that it has none yet."""
    return proposal.title or proposal.get_kind_display()


_WHOLE = tuple(one.attname for one in Proposal._meta.concrete_fields)
# Of what stands around it, what its pages show; the rest is read where it is asked for.
_AROUND: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "space": (Space, ("id", "region_id", "kind", "slug", "names", "openness", "archived_at")),
    "organisation": (Organisation, ("id", "name", "helix_role", "hidden_at")),
    "place": (Concept, ("id", "labels")),
}


def proposal_at(actor: Actor, number: int) -> Proposal | None:
    """The proposal, with its space, place and organisation, if `actor` may know it. One query."""
    rows = rows_of("proposals: one", _read_one, [number])
    if not rows:
        return None
    row = rows[0]
    found: Proposal = made(Proposal, _WHOLE, [row[name] for name in _WHOLE])
    if not knows(actor, found):
        return None
    found.region = active_region()
    for role, (model, fields) in _AROUND.items():
        if row[f"{role}__id"] is not None:
            values = [row[f"{role}__{name}"] for name in fields]
            setattr(found, role, made(model, fields, values))
    return found


def _read_one(given: Sequence[Any]) -> QuerySet[Any, Any]:
    """Whoever asks: `knows` decides."""
    around = (f"{role}__{name}" for role, (_model, fields) in _AROUND.items() for name in fields)
    return Proposal.objects.filter(pk=given[0]).values(*_WHOLE, *around)


def as_line(proposal: Proposal, *, summary: bool) -> ThingLine:
    """As a line for one reader. `summary`: whether they read that rung."""
    return line_of(
        proposal.pk,
        ProposalKind(proposal.kind),
        proposal.title,
        proposal.summary if summary else None,
        language=proposal.language,
        audience=proposal.audience,
        owner_id=proposal.owner_id,
        space_id=proposal.space_id,
        at=proposal.published_at or proposal.created_at,
    )


def line_of(
    number: int,
    kind: ProposalKind,
    title: str,
    summary: str | None,
    *,
    language: str,
    audience: str,
    owner_id: int | None,
    space_id: int,
    at: datetime,
) -> ThingLine:
    """A proposal as a line. `summary`: None for who does not read that rung."""
    return ThingLine(
        kind=KIND,
        id=number,
        title=title or str(kind.label),
        url_name="proposals:proposal",
        url_args=(number, slug_of(title)),
        excerpt=(summary if summary is not None else str(kind.label))[:EXCERPT],
        language=language if title else "",
        audience=audience,
        author_id=owner_id,
        inside=((SCOPE, space_id),),
        at=at,
    )


def lines(actor: Actor, ids: Sequence[int]) -> Mapping[int, ThingLine]:
    """Those of `ids` that `actor` may know of, each with what of it they read. Two queries."""
    rows = with_rungs(actor, Proposal.objects.visible_to(actor).filter(pk__in=ids))
    return {row.pk: as_line(row, summary=row.rungs.summary) for row in rows}  # type: ignore[attr-defined]

# SPDX-License-Identifier: EUPL-1.2
"""One search over everything that stands in a space, of whatever kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from filanda.capabilities.search.highlight import mark
from filanda.capabilities.search.queries import find_in_space
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests import things
from filanda.kernel.regions.scoped import active_region
from filanda.spaces.homes import line_shown
from filanda.spaces.models import Space
from filanda.spaces.queries import components_of

__all__ = ["FEW", "PAGE", "Group", "search_space"]

PAGE = 20
FEW = 5  # of each kind, where all are shown


@dataclass(frozen=True)
class Group:
    """What was found of one kind. `lines`: as `homes.line_shown`, with `title` and `excerpt` marked."""

    kind: str
    label: str
    total: int
    lines: list[dict[str, Any]]
    is_rebuilding: bool
    is_loosened: bool


def search_space(actor: Actor, space: Space, q: str, *, kind: str = "", page: int = 1) -> list[Group]:
    """By component that is switched on, what of `space` the reader may see and holds the words of `q`: the best of each
    kind, or page `page` of `kind` and only how many there are of the others. What one line takes, for each kind shown.
    """
    known, found = things(), []
    for component in components_of(space):
        name = component.search_kind
        if not name:
            continue
        most = 0 if kind and kind != component.name else PAGE if kind else FEW
        start = (page - 1) * PAGE if kind else 0
        answer = find_in_space(active_region(), actor, name, q, space.pk, start, most)
        lines = known[name].lines(actor, answer.ids) if answer.ids else {}
        shown = [line_shown(lines[one]) for one in answer.ids if one in lines]
        for line in shown:
            line["title"] = mark(line["title"], q, line["language"])
            line["excerpt"] = mark(line["excerpt"], q, line["language"])
        found.append(
            Group(
                component.name,
                str(component.label),
                answer.total,
                shown,
                answer.is_rebuilding,
                answer.is_loosened and bool(answer.total),
            )
        )
    # None is shown with some of the words where another has them all.
    if any(one.total and not one.is_loosened for one in found):
        found = [
            Group(one.kind, one.label, 0, [], one.is_rebuilding, False) if one.is_loosened else one for one in found
        ]
    return found

# SPDX-License-Identifier: EUPL-1.2
"""One search over everything that stands in a space, of whatever kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from filanda.capabilities.search.highlight import first_marked, mark, piece
from filanda.capabilities.search.queries import find_in_space
from filanda.capabilities.threads.rendering import plain_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import ThingLine
from filanda.kernel.regions.scoped import active_region
from filanda.spaces.components import ComponentKind
from filanda.spaces.homes import line_shown, lines_among
from filanda.spaces.models import Space
from filanda.spaces.queries import components_of
from filanda.spaces.words import words_held

__all__ = ["FEW", "PAGE", "Group", "search_space"]

PAGE = 20
FEW = 5  # of each kind, where all are shown


@dataclass(frozen=True)
class Group:
    """What was found of one kind. `lines`: as `homes.line_shown`, with `title` and `excerpt` marked: the excerpt is the
    piece around the first word found, in `excerpt_language`, and the line leads to where it stands.
    """

    kind: str
    label: str
    total: int
    lines: list[dict[str, Any]]
    is_rebuilding: bool
    is_loosened: bool


def search_space(actor: Actor, space: Space, q: str, *, kind: str = "", page: int = 1) -> list[Group]:
    """By component that is switched on, what of `space` the reader may see and holds the words of `q`: the best of each
    kind, or page `page` of `kind` and only how many there are of the others. Two queries.
    """
    kinds = [one for one in components_of(space) if one.search_kind]
    most, start = (PAGE, (page - 1) * PAGE) if kind else (FEW, 0)
    answers = {
        one.name: find_in_space(
            active_region(), actor, _documents(one, actor), q, space.pk, start, most if kind in ("", one.name) else 0
        )
        for one in kinds
    }
    # None is shown with some of the words where another has them all.
    is_strict = any(answer.total and not answer.is_loosened for answer in answers.values())
    kept = {name: answer for name, answer in answers.items() if not (is_strict and answer.is_loosened)}
    shown = [one for one in kinds if one.name in kept and kind in ("", one.name)]
    lines = lines_among(actor, space, shown, {one.name: kept[one.name].ids for one in shown}, most, words_held(q))
    return [
        Group(
            one.name,
            str(one.label),
            kept[one.name].total if one.name in kept else 0,
            [_marked(*lines[key], q) for number in answers[one.name].ids if (key := (one.name, number)) in lines],
            answers[one.name].is_rebuilding,
            one.name in kept and answers[one.name].is_loosened and bool(answers[one.name].total),
        )
        for one in kinds
    ]


def _documents(kind: ComponentKind, actor: Actor) -> str:
    """Which documents of `kind` `actor` searches."""
    is_member = actor.is_member or actor.is_platform
    return kind.member_search_kind if is_member and kind.member_search_kind else kind.search_kind


def _marked(line: ThingLine, body: Mapping[str, Any], q: str) -> dict[str, Any]:
    shown = line_shown(line)
    shown["title"] = mark(line.title, q, line.language)
    text = " ".join(f"{body.get('text') or ''} {plain_of(body.get('html') or '')}".split())
    language = body.get("language") or line.language
    if text and (not line.excerpt or first_marked(text, q, language) >= 0):
        shown["excerpt"], shown["excerpt_language"] = piece(text, q, language), language
    else:
        shown["excerpt"], shown["excerpt_language"] = mark(line.excerpt, q, line.language), line.language
    return shown

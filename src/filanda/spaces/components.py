# SPDX-License-Identifier: EUPL-1.2
"""What a space can switch on. A component registers its kind here, where its manifest is read; spaces know no more of
it than this: its tab, what of it is new, what comes next, what its managers should do, and what follows when a space
opens or closes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import ThingLine
from filanda.spaces.models import Space

__all__ = ["ComponentKind", "Task", "component_kinds", "register_component"]


@dataclass(frozen=True)
class Task:
    """Something a manager should do: "Answer 3 questions older than two days". `since`: of the oldest of them."""

    sentence: str
    url_name: str
    url_args: tuple[str | int, ...] = ()
    query: str = ""
    count: int = 1
    since: datetime | None = None


@dataclass(frozen=True)
class ComponentKind:
    """`name` as in SpaceComponent.name and in the address, /communities/<slug>/<name>/; `url_name` its first page,
    which takes the space's slug.

    `news(actor, space, since, most)`: what is new there for `actor`, newest first, at most `most` lines, in at most two
    queries (without `since`: the latest). `coming(actor, space, now, most)`: what comes next, soonest first.
    `tasks(space, now)`: what its managers should do. `follow_audience(space)`: the space has opened or closed, its
    `audience` is another: change the rows' token, and record what readers of the journal must follow, in the caller's
    transaction. `settings`: (name, label, default) of yes/no settings of its own in SpaceComponent.settings.
    """

    name: str
    label: str | Promise
    url_name: str
    position: int
    follow_audience: Callable[[Space], None]
    news: Callable[[Actor, Space, datetime | None, int], list[ThingLine]] = lambda _actor, _space, _since, _most: []
    coming: Callable[[Actor, Space, datetime, int], list[ThingLine]] = lambda _actor, _space, _now, _most: []
    tasks: Callable[[Space, datetime], Iterable[Task]] = lambda _space, _now: ()
    settings: tuple[tuple[str, str | Promise, bool], ...] = ()
    is_on_by_default: bool = True
    space_kinds: frozenset[str] = frozenset({"region", "community", "group"})


_registry: dict[str, ComponentKind] = {}


def register_component(kind: ComponentKind) -> None:
    """Let spaces switch `kind` on. A second one under the same name is a programming error."""
    if _registry.setdefault(kind.name, kind) != kind:
        raise ValueError(f"Component {kind.name!r} is declared twice.")


def component_kinds() -> list[ComponentKind]:
    """All kinds, in the order of their tabs."""
    return sorted(_registry.values(), key=lambda kind: kind.position)

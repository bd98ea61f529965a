# SPDX-License-Identifier: EUPL-1.2
"""What a space can switch on. A component registers its kind here, where its manifest is read; spaces know no more of
it than this: its tab, what of it is new, what comes next, what its managers should do, and what follows when a space
opens or closes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, JSONField, QuerySet, Value
from django.db.models.functions import JSONObject
from django.utils.functional import Promise

from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import ThingLine
from filanda.spaces.models import Space

__all__ = ["LINE", "ComponentKind", "Lines", "Room", "Task", "as_columns", "component_kinds", "register_component"]

LINE = ("line_id", "line_title", "line_text", "line_language", "line_audience", "line_author", "line_at", "line_more")


def as_columns(
    rows: QuerySet[Any], *, at: str, author: str = "author_id", text: Any = "", more: Mapping[str, Any] | None = None
) -> QuerySet[Any, Any]:
    """`rows` (things with title, language and audience) with the columns LINE, as `Lines.rows` gives them. `at`,
    `author`: names of columns, `text`: an expression or a constant, `more`: expressions by name.
    """
    found: QuerySet[Any, Any] = rows.annotate(
        line_id=F("pk"),
        line_title=F("title"),
        line_text=text if hasattr(text, "resolve_expression") else Value(text),
        line_language=F("language"),
        line_audience=F("audience"),
        line_author=F(author),
        line_at=F(at),
        line_more=JSONObject(**more) if more else Value({}, JSONField()),
    )
    return found.values(*LINE)


@dataclass(frozen=True)
class Lines:
    """What a component shows on homes, so that those of all components are one query, built once a process.

    `rows(actor, space_id, now)`: what `actor` sees in the space, in order, as `as_columns` gives it, not sliced. It may
    depend on its arguments only as kernel.database.compiled.rows says; `actor` has the roles of the reader that count
    in this space and no others. `line(row, space, names)`: a row as a line; `names`: by account, of whom the reader may
    know.

    `body(actor, words)`: for searches, an expression of such rows: a JSON object of what the reader may read of the
    thing, "html" or "text" (its beginning, if it is long), or of the part of it in which most of `words` stand (see
    spaces.words; `reads_words` says that it asks for them), with its "language", "author", "at" and "number". `line`
    finds it in the row as "line_body".
    """

    rows: Callable[[Actor, int, Any], QuerySet[Any, Any]]
    line: Callable[[Mapping[str, Any], Space, Mapping[int, str]], ThingLine]
    body: Callable[[Actor, Sequence[Sequence[Any]]], Any] | None = None
    reads_words: bool = False


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
class Room:
    """Bytes that are taken and that may be, and how many the region lets every space have."""

    used: int
    most: int
    usual: int


@dataclass(frozen=True)
class ComponentKind:
    """`name` as in SpaceComponent.name and in the address, /communities/<slug>/<name>/; `url_name` its first page,
    which takes the space's slug.

    `news`: what was written there, newest first. `coming`: what comes next, soonest first.
    `tasks(space, now)`: what its managers should do. `follow_audience(space)`: the space has opened or closed, its
    `audience` is another: change the rows' token, and record what readers of the journal must follow, in the caller's
    transaction. `settings`: (name, label, default) of yes/no settings of its own in SpaceComponent.settings.
    `room`: how much of its files it keeps and may keep. `search_kind`: of its documents of the search index, which have
    the facet "space", and are things under the same name; `member_search_kind`: of those that members of the region
    find instead. `found`: the lines of what searches find, where that is more than `news`.
    """

    name: str
    label: str | Promise
    url_name: str
    position: int
    follow_audience: Callable[[Space], None]
    news: Lines | None = None
    coming: Lines | None = None
    tasks: Callable[[Space, datetime], Iterable[Task]] = lambda _space, _now: ()
    settings: tuple[tuple[str, str | Promise, bool], ...] = ()
    room: Callable[[Space], Room] | None = None
    search_kind: str = ""
    member_search_kind: str = ""
    found: Lines | None = None
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

# SPDX-License-Identifier: EUPL-1.2
"""What each room plugs in. An app declares `manifest = Manifest(...)` in its `manifest.py`; `load()` finds them all.

A manifest names permissions, journal event types, search document builders and demo seeds. Rooms above read the
registries; no room imports another's screens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import IO, TYPE_CHECKING, Any

from django.apps import apps
from django.utils.functional import Promise

from filanda.kernel import policies
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal import event_types
from filanda.kernel.journal.event_types import EventType
from filanda.kernel.manifests.desk import DeskSource
from filanda.kernel.manifests.documents import SearchDocument
from filanda.kernel.manifests.replies import ReplyHandler
from filanda.kernel.manifests.things import Notice, Thing

if TYPE_CHECKING:
    from filanda.kernel.identity.models import Account
    from filanda.kernel.regions.models import Region


@dataclass(frozen=True)
class SearchSource:
    """How one kind of row becomes search documents.

    `kind` is the word used in `Event.touches`; `build(ids)` yields documents for rows of the active region, leaving
    out those that no longer exist; `all_ids()` yields every id in ascending order, for a rebuild. `related(ids)`
    names, by kind, the documents that repeat something of these rows (as told by SearchDocument.shared). `follows`
    is the same from the other end, for rooms above: by kind, which rows of this source repeat something of those.
    """

    kind: str
    build: Callable[[Sequence[int]], Iterable[SearchDocument]]
    all_ids: Callable[[], Iterable[int]]
    related: Callable[[Sequence[int]], Mapping[str, Iterable[int]]] = lambda _ids: {}
    follows: Mapping[str, Callable[[Sequence[int]], Iterable[int]]] = field(default_factory=dict)


@dataclass(frozen=True)
class PersonalData:
    """What a room keeps about people: how it leaves with them, and how it is erased.

    `collect(account)` gives what the room holds about `account` in the active region, as JSON-able data by file name
    ("profile.json": {...}); `files(account)` yields (name in the zip, open binary file). `erase(account, keeps)` takes
    it away in the caller's transaction; `keeps`: contributions stay, as by a former member, else they go. What must be
    told to readers (search documents) it records in the journal itself. `readdress(account, old, new)`: rows that know
    somebody by their e-mail address alone follow when they change it, or nobody would find them again. All four run
    inside the region.
    """

    name: str
    label: str | Promise
    collect: Callable[[Account], Mapping[str, Any]]
    erase: Callable[[Account, bool], None]
    files: Callable[[Account], Iterable[tuple[str, IO[bytes]]]] = lambda _account: ()
    readdress: Callable[[Account, str, str], None] = lambda _account, _old, _new: None


@dataclass(frozen=True)
class Waiting:
    """Something that waits for the reader: a line of their home. `count` 1 unless it stands for several."""

    label: str
    url_name: str
    url_args: tuple[str | int, ...] = ()
    count: int = 1
    since: datetime | None = None
    query: str = ""


SHORTEST_KEPT, LONGEST_KEPT = 1, 3650  # days that a region may set


@dataclass(frozen=True)
class Retention:
    """A period after which a room deletes something. `days` is the default; a region's settings may say another
    (settings["retention"][name]). `apply(region, before, now)` deletes what is older than `before`, returns how many.
    """

    name: str
    label: str | Promise
    days: int
    apply: Callable[[Region, datetime, datetime], int]

    def days_in(self, region: Region) -> int:
        """How long `region` keeps it: what it set, if that is a sane number of days, else the default."""
        given = region.settings.get("retention")
        days = given.get(self.name) if isinstance(given, dict) else None
        if isinstance(days, bool) or not isinstance(days, int) or not SHORTEST_KEPT <= days <= LONGEST_KEPT:
            return self.days
        return days


@dataclass(frozen=True)
class Manifest:
    """What one room plugs in. `ensure(actor)` runs at every start and must be quick when there is nothing to do;
    `demo(actor)` too, where the demo is on, in the order of INSTALLED_APPS. `waiting(actor)`: what waits for them here.
    `reads(account, region)`: in which language somebody is written to there (see `language_for`).
    """

    permissions: tuple[policies.Permission, ...] = ()
    events: tuple[EventType, ...] = ()
    search_sources: tuple[SearchSource, ...] = ()
    ensure: Callable[[Actor], None] | None = None
    demo: Callable[[Actor], None] | None = None
    personal_data: tuple[PersonalData, ...] = ()
    waiting: Callable[[Actor], Iterable[Waiting]] | None = None
    retention: tuple[Retention, ...] = ()
    replies: tuple[ReplyHandler, ...] = ()
    things: tuple[Thing, ...] = ()
    notices: tuple[Notice, ...] = ()
    desk: tuple[DeskSource, ...] = ()
    reads: Callable[[Account, Region], str] | None = None


@dataclass
class _Registry:
    manifests: dict[str, Manifest] = field(default_factory=dict)


_registry = _Registry()


def load() -> None:
    """Register the manifests of all installed apps. Called once, when Django is ready."""
    for config in apps.get_app_configs():
        name = f"{config.name}.manifest"
        if not config.name.startswith("filanda.") or config.label in _registry.manifests or find_spec(name) is None:
            continue
        manifest: Manifest = import_module(name).manifest
        _registry.manifests[config.label] = manifest
        for permission in manifest.permissions:
            policies.register(permission)
        for event_type in manifest.events:
            event_types.register(event_type)


def manifests() -> dict[str, Manifest]:
    """All manifests by app label, in the order of INSTALLED_APPS."""
    return _registry.manifests


def search_sources() -> dict[str, SearchSource]:
    """Search sources of all rooms by kind."""
    return {source.kind: source for manifest in manifests().values() for source in manifest.search_sources}


def reply_handlers() -> dict[str, ReplyHandler]:
    """Who takes answers by e-mail, by kind."""
    return {handler.kind: handler for manifest in manifests().values() for handler in manifest.replies}


def things() -> dict[str, Thing]:
    """Kinds of things of all rooms, by kind."""
    return {thing.kind: thing for manifest in manifests().values() for thing in manifest.things}


def desk_sources() -> dict[str, DeskSource]:
    """What may wait for the staff, of all rooms, by kind."""
    return {source.kind: source for manifest in manifests().values() for source in manifest.desk}


def notices() -> dict[str, list[Notice]]:
    """Which notices each type of event gives, by the type's name."""
    found: dict[str, list[Notice]] = {}
    for manifest in manifests().values():
        for notice in manifest.notices:
            found.setdefault(notice.event, []).append(notice)
    return found


def language_for(account: Account | None, region: Region) -> str:
    """In which language `account` is written to in `region`: as a room knows, else the region's first. The region must
    be the active one.
    """
    for manifest in manifests().values():
        if account is not None and manifest.reads is not None:
            return manifest.reads(account, region)
    return region.default_language

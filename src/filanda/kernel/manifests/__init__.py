# SPDX-License-Identifier: EUPL-1.2
"""What each room plugs in. An app declares `manifest = Manifest(...)` in its `manifest.py`; `load()` finds them all.

A manifest names permissions, journal event types, search document builders and demo seeds. Rooms above read the
registries; no room imports another's screens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from filanda.kernel import policies
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal import event_types
from filanda.kernel.journal.event_types import EventType
from filanda.kernel.manifests.documents import SearchDocument


@dataclass(frozen=True)
class SearchSource:
    """How one kind of row becomes search documents.

    `kind` is the word used in `Event.touches`; `build(ids)` yields documents for rows of the active region, leaving
    out those that no longer exist; `all_ids()` yields every id in ascending order, for a rebuild. `related(ids)`
    names, by kind, the documents that repeat something of these rows (as told by SearchDocument.shared).
    """

    kind: str
    build: Callable[[Sequence[int]], Iterable[SearchDocument]]
    all_ids: Callable[[], Iterable[int]]
    related: Callable[[Sequence[int]], Mapping[str, Iterable[int]]] = lambda _ids: {}


@dataclass(frozen=True)
class Manifest:
    """What one room plugs in. `ensure(actor)` runs at every start and must be quick when there is nothing to do;
    `demo(actor)` too, where the demo is on, in the order of INSTALLED_APPS.
    """

    permissions: tuple[policies.Permission, ...] = ()
    events: tuple[EventType, ...] = ()
    search_sources: tuple[SearchSource, ...] = ()
    ensure: Callable[[Actor], None] | None = None
    demo: Callable[[Actor], None] | None = None


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

# SPDX-License-Identifier: EUPL-1.2
"""What managers set: what a space says, who reads it, what it uses, what it is about, what is pinned; archiving."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.manifests import things
from filanda.kernel.manifests.things import Key
from filanda.kernel.policies import decide, require
from filanda.spaces.components import component_kinds
from filanda.spaces.errors import SpaceWrong
from filanda.spaces.models import Openness, Pin, Space, SpaceComponent, SpaceConcept, SpaceKind
from filanda.spaces.steps import DEFAULTS, lock_space
from filanda.spaces.values import CONCEPTS_MOST, checked_texts

__all__ = [
    "archive_space",
    "choose_components",
    "choose_concepts",
    "pin_thing",
    "reopen_space",
    "set_openness",
    "set_room",
    "set_settings",
    "unpin_thing",
    "update_texts",
]

PINS_MOST = 8


def update_texts(*, actor: Actor, space: Space, texts: Mapping[str, Mapping[str, str]], now: datetime) -> list[str]:
    """Write what a space says: by field of TEXTS, by language. Returns the fields that changed. Raises SpaceWrong with
    every sentence at once, Forbidden.
    """
    found = checked_texts(texts, space.region)
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        require(actor, "spaces.manage", locked)
        changed = [field for field, value in found.items() if getattr(locked, field) != value]
        for field in changed:
            setattr(locked, field, found[field])
        if changed:
            locked.save(update_fields=changed)
            _record("spaces.space.updated", actor, locked, {"fields": changed})
    return changed


def set_openness(*, actor: Actor, space: Space, openness: str, now: datetime) -> None:
    """Open or close a space: what stands in it is read by others from now on, everywhere.

    Raises SpaceWrong, Forbidden.
    """
    if openness not in Openness.values:
        raise SpaceWrong({"openness": _("Choose who reads from the list.")})
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        require(actor, "spaces.govern", locked)
        if locked.openness == openness:
            return
        if locked.kind != SpaceKind.COMMUNITY:
            raise SpaceWrong({"openness": _("Only communities open and close: a group is private, a region open.")})
        if openness != Openness.PRIVATE and locked.parent is not None and locked.parent.is_private:
            raise SpaceWrong({"openness": _("The community above this one is private, so this one is too.")})
        children = Space.objects.filter(parent=locked).exclude(openness=Openness.PRIVATE)
        if openness == Openness.PRIVATE and children.exists():
            raise SpaceWrong({"openness": _("Communities within this one are still listed: make them private first.")})
        before = locked.openness
        locked.openness = openness
        locked.save(update_fields=["openness"])
        for kind in component_kinds():
            if locked.kind in kind.space_kinds:
                kind.follow_audience(locked)
        _record("spaces.space.opened_or_closed", actor, locked, {"openness": openness, "before": before})
    space.openness = openness


def set_settings(*, actor: Actor, space: Space, settings: Mapping[str, int], now: datetime) -> None:
    """Set numbers of `steps.DEFAULTS`. Raises SpaceWrong for what is out of 0..20, KeyError for an unknown name,
    Forbidden.
    """
    for name, value in settings.items():
        if name not in DEFAULTS:
            raise KeyError(name)
        if not 0 <= value <= 20:
            raise SpaceWrong({name: _("Choose a number from 0 to 20.")})
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        require(actor, "spaces.manage", locked)
        kept = {**(locked.settings if isinstance(locked.settings, dict) else {}), **settings}
        if kept != locked.settings:
            locked.settings = kept
            locked.save(update_fields=["settings"])
            _record("spaces.space.updated", actor, locked, {"settings": dict(settings)})


MB = 1024 * 1024
ROOM_MOST = 1_000_000  # megabytes


def set_room(*, actor: Actor, space: Space, component: str, megabytes: int | None, now: datetime) -> None:
    """Say how much room the files of `component` may take; None: as much as the region lets every space have. More than
    that, or than its administrators gave, takes one of them, whether they manage the space or not. What is there stays,
    also where it is more. Raises SpaceWrong, Forbidden; KeyError for a component without files.
    """
    room = {kind.name: kind.room for kind in component_kinds()}[component]
    if room is None:
        raise KeyError(component)
    if megabytes is not None and not 0 <= megabytes <= ROOM_MOST:
        raise SpaceWrong({f"room-{component}": _("Choose a number from 0 to %(most)s.") % {"most": ROOM_MOST}})
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        gives_more = bool(decide(actor, "spaces.room", locked))
        if not gives_more:
            require(actor, "spaces.manage", locked)
        now_there = room(locked)
        usual = now_there.usual // MB
        most = max(now_there.usual, now_there.most) // MB
        if megabytes is not None and megabytes > most and not gives_more:
            raise SpaceWrong(
                {
                    f"room-{component}": _(
                        "%(usual)s MB is what communities of this region have: more is given by its administrators."
                    )
                    % {"usual": usual}
                }
            )
        kept = dict(locked.settings) if isinstance(locked.settings, dict) else {}
        kept.pop(f"{component}_mb", None)
        if megabytes is not None:
            kept[f"{component}_mb"] = megabytes
        if kept != locked.settings:
            locked.settings = kept
            locked.save(update_fields=["settings"])
            _record("spaces.space.updated", actor, locked, {"settings": {f"{component}_mb": megabytes}})


def choose_components(
    *, actor: Actor, space: Space, on: Iterable[str], settings: Mapping[str, Mapping[str, bool]], now: datetime
) -> None:
    """Switch on exactly the components `on`, with their yes/no `settings` by component. What is switched off keeps its
    content, out of sight. Raises SpaceWrong for unknown ones, Forbidden.
    """
    kinds = {kind.name: kind for kind in component_kinds() if space.kind in kind.space_kinds}
    wanted = set(on)
    if not wanted <= set(kinds):
        raise SpaceWrong({"components": _("Choose from what there is.")})
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        require(actor, "spaces.manage", locked)
        for name, kind in kinds.items():
            given = settings.get(name, {})
            own = {known: bool(given.get(known, False)) for known, _label, _default in kind.settings}
            SpaceComponent.objects.update_or_create(
                space=locked, name=name, defaults={"region": locked.region, "is_on": name in wanted, "settings": own}
            )
        _record("spaces.components.chosen", actor, locked, {"on": sorted(wanted)})


def choose_concepts(*, actor: Actor, space: Space, concept_ids: Iterable[int], now: datetime) -> None:
    """Say what a space is about. Raises SpaceWrong for too many, or what is not in the region's lists, Forbidden."""
    wanted = set(concept_ids)
    if len(wanted) > CONCEPTS_MOST:
        raise SpaceWrong({"concepts": _("Up to %(most)s fit: keep what says most.") % {"most": CONCEPTS_MOST}})
    known = set(Concept.objects.current().usable_in(space.region).filter(pk__in=wanted).values_list("pk", flat=True))
    if known != wanted:
        raise SpaceWrong({"concepts": _("One of these is not in the lists of this region any more. Choose again.")})
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        require(actor, "spaces.manage", locked)
        rows = SpaceConcept.objects.filter(space=locked)
        before = set(rows.values_list("concept", flat=True))
        if before != wanted:
            rows.exclude(concept__in=wanted).delete()
            SpaceConcept.objects.bulk_create(
                SpaceConcept(region=locked.region, space=locked, concept_id=one) for one in sorted(wanted - before)
            )
            _record("spaces.space.updated", actor, locked, {"concepts": sorted(wanted)})


def pin_thing(*, actor: Actor, space: Space, thing: Key, now: datetime) -> None:
    """Keep a thing at the top of the space's home. It must be something that the manager sees and that stands in this
    space (or is readable by all who read the space). Raises SpaceWrong, Forbidden.
    """
    kind = things().get(thing[0])
    line = kind.lines(actor, [thing[1]]).get(thing[1]) if kind is not None else None
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        require(actor, "spaces.manage", locked)
        if line is None or line.audience not in ("public", locked.audience):
            raise SpaceWrong({"": _("This cannot be pinned here: not everybody who reads here could read it.")})
        rows = Pin.objects.filter(space=locked)
        if rows.filter(thing_kind=thing[0], thing_id=thing[1]).exists():
            return
        if rows.count() >= PINS_MOST:
            raise SpaceWrong({"": _("Up to %(most)s things can be pinned. Take one away first.") % {"most": PINS_MOST}})
        last = rows.aggregate(last=Max("position"))["last"] or 0
        Pin.objects.create(
            region=locked.region,
            space=locked,
            thing_kind=thing[0],
            thing_id=thing[1],
            position=last + 1,
            pinned_by_id=actor.account_id,
            pinned_at=now,
        )
        _record("spaces.thing.pinned", actor, locked, {"thing": list(thing)})


def unpin_thing(*, actor: Actor, space: Space, thing: Key, now: datetime) -> None:
    """Take a pin away. Twice is the same as once. Raises Forbidden."""
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        require(actor, "spaces.manage", locked)
        gone, _kinds = Pin.objects.filter(space=locked, thing_kind=thing[0], thing_id=thing[1]).delete()
        if gone:
            _record("spaces.thing.unpinned", actor, locked, {"thing": list(thing)})


def archive_space(*, actor: Actor, space: Space, now: datetime) -> None:
    """Nobody writes or joins any more; it stays readable, and can be reopened. Raises Forbidden, SpaceWrong."""
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        require(actor, "spaces.govern", locked)
        if locked.kind == SpaceKind.REGION:
            raise SpaceWrong({"": _("The region's own space is never archived.")})
        if locked.archived_at is None:
            locked.archived_at = now
            locked.save(update_fields=["archived_at"])
            _record("spaces.space.archived", actor, locked)


def reopen_space(*, actor: Actor, space: Space, now: datetime) -> None:
    """Take an archived space up again. Raises Forbidden."""
    with transaction.atomic(durable=True):
        locked = lock_space(space.pk)
        require(actor, "spaces.govern", locked)
        if locked.archived_at is not None:
            locked.archived_at = None
            locked.save(update_fields=["archived_at"])
            _record("spaces.space.reopened", actor, locked)


def _record(name: str, actor: Actor, space: Space, payload: Mapping[str, Any] | None = None) -> None:
    record(name, region=space.region, actor=actor, subject=space, payload=payload or {}, touches={"space": [space.pk]})

# SPDX-License-Identifier: EUPL-1.2
"""Who has an item, until when it is put off; notes, saved replies, absences.

Whoever moves an item says whom they saw it with: if somebody was faster, nothing happens to it, and they are told who.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from filanda.capabilities.desk.errors import AlreadyDone, Elsewhere, NothingToUndo, NotOfTheQueue, Wrong
from filanda.capabilities.desk.models import (
    NOTE_MOST,
    REPLY_MOST,
    Absence,
    DeskItem,
    DeskMove,
    DeskNote,
    MoveKind,
    SavedReply,
    queues_of,
)
from filanda.capabilities.desk.queries import names_of
from filanda.capabilities.desk.steps import workers_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.actions import record
from filanda.kernel.manifests import desk_sources
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean

__all__ = [
    "Moved",
    "assign",
    "drop_absence",
    "drop_note",
    "drop_reply",
    "note",
    "release",
    "save_reply",
    "say_absence",
    "snooze",
    "take",
    "undo",
    "wake",
]

MOST_AT_ONCE = 100
LONGEST_SNOOZE = timedelta(days=92)
LONGEST_ABSENCE = timedelta(days=366)
UNDO_WITHIN = timedelta(hours=1)
NAME_MOST = 120
LANGUAGES = ("it", "en")

Seen = Mapping[int, int | None]  # by item, whom the reader saw it with (None: nobody)


@dataclass
class Moved:
    """What became of a move of one or many: `done` items under `batch` (undone together), and by item why not."""

    batch: str = ""
    done: list[int] = field(default_factory=list)
    missed: dict[int, Elsewhere | AlreadyDone] = field(default_factory=dict)


def take(*, actor: Actor, seen: Seen, now: datetime) -> Moved:
    """Take items on. One that somebody else has taken meanwhile stays theirs. Raises Forbidden."""

    def change(item: DeskItem) -> None:
        item.holder_id, item.taken_at = actor.account_id, now

    return _move(MoveKind.TAKEN, change, actor=actor, seen=seen, now=now, to=actor.account_id)


def assign(*, actor: Actor, seen: Seen, to: Account, words: str = "", now: datetime) -> Moved:
    """Give items to `to`, or hand over what one has; `words` stand in the history. Raises NotOfTheQueue, Forbidden."""

    def change(item: DeskItem) -> None:
        if to.pk not in able[item.queue] or to.pk in item.not_for:
            raise NotOfTheQueue
        item.holder_id, item.taken_at = to.pk, now

    able = workers_of(queues_of(actor), now)
    return _move(MoveKind.ASSIGNED, change, actor=actor, seen=seen, now=now, to=to.pk, words=words)


def release(*, actor: Actor, seen: Seen, words: str = "", now: datetime) -> Moved:
    """Give items back: they are nobody's, and everybody of the queue sees them. Raises Forbidden."""

    def change(item: DeskItem) -> None:
        item.holder_id = item.taken_at = None

    return _move(MoveKind.RELEASED, change, actor=actor, seen=seen, now=now, words=words)


def snooze(*, actor: Actor, seen: Seen, until: datetime, words: str = "", now: datetime) -> Moved:
    """Put items off until `until`, at most three months: they do not show until then, and their clock goes on.

    Raises Wrong, Forbidden.
    """
    if not now < until <= now + LONGEST_SNOOZE:
        raise Wrong("until", _("Choose a day from tomorrow on, within three months."))

    def change(item: DeskItem) -> None:
        item.snoozed_until = until

    return _move(MoveKind.SNOOZED, change, actor=actor, seen=seen, now=now, words=words)


def wake(*, actor: Actor, seen: Seen, now: datetime) -> Moved:
    """Take up again what was put off. Raises Forbidden."""

    def change(item: DeskItem) -> None:
        item.snoozed_until = None

    return _move(MoveKind.WOKEN, change, actor=actor, seen=seen, now=now)


def _move(
    kind: MoveKind,
    change: Callable[[DeskItem], None],
    *,
    actor: Actor,
    seen: Seen,
    now: datetime,
    to: int | None = None,
    words: str = "",
) -> Moved:
    moved = Moved(batch=secrets.token_urlsafe(12))
    if len(seen) > MOST_AT_ONCE:
        raise Wrong("chosen", _("Up to %(most)s items at once.") % {"most": MOST_AT_ONCE})
    words = clean(words)[:NOTE_MOST]
    with transaction.atomic(durable=True):
        require(actor, "desk.work")
        rows = DeskItem.objects.visible_to(actor).filter(pk__in=seen).order_by("pk")
        items = list(rows.select_for_update(of=("self",)))
        names = names_of(item.holder_id for item in items if item.holder_id != seen[item.pk])
        waits = _still_waiting(items, now)
        changed, moves = [], []
        for item in items:
            if item.pk not in waits:
                moved.missed[item.pk] = AlreadyDone()
                continue
            if item.holder_id != seen[item.pk]:
                moved.missed[item.pk] = Elsewhere(names.get(item.holder_id or 0, ""))
                continue
            before = _standing(item)
            change(item)
            if before == _standing(item):
                continue
            named = MoveKind.HANDED_OVER if kind == MoveKind.ASSIGNED and before["holder"] is not None else kind
            changed.append(item)
            moves.append(
                DeskMove(
                    region_id=item.region_id,
                    item=item,
                    kind=named,
                    by_id=actor.account_id,
                    to_id=to,
                    words=words,
                    before=before,
                    batch=moved.batch,
                    at=now,
                )
            )
        DeskItem.objects.bulk_update(changed, ["holder", "taken_at", "snoozed_until"])
        DeskMove.objects.bulk_create(moves)
        moved.done = [item.pk for item in changed]
        if changed:
            _record(f"desk.item.{kind}", actor, changed[0].region, items=moved.done, to=to)
    return moved


def undo(*, actor: Actor, batch: str, now: datetime) -> list[int]:
    """Take one's own last move back, of one item or many: those that nobody has touched since. Returns which.

    Raises NothingToUndo, Forbidden.
    """
    with transaction.atomic(durable=True):
        require(actor, "desk.work")
        mine = DeskMove.objects.filter(batch=batch, by=actor.account_id, undone_at=None, at__gt=now - UNDO_WITHIN)
        moves = {move.item_id: move for move in mine.exclude(batch="").order_by("pk")}
        rows = DeskItem.objects.visible_to(actor).open().filter(pk__in=moves).order_by("pk")
        items = list(rows.select_for_update(of=("self",)))
        later = set(
            DeskMove.objects.filter(item__in=moves, pk__gt=max((one.pk for one in moves.values()), default=0))
            .exclude(batch=batch)
            .values_list("item", flat=True)
        )
        back = [item for item in items if item.pk not in later]
        for item in back:
            before = moves[item.pk].before
            item.holder_id = before["holder"]
            item.taken_at = parse_datetime(before["taken_at"]) if before["taken_at"] else None
            item.snoozed_until = parse_datetime(before["snoozed_until"]) if before["snoozed_until"] else None
            moves[item.pk].undone_at = now
        if not back:
            raise NothingToUndo
        DeskItem.objects.bulk_update(back, ["holder", "taken_at", "snoozed_until"])
        DeskMove.objects.bulk_update([moves[item.pk] for item in back], ["undone_at"])
        _record("desk.item.undone", actor, back[0].region, items=[item.pk for item in back])
        return [item.pk for item in back]


def _still_waiting(items: Iterable[DeskItem], now: datetime) -> set[int]:
    """Those of which their rooms say so: somebody may have decided one a moment ago. A few queries for each kind."""
    by_kind: dict[str, dict[int, int]] = {}
    for item in items:
        if item.closed_at is None:
            by_kind.setdefault(item.kind, {})[item.object_id] = item.pk
    sources = desk_sources()
    return {
        numbers[one.object_id]
        for kind, numbers in by_kind.items()
        if kind in sources
        for one in sources[kind].waiting(list(numbers), now)
        if one.object_id in numbers
    }


def _standing(item: DeskItem) -> dict[str, str | int | None]:
    return {
        "holder": item.holder_id,
        "taken_at": item.taken_at.isoformat() if item.taken_at else None,
        "snoozed_until": item.snoozed_until.isoformat() if item.snoozed_until else None,
    }


def note(*, actor: Actor, item: DeskItem, words: str, now: datetime) -> DeskNote:
    """Write a private note, for those who work in the queue. Raises Wrong, Forbidden."""
    words = clean(words.replace("\r\n", "\n"))
    if not words or len(words) > NOTE_MOST:
        raise Wrong("note", _("Write a note, in %(most)d characters at most.") % {"most": NOTE_MOST})
    with transaction.atomic(durable=True):
        require(actor, "desk.work", item)
        made: DeskNote = DeskNote.objects.create(
            region_id=item.region_id,
            queue=item.queue,
            kind=item.kind,
            object_id=item.object_id,
            author_id=actor.account_id,
            words=words,
            at=now,
        )
        _record("desk.note.written", actor, item.region, items=[item.pk])
        return made


def drop_note(*, actor: Actor, note: DeskNote) -> None:
    """Delete a note of one's own. Raises Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "desk.notes.drop", note)
        _record("desk.note.dropped", actor, note.region)
        note.delete()


def save_reply(
    *,
    actor: Actor,
    region: Region,
    name: str,
    texts: Mapping[str, str],
    queue: str,
    is_shared: bool,
    now: datetime,
    reply: SavedReply | None = None,
) -> SavedReply:
    """Keep words to use again, or change them. `texts`: by language; one at least. Raises Wrong, Forbidden."""
    name = clean(name)[:NAME_MOST]
    kept = {code: clean(texts.get(code, "").replace("\r\n", "\n")) for code in LANGUAGES}
    kept = {code: words for code, words in kept.items() if words}
    if not name:
        raise Wrong("name", _("Give it a name by which you find it again."))
    if not kept:
        raise Wrong("text_it", _("Write the words, in one language at least."))
    if any(len(words) > REPLY_MOST for words in kept.values()):
        raise Wrong("text_it", _("At most %(most)d characters.") % {"most": REPLY_MOST})
    if queue not in queues_of(actor):
        raise Wrong("queue", _("Choose a queue that you work in."))
    with transaction.atomic(durable=True):
        require(actor, "desk.replies.keep", reply)
        kept_reply = reply or SavedReply(region=region, created_at=now)
        kept_reply.name, kept_reply.texts, kept_reply.queue = name, kept, queue
        kept_reply.owner_id = None if is_shared else actor.account_id
        kept_reply.save()
        _record("desk.reply.saved", actor, region)
        return kept_reply


def drop_reply(*, actor: Actor, reply: SavedReply) -> None:
    """Delete a saved reply: one's own, or one of the queue. Raises Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "desk.replies.keep", reply)
        _record("desk.reply.dropped", actor, reply.region)
        reply.delete()


def say_absence(
    *,
    actor: Actor,
    region: Region,
    account: Account,
    starts_on: date,
    ends_on: date,
    deputy: Account | None,
    now: datetime,
) -> Absence:
    """Say that somebody is away from `starts_on` to `ends_on`, both included; `deputy` sees their items as their own
    meanwhile. Raises Wrong, Forbidden.
    """
    if ends_on < starts_on:
        raise Wrong("ends_on", _("The last day is before the first."))
    if ends_on - starts_on > LONGEST_ABSENCE:
        raise Wrong("ends_on", _("A year at most. Who is away for longer hands over."))
    with transaction.atomic(durable=True):
        wanted = Absence(region=region, account=account, starts_on=starts_on, ends_on=ends_on, created_at=now)
        require(actor, "desk.absences.say", wanted)
        if deputy is not None:
            if deputy.pk == account.pk:
                raise Wrong("deputy", _("Choose somebody else as the deputy."))
            able = workers_of(queues_of(actor), now)
            if not any(deputy.pk in accounts for accounts in able.values()):
                raise Wrong("deputy", _("Choose somebody who works in the same queue."))
        wanted.deputy = deputy
        wanted.save()
        _record("desk.absence.said", actor, region)
        return wanted


def drop_absence(*, actor: Actor, absence: Absence) -> None:
    """Take an absence back, or end it early. Raises Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "desk.absences.say", absence)
        _record("desk.absence.dropped", actor, absence.region)
        absence.delete()


def _record(name: str, actor: Actor, region: Region, **payload: object) -> None:
    record(name, region=region, actor=actor, payload=payload)

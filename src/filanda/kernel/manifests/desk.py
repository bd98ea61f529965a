# SPDX-License-Identifier: EUPL-1.2
"""What waits for somebody of the staff, as the rooms tell it to the desk. The desk keeps who has it and puts it in
order; the room alone knows whether it still waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.utils.functional import Promise

from filanda.kernel.identity.actors import Actor

if TYPE_CHECKING:
    from filanda.kernel.journal.models import Event

FACILITATORS = "role:facilitator"  # the queue of the region's facilitators


@dataclass(frozen=True)
class StillWaits:
    """A row of a room that waits. `queue`: the token of those who may work on it. `holder_id`: whose it is by itself
    (the facilitator of the person or proposal), None: whoever takes it. `due_at`: the target; `shows_at`: from when it
    is worth a look (a silent owner after 14 days): a row may be told long before. `not_for`: accounts that must not
    deal with it, nor learn of it: whose profile it is, whom a report is about.
    """

    object_id: int
    since: datetime
    due_at: datetime
    queue: str = FACILITATORS
    holder_id: int | None = None
    shows_at: datetime | None = None
    not_for: tuple[int, ...] = ()


@dataclass(frozen=True)
class DeskAction:
    """A likely action, in place. "post": a button to the room's own page, with `fields` as hidden inputs; "get": a
    link. `asks`: the name of a text field that the action has ("reason"), which saved replies may fill; without
    `needs_words` it may stay empty.
    """

    label: str
    url_name: str
    url_args: tuple[str | int, ...] = ()
    query: str = ""
    method: Literal["get", "post"] = "get"
    fields: Mapping[str, str] = field(default_factory=dict)
    asks: str = ""
    needs_words: bool = True


@dataclass(frozen=True)
class DeskLine:
    """An item for one reader: what it is, where it opens, what one needs to know to decide. `context`: short lines of
    plain text. `person_id`: the account it is about, who must not be the one who deals with it.
    """

    title: str
    url_name: str
    url_args: tuple[str | int, ...] = ()
    query: str = ""
    context: tuple[str, ...] = ()
    language: str = ""
    actions: tuple[DeskAction, ...] = ()
    person_id: int | None = None


@dataclass(frozen=True)
class DeskSource:
    """A kind of waiting. `kind`: "proposal.review". `waiting(ids, now)`: those of the active region that wait, of
    `ids` or (None) all: the truth, by which the desk is put right. `lines(actor, ids, now)`: those that still wait and
    that `actor` may deal with, in a constant number of queries. `touched(event)`: ids to look at again after an event
    whose name begins with one of `events`.
    """

    kind: str
    label: str | Promise
    waiting: Callable[[Sequence[int] | None, datetime], Iterable[StillWaits]]
    lines: Callable[[Actor, Sequence[int], datetime], Mapping[int, DeskLine]]
    events: tuple[str, ...] = ()
    touched: Callable[[Event], Iterable[int]] = lambda _event: ()

# SPDX-License-Identifier: EUPL-1.2
"""What any room tells about its rows to rooms that deal with anything: following, bookmarks, notifications, reports,
previews of links. A thing is named by a plain key, (kind, id), such as ("thread", 17).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

from filanda.kernel.identity.actors import Actor

if TYPE_CHECKING:
    from filanda.kernel.journal.models import Event

Key = tuple[str, int]


@dataclass(frozen=True)
class ThingLine:
    """One thing, as a line for one reader: what it is called, where it opens, what it begins with.

    `url_name`, `url_args`: its page, reversed in the reader's language; `fragment`: the place in it ("post-12").
    `title` and `excerpt` (plain text, at most 280 characters) are in `language`. `audience`: the token whose holders
    may see it ("public", "members", "space:17"). `author_id`: the account that wrote it; None for a former member, or
    for the platform. `inside`: what it is part of, nearest first: a post's thread, then its space.
    """

    kind: str
    id: int
    title: str
    url_name: str
    url_args: tuple[str | int, ...] = ()
    fragment: str = ""
    query: str = ""
    excerpt: str = ""
    language: str = ""
    audience: str = ""
    author_id: int | None = None
    author_name: str = ""
    inside: tuple[Key, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True)
class Enforcement:
    """How moderation acts on a thing. Each runs in the caller's transaction and records the thing's own event.

    `hide(actor, id, now)`: nobody but its author and those who keep order sees it; can be taken back by `restore`.
    `remove(actor, id, now)`: its words go for readers for good; an appeal that is upheld still brings them back.
    `text(id)`: what it says, for the record of a report (Markdown or plain; "" if gone).
    """

    hide: Callable[[Actor, int, datetime], None]
    remove: Callable[[Actor, int, datetime], None]
    restore: Callable[[Actor, int, datetime], None]
    text: Callable[[int], str]


@dataclass(frozen=True)
class Thing:
    """A kind of thing. `lines(actor, ids)`: those of `ids` that `actor` may see, as lines, in a constant number of
    queries; whatever is shown, sent or counted goes through it. `find(match)`: the id in an address of ours, for
    previews: keyword arguments of the page `url_name` -> id or None.
    """

    kind: str
    label: str | Promise
    lines: Callable[[Actor, Sequence[int]], Mapping[int, ThingLine]]
    is_followed: bool = False
    is_bookmarked: bool = False
    enforcement: Enforcement | None = None
    url_names: Iterable[str] = ()
    find: Callable[[Mapping[str, Any]], int | None] = lambda _match: None


@dataclass(frozen=True)
class Told:
    """One recipient of a notice, and why they are told: "mention", "reply", "follow", "author", "manager", "member"."""

    account_id: int
    why: str


@dataclass(frozen=True)
class Notice:
    """Which event tells people something. `recipients(event)`: everybody to be told (the one who acted is left out by
    the reader), the strongest reason first when somebody stands in it twice. `about(event)`: the thing that is shown
    and whose visibility decides whether it may be said. `sentence(event, line)`: one sentence for the reader, in the
    active language, `line` being the thing as that reader sees it. `kind`: what people switch on and off:
    one of the names in `NOTICE_KINDS`. `is_urgent`: goes by e-mail at once whatever digest is set (a decision about
    one's own post), though never against an unsubscription. `is_mailed`: False where the
    room sends an e-mail of its own.
    """

    event: str
    kind: str
    recipients: Callable[[Event], Iterable[Told]]
    about: Callable[[Event], Key | None]
    sentence: Callable[[Event, ThingLine], str]
    space: Callable[[Event], int | None] = field(default=lambda _event: None)
    is_urgent: bool = False
    is_mailed: bool = True


NOTICE_KINDS = (
    "mentions",
    "replies",
    "threads",
    "news",
    "events",
    "documents",
    "membership",
    "moderation",
    "introductions",
    "proposals",
    "collaborations",
    "matches",
)

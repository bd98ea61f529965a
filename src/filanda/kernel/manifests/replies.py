# SPDX-License-Identifier: EUPL-1.2
"""An answer by e-mail, as a room takes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filanda.kernel.identity.models import Account
    from filanda.kernel.regions.models import Region

__all__ = ["InboundReply", "LeftOut", "ReplyHandler", "ReplyRefused"]


@dataclass(frozen=True)
class InboundReply:
    """What somebody wrote in answer to one of our messages.

    `number` is the one that the room gave to `mail.replies.reply_address`. `text` is Markdown source, without quotes
    and signature; it may be empty when there are attachments. `html_dropped`: they wrote HTML only, and its text is all
    that is left of it. `attachments`: (name, content type as declared, bytes). `message_id`: with the brackets.
    """

    region: Region
    account: Account
    number: int
    text: str
    html_dropped: bool
    attachments: list[tuple[str, str, bytes]]
    message_id: str


LeftOut = Sequence[tuple[str, str]]


class ReplyRefused(Exception):
    """Raised by a `take` that cannot accept an answer: `str()` is the sentence for whoever wrote it, in the language
    that is active (theirs). Nothing has been written then."""


@dataclass(frozen=True)
class ReplyHandler:
    """How a room takes answers to what it sent about its `kind` of thing, a short word such as "thread".

    `take(reply)` runs inside the region, outside of any transaction, and calls the room's action, as `reply.account`:
    it must find out anew whether they may. It raises ReplyRefused, or policies.Forbidden, for what will never work;
    anything else that it raises is tried again later. What it returns are names of attachments that it left out while
    it took the words, each with a sentence that says why: their author is written to. It is called once for a message,
    but for an accident between its commit and ours: a room that cannot bear two keeps `message_id`.
    """

    kind: str
    take: Callable[[InboundReply], LeftOut | None]

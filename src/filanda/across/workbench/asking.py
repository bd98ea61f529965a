# SPDX-License-Identifier: EUPL-1.2
"""Actions that ask for words: their form in place, in the queue or on the item's page, and saved replies put into it.

Words are sent to the workbench first, which hands them on to the room's page as they are (307) if the thing still
waits. So what was written is never lost: not for a reply put into it, nor when a colleague was faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from filanda.across.workbench.filling import fill, reader_s_first
from filanda.across.workbench.framing import region_of, whole
from filanda.capabilities.desk.models import DeskItem, SavedReply
from filanda.capabilities.desk.queries import names_of, replies_for
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.desk import DeskAction, DeskLine
from filanda.kernel.ui.addresses import address

__all__ = ["Asked", "action_at", "asked_in", "form_of", "missing", "with_reply"]

WORDS_MOST = 4_000


@dataclass(frozen=True)
class Asked:
    """The action `number` (from 1) of the item asks for words: those written so far, their language if a reply was put
    there, and what is wrong with them.
    """

    item_id: int
    number: int
    words: str = ""
    language: str = ""
    error: str = ""


def asked_in(text: str) -> Asked | None:
    """As an address says it: "item.number"."""
    item, _dot, number = text.partition(".")
    return Asked(whole(item), whole(number, most=20)) if whole(item) and whole(number, most=20) else None


def action_at(line: DeskLine | None, number: int) -> DeskAction | None:
    """The action `number` of a line, if it asks for words."""
    if line is None or not 1 <= number <= len(line.actions) or not line.actions[number - 1].asks:
        return None
    return line.actions[number - 1]


def form_of(actor: Actor, item: DeskItem, line: DeskLine, asked: Asked, *, here: str, sent_to: str) -> dict[str, Any]:
    """What the form of an action needs: see `_asking.html`. One query. `here`: where it leads back to. `sent_to`: the
    query of the address of the page on which it stands.
    """
    action = line.actions[asked.number - 1]
    send = address("workbench:act", item.pk, asked.number)
    return {
        "item_id": item.pk,
        "label": action.label,
        "name": action.asks,
        "needs_words": action.needs_words,
        "url": send + (f"?{sent_to}" if sent_to else ""),
        "close_url": here,
        "about": line.title,
        "fields": list(action.fields.items()),
        "words": asked.words,
        "most": WORDS_MOST,
        "error": asked.error,
        "language": asked.language or get_language(),
        "replies": [
            {"name": one.name, "language": code, "value": f"{one.pk}:{code}"}
            for one in replies_for(actor)
            for code in reader_s_first(one.texts, get_language() or "")
        ],
    }


def with_reply(request: HttpRequest, actor: Actor, item: DeskItem, line: DeskLine, asked: Asked, chosen: str) -> Asked:
    """`asked` with a saved reply ("number:language") after what was written. As it was, if there is no such reply."""
    number, _colon, code = chosen.partition(":")
    reply = next((one for one in replies_for(actor) if one.pk == whole(number)), None)
    if reply is None or code not in reply.texts:
        return asked
    words = "\n\n".join(part for part in (asked.words.strip(), _filled(request, reply, code, line)) if part)
    return Asked(item.pk, asked.number, words, code)


def _filled(request: HttpRequest, reply: SavedReply, code: str, line: DeskLine) -> str:
    with override(code):
        values = {"title": line.title, "region": region_of(request).name}
    if line.person_id is not None and (name := names_of([line.person_id]).get(line.person_id)):
        values["name"] = name
    return fill(reply.texts[code], values)


def missing(action: DeskAction, words: str) -> str:
    """What is wrong with the words of `action`, "" if nothing is."""
    if action.needs_words and not words.strip():
        return _("Write your words first: whoever they are for reads them.")
    if len(words) > WORDS_MOST:
        return _("At most %(most)d characters.") % {"most": WORDS_MOST}
    return ""

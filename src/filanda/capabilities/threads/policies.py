# SPDX-License-Identifier: EUPL-1.2
"""Who may do what in threads: what the place says, and whose post it is. No rule asks for more than the place does."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.threads.models import Post, PostState, Thread, ThreadKind
from filanda.capabilities.threads.places import Place, place, reads
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import Key
from filanda.kernel.policies import Decision

__all__ = [
    "keeps_order_in",
    "may_accept",
    "may_answer",
    "may_delete",
    "may_edit",
    "may_keep_order",
    "may_open",
    "may_react",
    "may_read",
    "may_rename",
    "sees",
]

_GONE = Decision(False, _("This is not there any more, or not for you to see."))
_STRANGER = Decision(False, _("Sign in first: this is for people who have a part in this region."))


def _place(kind: str) -> Place | None:
    try:
        return place(kind)
    except KeyError:  # the room of the place is not installed
        return None


def sees(actor: Actor, thread: Thread) -> bool:
    """As ThreadQuerySet.visible_to, of a row at hand."""
    if actor.is_platform:
        return True
    if thread.audience not in actor.audience_tokens and not reads(actor, (thread.place_kind, thread.place_id)):
        return False
    if thread.hidden_at is None or (actor.account_id is not None and actor.account_id == thread.author_id):
        return True
    return keeps_order_in(actor, (thread.place_kind, thread.place_id))


def keeps_order_in(actor: Actor, key: Key) -> bool:
    where = _place(key[0])
    return where is not None and bool(where.keeps_order(actor, key[1]))


def may_read(actor: Actor, thread: Thread) -> Decision:
    """Read positions and drafts are of people who are signed in and see the thread."""
    if actor.account_id is None:
        return _STRANGER
    return Decision(True) if sees(actor, thread) else _GONE


def may_open(actor: Actor, key: Key) -> Decision:
    """`key`: of the place, such as ("space", 17)."""
    where = _place(key[0])
    return where.may_open(actor, key[1]) if where is not None else _GONE


def may_answer(actor: Actor, thread: Thread) -> Decision:
    where = _place(thread.place_kind)
    if where is None or not sees(actor, thread):
        return _GONE
    return where.may_answer(actor, thread.place_id)


def may_keep_order(actor: Actor, thread: Thread) -> Decision:
    where = _place(thread.place_kind)
    if where is None or thread.audience not in actor.audience_tokens:
        return _GONE
    return where.keeps_order(actor, thread.place_id)


def may_edit(actor: Actor, post: Post) -> Decision:
    """One's own words, as long as one may write there. Nobody puts words into somebody else's mouth."""
    if actor.account_id is None or post.author_id != actor.account_id:
        return Decision(False, _("Only its author changes a post. If something is wrong with it, report it."))
    if post.state not in (PostState.SHOWN, PostState.HELD):
        return Decision(False, _("This post is not shown any more, so it cannot be changed."))
    return may_answer(actor, post.thread)


def may_delete(actor: Actor, post: Post) -> Decision:
    """One's own words, always: also after leaving the place."""
    if actor.account_id is None or post.author_id != actor.account_id:
        return Decision(False, _("Only its author deletes a post. If something is wrong with it, report it."))
    return Decision(True)


def may_react(actor: Actor, post: Post) -> Decision:
    if post.state != PostState.SHOWN:
        return _GONE
    if actor.account_id is not None and post.author_id == actor.account_id:
        return Decision(False, _("This is your own post: reactions are for what others wrote."))
    return may_answer(actor, post.thread)


def may_accept(actor: Actor, thread: Thread) -> Decision:
    """Whoever asked says what answered it; those who keep order may too."""
    if thread.kind != ThreadKind.QUESTION:
        return Decision(False, _("Only a question has an accepted answer."))
    is_own = actor.account_id is not None and actor.account_id == thread.author_id
    if not is_own:
        decision = may_keep_order(actor, thread)
        return (
            decision
            if decision.allowed or actor.is_visitor
            else Decision(False, _("Whoever asked, or a moderator, says which answer helped."))
        )
    return may_answer(actor, thread)


def may_rename(actor: Actor, thread: Thread) -> Decision:
    """Whoever opened it, and those who keep order."""
    if actor.account_id is not None and actor.account_id == thread.author_id:
        return may_answer(actor, thread)
    return may_keep_order(actor, thread)

# SPDX-License-Identifier: EUPL-1.2
"""What every screen of discussions starts from: the room that the reader stands in, and posts as rows for templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from filanda.capabilities.threads.models import Post, PostState, ReactionName, Thread, ThreadKind
from filanda.capabilities.threads.queries import PostRow, ThreadRow, page_of
from filanda.capabilities.threads.queries import post_rows as read_rows
from filanda.capabilities.threads.rendering import finished
from filanda.components.discussions import queries
from filanda.components.discussions.policies import may_keep_order, may_write, title_slug
from filanda.kernel.identity.actors import Actor, actor_for
from filanda.kernel.policies import Decision
from filanda.kernel.ui.addresses import address, has_address
from filanda.kernel.ui.moments import when
from filanda.spaces.models import Space
from filanda.spaces.pages import SpacePage, space_page

__all__ = [
    "Room",
    "authors_of",
    "enter",
    "foreign",
    "post_rows",
    "thread_rows",
    "words_of",
    "writers_of",
]


@dataclass
class Room:
    """A space's discussions, for one request. Nothing here asks the database before it is looked at."""

    request: HttpRequest
    page: SpacePage

    @property
    def actor(self) -> Actor:
        actor: Actor = self.request.actor  # type: ignore[attr-defined]
        return actor

    @property
    def space(self) -> Space:
        return self.page.space

    @cached_property
    def root(self) -> str:
        return address("discussions:threads", self.space.slug)

    @cached_property
    def may_write(self) -> Decision:
        return may_write(self.actor, self.space)

    @cached_property
    def keeps_order(self) -> bool:
        return bool(may_keep_order(self.actor, self.space))

    @cached_property
    def may_join(self) -> bool:
        """Whether one tap makes the reader a member who writes: in an open space, or where they are invited."""
        return self.page.door in ("open", "invited") and self.space.archived_at is None and not self.may_write

    def renew(self) -> None:
        """The reader has become somebody else here: a member."""
        has_factor = self.actor.has_second_factor
        self.request.actor = actor_for(self.request.user, has_second_factor=has_factor)  # type: ignore[attr-defined,arg-type]
        for name in ("may_write", "keeps_order", "may_join"):
            self.__dict__.pop(name, None)

    def thread_url(self, thread: Thread | ThreadRow) -> str:
        return f"{self.root}{thread.id}/{title_slug(thread.title)}/"

    def find(self, number: int) -> Thread:
        """The thread `number` of this space, if the reader may see it; else 404."""
        found = queries.thread_in(self.actor, self.space, number)
        if found is None:
            raise Http404
        return found

    def find_post(self, thread: Thread, number: int) -> Post:
        """Post `number` of a thread that the reader sees; else 404."""
        seen = Post.objects.visible_to(self.actor).filter(thread=thread, number=number) if number < 2**31 else None
        found = seen.first() if seen is not None else None
        if found is None:
            raise Http404
        return found

    def rows_at(self, thread: Thread, number: int) -> list[PostRow]:
        """The page of posts on which `number` stands. Three queries at most."""
        at = page_of(self.actor, thread, number, keeps_order=self.keeps_order)
        return read_rows(self.actor, thread, page=at, keeps_order=self.keeps_order)

    def row_of(self, thread: Thread, post: Post) -> dict[str, Any]:
        """One post as a row for the templates."""
        return post_rows(self, thread, [row for row in self.rows_at(thread, post.number) if row.id == post.pk])[0]


def enter(request: HttpRequest, slug: str) -> Room:
    """The discussions of the space `slug`. 404 where there is nothing for this reader."""
    return Room(request, space_page(request, slug, tab="discussions"))


def writers_of(threads: Sequence[ThreadRow]) -> set[int | None]:
    """Accounts that a list of threads names."""
    return {t.last_author_id for t in threads} | {t.author_id for t in threads}


def thread_rows(
    room: Room, threads: Sequence[ThreadRow], known: Sequence[dict[str, Any]] | None = None
) -> list[dict[str, Any]]:
    """Threads as rows of a list: url, title, lang, states (words), replies, unread, last_name, last_when… `known`: see
    queries.authors. One query at most.
    """
    people = queries.authors(writers_of(threads), room.actor, room.space, known)
    is_reader = room.actor.account_id is not None
    rows = []
    for thread in threads:
        url = room.thread_url(thread)
        unread = thread.unread if is_reader else 0
        rows.append(
            {
                "url": url,
                "id": thread.id,
                "title": thread.title,
                "lang": foreign(thread.language),
                "states": thread_states(thread),
                "replies": max(0, thread.posts_count - 1),
                "unread": unread,
                "unread_url": f"{room.root}{thread.id}/unread/" if unread else "",
                "is_new": is_reader and not thread.read_number,
                "author": people[thread.author_id].name,
                "last": people[thread.last_author_id],
                "last_url": f"{room.root}{thread.id}/p/{thread.last_number}/",
                "last_when": when(thread.last_post_at),
            }
        )
    return rows


def thread_states(thread: Thread | ThreadRow) -> list[tuple[str, str]]:
    """(name, word) of everything there is to say about where a thread stands."""
    said = []
    if thread.pinned_at is not None:
        said.append(("pinned", _("Pinned")))
    if thread.kind == ThreadKind.QUESTION:
        answered = thread.answer_id is not None
        said.append(("answered", _("Question, answered")) if answered else ("question", _("Question")))
    if thread.closed_at is not None:
        said.append(("closed", _("Closed")))
    if thread.hidden_at is not None:
        said.append(("hidden", _("Hidden")))
    return said


def foreign(language: str, here: str = "") -> str:
    """`language` if it is another than the page's: what is to be said in `lang`. `here`: the page's, where the caller
    knows it.
    """
    return language if language and language != (here or get_language() or "it")[:2] else ""


def authors_of(posts: Sequence[PostRow]) -> set[int | None]:
    """Accounts that a page of posts names, but for those mentioned in the posts."""
    return {post.author_id for post in posts} | {post.reply_author_id for post in posts}


def words_of(posts: Sequence[PostRow]) -> list[str]:
    """The stored HTML of each, empty for what has no words any more."""
    return [post.html if post.state in _WITH_WORDS else "" for post in posts]


def post_rows(
    room: Room,
    thread: Thread,
    posts: Sequence[PostRow],
    *,
    line: int = 0,
    known: Sequence[dict[str, Any]] | None = None,
    mentioned: Mapping[int, str] | None = None,
) -> list[dict[str, Any]]:
    """Posts as rows for `discussions/_posts.html`. `line`: the post above which "new since your last visit" stands.
    `known`: see queries.authors; `mentioned`: names of people whom the posts mention, if asked before. Three queries
    and those of mentions and links; one less for visitors.
    """
    actor, keeps = room.actor, room.keeps_order
    people = queries.authors(authors_of(posts), actor, room.space, known)
    htmls = finished(actor, words_of(posts), mentioned)
    files = queries.files_of_posts(posts)
    here = get_language() or "it"
    words = reaction_words(here)
    is_open = thread.closed_at is None
    may_write = bool(room.may_write)
    may_accept = thread.kind == ThreadKind.QUESTION and (keeps or _is_own(actor, thread.author_id)) and may_write
    report = address("moderation:report") if actor.account_id is not None and has_address("moderation:report") else ""
    rows = []
    for post, html in zip(posts, htmls, strict=True):
        number, state = post.number, post.state
        is_own = _is_own(actor, post.author_id)
        shows = state in _WITH_WORDS
        is_shown = state == PostState.SHOWN
        own = post.mine
        counts = post.reactions
        can_react = is_shown and may_write and not is_own
        replied = post.reply_number
        rows.append(
            {
                "n": number,
                "id": post.id,
                "author": people[post.author_id],
                "when": when(post.created_at),
                "edited": when(post.edited_at) if post.edited_at is not None and shows else "",
                "version": post.version,
                "lang": foreign(post.language, here),
                "html": html,
                "state": str(state),
                "note": _state_note(state, is_own),
                "is_answer": thread.answer_id == post.id,
                "line": number == line,
                "reply": replied,
                "reply_name": people[post.reply_author_id].name if replied else "",
                "reactions": [
                    (name, word, counts.get(name, 0), name in own)
                    for name, word in words
                    if can_react or counts.get(name, 0)
                ]
                if is_shown
                else [],
                "can_react": can_react,
                "files": files.get(post.id, ()),
                "via_mail": post.via_mail,
                "can_answer": is_shown and is_open and (may_write or room.may_join),
                "can_edit": is_own and may_write and state in (PostState.SHOWN, PostState.HELD),
                "can_delete": is_own and state in (PostState.SHOWN, PostState.HELD),
                "can_accept": may_accept and is_shown and number > 1,
                "can_release": keeps and state == PostState.HELD,
                "report_url": f"{report}?kind=post&id={post.id}" if report and is_shown and not is_own else "",
            }
        )
    return rows


@lru_cache(maxsize=16)
def reaction_words(language: str) -> list[tuple[str, str]]:
    """Every reaction with its word in the active language, which is `language`."""
    return [(str(name), str(name.label)) for name in ReactionName]


_WITH_WORDS = frozenset({PostState.SHOWN, PostState.HELD, PostState.HIDDEN})


def _is_own(actor: Actor, author_id: int | None) -> bool:
    return author_id is not None and author_id == actor.account_id


def _state_note(state: str, is_own: bool) -> str:
    match state:
        case PostState.HELD:
            return (
                _("Only you and the moderators see this yet: somebody looks at first posts before they are shown.")
                if is_own
                else _("Held: only its author and the moderators see this, until somebody releases it.")
            )
        case PostState.HIDDEN:
            return _("Hidden: only its author and the moderators see this.")
        case PostState.REMOVED:
            return _("This post was removed by the moderators.")
        case PostState.DELETED:
            return _("This post was deleted by its author.")
    return ""

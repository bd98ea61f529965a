# SPDX-License-Identifier: EUPL-1.2
"""What the composer shows: an empty one, a draft, a quote, or what was typed before something was wrong."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse
from markupsafe import Markup

from filanda.capabilities.threads.models import POST_MOST, Draft, Post, Thread
from filanda.capabilities.threads.rendering import MENTION, preview_html
from filanda.components.discussions.forms import FILE_BYTES, FILES_MOST, Written, new_key
from filanda.components.discussions.framing import Room
from filanda.kernel.ui.moments import when
from filanda.spaces.models import SCOPE

__all__ = ["composer", "previewed", "quote_of", "without_handles"]


def composer(
    room: Room,
    *,
    thread: Thread | None = None,
    post: Post | None = None,
    draft: Draft | None = None,
    typed: Written | None = None,
    last: int = 0,
    reply_to: int = 0,
    quoted: str = "",
    preview: str = "",
    theirs: str = "",
) -> dict[str, Any]:
    """For `discussions/_composer.html`. `thread` alone: an answer; with `post`: an edit; neither: a new thread.

    `typed` beats a draft, a draft beats what is stored. `last`: the highest number of a post that the page shows.
    `theirs`: what a post reads meanwhile, when somebody was faster (an edit conflict).
    """
    root = room.root
    if post is not None and thread is not None:
        action, place = f"{root}{thread.pk}/p/{post.number}/edit/", f"post:{post.pk}"
    elif thread is not None:
        action, place = f"{root}{thread.pk}/answer/", f"thread:{thread.pk}"
    else:
        action, place = f"{root}new/", f"space:{room.space.pk}"
    source = draft.source if draft is not None else post.source if post is not None else ""
    if quoted:
        source = f"{source.rstrip()}\n\n{quoted}" if source.strip() else quoted
    return {
        "action": action,
        "place": place,
        "root": root,
        "source": typed.source if typed is not None else source,
        "title": typed.title if typed is not None else draft.title if draft is not None else "",
        "kind": typed.kind if typed is not None else "discussion",
        "key": typed.key if typed is not None else new_key(),
        "reply_to": typed.reply_to if typed is not None else reply_to,
        "version": post.version if post is not None else 0,
        "last": typed.last if typed is not None else last,
        "errors": typed.errors if typed is not None else {},
        "listed": typed.listed if typed is not None else [],
        "draft_when": when(draft.saved_at) if draft is not None and typed is None else "",
        "joins": bool(room.may_join),
        "rules_url": reverse("spaces:home", args=[room.space.slug]),
        "is_public": room.space.is_open,
        "most": POST_MOST,
        "files_most": FILES_MOST,
        "files_mb": FILE_BYTES // (1024 * 1024),
        "is_new": thread is None,
        "is_edit": post is not None,
        "preview": preview,
        "theirs": theirs,
    }


def previewed(room: Room, source: str) -> Markup:
    """What `source` will look like in this space. The queries of its mentions and links."""
    return preview_html(room.actor, (SCOPE, room.space.pk), source[:POST_MOST])


def quote_of(post: Post, name: str, most: int = 1500) -> str:
    """A post as a quotation in Markdown, with who said it. Quotes in it are left out; a long one is cut."""
    lines = [line for line in without_handles(post.source).splitlines() if not line.lstrip().startswith(">")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    if len(text) > most:
        text = text[:most].rsplit(" ", 1)[0] + " …"
    quoted = "\n".join(f"> {line}".rstrip() for line in text.splitlines())
    return f"> **{_plain(name)}** (#{post.number}):\n>\n{quoted}\n\n"


def without_handles(source: str) -> str:
    """Markdown without the handles in it: who may know a name is decided for each reader, and nobody is called again by
    a quotation.
    """
    return MENTION.sub("@…", source)


def _plain(name: str) -> str:
    return re.sub(r"[\\`*_\[\]<>#|]", "", name)

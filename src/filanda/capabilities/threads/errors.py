# SPDX-License-Identifier: EUPL-1.2
"""What may go wrong when people write, each with a sentence for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from filanda.capabilities.threads.models import Post

__all__ = [
    "EXPECTED",
    "EditConflict",
    "NotPossible",
    "NothingWritten",
    "SaidAlready",
    "TextTooLong",
    "ThreadClosed",
    "ThreadGone",
    "TooManyLinks",
    "TooManyPosts",
]


class NotPossible(Exception):
    """Something that cannot be done as things stand. `str()` is the sentence for the reader."""


class EditConflict(NotPossible):
    """Somebody was faster: `post` is as it stands now."""

    def __init__(self, post: Post) -> None:
        self.post = post
        super().__init__(_("This post was changed meanwhile. Put the two texts together and save again."))


class NothingWritten(NotPossible):
    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or _("Write something first."))


class TextTooLong(NotPossible):
    def __init__(self, length: int, most: int) -> None:
        super().__init__(
            _("This is too long: %(count)s characters, and %(most)s fit.") % {"count": length, "most": most}
        )


class ThreadGone(NotPossible):
    """The thread or post is not there, or not for this reader: they are told the same."""

    def __init__(self) -> None:
        super().__init__(_("This is not there any more, or not for you to see."))


class ThreadClosed(NotPossible):
    def __init__(self, reason: str = "") -> None:
        said = _("This discussion is closed: it can be read, but nobody answers in it any more.")
        super().__init__(f"{said} {reason}".strip())


class SaidAlready(NotPossible):
    def __init__(self) -> None:
        super().__init__(_("You have already posted exactly this today. If it belongs here too, link to it instead."))


class TooManyLinks(NotPossible):
    def __init__(self, most: int) -> None:
        super().__init__(
            ngettext(
                "While you are new here, a post may hold one link. Take some out, or ask a facilitator to validate "
                "your profile.",
                "While you are new here, a post may hold %(most)s links. Take some out, or ask a facilitator to "
                "validate your profile.",
                most,
            )
            % {"most": most}
        )


class TooManyPosts(NotPossible):
    """`retry_after`: seconds."""

    def __init__(self, most: int, retry_after: int) -> None:
        self.retry_after = retry_after
        minutes = max(1, -(-retry_after // 60))
        super().__init__(
            ngettext(
                "While you are new here, up to %(most)s posts fit in a while. Your text is kept: send it again in one "
                "minute.",
                "While you are new here, up to %(most)s posts fit in a while. Your text is kept: send it again in "
                "%(minutes)s minutes.",
                minutes,
            )
            % {"most": most, "minutes": minutes}
        )


EXPECTED = (NotPossible,)

# SPDX-License-Identifier: EUPL-1.2
"""What people do in threads. Every action locks the thread first, then the post: nobody waits for each other."""

from filanda.capabilities.threads.actions.ordering import (
    accept_answer,
    close_thread,
    pin_thread,
    release_post,
    rename_thread,
    reopen_thread,
)
from filanda.capabilities.threads.actions.reading import drop_draft, mark_all_read, mark_read, save_draft
from filanda.capabilities.threads.actions.restructuring import merge_threads, move_thread, split_thread
from filanda.capabilities.threads.actions.writing import answer, delete_post, edit_post, open_thread, react
from filanda.capabilities.threads.errors import (
    EXPECTED,
    EditConflict,
    NothingWritten,
    NotPossible,
    SaidAlready,
    TextTooLong,
    ThreadClosed,
    ThreadGone,
    TooManyLinks,
    TooManyPosts,
)

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
    "accept_answer",
    "answer",
    "close_thread",
    "delete_post",
    "drop_draft",
    "edit_post",
    "mark_all_read",
    "mark_read",
    "merge_threads",
    "move_thread",
    "open_thread",
    "pin_thread",
    "react",
    "release_post",
    "rename_thread",
    "reopen_thread",
    "save_draft",
    "split_thread",
]

# SPDX-License-Identifier: EUPL-1.2
"""The kinds of text that are handed out: plain values, no rows of a database."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["CommunityText", "DocumentText", "EventText", "NewsText", "PostText", "Subject", "ThreadText"]


@dataclass(frozen=True)
class Subject:
    """What a community talks about, in one language: phrases that sentences take up (see grammar)."""

    thing: str
    fault: str
    measure: str
    unit: str
    before: tuple[int, int]
    after: tuple[int, int]
    causes: tuple[str, ...]
    fixes: tuple[str, ...]  # the remedy of each cause, an infinitive
    check: str
    norm: str


@dataclass(frozen=True)
class CommunityText:
    """A community; texts by language. `priority` is a code of the S3 scheme, `size` says how alive it is (3 to 90)."""

    number: int
    slug: str
    names: dict[str, str]
    summaries: dict[str, str]
    welcomes: dict[str, str]
    rules: dict[str, str]
    questions: dict[str, str]
    priority: str
    openness: str  # "open" | "restricted" | "private"
    parent: str | None
    size: int
    subjects: dict[str, Subject] = field(repr=False)

    @property
    def ecosystem(self) -> str:
        """The priority above its own: "health-digital" -> "health"."""
        return self.priority.partition("-")[0]

    @property
    def topics(self) -> dict[str, tuple[str, ...]]:
        """A few phrases by language, for those who want words of the community."""
        return {
            language: (subject.thing, subject.measure, *subject.causes, *subject.fixes)
            for language, subject in self.subjects.items()
        }


@dataclass(frozen=True)
class PostText:
    """A post. Authors are slots: 0 opened the thread. `source` is Markdown where {@3} mentions slot 3."""

    author_slot: int
    minutes_after_previous: int
    source: str
    replies_to: int | None = None  # the place of a post in the thread, from 0
    is_answer: bool = False  # the accepted one
    mentions: tuple[int, ...] = ()
    quotes: int | None = None  # the place of the post whose words it quotes
    reactions: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ThreadText:
    title: str
    language: str
    kind: str  # "discussion" | "question"
    posts: tuple[PostText, ...]
    authors: int  # slots 0 to authors - 1 write


@dataclass(frozen=True)
class NewsText:
    title: str
    summary: str
    body: str
    language: str


@dataclass(frozen=True)
class EventText:
    title: str
    summary: str
    body: str
    language: str
    place: str  # blank when it is only online
    is_online: bool
    minutes: int
    capacity: int | None
    questions: tuple[str, ...]  # asked of those who sign up


@dataclass(frozen=True)
class DocumentText:
    title: str
    folder: str
    file_name: str
    content: str
    language: str

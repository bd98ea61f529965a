# SPDX-License-Identifier: EUPL-1.2
"""News, events and documents of a community."""

from __future__ import annotations

import re
import unicodedata
from random import Random

from . import papers
from .grammar import fill
from .kinds import CommunityText, DocumentText, EventText, NewsText
from .slots import Words

__all__ = ["document", "event", "news"]


class _Sheet:
    """What the three have in common: words, and sentences filled with them."""

    def __init__(self, community: CommunityText, what: str, number: int) -> None:
        self.chance = Random(f"{what} {community.slug} {number}")  # noqa: S311 - invented texts
        self.language = "it" if self.chance.random() < 0.75 else "en"
        words = Words(community, self.language, self.chance)
        self.slots = {
            **words.speaker(number % 3),
            **words.passing(),
            "name": community.names[self.language],
            "edition": str(number + 1),
        }

    def said(self, template: str) -> str:
        return fill(template, self.slots, self.chance, self.language)

    def one(self, pool: tuple[str, ...]) -> str:
        return self.said(self.chance.choice(pool))

    def some(self, pool: tuple[str, ...], count: int) -> list[str]:
        """In the order of the pool."""
        return [self.said(pool[place]) for place in sorted(self.chance.sample(range(len(pool)), count))]


def news(community: CommunityText, number: int) -> NewsText:
    """News item `number`, which is neither old nor new: dates are the caller's."""
    sheet = _Sheet(community, "news", number)
    kinds = papers.NEWS[sheet.language]
    title, summary, body = kinds[(number + community.number) % len(kinds)]
    paragraphs = [*(sheet.said(one) for one in body), sheet.one(papers.NEWS_ENDS[sheet.language])]
    return NewsText(sheet.said(title), sheet.said(summary), "\n\n".join(paragraphs), sheet.language)


def event(community: CommunityText, number: int) -> EventText:
    """Event `number`: a visit, a workshop, a talk online …"""
    sheet = _Sheet(community, "event", number)
    kinds = papers.EVENTS[sheet.language]
    kind = kinds[(number + community.number) % len(kinds)]
    title, summary, body, is_online, minutes, place = kind
    programme = "\n".join(
        f"{place + 1}. {line}" for place, line in enumerate(sheet.some(papers.PROGRAMME[sheet.language], 3))
    )
    asked = sheet.some(papers.QUESTIONS[sheet.language], sheet.chance.choice((0, 1, 1, 2)))
    return EventText(
        title=sheet.said(title),
        summary=sheet.said(summary),
        body=f"{sheet.said(body)}\n\n{programme}\n\n{sheet.one(papers.EVENT_ENDS[sheet.language])}",
        language=sheet.language,
        place=sheet.said(place) if place else "",
        is_online=is_online,
        minutes=minutes,
        capacity=None
        if is_online and sheet.chance.random() < 0.6
        else sheet.chance.choice((12, 18, 20, 25, 30, 40, 60)),
        questions=tuple(asked),
    )


def document(community: CommunityText, number: int) -> DocumentText:
    """Document `number`: a short text in Markdown."""
    sheet = _Sheet(community, "document", number)
    kinds = papers.DOCUMENTS[sheet.language]
    title, folder, body = kinds[(number + community.number) % len(kinds)]
    title = sheet.said(title)
    return DocumentText(title, folder, f"{_slug(title)}.md", f"# {title}\n\n{sheet.said(body)}\n", sheet.language)


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "documento"

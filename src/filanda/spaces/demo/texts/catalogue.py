# SPDX-License-Identifier: EUPL-1.2
"""The communities, read from subjects/*.txt, with their welcome, rules and question.

A block of such a file: a line "@slug | S3 code | openness | size | parent", then lines of a letter and what it says,
Italian ~ English: n name, s summary, t what it is about, f what goes wrong, m measure | unit | before | after,
c causes, x the remedy of each, k how one checks, d the norm or paper.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

from .grammar import fill
from .kinds import CommunityText, Subject
from .welcoming import ASK, CLOSES, GREETS, RULES, TELLS

__all__ = ["communities"]

_FOLDER = Path(__file__).parent / "subjects"
_LANGUAGES = ("it", "en")


@cache
def communities() -> tuple[CommunityText, ...]:
    """All of them; parents come before their children. The same objects at each call."""
    found: list[CommunityText] = []
    for path in sorted(_FOLDER.glob("*.txt")):
        for block in path.read_text(encoding="utf-8").split("\n@")[1:]:
            found.append(_community(len(found), block))
    return tuple(found)


def _community(number: int, block: str) -> CommunityText:
    head, *lines = block.strip().splitlines()
    slug, priority, openness, size, *parent = (part.strip() for part in head.split("|"))
    said = {line[0]: line[3:] for line in lines}
    names, summaries = _both(said["n"]), _both(said["s"])
    subjects = {language: _subject(said, place) for place, language in enumerate(_LANGUAGES)}
    chance = Random(f"community {slug}")  # noqa: S311 - invented texts
    welcomes, rules, questions = {}, {}, {}
    turn = chance.randrange(10**6)
    for language in _LANGUAGES:
        same = Random(f"{slug} {turn}")  # noqa: S311 - the same choices in both languages
        subject = subjects[language]
        slots = {
            "name": names[language],
            "thing": subject.thing,
            "con_thing": f"con {subject.thing}",
            "measure": subject.measure,
            "cause": subject.causes[0],
            "cause2": subject.causes[1],
            "fix": subject.fixes[0],
            "check": subject.check,
            "norm": subject.norm,
        }
        closes = CLOSES[language]["open" if openness == "open" else "closed"]
        parts = [
            same.choice(GREETS[language]) + " " + summaries[language],
            *same.sample(TELLS[language], 2),
            same.choice(closes),
        ]
        welcomes[language] = "\n\n".join(fill(part, slots, same, language) for part in parts)
        rules[language] = "\n".join(
            f"- {fill(rule, slots, same, language)}" for rule in _rules(language, same, openness)
        )
        questions[language] = fill(same.choice(ASK[language]), slots, same, language)
    return CommunityText(
        number=number,
        slug=slug,
        names=names,
        summaries=summaries,
        welcomes=welcomes,
        rules=rules,
        questions=questions,
        priority=priority,
        openness=openness,
        parent=parent[0] if parent else None,
        size=int(size),
        subjects=subjects,
    )


def _rules(language: str, chance: Random, openness: str) -> list[str]:
    always, some, closed = RULES[language]
    return [*always, *chance.sample(some, 3), *([] if openness == "open" else [closed])]


def _both(text: str) -> dict[str, str]:
    italian, english = text.split(" ~ ")
    return {"it": italian.strip(), "en": english.strip()}


def _subject(said: dict[str, str], place: int) -> Subject:
    def of(key: str) -> str:
        return said[key].split(" ~ ")[place].strip()

    measure, *figures = said["m"].split("|")
    unit, before, after = (part.strip() for part in figures)
    return Subject(
        thing=of("t"),
        fault=of("f"),
        measure=measure.split(" ~ ")[place].strip(),
        unit=unit.split(" ~ ")[place].strip(),
        before=_range(before),
        after=_range(after),
        causes=tuple(part.strip() for part in of("c").split(";")),
        fixes=tuple(part.strip() for part in of("x").split(";")),
        check=of("k"),
        norm=of("d"),
    )


def _range(text: str) -> tuple[int, int]:
    low, _dash, high = text.partition("-")
    return int(low), int(high)

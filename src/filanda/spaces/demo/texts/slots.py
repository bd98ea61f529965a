# SPDX-License-Identifier: EUPL-1.2
"""The words that fill the slots of sentences: those of a thread, and those of each of its authors."""

from __future__ import annotations

import re
from datetime import date, timedelta
from random import Random
from types import ModuleType

from . import english, italian
from .grammar import elided, fill, number
from .kinds import CommunityText, Subject
from .places import BODIES, TOWNS

__all__ = ["VOICES", "Words", "dated", "value"]

VOICES: dict[str, ModuleType] = {"it": italian, "en": english}
_NO_FURTHER = 3
_LATER = re.compile(r"\{([=+~])(\d{1,3})\}")


def dated(text: str, began: date, written: date, language: str) -> str:
    """With the days that lie ahead: {=40} days after the thread began, {+12} after the post was written, {~2} the month
    two months after that.
    """
    months = VOICES[language].CALENDAR

    def said(found: re.Match[str]) -> str:
        how, number = found[1], int(found[2])
        if how == "~":
            return str(months[(written.month - 1 + number) % 12])
        day = (began if how == "=" else written) + timedelta(days=number)
        return f"{day.day} {months[day.month - 1]}"

    return elided(_LATER.sub(said, text)) if _LATER.search(text) else text


def value(amount: int, unit: str, language: str) -> str:
    """With its unit: "12 %" in Italian, "12%" in English."""
    if amount == 1 and unit.replace(" ", "").isalpha() and len(unit) > _NO_FURTHER:
        amount = 2  # no "1 hours"
    figure = number(amount, language)
    if unit == "%":
        return f"{figure} %" if language == "it" else f"{figure}%"
    if unit == "€" and language == "en":
        return f"€{figure}"
    return f"{figure} {unit}"


def _between(chance: Random, bounds: tuple[int, int]) -> int:
    low, high = bounds
    amount = low + int(chance.random() * (high - low + 1))
    return _rounded(amount)


def _rounded(amount: int) -> int:
    """As people say it: 24,987 -> 25,000; 1,476 -> 1,480."""
    return round(amount, -2) if amount >= 8_000 else round(amount, -1) if amount >= 600 else amount


class Words:
    """The slots of one piece of writing. `speaker(...)` gives those of somebody who speaks in it."""

    def __init__(self, community: CommunityText, language: str, chance: Random) -> None:
        self.language, self.chance = language, chance
        self.voice = VOICES[language]
        self.subject: Subject = community.subjects[language]
        self.bodies = BODIES[community.ecosystem]
        self.order = chance.sample(range(len(self.subject.causes)), len(self.subject.causes))
        self.town = chance.choice(TOWNS)
        first, then = _between(chance, self.subject.before), _between(chance, self.subject.after)
        self.common = {
            "thing": self.subject.thing,
            "con_thing": f"con {self.subject.thing}",
            "measure": self.subject.measure,
            "check": self.subject.check,
            "norm": self.subject.norm,
            "fault": self._fault(),
            "before": self._value(first),
            "after": self._value(then),
            "interim": self._value(_rounded(first + round((then - first) * 0.45))),
            "town": self.town,
            "org": self._body(),
            "call": chance.choice(self.voice.CALLS),
            "event": chance.choice(self.voice.EVENTS),
            "due": f"{{={chance.randint(40, 130)}}}",
        }

    def _fault(self) -> str:
        text = fill(self.subject.fault, {}, self.chance, self.language)
        return text[:1].lower() + text[1:]

    def _value(self, amount: int) -> str:
        return value(amount, self.subject.unit, self.language)

    def _body(self) -> str:
        italian_name, english_name = self.chance.choice(self.bodies)
        return italian_name if self.language == "it" else english_name

    def speaker(self, focus: int) -> dict[str, str]:
        """The slots of somebody who believes in cause `focus` (of self.order), from a town of their own."""
        chance = self.chance
        town = chance.choice(TOWNS)
        while town == self.town:
            town = chance.choice(TOWNS)
        first, then = _between(chance, self.subject.before), _between(chance, self.subject.after)
        return {
            **self.common,
            **self.focused(focus),
            "mytown": town,
            "mybefore": self._value(first),
            "myafter": self._value(then),
            "myinterim": self._value(_rounded(first + round((then - first) * chance.uniform(0.25, 0.6)))),
        }

    def focused(self, focus: int) -> dict[str, str]:
        """Cause and remedy number `focus` first, and the others after them."""
        count = len(self.order)
        words = {}
        for place, name in enumerate(("", "2", "3")):
            which = self.order[(focus + place) % count]
            words["cause" + name] = self.subject.causes[which]
            words["fix" + name] = self.subject.fixes[which]
        return words

    def passing(self) -> dict[str, str]:
        """What differs from sentence to sentence."""
        chance, voice = self.chance, self.voice
        month, ahead = int(chance.random() * len(voice.MONTHS)), chance.randint(1, 3)
        return {
            "otherorg": self._body(),
            "org2": self._body(),
            "month": voice.MONTHS[month],
            "month2": voice.MONTHS[(month + 2) % len(voice.MONTHS)],
            "soon": f"{{+{chance.randint(5, 26)}}}",
            "nextmonth": f"{{~{ahead}}}",
            "latermonth": f"{{~{ahead + 2}}}",
            "weekday": voice.WEEKDAYS[int(chance.random() * len(voice.WEEKDAYS))],
        }

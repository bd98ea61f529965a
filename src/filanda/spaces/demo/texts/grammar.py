# SPDX-License-Identifier: EUPL-1.2
"""Templates with slots, alternatives and the contractions of Italian: how a sentence is put together.

{town}          a slot                         {Thing}       the same with a capital
{di thing}      with di, a, da, in or su       {cause:è/sono} the form that agrees in number
{12-20}         a number from a range          [one|another] alternatives, not nested
{@}             who is being answered, written {@3} in the result
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from math import log2
from random import Random

__all__ = ["capital", "elided", "fill", "gerund", "number", "variety", "with_preposition"]

_ARTICLES = {
    "di": {"il": "del", "lo": "dello", "la": "della", "l'": "dell'", "i": "dei", "gli": "degli", "le": "delle"},
    "a": {"il": "al", "lo": "allo", "la": "alla", "l'": "all'", "i": "ai", "gli": "agli", "le": "alle"},
    "da": {"il": "dal", "lo": "dallo", "la": "dalla", "l'": "dall'", "i": "dai", "gli": "dagli", "le": "dalle"},
    "in": {"il": "nel", "lo": "nello", "la": "nella", "l'": "nell'", "i": "nei", "gli": "negli", "le": "nelle"},
    "su": {"il": "sul", "lo": "sullo", "la": "sulla", "l'": "sull'", "i": "sui", "gli": "sugli", "le": "sulle"},
}
_PLURAL = ("i ", "gli ", "le ")
_SLOT = re.compile(r"\{([^{}]+)\}")
_BRACKET = re.compile(r"\[([^\[\]]*)\]")
_APART = re.compile(r"\b([Dd]i|[Aa]|[Dd]a|[Ii]n|[Ss]u) ((?:il|lo|la|i|gli|le) |l')(?=[^ ])")
# "il 8 gennaio", "nel 11 per cento": as numbers are read, these begin with a vowel.
_BEFORE_EIGHT = re.compile(r"\b([Ii]l|[Nn]el|[Dd]el|[Aa]l|[Dd]al|[Ss]ul) (?=(?:8\d*|11)(?![\d.]))")
_TWO_AS = re.compile(r"\b([Aa]) (a[a-z])")
_RANGE = re.compile(r"^(\d+)-(\d+)$")
# Second verbs of what somebody does: "wash on Fridays and air on Saturdays".
_AND = re.compile(r" and (accept|air|bring|check|leave|mix|remove|replace|seal|update|widen)\b")
_DOUBLED = frozenset({"cut", "put", "set", "run", "plan", "swap", "get", "map", "fit", "let", "drop", "stop", "tag"})


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def with_preposition(preposition: str, phrase: str) -> str:
    """Italian: ("di", "i mandrini") -> "dei mandrini"; ("a", "Acquarolo") -> "ad Acquarolo"."""
    forms = _ARTICLES[preposition]
    if phrase.startswith("l'"):
        return forms["l'"] + phrase[2:]
    article, _space, rest = phrase.partition(" ")
    if article in forms and rest:
        return f"{forms[article]} {rest}"
    if preposition == "a" and phrase[:1].lower() == "a":
        return f"ad {phrase}"
    return f"{preposition} {phrase}"


def gerund(phrase: str) -> str:
    """English: "replace the grease" -> "replacing the grease"."""
    verb, space, rest = phrase.partition(" ")
    if verb in _DOUBLED:
        verb += verb[-1]
    elif verb.endswith("ie"):
        verb = verb[:-2] + "y"
    elif verb.endswith("e") and not verb.endswith("ee"):
        verb = verb[:-1]
    return f"{verb}ing{space}{_AND.sub(lambda found: f' and {gerund(found[1])}', rest)}"


def number(value: int, language: str) -> str:
    """As it is written in running text: 1.200 in Italian, 1,200 in English."""
    text = f"{value:,}" if value >= 10_000 or (value >= 1_000 and language == "en") else str(value)
    return text.replace(",", ".") if language == "it" else text


@cache
def _parts(template: str) -> tuple[tuple[str, ...], ...]:
    """What a template is made of: ("text", …), ("agree", …), ("range", low, high), ("slot", name, how, is_capital)."""
    parts: list[tuple[str, ...]] = []
    at = 0
    for match in _SLOT.finditer(template):
        if match.start() > at:
            parts.append(("text", template[at : match.start()]))
        at = match.end()
        slot = match.group(1)
        if found := _RANGE.match(slot):
            parts.append(("range", found.group(1), found.group(2)))
        elif ":" in slot:
            name, _colon, forms = slot.partition(":")
            parts.append(("agree", name.lower(), *forms.split("/")))
        elif slot == "@":
            parts.append(("slot", "@", "", ""))
        else:
            how, _space, name = slot.rpartition(" ")
            parts.append(("slot", name.lower(), how.lower(), "capital" if slot[:1].isupper() else ""))
    if at < len(template):
        parts.append(("text", template[at:]))
    return tuple(parts)


@cache
def _opened(template: str) -> tuple[str | tuple[str, ...], ...]:
    pieces: list[str | tuple[str, ...]] = []
    at = 0
    for match in _BRACKET.finditer(template):
        if match.start() > at:
            pieces.append(template[at : match.start()])
        pieces.append(tuple(match.group(1).split("|")))
        at = match.end()
    if at < len(template):
        pieces.append(template[at:])
    return tuple(pieces)


def _contracted(found: re.Match[str]) -> str:
    joined = with_preposition(found[1].lower(), found[2] + "x").removesuffix("x")
    return capital(joined) if found[1][0].isupper() else joined


def _elided(found: re.Match[str]) -> str:
    word = found[1]
    return f"{word[0].replace('i', 'l').replace('I', 'L') if word.lower() == 'il' else word + 'l'}'"


def elided(text: str) -> str:
    """Italian: "il 8 gennaio" -> "l'8 gennaio"."""
    return _BEFORE_EIGHT.sub(_elided, text)


@cache
def variety(template: str) -> float:
    """How many different sentences a template can be, as a power of two: towns and figures count as five bits."""
    bits = 0.0
    for piece in _opened(template):
        texts = (piece,) if isinstance(piece, str) else piece
        bits += log2(len(texts))
        inside = []
        for text in texts:
            seen = 0.0
            for part in _parts(text):
                if part[0] == "range":
                    seen += log2(int(part[2]) - int(part[1]) + 1)
                elif part[0] == "slot":
                    seen += _BITS.get(part[1], 0.0)
            inside.append(seen)
        bits += min(inside)
    return bits


_BITS = {
    "mytown": 5,
    "town": 2,
    "mybefore": 2,
    "myafter": 2,
    "otherorg": 2,
    "month": 3,
    "soon": 4,
    "nextmonth": 1,
    "weekday": 2,
    "cause": 1,
    "@": 2,
}


def fill(template: str, slots: Mapping[str, str], chance: Random, language: str) -> str:
    """The sentence of `template`, with a capital at its start."""
    out: list[str] = []
    for piece in _opened(template):
        text = piece if isinstance(piece, str) else piece[int(chance.random() * len(piece))]
        for part in _parts(text):
            kind = part[0]
            if kind == "text":
                out.append(part[1])
            elif kind == "slot":
                value = slots[part[1]]
                if part[2]:
                    value = gerund(value) if part[2] == "ing" else with_preposition(part[2], value)
                out.append(capital(value) if part[3] else value)
            elif kind == "agree":
                out.append(part[3] if slots[part[1]].startswith(_PLURAL) else part[2])
            else:
                low, high = int(part[1]), int(part[2])
                out.append(number(low + int(chance.random() * (high - low + 1)), language))
    text = capital("".join(out))
    if "?." in text:
        text = text.replace("?.", "?")
    if language == "it":
        text = _TWO_AS.sub(r"\1d \2", text)
        text = _APART.sub(_contracted, text)
        text = elided(text)
    return text.replace("⟦", "[").replace("⟧", "]") if "⟦" in text else text

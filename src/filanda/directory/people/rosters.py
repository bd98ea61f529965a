# SPDX-License-Identifier: EUPL-1.2
"""Lists of people to invite, as CSV: from a spreadsheet or pasted. Every line that cannot be says why.

Columns are known by their head, in Italian or English, in any order; without a head they stand in the order that the
room gives, the address first. Separators: comma, semicolon or tab. What a line must say is the room's to check.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from django.utils.translation import gettext as _

from filanda.kernel.text.folding import clean, fold

__all__ = ["ROWS_MOST", "LineWrong", "Roster", "RosterUnreadable", "Row", "decode", "read", "written"]

ROWS_MOST = 500
CHARACTERS_MOST = 200_000
_HEADS = {
    "email": {"email", "e mail", "mail", "indirizzo", "indirizzo e mail", "indirizzo email", "address", "posta"},
    "name": {"name", "nome", "nome e cognome", "full name", "persona", "person"},
    "role": {"role", "ruolo"},
    "title": {"title", "titolo", "position", "posizione", "incarico", "qualifica", "job title"},
}


class Addressed(Protocol):
    """Somebody with an address: no two lines name the same."""

    @property
    def email(self) -> str: ...


P = TypeVar("P", bound=Addressed)


class RosterUnreadable(ValueError):
    """Nothing can be made of the whole. `str()` is the sentence for the reader."""


class LineWrong(Exception):
    """Raised by the room that reads a line: sentences by column."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True)
class Row(Generic[P]):
    """One line that was written: `number` counts from 1, the head too; `person` where nothing is wrong."""

    number: int
    cells: dict[str, str]
    person: P | None = None
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Roster(Generic[P]):
    rows: list[Row[P]]

    @property
    def good(self) -> list[P]:
        return [row.person for row in self.rows if row.person is not None]

    @property
    def bad(self) -> list[Row[P]]:
        return [row for row in self.rows if row.person is None]


def decode(data: bytes) -> str:
    """Text of a file from a spreadsheet: UTF-8, UTF-16 with its mark, else the code page of Western Windows."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def read(text: str, columns: Sequence[str], person: Callable[[Mapping[str, str]], P]) -> Roster[P]:
    """`columns`: "email" and others of the heads above; `person` makes somebody of the cells of one line, or raises
    LineWrong. Raises RosterUnreadable for nothing at all, or too much of it.
    """
    lines = _lines(text)
    head = _head(lines[0], columns) if lines else None
    places = head or {name: place for place, name in enumerate(columns)}
    rows: list[Row[P]] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(lines, start=1):
        if (head and number == 1) or not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= ROWS_MOST:
            sentence = _("Up to %(most)s people can be invited at once. Send the list in parts.")
            raise RosterUnreadable(sentence % {"most": ROWS_MOST})
        given = dict.fromkeys(columns, "")
        given |= {name: cells[place].strip() for name, place in places.items() if place < len(cells)}
        rows.append(_row(number, given, person, seen))
    if not rows:
        raise RosterUnreadable(_("There is a head, and no line below it."))
    return Roster(rows)


def _lines(text: str) -> list[list[str]]:
    if len(text) > CHARACTERS_MOST:
        raise RosterUnreadable(_("This list is too long to be read at once. Send it in parts."))
    text = clean(text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff"))
    if not text.strip():
        raise RosterUnreadable(_("Paste a list or choose a file: one address a line is enough."))
    first = text.split("\n", 1)[0]
    try:
        return list(csv.reader(io.StringIO(text), delimiter=max(";\t,", key=first.count)))
    except csv.Error:
        raise RosterUnreadable(_("This list cannot be read. Save it as CSV, or paste one address a line.")) from None


def _head(first: list[str], columns: Sequence[str]) -> dict[str, int] | None:
    """Where each column is, if `first` is a head: one that names the addresses."""
    found: dict[str, int] = {}
    for place, head in enumerate(first):
        for name in columns:
            if fold(head) in _HEADS[name]:
                found.setdefault(name, place)
    return found if "email" in found else None


def _row(number: int, given: dict[str, str], person: Callable[[Mapping[str, str]], P], seen: dict[str, int]) -> Row[P]:
    try:
        found = person(given)
    except LineWrong as wrong:
        return Row(number, given, None, wrong.errors)
    if found.email in seen:
        sentence = _("This address stands in line %(line)s already.")
        return Row(number, given, None, {"email": sentence % {"line": seen[found.email]}})
    seen[found.email] = number
    return Row(number, given, found)


def written(rows: Sequence[Row[P]]) -> str:
    """Rows as CSV again, with a head: to be corrected and sent once more."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0].cells) if rows else ["email"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(row.cells for row in rows)
    return out.getvalue()

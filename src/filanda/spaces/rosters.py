# SPDX-License-Identifier: EUPL-1.2
"""Lists of people to invite to a space, as CSV: from a spreadsheet or pasted. Every row that cannot be says why.

Columns are known by their head, in Italian or English, in any order; without a head the first is the address, the
second the name, the third the role. Separators: comma, semicolon or tab.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from filanda.directory.affiliations.rosters import decode
from filanda.kernel.text.folding import clean, fold
from filanda.spaces.actions.inviting import Invited, checked
from filanda.spaces.errors import SpaceWrong
from filanda.spaces.models import MemberRole

__all__ = ["ROWS_MOST", "Roster", "RosterUnreadable", "Row", "decode", "read_roster", "written"]

ROWS_MOST = 500
CHARACTERS_MOST = 200_000
COLUMNS = ("email", "name", "role")
_HEADS = {
    "email": {"email", "e mail", "mail", "indirizzo", "indirizzo e mail", "indirizzo email", "address", "posta"},
    "name": {"name", "nome", "nome e cognome", "full name", "persona", "person"},
    "role": {"role", "ruolo"},
}
_ROLES = {
    **dict.fromkeys(("", "member", "membro"), MemberRole.MEMBER),
    **dict.fromkeys(("reader", "lettore", "lettrice"), MemberRole.READER),
    **dict.fromkeys(("moderator", "moderatore", "moderatrice"), MemberRole.MODERATOR),
    **dict.fromkeys(("manager", "animatore", "animatrice", "gestore"), MemberRole.MANAGER),
}


class RosterUnreadable(ValueError):
    """Nothing can be made of the whole. `str()` is the sentence for the reader."""


@dataclass(frozen=True)
class Row:
    """One line that was written: `number` counts from 1, the head too; `person` where nothing is wrong."""

    number: int
    cells: dict[str, str]
    person: Invited | None = None
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Roster:
    rows: list[Row]

    @property
    def good(self) -> list[Invited]:
        return [row.person for row in self.rows if row.person is not None]

    @property
    def bad(self) -> list[Row]:
        return [row for row in self.rows if row.person is None]


def read_roster(text: str) -> Roster:
    """Raises RosterUnreadable for nothing at all, or too much of it."""
    if len(text) > CHARACTERS_MOST:
        raise RosterUnreadable(_("This list is too long to be read at once. Send it in parts."))
    text = clean(text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff"))
    if not text.strip():
        raise RosterUnreadable(_("Paste a list or choose a file: one address a line is enough."))
    first = text.split("\n", 1)[0]
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=max(";\t,", key=first.count)))
    except csv.Error:
        raise RosterUnreadable(_("This list cannot be read. Save it as CSV, or paste one address a line.")) from None
    columns = _columns(lines[0]) if lines else None
    start = 1 if columns else 0
    columns = columns or {name: place for place, name in enumerate(COLUMNS)}
    rows: list[Row] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(lines, start=1):
        if number <= start or not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= ROWS_MOST:
            sentence = _("Up to %(most)s people can be invited at once. Send the list in parts.")
            raise RosterUnreadable(sentence % {"most": ROWS_MOST})
        rows.append(_row(number, cells, columns, seen))
    if not rows:
        raise RosterUnreadable(_("There is a head, and no line below it."))
    return Roster(rows)


def _columns(first: list[str]) -> dict[str, int] | None:
    """Where each column is, if `first` is a head: one that names the addresses."""
    found: dict[str, int] = {}
    for place, head in enumerate(first):
        for name, words in _HEADS.items():
            if fold(head) in words:
                found.setdefault(name, place)
    return found if "email" in found else None


def _row(number: int, cells: list[str], columns: dict[str, int], seen: dict[str, int]) -> Row:
    given = dict.fromkeys(COLUMNS, "")
    given |= {name: cells[place].strip() for name, place in columns.items() if place < len(cells)}
    errors: dict[str, str] = {}
    role = _ROLES.get(fold(given["role"]))
    if role is None:
        errors["role"] = _("Write member, reader, moderator or manager, or nothing.")
    try:
        person = checked(given["email"], given["name"], role.value if role else "")
    except SpaceWrong as wrong:
        return Row(number, given, None, wrong.errors | errors)
    if errors:
        return Row(number, given, None, errors)
    if person.email in seen:
        sentence = _("This address stands in line %(line)s already.")
        return Row(number, given, None, {"email": sentence % {"line": seen[person.email]}})
    seen[person.email] = number
    return Row(number, given, person)


def written(rows: list[Row]) -> str:
    """Rows as CSV again, with a head: to be corrected and sent once more."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row.cells for row in rows)
    return out.getvalue()

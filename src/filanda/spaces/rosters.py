# SPDX-License-Identifier: EUPL-1.2
"""Lists of people to invite to a space: address, name, role."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from filanda.directory.people.rosters import (
    ROWS_MOST,
    LineWrong,
    Roster,
    RosterUnreadable,
    Row,
    decode,
    read,
    written,
)
from filanda.kernel.text.folding import fold
from filanda.spaces.actions.inviting import Invited, checked
from filanda.spaces.errors import SpaceWrong
from filanda.spaces.models import MemberRole

__all__ = ["ROWS_MOST", "Roster", "RosterUnreadable", "Row", "decode", "read_roster", "written"]

COLUMNS = ("email", "name", "role")
_ROLES = {
    **dict.fromkeys(("", "member", "membro"), MemberRole.MEMBER),
    **dict.fromkeys(("reader", "lettore", "lettrice"), MemberRole.READER),
    **dict.fromkeys(("moderator", "moderatore", "moderatrice"), MemberRole.MODERATOR),
    **dict.fromkeys(("manager", "animatore", "animatrice", "gestore"), MemberRole.MANAGER),
}


def read_roster(text: str) -> Roster[Invited]:
    """Raises RosterUnreadable for nothing at all, or too much of it."""
    return read(text, COLUMNS, _person)


def _person(cells: Mapping[str, str]) -> Invited:
    role = _ROLES.get(fold(cells["role"]))
    errors = {} if role else {"role": _("Write member, reader, moderator or manager, or nothing.")}
    try:
        person = checked(cells["email"], cells["name"], role.value if role else "")
    except SpaceWrong as wrong:
        raise LineWrong(wrong.errors | errors) from wrong
    if errors:
        raise LineWrong(errors)
    return person

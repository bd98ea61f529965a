# SPDX-License-Identifier: EUPL-1.2
"""Lists of people to invite to an organisation: address, name, role, position."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from filanda.directory.affiliations.actions.invitations import InvitationWrong, Invited, checked
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
from filanda.kernel.identity.models import Role
from filanda.kernel.text.folding import fold

__all__ = ["ROWS_MOST", "Roster", "RosterUnreadable", "Row", "decode", "read_roster", "written"]

COLUMNS = ("email", "name", "role", "title")
_ROLES = {
    **dict.fromkeys(("", "member", "membro", "organisation member"), Role.ORGANISATION_MEMBER),
    **dict.fromkeys(
        ("admin", "administrator", "amministratore", "amministratrice", "organisation admin"), Role.ORGANISATION_ADMIN
    ),
}


def read_roster(text: str) -> Roster[Invited]:
    """Raises RosterUnreadable for nothing at all, or too much of it."""
    return read(text, COLUMNS, _person)


def _person(cells: Mapping[str, str]) -> Invited:
    role = _ROLES.get(fold(cells["role"]))
    errors = {} if role else {"role": _("Write member or admin, or nothing.")}
    try:
        person = checked(cells["email"], cells["name"], role or "", cells["title"])
    except InvitationWrong as wrong:
        raise LineWrong(wrong.errors | errors) from wrong
    if errors:
        raise LineWrong(errors)
    return person

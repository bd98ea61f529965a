# SPDX-License-Identifier: EUPL-1.2
"""Who is told that a community would like to have an organisation."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from filanda.directory.affiliations.queries import open_grants
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests.things import Key, ThingLine, Told

__all__ = ["about_space", "asked", "asked_told", "space_of"]


def space_of(event: Event) -> int | None:
    number = (event.payload or {}).get("space")
    return number if isinstance(number, int) else None


def about_space(event: Event) -> Key | None:
    number = space_of(event)
    return ("space", number) if number else None


def asked_told(event: Event) -> Iterable[Told]:
    """Those who speak for the organisation; the region's facilitators where nobody does. One query."""
    if event.subject_id is None:
        return []
    if (event.payload or {}).get("is_spoken_for"):
        rows = open_grants(Role.ORGANISATION_ADMIN).filter(scope_kind="organisation", scope_id=event.subject_id)
    else:
        rows = open_grants(Role.FACILITATOR).filter(scope_kind="")
    return [Told(number, "manager") for number in rows.values_list("account", flat=True)]


def asked(event: Event, line: ThingLine) -> str:
    """`line`: the community's. One query."""
    known = Organisation.objects.filter(pk=event.subject_id or 0, hidden_at=None).values_list("name", flat=True).first()
    names = {"space": line.title, "organisation": known or _("An organisation")}
    if (event.payload or {}).get("is_spoken_for"):
        return _("%(organisation)s is invited to take part in %(space)s: join it, or send somebody.") % names
    return (
        _("%(space)s would like to have %(organisation)s, for which nobody speaks yet: invite it to claim its page.")
        % names
    )

# SPDX-License-Identifier: EUPL-1.2
"""Profiles that wait for a facilitator, as the workbench shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filanda.directory.people.models import STAFF, Person, ValidationState
from filanda.directory.people.queries import facilitator_rules
from filanda.kernel.database.compiled import made, padded
from filanda.kernel.database.compiled import rows as rows_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests.desk import DeskAction, DeskLine, DeskSource, StillWaits
from filanda.kernel.policies import decide
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.regions.working import working_time_after

__all__ = ["PROFILES"]

WITHIN = 2  # working days in which a profile is looked at


def _waiting(ids: Sequence[int] | None, now: datetime) -> Iterable[StillWaits]:
    """Profiles nobody has validated yet, where the region validates at all. One query."""
    region = active_region()
    if not facilitator_rules(region).validates:
        return
    rows = Person.objects.present().filter(state=ValidationState.WAITING, account__isnull=False)
    rows = rows if ids is None else rows.filter(pk__in=ids)
    for pk, account, facilitator, since in rows.values_list("pk", "account", "facilitator", "state_changed_at"):
        yield StillWaits(
            pk, since, working_time_after(region, since, WITHIN), holder_id=facilitator, not_for=(account,)
        )


def _lines(actor: Actor, ids: Sequence[int], now: datetime) -> Mapping[int, DeskLine]:
    """One query."""
    if not ids or not (actor.is_platform or actor.roles & STAFF):  # they see everybody of their region
        return {}
    found = rows_of("people: desk", _read, padded(ids))
    rows = [made(Person, _READ, [one[name] for name in _READ]) for one in found]
    return {row.pk: _line(row, actor) for row in rows if decide(actor, "people.validate", row)}


# In the order of the model: from_db takes them as they come.
_READ = ("id", "account_id", "name", "headline", "visibility", "facilitator_id", "state", "answer")


def _read(ids: Sequence[int]) -> QuerySet[Any, Any]:
    return Person.objects.present().filter(pk__in=ids, state=ValidationState.WAITING).values(*_READ)


def _line(row: Person, actor: Actor) -> DeskLine:
    context = [row.headline_to(actor), _("Answered: %(answer)s") % {"answer": row.answer} if row.answer else ""]
    return DeskLine(
        title=row.name,
        url_name="profiles:person",
        url_args=(row.pk, row.slug),
        context=tuple(words for words in context if words),
        actions=(
            DeskAction(
                _("Validate"),
                "profiles:queue-move",
                (row.pk, "validate"),
                method="post",
                fields={"seen": str(row.state)},
            ),
            DeskAction(_("Ask a question"), "profiles:queue-move", (row.pk, "return"), method="post", asks="question"),
        ),
        person_id=row.account_id,
    )


def _touched(event: Event) -> Iterable[int]:
    number = (event.payload or {}).get("person")
    return [number] if isinstance(number, int) else (event.touches or {}).get("person", ())


PROFILES = DeskSource(
    "person.validation", gettext_lazy("Profiles to validate"), _waiting, _lines, ("people.person.",), _touched
)

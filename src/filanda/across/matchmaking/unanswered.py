# SPDX-License-Identifier: EUPL-1.2
"""Proposals that nobody has answered for two weeks, on the desk, with whom one could introduce."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from filanda.across.matchmaking.models import KeptMatch
from filanda.components.proposals.models import Proposal, ProposalQuerySet, ProposalState
from filanda.components.proposals.queries.reading import address_of, title_of
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import Person
from filanda.kernel.database.compiled import made, padded
from filanda.kernel.database.compiled import rows as rows_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests.desk import DeskAction, DeskLine, DeskSource, StillWaits
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.regions.working import working_time_after

__all__ = ["SILENT_FOR", "UNANSWERED", "unanswered"]

SILENT_FOR = timedelta(days=14)
WITHIN = 2  # working days until somebody should have looked after it then
SUGGESTED = 2  # partners offered in a line


def unanswered(ids: Sequence[int] | None = None) -> ProposalQuerySet:
    """Published proposals without an answer, however young."""
    rows = Proposal.objects.filter(
        state=ProposalState.PUBLISHED, answers_count=0, hidden_at=None, published_at__isnull=False
    )
    return rows if ids is None else rows.filter(pk__in=ids)


def _waiting(ids: Sequence[int] | None, now: datetime) -> Iterable[StillWaits]:
    """One query."""
    region = active_region()
    rows = unanswered(ids).filter(expires_at__gt=now).order_by("pk")
    for pk, published, facilitator, owner in rows.values_list("pk", "published_at", "facilitator", "owner"):
        if published is None:  # the query says so already
            continue
        shows = published + SILENT_FOR
        yield StillWaits(
            pk,
            published,
            working_time_after(region, shows, WITHIN),
            holder_id=facilitator,
            shows_at=shows,
            not_for=(owner,) if owner is not None else (),
        )


def _lines(actor: Actor, ids: Sequence[int], now: datetime) -> Mapping[int, DeskLine]:
    """Four queries at most."""
    if not ids or Role.FACILITATOR not in actor.roles:
        return {}

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        moment = Cast(Value(given[0], TextField()), DateTimeField())
        return unanswered(given[1:]).visible_to(actor).filter(expires_at__gt=moment).order_by("pk").values(*_SHOWN)

    standing = (actor.account_id, actor.roles, actor.scoped)
    found = rows_of(("matchmaking: unanswered", standing), build, [now.isoformat(), *padded(ids)])
    seen = [made(Proposal, _SHOWN, [one[name] for name in _SHOWN]) for one in found]
    rows = [row for row in seen if row.owner_id != actor.account_id]
    kept: dict[int, list[int]] = defaultdict(list)
    for one in rows_of("matchmaking: kept", _kept, padded([row.pk for row in rows])) if rows else ():
        kept[one["proposal_id"]].append(one["organisation_id"])
    wanted = [body for bodies in kept.values() for body in bodies[:SUGGESTED]]
    names = {one["id"]: one["name"] for one in rows_of("matchmaking: named", _named, padded(wanted))} if wanted else {}
    alone = {row.owner_id for row in rows if row.organisation_id is None}
    owners: dict[int, int] = {}
    if alone:
        people = Person.objects.visible_to(actor).filter(account__in=alone)
        owners = dict(people.values_list("account", "pk"))
    return {row.pk: _line(row, [one for one in kept[row.pk] if one in names], names, owners, now) for row in rows}


# In the order of the model: from_db takes them as they come.
_SHOWN = ("id", "kind", "owner_id", "organisation_id", "title", "language", "published_at")


def _kept(ids: Sequence[int]) -> QuerySet[Any, Any]:
    return KeptMatch.objects.filter(proposal_id__in=ids).order_by("place").values("proposal_id", "organisation_id")


def _named(ids: Sequence[int]) -> QuerySet[Any, Any]:
    return Organisation.objects.filter(pk__in=ids, hidden_at=None).values("id", "name")


def _line(
    row: Proposal, bodies: Sequence[int], names: Mapping[int, str], owners: Mapping[int, int], now: datetime
) -> DeskLine:
    days = (now - row.published_at).days if row.published_at is not None else 0
    actions = []
    if row.organisation_id is not None:
        first = f"organisation:{row.organisation_id}"
    else:
        person = owners.get(row.owner_id or 0)
        first = f"person:{person}" if person is not None else ""
    for body in bodies[:SUGGESTED]:
        if first:
            query = urlencode({"first": first, "second": f"organisation:{body}", "proposal": str(row.pk)})
            label = _("Introduce %(name)s") % {"name": names[body]}
            actions.append(DeskAction(label, "collaborating:new-introduction", query=query))
    actions.append(DeskAction(_("See who fits"), "matchmaking:proposal", (row.pk,)))
    return DeskLine(
        title=title_of(row),
        url_name="proposals:proposal",
        url_args=address_of(row),
        context=(
            str(row.get_kind_display()),
            ngettext("%(n)s day without an answer", "%(n)s days without an answer", days) % {"n": days},
        ),
        language=row.language,
        actions=tuple(actions),
        person_id=row.owner_id,
    )


def _touched(event: Event) -> Iterable[int]:
    numbers = {int(number) for number in (event.touches or {}).get("proposal", ())}
    number = (event.payload or {}).get("proposal")
    return numbers | ({number} if isinstance(number, int) else set())


UNANSWERED = DeskSource(
    "proposal.unanswered",
    gettext_lazy("Proposals without an answer"),
    _waiting,
    _lines,
    ("proposals.",),
    _touched,
)

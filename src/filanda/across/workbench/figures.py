# SPDX-License-Identifier: EUPL-1.2
"""The figures of the service: how fast proposals are answered, what becomes of introductions and collaborations; and
the team's load and clocks. Counts only; groups of fewer than five are not shown.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils.translation import gettext as _

from filanda.capabilities.collaborations.models import Collaboration, Party
from filanda.capabilities.desk.models import Check, DeskItem, queues_of
from filanda.capabilities.desk.queries import absent_on, names_of, today_in_region
from filanda.capabilities.desk.steps import workers_of
from filanda.capabilities.introductions.models import Introduction, IntroductionState, Side
from filanda.components.proposals.models import Proposal, ProposalConcept
from filanda.directory.organisations.models import HelixRole
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests import desk_sources
from filanda.kernel.manifests.desk import DeskSource
from filanda.spaces.models import Space

__all__ = ["BY", "FEWEST", "Group", "Load", "Service", "Team", "service", "team"]

FEWEST = 5  # smaller groups could tell of single people
SINCE = timedelta(days=30)  # what the team has done lately
BY = ("community", "priority", "role")
S3 = "s3"
PROPOSAL = "proposal"
ALONE = "person"  # somebody for themselves, no organisation


@dataclass
class Group:
    """One line. `waited`: days from publication to the first answer. Proposals: `proposals`, `answered` of them.
    Introductions: `settled`, `made` of them. Collaborations: `reported`, `confirmed` of them.
    """

    key: str
    label: str
    proposals: int = 0
    answered: int = 0
    settled: int = 0
    made: int = 0
    reported: int = 0
    confirmed: int = 0
    waited: list[float] = field(default_factory=list)

    @property
    def median_days(self) -> float | None:
        """None where fewer than FEWEST were answered."""
        return round(statistics.median(self.waited), 1) if len(self.waited) >= FEWEST else None

    @staticmethod
    def share(part: int, whole: int) -> int | None:
        """In percent; None where the whole, or the part, is too small to be told."""
        if whole < FEWEST or 0 < part < FEWEST:
            return None
        return round(100 * part / whole)

    @property
    def shares(self) -> tuple[int | None, int | None, int | None]:
        """Of proposals answered, of introductions accepted, of collaborations confirmed."""
        return (
            self.share(self.answered, self.proposals),
            self.share(self.made, self.settled),
            self.share(self.confirmed, self.reported),
        )


@dataclass(frozen=True)
class Service:
    """`whole`: of the region; `groups`: by one of BY, those with most proposals first."""

    whole: Group
    groups: dict[str, list[Group]]


_Keys = dict[str, list[tuple[str, str]]]  # by table: (key, label)


def service(actor: Actor, since: datetime, until: datetime) -> Service:
    """Of what was published, settled or reported from `since` until `until`. Of communities, those whose existence
    `actor` may know; others are one line. Nine queries.
    """
    proposals = list(
        Proposal.objects.filter(published_at__gte=since, published_at__lt=until)
        .order_by()
        .values_list("pk", "published_at", "first_answer_at")
    )
    settled = [IntroductionState.MADE, IntroductionState.REFUSED, IntroductionState.LAPSED]
    introductions = list(
        Introduction.objects.filter(state_changed_at__gte=since, state_changed_at__lt=until, state__in=settled)
        .order_by()
        .values_list("pk", "state", "about_kind", "about_id")
    )
    collaborations = list(
        Collaboration.objects.filter(created_at__gte=since, created_at__lt=until)
        .order_by()
        .values_list("pk", "confirmed_at", "from_kind", "from_id", "space_id")
    )
    about = {pk for _pk, _state, kind, pk in introductions if kind == PROPOSAL}
    about |= {pk for _pk, _at, kind, pk, _space in collaborations if kind == PROPOSAL}
    spaces = {space for *_rest, space in collaborations if space is not None}
    names = _Names.of(actor, {row[0] for row in proposals} | {pk for pk in about if pk is not None}, spaces)
    sides = _roles(Side.objects.filter(introduction__in=[row[0] for row in introductions]), "introduction")
    parties = _roles(Party.objects.filter(collaboration__in=[row[0] for row in collaborations]), "collaboration")
    whole = Group("", _("The region"))
    groups: dict[str, dict[str, Group]] = {by: {} for by in BY}

    def lines(keys: _Keys) -> list[Group]:
        found = [groups[by].setdefault(key, Group(key, label)) for by in BY for key, label in keys.get(by, [])]
        return [whole, *found]

    for pk, published, answered in proposals:
        for line in lines(names.by_proposal.get(pk, {})):
            line.proposals += 1
            if answered is not None and published is not None:
                line.answered += 1
                line.waited.append((answered - published).total_seconds() / 86400)
    for pk, state, kind, number in introductions:
        known = names.by_proposal.get(number or 0, {}) if kind == PROPOSAL else {}
        for line in lines(known | {"role": names.roles(sides.get(pk, ()))}):
            line.settled += 1
            line.made += int(state == IntroductionState.MADE)
    for pk, confirmed, kind, number, space in collaborations:
        known = names.by_proposal.get(number or 0, {}) if kind == PROPOSAL else {}
        placed = {"community": [names.space(space)]} if space is not None else {}
        for line in lines(known | placed | {"role": names.roles(parties.get(pk, ()))}):
            line.reported += 1
            line.confirmed += int(confirmed is not None)
    return Service(whole, {by: _ordered(list(found.values())) for by, found in groups.items()})


def _ordered(groups: list[Group]) -> list[Group]:
    """Those with most proposals first; those too small to be told are told together, last."""
    small = [one for one in groups if max(one.proposals, one.settled, one.reported) < FEWEST]
    told = sorted((one for one in groups if one not in small), key=lambda one: (-one.proposals, one.label))
    if not small:
        return told
    rest = Group("smaller", _("Smaller ones together (%(n)s)") % {"n": len(small)})
    for one in small:
        for name in ("proposals", "answered", "settled", "made", "reported", "confirmed"):
            setattr(rest, name, getattr(rest, name) + getattr(one, name))
        rest.waited += one.waited
    return [*told, rest]


def _roles(rows: QuerySet[Any], of: str) -> dict[int, set[str]]:
    """By what it is a side of, the helix roles of its sides: ALONE for people on their own. One query."""
    found: dict[int, set[str]] = {}
    for number, role in rows.order_by().values_list(of, "organisation__helix_role"):
        found.setdefault(number, set()).add(role or ALONE)
    return found


@dataclass(frozen=True)
class _Names:
    """What the lines of the tables are called: by proposal, those that it counts in."""

    by_proposal: dict[int, _Keys]
    spaces: dict[int, Space]

    @classmethod
    def of(cls, actor: Actor, ids: set[int], spaces: set[int]) -> _Names:
        """Four queries."""
        rows = list(Proposal.objects.filter(pk__in=ids).values_list("pk", "space", "organisation__helix_role"))
        known = Space.objects.visible_to(actor).in_bulk(spaces | {space for _pk, space, _role in rows})
        names = cls({}, known)
        for pk, space, role in rows:
            names.by_proposal[pk] = {"community": [names.space(space)], "role": names.roles([role or ALONE])}
        tops: dict[int, set[int]] = {}
        links = ProposalConcept.objects.filter(proposal__in=ids, concept__scheme__slug=S3)
        for pk, concept, above in links.values_list("proposal", "concept", "concept__ancestor_ids"):
            tops.setdefault(pk, set()).add(above[0] if above else concept)
        concepts = Concept.objects.in_bulk({one for found in tops.values() for one in found})
        for pk, found in tops.items():
            keys = [(str(one), concepts[one].label) for one in sorted(found) if one in concepts]
            names.by_proposal.setdefault(pk, {})["priority"] = keys
        return names

    def space(self, number: int) -> tuple[str, str]:
        """Communities whose existence the reader may not know are one line."""
        known = self.spaces.get(number)
        return (str(number), known.name) if known is not None else ("private", _("Private communities"))

    def roles(self, found: Iterable[str]) -> list[tuple[str, str]]:
        labels = {str(value): str(label) for value, label in HelixRole.choices} | {ALONE: _("People on their own")}
        return [(role, labels.get(role, role)) for role in sorted(found)]


@dataclass
class Load:
    """What one of the staff has (None: nobody), or one kind: `open` items, `overdue` of them; done in the last 30 days,
    `late` of them after the target.
    """

    name: str
    account_id: int | None = None
    open: int = 0
    overdue: int = 0
    oldest_due: datetime | None = None
    done: int = 0
    late: int = 0
    until: str = ""
    deputy: str = ""

    @property
    def in_time(self) -> int | None:
        """In percent of what was done."""
        return round(100 * (self.done - self.late) / self.done) if self.done else None


@dataclass(frozen=True)
class Team:
    """`nobody`: what nobody has. `check`: when everything was compared with the truth last."""

    people: list[Load]
    kinds: list[Load]
    nobody: Load
    check: Check | None


def team(actor: Actor, now: datetime) -> Team:
    """Of the queues that `actor` works in. Nine queries at most."""
    queues = queues_of(actor)
    able = {pk for accounts in workers_of(queues, now).values() for pk in accounts}
    people = {pk: Load(name, pk) for pk, name in names_of(able).items()}
    nobody = Load(_("Nobody’s"))
    sources = desk_sources()
    kinds: dict[str, Load] = {}
    rows = DeskItem.objects.filter(queue__in=queues).order_by()
    waits = rows.filter(closed_at=None, shows_at__lte=now)
    counted = waits.values_list("holder", "kind").annotate(
        count=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=now)), due=Min("due_at")
    )
    done = rows.filter(closed_at__gte=now - SINCE).values_list("holder", "kind")
    for holder, kind, count, overdue, due in counted:
        for load in _loads(people, nobody, kinds, holder, kind, sources):
            load.open, load.overdue = load.open + count, load.overdue + overdue
            load.oldest_due = min(due, load.oldest_due or due)
    for holder, kind, count, late in done.annotate(
        count=Count("pk"), late=Count("pk", filter=Q(closed_at__gt=F("due_at")))
    ):
        for load in _loads(people, nobody, kinds, holder, kind, sources):
            load.done, load.late = load.done + count, load.late + late
    day = today_in_region(now)
    away = absent_on(day, people)
    for pk, absence in away.items():
        people[pk].until = absence.ends_on.isoformat()
        people[pk].deputy = people[absence.deputy_id].name if absence.deputy_id in people else ""
    order = sorted(people.values(), key=lambda one: (-one.overdue, -one.open, one.name.casefold()))
    by_late = sorted(kinds.values(), key=lambda one: (-one.overdue, -one.late, one.name))
    return Team(order, by_late, nobody, Check.objects.first())


def _loads(
    people: Mapping[int, Load],
    nobody: Load,
    kinds: dict[str, Load],
    holder: int | None,
    kind: str,
    sources: Mapping[str, DeskSource],
) -> Iterable[Load]:
    label = str(sources[kind].label) if kind in sources else kind
    yield kinds.setdefault(kind, Load(label))
    if holder is None:
        yield nobody
    elif holder in people:
        yield people[holder]

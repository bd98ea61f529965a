# SPDX-License-Identifier: EUPL-1.2
"""What the home of a space shows one reader: what is new, what waits, what comes, what is pinned, who is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filanda.directory.people.models import Person
from filanda.directory.taxonomies.models import label_in
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests import things
from filanda.kernel.manifests.things import ThingLine
from filanda.spaces.models import MemberRole, Membership, MembershipState, Pin, Space, SpaceConcept, SpaceKind
from filanda.spaces.pages import SpacePage
from filanda.spaces.queries import components_of, managers_of, members_as_people, people_by_account

__all__ = ["Home", "home_of", "line_shown", "managers_seen", "news_of", "pinned_in", "topics_of"]

NEWS_MOST = 8
COMING_MOST = 3
PEOPLE_MOST = 12


@dataclass
class Home:
    """`news`: newest first; `is_since`: of since the reader's last visit, at `since`, else the latest. `waiting`:
    {sentence, url, since}. `newcomers`, `managers`: people. All lines as `line_shown` makes them.
    """

    is_first_visit: bool
    since: datetime | None
    is_since: bool
    news: list[dict[str, Any]]
    coming: list[dict[str, Any]]
    pinned: list[dict[str, Any]]
    waiting: list[dict[str, Any]]
    managers: list[Person]
    newcomers: list[Person]
    concepts: list[str]
    children: list[Space] = field(default_factory=list)


def home_of(page: SpacePage, now: datetime) -> Home:
    """Its queries: those of the components that are switched on, one a kind of pinned thing, and six."""
    space, actor, membership = page.space, page.actor, page.membership
    kinds = components_of(space)
    labels = {kind.name: str(kind.label) for kind in kinds}
    since = membership.previous_visit_at if membership is not None and page.door == "active" else None
    news = news_of(actor, space, since, NEWS_MOST)
    is_since = since is not None and bool(news)
    if since is not None and not news:
        news = news_of(actor, space, None, NEWS_MOST)
    coming = sorted(
        ((line.at or now, kind.name, line) for kind in kinds for line in kind.coming(actor, space, now, COMING_MOST)),
        key=lambda one: one[0],
    )[:COMING_MOST]
    return Home(
        is_first_visit=membership is not None and page.door == "active" and membership.previous_visit_at is None,
        since=since,
        is_since=is_since,
        news=[line_shown(line, labels.get(name, "")) for name, line in news],
        coming=[line_shown(line, labels.get(name, "")) for _at, name, line in coming],
        pinned=[line_shown(line) for line in pinned_in(actor, space)],
        waiting=_waiting(page, kinds, now),
        managers=managers_seen(actor, space),
        newcomers=_newcomers(actor, space),
        concepts=topics_of(space),
        children=list(
            Space.objects.visible_to(actor).filter(parent=space, archived_at=None).order_by("-activity_score", "slug")
        ),
    )


def news_of(actor: Actor, space: Space, since: datetime | None, most: int) -> list[tuple[str, ThingLine]]:
    """What is new in `space` for `actor`, newest first: (component, line). The queries of its components."""
    found = [
        (line.at, kind.name, line)
        for kind in components_of(space)
        for line in kind.news(actor, space, since, most)
        if line.at is not None
    ]
    found.sort(key=lambda one: one[0], reverse=True)
    return [(name, line) for _at, name, line in found[:most]]


def line_shown(line: ThingLine, label: str = "") -> dict[str, Any]:
    """A line as templates show it: title, url, excerpt, language, author, at, label."""
    address = reverse(line.url_name, args=line.url_args)
    return {
        "title": line.title,
        "url": f"{address}{'?' + line.query if line.query else ''}{'#' + line.fragment if line.fragment else ''}",
        "excerpt": line.excerpt,
        "language": line.language,
        "author": line.author_name,
        "at": line.at,
        "label": label,
        "kind": line.kind,
        "id": line.id,
    }


def pinned_in(actor: Actor, space: Space) -> list[ThingLine]:
    """What managers keep at the top, as `actor` sees it. One query, and one or two for each kind of thing."""
    pins = list(Pin.objects.filter(space=space).values_list("thing_kind", "thing_id"))
    known = things()
    lines = {
        kind: known[kind].lines(actor, [number for one, number in pins if one == kind])
        for kind in {kind for kind, _number in pins}
        if kind in known
    }
    return [lines[kind][number] for kind, number in pins if number in lines.get(kind, {})]


def _waiting(page: SpacePage, kinds: list[Any], now: datetime) -> list[dict[str, Any]]:
    if not page.may["manage"]:
        return []
    found: list[dict[str, Any]] = []
    asked = Membership.objects.filter(space=page.space, state=MembershipState.REQUESTED)
    times = list(asked.order_by("state_changed_at").values_list("state_changed_at", flat=True)[:100])
    if times:
        sentence = ngettext("%(n)s person asks to join", "%(n)s people ask to join", len(times)) % {"n": len(times)}
        found.append(
            {"sentence": sentence, "url": reverse("spaces:requests", args=[page.space.slug]), "since": times[0]}
        )
    for kind in kinds:
        for task in kind.tasks(page.space, now):
            address = reverse(task.url_name, args=task.url_args) + (f"?{task.query}" if task.query else "")
            found.append({"sentence": str(task.sentence), "url": address, "since": task.since})
    if not any(page.space.summaries.values()):
        address = reverse("spaces:settings", args=[page.space.slug])
        found.append({"sentence": _("Say in a sentence what this community is about"), "url": address, "since": None})
    return found


def topics_of(space: Space) -> list[str]:
    """What it is about, in the reader's language. One query."""
    rows = SpaceConcept.objects.filter(space=space).order_by("concept__position", "concept__code")
    return [label_in(labels) for labels in rows.values_list("concept__labels", flat=True)]


def managers_seen(actor: Actor, space: Space) -> list[Person]:
    """Who looks after it, as far as `actor` may open their pages. Two queries."""
    order = [account.pk for account in managers_of(space)][:PEOPLE_MOST]
    seen = {person.account_id: person for person in Person.objects.visible_to(actor).filter(account__in=order)}
    return [seen[one] for one in order if one in seen]


def _newcomers(actor: Actor, space: Space) -> list[Person]:
    """Who came last, as members of the region see them. Two queries, none for visitors."""
    if not actor.is_member or space.kind == SpaceKind.REGION:
        return []
    rows = members_as_people(actor, space).exclude(role=MemberRole.MANAGER).order_by("-joined_at", "-pk")
    order = list(rows.values_list("account", flat=True)[:PEOPLE_MOST])
    people = people_by_account(order)
    return [people[one] for one in order if one in people]

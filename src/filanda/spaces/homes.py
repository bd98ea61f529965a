# SPDX-License-Identifier: EUPL-1.2
"""What the home of a space shows one reader: what is new, what waits, what comes, what is pinned, who is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, DateTimeField, Exists, JSONField, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, JSONObject, Now
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filanda.capabilities.follows.models import Bookmark, Follow
from filanda.directory.people.models import Person
from filanda.directory.people.queries import reader_class, reader_in_class
from filanda.directory.taxonomies.models import label_in
from filanda.kernel.database import compiled
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests import things
from filanda.kernel.manifests.things import Key, ThingLine
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.ui.addresses import lead
from filanda.spaces.components import ComponentKind, Lines
from filanda.spaces.models import (
    SCOPE,
    MemberRole,
    Membership,
    MembershipState,
    Openness,
    Pin,
    Space,
    SpaceConcept,
    SpaceKind,
)
from filanda.spaces.pages import SpacePage
from filanda.spaces.queries import (
    components_of,
    managers_of,
    members_as_people,
    open_grants,
    people_by_account,
    reader_within,
)

__all__ = [
    "Home",
    "home_of",
    "line_shown",
    "lines_among",
    "managers_seen",
    "names_known",
    "news_of",
    "pinned_in",
    "topics_of",
]

NEWS_MOST = 8
COMING_MOST = 3
PEOPLE_MOST = 12


@dataclass
class Home:
    """`news`: newest first; `is_since`: of since the reader's last visit, at `since`, else the latest. `waiting`:
    {sentence, url, since}. `newcomers`, `managers`: people. All lines as `line_shown` makes them. `children`: {name,
    slug} of the spaces within. `level`, `is_marked`: how the reader stands to the space. `accounts`: all that may be
    named; `names`: those of them whom the reader may know, by account.
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
    children: list[dict[str, str]] = field(default_factory=list)
    level: str = ""
    is_marked: bool = False
    accounts: list[int] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)


def home_of(page: SpacePage, now: datetime) -> Home:
    """Three queries; with pins, those of each kind of pinned thing; for managers, those of what waits for them."""
    space, actor, membership = page.space, page.actor, page.membership
    kinds = components_of(space)
    labels = {kind.name: str(kind.label) for kind in kinds}
    told = _told(actor, space, kinds, NEWS_MOST, COMING_MOST, now)
    around = _around(actor, space)
    newest: list[int] = around["newcomers"] or []
    managers = list(dict.fromkeys(around["looked_after_by"]))[:PEOPLE_MOST]
    pinned = _pinned(actor, [(pin["kind"], pin["id"]) for pin in around["pinned"]])
    by = {line.author_id for line in pinned if line.author_id is not None}
    accounts = sorted({*_authors(told), *managers, *newest, *by})
    seen = _people_seen(actor, accounts)
    people = _as_people(seen, {*managers, *newest})
    # Those who look after a space see its members whom lists do not show: see members_as_people.
    members = people if set(newest) <= people.keys() else people_by_account(newest)
    names = {account: name for account, (_id, name) in seen.items()}
    since = membership.previous_visit_at if membership is not None and page.door == "active" else None
    latest = _newest(told, space, names, NEWS_MOST)
    fresh = [(name, line) for name, line in latest if since is not None and line.at is not None and line.at > since]
    coming = sorted(
        ((one.line.at or now, one.kind.name, one.line) for one in _as_lines(told, space, names, is_coming=True)),
        key=lambda one: one[0],
    )[:COMING_MOST]
    return Home(
        is_first_visit=membership is not None and page.door == "active" and membership.previous_visit_at is None,
        since=since,
        is_since=bool(fresh),
        news=[line_shown(line, labels.get(name, "")) for name, line in fresh or latest],
        coming=[line_shown(line, labels.get(name, "")) for _at, name, line in coming],
        pinned=[line_shown(line) for line in pinned],
        waiting=_waiting(page, kinds, now),
        managers=[people[one] for one in managers if one in people],
        newcomers=[members[one] for one in newest if one in members],
        concepts=[label_in(concept["labels"]) for concept in around["topics"]],
        children=[
            {"name": label_in(child["names"]), "slug": child["slug"]}
            for child in around["within"]
            if child["openness"] != Openness.PRIVATE
            or child["is_invited"]
            or actor.is_platform
            or child["id"] in actor.scope_ids(SCOPE)
        ],
        level=around["level"],
        is_marked=around["is_marked"],
        accounts=accounts,
        names=names,
    )


def news_of(actor: Actor, space: Space, since: datetime | None, most: int) -> list[tuple[str, ThingLine]]:
    """What is new in `space` for `actor`, newest first: (component, line). Two queries."""
    told = _told(actor, space, components_of(space), most)
    names = names_known(actor, _authors(told))
    found = _newest(told, space, names, most)
    return [(name, line) for name, line in found if since is None or (line.at is not None and line.at > since)]


def lines_among(
    actor: Actor,
    space: Space,
    kinds: Sequence[ComponentKind],
    wanted: Mapping[str, Sequence[int]],
    most: int,
    words: Sequence[Sequence[str]] = (),
) -> dict[tuple[str, int], tuple[ThingLine, Mapping[str, Any]]]:
    """By component and id, those of `wanted` (ids by component, up to `most` each) that `actor` may see in `space`, as
    homes show them, each with what of it holds most of `words`: see components.Lines. Two queries.
    """
    reader = reader_within(actor, space)
    asked = [
        (kind, lines) for kind in kinds if (lines := kind.found or kind.news) is not None and wanted.get(kind.name)
    ]
    if not asked:
        return {}
    lengths = tuple(len(forms) for forms in words) if any(lines.reads_words for _kind, lines in asked) else ()
    numbers: list[int | str] = [*reader.numbers, *(form for forms in words if lengths for form in forms)]
    before = len(numbers)
    for kind, _lines in asked:
        ids = list(wanted.get(kind.name, ()))[:most] or [0]
        numbers += [*ids, *[ids[-1]] * (most - len(ids))]  # one length of the list: it is compiled once

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        someone = reader.actor(given)
        rest = iter(given[len(reader.numbers) : before])
        looked_for = [[next(rest) for _form in range(many)] for many in lengths]
        arms = []
        for place, (_kind, lines) in enumerate(asked):
            start = before + place * most
            rows = lines.rows(someone, given[0], None).filter(line_id__in=given[start : start + most])
            body = lines.body(someone, looked_for) if lines.body is not None else Value({}, JSONField())
            arms.append(rows.annotate(line_of=Value(place), line_body=body)[:most])
        return arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]

    key = ("spaces: lines among", tuple(kind.name for kind, _lines in asked), most, lengths)
    found = compiled.rows((*key, *reader.key), build, numbers)
    told = [_Row(kind, lines, False, row) for row in found for kind, lines in (asked[row["line_of"]],)]
    names = names_known(actor, _authors(told))
    return {
        (one.kind.name, line.id): (line, one.row["line_body"] or {})
        for one in told
        for line in (one.lines.line(one.row, space, names),)
    }


@dataclass(frozen=True)
class _Row:
    kind: ComponentKind
    lines: Lines
    is_coming: bool
    row: Mapping[str, Any]


@dataclass(frozen=True)
class _Line:
    kind: ComponentKind
    line: ThingLine


def _told(
    actor: Actor,
    space: Space,
    kinds: Sequence[ComponentKind],
    news_most: int,
    coming_most: int = 0,
    now: datetime | None = None,
) -> list[_Row]:
    """What the components have to tell: `news_most` of what is new in each, `coming_most` of what comes. One query."""
    reader = reader_within(actor, space)
    asked: list[tuple[ComponentKind, Lines, bool]] = [(kind, kind.news, False) for kind in kinds if kind.news]
    numbers = list(reader.numbers)
    ahead = [(kind, kind.coming, True) for kind in kinds if kind.coming] if coming_most and now is not None else []
    if ahead and now is not None:
        asked += ahead
        numbers.append(now.isoformat())
    if not asked:
        return []

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        someone, moment = reader.actor(given), Cast(Value(given[-1], TextField()), DateTimeField())
        arms = [
            lines.rows(someone, given[0], moment).annotate(line_of=Value(place))[
                : coming_most if is_next else news_most
            ]
            for place, (_kind, lines, is_next) in enumerate(asked)
        ]
        return arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]

    key = ("spaces: lines", tuple((kind.name, is_next) for kind, _lines, is_next in asked), news_most, coming_most)
    found = compiled.rows((*key, *reader.key), build, numbers)
    return [_Row(kind, lines, is_next, row) for row in found for kind, lines, is_next in (asked[row["line_of"]],)]


def _authors(told: Sequence[_Row]) -> set[int]:
    found = [one.row["line_author"] for one in told]
    found += [(one.row.get("line_body") or {}).get("author") for one in told]
    return {account for account in found if account is not None}


def _as_lines(told: Iterable[_Row], space: Space, names: Mapping[int, str], *, is_coming: bool = False) -> list[_Line]:
    return [_Line(one.kind, one.lines.line(one.row, space, names)) for one in told if one.is_coming == is_coming]


def _newest(told: Iterable[_Row], space: Space, names: Mapping[int, str], most: int) -> list[tuple[str, ThingLine]]:
    # Which are shown is known before lines are made of them.
    latest = sorted(
        (one for one in told if not one.is_coming and one.row["line_at"] is not None),
        key=lambda one: one.row["line_at"],
        reverse=True,
    )[:most]
    return [(line.kind.name, line.line) for line in _as_lines(latest, space, names)]


def _people_seen(actor: Actor, accounts: Iterable[int]) -> dict[int, tuple[int, str]]:
    """By account, those whom `actor` may know: (id, name). One query, none for nobody."""
    wanted = sorted(set(accounts))
    if not wanted:
        return {}
    wanted += [wanted[-1]] * (-len(wanted) % 16)  # a few lengths of the list: each is compiled once
    class_of, more = reader_class(actor)

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        rows = Person.objects.visible_to(reader_in_class(class_of, given)).filter(account__in=given[len(more) :])
        found: QuerySet[Any, Any] = rows.order_by().values("pk", "account_id", "name")
        return found

    found = compiled.rows(("spaces: people", active_region().pk, class_of), build, [*more, *wanted])
    return {row["account_id"]: (row["pk"], row["name"]) for row in found}


def _as_people(seen: Mapping[int, tuple[int, str]], accounts: Iterable[int]) -> dict[int, Person]:
    """Those of `accounts` who are seen, with id, account and name."""
    return {
        account: compiled.made(Person, ("id", "account_id", "name"), (seen[account][0], account, seen[account][1]))
        for account in accounts
        if account in seen
    }


def names_known(actor: Actor, accounts: Iterable[int]) -> dict[int, str]:
    """By account, the names of those whom `actor` may know. One query, none for nobody."""
    return {account: name for account, (_id, name) in _people_seen(actor, accounts).items()}


def _around(actor: Actor, space: Space) -> dict[str, Any]:
    """What stands around what is new: pins, topics, children, managers and newcomers (accounts), how the reader stands
    to the space. One query.
    """
    reader = reader_within(actor, space)
    shows_newcomers = actor.is_member and space.kind != SpaceKind.REGION

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        someone = reader.actor(given)
        invited = Membership.objects.filter(
            account=someone.account_id, state=MembershipState.INVITED, space=OuterRef("pk")
        )
        children = Space.objects.filter(parent=OuterRef("pk"), archived_at=None).order_by("-activity_score", "slug")
        child: dict[str, Any] = {name: name for name in ("id", "slug", "names", "openness")}
        child["is_invited"] = Exists(invited) if someone.account_id is not None else Value(False)
        pins = Pin.objects.filter(space=OuterRef("pk")).order_by("position", "pk")
        topics = SpaceConcept.objects.filter(space=OuterRef("pk")).order_by("concept__position", "concept__code")
        grants = open_grants(given[0], space.kind, MemberRole.MANAGER.value, until=Now())
        newest = members_as_people(someone, given[0]).exclude(role=MemberRole.MANAGER).order_by("-joined_at", "-pk")
        mine = {"account": someone.account_id, "thing_kind": SCOPE, "thing_id": OuterRef("pk")}
        level = Follow.objects.filter(**mine).order_by().values("level")[:1]
        is_reader = someone.account_id is not None
        rows: QuerySet[Any, Any] = Space.objects.filter(pk=given[0]).values(
            pinned=ArraySubquery(pins.values(json=JSONObject(kind="thing_kind", id="thing_id"))),
            topics=ArraySubquery(topics.values(json=JSONObject(labels="concept__labels"))),
            within=ArraySubquery(children.values(json=JSONObject(**child))),
            looked_after_by=ArraySubquery(grants.order_by("granted_at", "pk").values("account_id")),
            newcomers=ArraySubquery(newest.values("account_id")[:PEOPLE_MOST])
            if shows_newcomers
            else Value(None, TextField()),
            level=Coalesce(Subquery(level), Value(""), output_field=CharField()) if is_reader else Value(""),
            is_marked=Exists(Bookmark.objects.filter(**mine)) if is_reader else Value(False),
        )
        return rows

    return compiled.rows(("spaces: around", *reader.key), build, reader.numbers)[0]


def line_shown(line: ThingLine, label: str = "") -> dict[str, Any]:
    """A line as templates show it: title, url, excerpt, language, author, at, label."""
    return {
        "title": line.title,
        "url": lead(line),
        "excerpt": line.excerpt,
        "language": line.language,
        "author": line.author_name,
        "at": line.at,
        "label": label,
        "kind": line.kind,
        "id": line.id,
    }


def pinned_in(actor: Actor, space: Space) -> list[ThingLine]:
    """What managers keep at the top, as `actor` sees it. One query, and some for each kind of thing."""
    return _pinned(actor, list(Pin.objects.filter(space=space).values_list("thing_kind", "thing_id")))


def _pinned(actor: Actor, pins: Sequence[Key]) -> list[ThingLine]:
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

# SPDX-License-Identifier: EUPL-1.2
"""Invented threads and posts: the same number is the same conversation on every machine, spread over the last year.

Written in batches, each with one event. Times end at the moment of seeding, so that a demonstration is alive whenever
it is made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.text import slugify

from filanda.capabilities.threads.models import Mention, Post, Reaction, ReadPosition, Thread, ThreadKind
from filanda.capabilities.threads.rendering import render
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.working import time_zone
from filanda.spaces.demo.texts import CommunityText, ThreadText, communities, thread
from filanda.spaces.demo.texts.slots import dated
from filanda.spaces.models import SCOPE, MemberRole, Membership, Space

__all__ = ["POSTS", "THREADS", "seed_threads"]

THREADS, POSTS = 600, 5_000  # of the demonstration as it comes
BATCH = 100  # threads
_LONGEST = 120  # posts, usually
_HUGE = 1_020  # posts of one thread, where there is room for it: fifty pages
_YEAR = timedelta(days=365)
_SPREAD = 0.9  # of the logarithm of a thread's length


@dataclass(frozen=True)
class _Place:
    space: Space
    text: CommunityText
    members: tuple[int, ...]


def seed_threads(
    actor: Actor,
    region: Region,
    *,
    now: datetime,
    threads: int = THREADS,
    posts: int = POSTS,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Make invented threads, as far as they are missing; about `posts` posts in all. Returns how many were made.

    The region must be active, and invented, and its communities made. Quick when there is nothing to do. Raises
    Forbidden, and ValueError for a region of real people.
    """
    require(actor, "discussions.seed")
    if not region.is_invented:
        raise ValueError("Invented conversations belong into an invented region.")
    if Thread.objects.filter(place_kind=SCOPE).count() >= threads or threads <= 0:
        return 0
    places = _places()
    if not places:
        return 0
    there = set(Post.objects.filter(number=1, key__startswith="demo-").values_list("key", flat=True))
    wanted = [
        (place, number)
        for place, count in zip(places, _shares(places, threads), strict=True)
        for number in range(count)
        if _key(place.space, number) not in there
    ]
    people = {
        account: f"@{slugify(name) or '-'}-{person}"
        for account, person, name in Person.objects.present()
        .filter(account__in={member for place in places for member in place.members})
        .values_list("account", "pk", "name")
    }
    mean = max(1.0, posts / threads)
    largest = max(places, key=lambda place: (place.text.size, place.space.pk))
    huge = next((one for one in wanted if one[0] is largest and posts >= 50 * _HUGE), None)
    if Thread.objects.filter(posts_count__gte=_HUGE).exists():
        huge = None
    done = 0
    for start in range(0, len(wanted), BATCH):
        batch = []
        for place, number in wanted[start : start + BATCH]:
            length = _HUGE if (place, number) == huge else _length(place, number, mean)
            batch.append((place, number, thread(place.text, number, length=length)))
        _write(actor, region, batch, people, now)
        done += len(batch)
        if progress is not None:
            progress(done)
    return done


def _places() -> list[_Place]:
    spaces = {space.slug: space for space in Space.objects.communities().filter(is_invented=True, archived_at=None)}
    members: dict[int, list[int]] = {}
    rows = Membership.objects.active().filter(space__in=list(spaces.values())).exclude(role=MemberRole.READER)
    for space, account in rows.order_by("space", "pk").values_list("space", "account"):
        members.setdefault(space, []).append(account)
    return [
        _Place(spaces[text.slug], text, tuple(members[spaces[text.slug].pk]))
        for text in communities()
        if text.slug in spaces and spaces[text.slug].pk in members
    ]


def _shares(places: Sequence[_Place], threads: int) -> list[int]:
    """How many threads each place has, by how alive it is; `threads` in all, at least one each where that many are."""
    total = sum(place.text.size for place in places)
    shares = [max(1, math.floor(threads * place.text.size / total)) for place in places]
    order = sorted(range(len(places)), key=lambda at: -places[at].text.size)
    at = 0
    while sum(shares) < threads:
        shares[order[at % len(order)]] += 1
        at += 1
    return shares


def _length(place: _Place, number: int, mean: float) -> int:
    chance = Random(f"length {place.text.slug} {number}")  # noqa: S311 - invented, the same each time
    drawn = chance.lognormvariate(math.log(mean) - _SPREAD**2 / 2, _SPREAD)
    return min(_LONGEST, max(1, round(drawn)))


def _key(space: Space, number: int) -> str:
    return f"demo-{space.pk}-{number}"


def _write(
    actor: Actor,
    region: Region,
    batch: Sequence[tuple[_Place, int, ThreadText]],
    people: dict[int, str],
    now: datetime,
) -> None:
    zone = time_zone(region)
    made: list[Thread] = []
    posts: list[Post] = []
    named: list[tuple[Post, int]] = []
    said: list[tuple[Post, str, list[int]]] = []
    answers: list[tuple[Thread, Post]] = []
    replies: list[tuple[Post, Post]] = []
    read: list[tuple[Thread, int, int]] = []
    for place, number, text in batch:
        chance = Random(f"people {place.text.slug} {number}")  # noqa: S311 - invented
        writers = _writers(place.members, text.authors, chance)
        times = _times(text, now, zone, chance)
        days = [at.astimezone(zone).date() for at in times]
        head = Thread(
            region=region,
            place_kind=SCOPE,
            place_id=place.space.pk,
            audience=place.space.audience,
            kind=ThreadKind(text.kind),
            title=dated(text.title, days[0], days[0], text.language)[:200],
            language=text.language,
            author_id=writers[0],
            created_at=times[0],
            posts_count=len(text.posts),
            last_number=len(text.posts),
            numbers_given=len(text.posts),
            last_post_at=times[-1],
            last_author_id=writers[text.posts[-1].author_slot],
            first_reply_at=next(
                (at for one, at in zip(text.posts, times, strict=True) if writers[one.author_slot] != writers[0]), None
            ),
            version=len(text.posts),
        )
        if number == 0:
            head.pinned_at = times[0]
        made.append(head)
        rows: list[Post] = []
        for at, one in enumerate(text.posts):
            source = dated(one.source, days[0], days[at], text.language)
            for slot in one.mentions:
                source = source.replace(f"{{@{slot}}}", people.get(writers[slot], ""))
            rendered = render(source, actor=PLATFORM, audience=head.audience)
            row = Post(
                region=region,
                thread=head,
                number=at + 1,
                author_id=writers[one.author_slot],
                source=source,
                html=rendered.html,
                language=text.language,
                created_at=times[at],
                state_changed_at=times[at],
                key=_key(place.space, number) if at == 0 else "",
            )
            others = [member for member in place.members if member != row.author_id]
            for name, count in one.reactions.items():
                who = chance.sample(others, min(count, len(others)))
                if who:
                    row.reactions[name] = len(who)
                    said.append((row, name, who))
            named += [(row, writers[slot]) for slot in dict.fromkeys(one.mentions) if writers[slot] in people]
            if one.replies_to is not None:
                replies.append((row, rows[one.replies_to]))
            if one.is_answer and at:
                answers.append((head, row))
                head.answered_at = times[at]
            rows.append(row)
        posts += rows
        for member in place.members:
            if chance.random() < 0.25:
                behind = chance.choice((0, 0, 0, 1, 2, 5))
                read.append((head, member, max(1, len(text.posts) - behind)))
    latest: dict[int, datetime] = {}
    for head in made:
        latest[head.place_id] = max(head.last_post_at, latest.get(head.place_id, head.last_post_at))
    with transaction.atomic():
        Thread.objects.bulk_create(made)
        Post.objects.bulk_create(posts, batch_size=1000)
        _later(region, answers, replies, named, said)
        ReadPosition.objects.bulk_create(
            [
                ReadPosition(region=region, thread=head, account_id=account, number=last, read_at=head.last_post_at)
                for head, account, last in read
            ],
            batch_size=2000,
        )
        for space, moment in latest.items():
            Space.objects.filter(pk=space).exclude(last_active_at__gt=moment).update(last_active_at=moment)
        record(
            "discussions.demo.seeded",
            region=region,
            actor=actor,
            payload={"threads": len(made), "posts": len(posts)},
            touches={"thread": [one.pk for one in made], "post": [one.pk for one in posts]},
        )


def _later(
    region: Region,
    answers: Sequence[tuple[Thread, Post]],
    replies: Sequence[tuple[Post, Post]],
    named: Sequence[tuple[Post, int]],
    said: Sequence[tuple[Post, str, list[int]]],
) -> None:
    """What points from one row to another, now that they have ids."""
    for head, row in answers:
        head.answer = row
    Thread.objects.bulk_update([head for head, _row in answers], ["answer", "answered_at"])
    for row, parent in replies:
        row.reply_to = parent
    Post.objects.bulk_update([row for row, _parent in replies], ["reply_to"], batch_size=1000)
    Mention.objects.bulk_create(
        [Mention(region=region, post=row, account_id=account) for row, account in named], batch_size=2000
    )
    Reaction.objects.bulk_create(
        [
            Reaction(region=region, post=row, account_id=account, name=name, created_at=row.created_at)
            for row, name, accounts in said
            for account in accounts
        ],
        batch_size=2000,
    )


def _writers(members: Sequence[int], slots: int, chance: Random) -> list[int]:
    """An account for each slot of a thread; where there are fewer members than slots, some speak in two."""
    if len(members) >= slots:
        return chance.sample(list(members), slots)
    return [members[at % len(members)] for at in range(slots)]


def _times(text: ThreadText, now: datetime, zone: ZoneInfo, chance: Random) -> list[datetime]:
    """When each post was written: the thread begins on a day of the last year, more often lately, and ends by now.
    People write between seven in the morning and eleven at night.
    """
    gaps = [max(1, one.minutes_after_previous) for one in text.posts[1:]]
    lasts = timedelta(minutes=sum(gaps))
    room = max(timedelta(hours=1), _YEAR - lasts)
    begins = now - lasts - room * (chance.random() ** 1.6) - timedelta(minutes=chance.randint(5, 600))
    if begins < now - 2 * _YEAR:
        squeeze = _YEAR / lasts
        gaps = [max(1, int(gap * squeeze)) for gap in gaps]
        begins = now - timedelta(minutes=sum(gaps) + 30)
    times = [_awake(begins, zone, chance)]
    for gap in gaps:
        times.append(_awake(times[-1] + timedelta(minutes=gap), zone, chance))
    if (late := times[-1] - now) > timedelta(0):
        back = timedelta(days=late.days + 1)
        times = [at - back for at in times]
    return times


def _awake(moment: datetime, zone: ZoneInfo, chance: Random) -> datetime:
    """`moment`, or the morning after where it is in the night. It takes as much of `chance` at any hour."""
    later = timedelta(minutes=chance.randint(5, 200))
    local = moment.astimezone(zone)
    if 7 <= local.hour < 23:
        return moment
    morning = local.replace(hour=7, minute=0) + timedelta(days=1 if local.hour >= 23 else 0)
    return (morning + later).astimezone(UTC)

# SPDX-License-Identifier: EUPL-1.2
"""Threads that nobody has answered, as the workbench shows them to those who run the community."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filanda.capabilities.threads.models import Thread
from filanda.components.discussions.policies import may_write, title_slug
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.holders import holders_in
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests.desk import FACILITATORS, DeskAction, DeskLine, DeskSource, StillWaits
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.regions.working import working_time_after
from filanda.spaces.models import SCOPE, Openness, Space, SpaceKind

__all__ = ["UNANSWERED"]

SILENT_FOR, WITHIN = 2, 1  # working days until it comes up, and until somebody should have answered then
NOT_OLDER = timedelta(days=90)  # an older silence is history: whoever asked has long gone elsewhere


def _rows(ids: Sequence[int] | None, now: datetime):  # type: ignore[no-untyped-def]
    rows = Thread.objects.filter(
        place_kind=SCOPE,
        first_reply_at=None,
        closed_at=None,
        hidden_at=None,
        moved_to=None,
        created_at__gt=now - NOT_OLDER,
    )
    return rows if ids is None else rows.filter(pk__in=ids)


def _waiting(ids: Sequence[int] | None, now: datetime) -> Iterable[StillWaits]:
    """Of the region's own space and of communities: a project group looks after itself. Three queries. Where nobody
    manages an open community, or its only manager has asked, facilitators look after it.
    """
    region = active_region()
    rows = list(_rows(ids, now).values_list("pk", "place_id", "author", "created_at"))
    places = Space.objects.filter(pk__in={place for _pk, place, *_rest in rows}, archived_at=None)
    spaces = {space.pk: space for space in places.exclude(kind=SpaceKind.GROUP).only("kind", "openness", "region")}
    managers = holders_in(SCOPE, spaces, Role.SPACE_MANAGER, now)
    for pk, place, author, since in rows:
        if place not in spaces:
            continue
        is_theirs = spaces[place].openness != Openness.OPEN or managers.get(place, set()) - {author}
        shows = working_time_after(region, since, SILENT_FOR)
        yield StillWaits(
            pk,
            since,
            working_time_after(region, shows, WITHIN),
            queue=f"{SCOPE}:{place}:managers"
            if is_theirs and spaces[place].kind == SpaceKind.COMMUNITY
            else FACILITATORS,
            shows_at=shows,
            not_for=(author,) if author is not None else (),
        )


def _lines(actor: Actor, ids: Sequence[int], now: datetime) -> Mapping[int, DeskLine]:
    """Two queries."""
    rows = list(_rows(ids, now).filter(pk__in=Thread.objects.visible_to(actor).values("pk")))
    spaces = Space.objects.in_bulk({row.place_id for row in rows})
    return {
        row.pk: _line(actor, row, spaces[row.place_id])
        for row in rows
        if row.place_id in spaces and row.author_id != actor.account_id
    }


def _line(actor: Actor, row: Thread, space: Space) -> DeskLine:
    args = (space.slug, row.pk, title_slug(row.title))
    actions = [DeskAction(_("Read and answer"), "discussions:thread", args)]
    if may_write(actor, space):
        about = DeskAction(_("Answer here"), "discussions:answer", (space.slug, row.pk), method="post", asks="source")
        actions.append(about)
    return DeskLine(
        title=row.title,
        url_name="discussions:thread",
        url_args=args,
        context=(str(row.get_kind_display()), space.name),
        language=row.language,
        actions=tuple(actions),
        person_id=row.author_id,
    )


def _touched(event: Event) -> Iterable[int]:
    numbers = {int(number) for number in (event.touches or {}).get("thread", ())}
    number = (event.payload or {}).get("thread")
    return numbers | ({number} if isinstance(number, int) else set())


UNANSWERED = DeskSource(
    "thread.unanswered", gettext_lazy("Discussions without an answer"), _waiting, _lines, ("threads.",), _touched
)

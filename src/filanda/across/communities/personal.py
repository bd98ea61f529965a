# SPDX-License-Identifier: EUPL-1.2
"""What this room keeps about people, and what waits for those who look after communities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count, Min
from django.utils.timezone import now as clock
from django.utils.translation import ngettext

from filanda.across.communities.models import Delivery, Newsletter, NotForUs
from filanda.across.communities.queries import NEW_FOR
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.manifests import Waiting
from filanda.spaces.models import SCOPE, Membership, Space
from filanda.spaces.queries import components_of, with_components

__all__ = ["collect", "erase", "waiting"]

MOST_SPACES = 5  # of one manager, on the home


def collect(account: Account) -> Mapping[str, Any]:
    """Newsletters written, and which one got."""
    found = {
        "newsletters-written.json": Newsletter.objects.filter(author=account).values(
            "space__slug", "title", "intro", "created_at", "sent_at", "sent_count"
        ),
        "newsletters-received.json": Delivery.objects.filter(account=account).values(
            "newsletter__space__slug", "newsletter__title", "sent_at"
        ),
    }
    return {name: list(rows) for name, rows in found.items() if rows}


def erase(account: Account, keeps: bool) -> None:
    """What one got, drafts and suggestions of oneself go; letters that were sent stay, without a name."""
    Delivery.objects.filter(account=account).delete()
    person_ids = list(Person.objects.filter(account=account).values_list("pk", flat=True))
    NotForUs.objects.filter(kind=NotForUs.Kind.PERSON, target_id__in=person_ids).delete()
    NotForUs.objects.filter(said_by=account).update(said_by=None)
    mine = Newsletter.objects.filter(author=account)
    (mine.filter(state="draft") if keeps else mine).delete()
    mine.update(author=None)


def waiting(actor: Actor) -> Iterator[Waiting]:
    """Newcomers to be greeted, and what the components of one's communities wait for. Requests to join are said by
    spaces. A query for newcomers and one for the spaces, and those of the components of five at most.
    """
    managed = actor.scope_ids(SCOPE, Role.SPACE_MANAGER)
    if not managed:
        return
    now = clock()
    rows = Membership.objects.active().filter(space__in=managed, welcomed_at=None, joined_at__gte=now - NEW_FOR)
    rows = rows.filter(space__archived_at=None).exclude(account=actor.account_id).order_by()
    fresh = rows.values("space").annotate(count=Count("pk"), since=Min("joined_at"))
    newcomers = {row["space"]: row for row in fresh}
    spaces = with_components(Space.objects.filter(pk__in=managed, archived_at=None))
    for space in list(spaces.order_by("-activity_score", "pk")[:MOST_SPACES]):
        row = newcomers.get(space.pk)
        if row is not None:
            words = ngettext("%(space)s: welcome %(n)s newcomer", "%(space)s: welcome %(n)s newcomers", row["count"])
            yield Waiting(
                words % {"space": space.name, "n": row["count"]},
                "communities:health",
                (space.slug,),
                count=row["count"],
                since=row["since"],
            )
        for kind in components_of(space):
            for task in kind.tasks(space, now):
                yield Waiting(
                    f"{space.name}: {task.sentence}",
                    task.url_name,
                    task.url_args,
                    count=task.count,
                    since=task.since,
                    query=task.query,
                )

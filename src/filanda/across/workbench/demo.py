# SPDX-License-Identifier: EUPL-1.2
"""Something on the desk of the demonstration: saved replies, somebody away, items that colleagues have."""

from __future__ import annotations

from datetime import datetime, timedelta

from filanda.capabilities.desk.actions import assign, save_reply, say_absence, snooze, take
from filanda.capabilities.desk.following import compare
from filanda.capabilities.desk.models import DeskItem, SavedReply
from filanda.capabilities.desk.queries import today_in_region
from filanda.capabilities.desk.steps import workers_of
from filanda.directory.people.queries import facilitators
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.manifests.desk import FACILITATORS
from filanda.kernel.regions.models import Region

__all__ = ["seed_desk"]

REPLIES = (
    (
        "Chi sei?",
        "Buongiorno {name}, per validare il profilo in {region} ci serve sapere per quale ente lavora, o di che cosa "
        "si occupa. Bastano due righe.",
        "Dear {name}, to validate your profile in {region} we need to know which body you work for, or what you do. "
        "Two lines are enough.",
    ),
    (
        "Documento non leggibile",
        "Buongiorno {name}, il documento per {title} non si legge: lo mandi di nuovo, per favore, in PDF.",
        "Dear {name}, the document about {title} cannot be read: please send it again, as a PDF.",
    ),
    (
        "Di che cosa c’è bisogno",
        "La proposta «{title}» dice bene chi siete; manca che cosa cercate: da chi, entro quando, e che cosa date.",
        "“{title}” says well who you are; what you look for is missing: from whom, by when, and what you give.",
    ),
)


def seed_desk(region: Region, now: datetime) -> None:
    """Fill the desk of `region`, entered, once. Without facilitators there is nobody to fill it for."""
    if SavedReply.objects.exists():
        return
    able = workers_of([FACILITATORS], now)[FACILITATORS]
    known = {account.pk for account in facilitators(now)}
    invented = Account.objects.filter(pk__in=able, is_invented=True).order_by("pk")
    staff = sorted(invented, key=lambda account: account.pk not in known)  # facilitators before administrators
    if not staff:
        return
    compare(now)
    first = _acting(staff[0])
    for name, italian, english in REPLIES:
        texts = {"it": italian, "en": english}
        save_reply(actor=first, region=region, name=name, texts=texts, queue=FACILITATORS, is_shared=True, now=now)
    free = [item.pk for item in DeskItem.objects.visible_to(first).shown(now).filter(holder=None)[:9]]
    take(actor=first, seen=dict.fromkeys(free[:4]), now=now)
    snooze(actor=first, seen=dict.fromkeys(free[4:5]), until=now + timedelta(days=4), now=now)
    if len(staff) > 1:
        today = today_in_region(now)
        assign(actor=first, seen=dict.fromkeys(free[5:]), to=staff[1], words="È della tua provincia.", now=now)
        say_absence(
            actor=_acting(staff[1]),
            region=region,
            account=staff[1],
            starts_on=today,
            ends_on=today + timedelta(days=7),
            deputy=staff[0],
            now=now,
        )


def _acting(account: Account) -> Actor:
    return Actor(account_id=account.pk, roles=frozenset({Role.FACILITATOR}), has_second_factor=True)

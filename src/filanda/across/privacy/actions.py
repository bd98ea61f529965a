# SPDX-License-Identifier: EUPL-1.2
"""Taking one's data out, leaving, and what the platform deletes when its time is over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import translation

from filanda.across.privacy import packing
from filanda.across.privacy.models import TIME_TO_THINK, Archive, ArchiveState, Leaving
from filanda.across.privacy.preparing import prepare_archive
from filanda.across.privacy.queries import is_elsewhere, is_only_administrator, kept_for
from filanda.across.privacy.steps import delete_after_commit, erase_everywhere, hide_person, show_person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.jobs.queue import enqueue
from filanda.kernel.journal.actions import record
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post
from filanda.kernel.manifests import Retention
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region

__all__ = [
    "LastAdministrator",
    "apply_retention",
    "ask_for_archive",
    "ask_to_leave",
    "erase_person",
    "purge_archives",
    "stay",
]


class LastAdministrator(Exception):
    """Nobody else would look after the region. `str()` says what to do."""

    def __init__(self) -> None:
        super().__init__(
            translation.gettext(
                "You are the only administrator of this region. Make somebody else one first, without an end."
            )
        )


def ask_for_archive(*, actor: Actor, region: Region, account: Account, language: str, now: datetime) -> Archive:
    """Have everything that `region` holds about `account` packed; it is told by e-mail when it is ready.

    An archive that is being prepared is returned; an older one is replaced. Raises Forbidden.
    """
    with transaction.atomic(durable=True):
        Account.objects.select_for_update().get(pk=account.pk)
        require(actor, "privacy.archives.ask", account)
        found: Archive | None = Archive.objects.filter(account=account).first()
        if found is not None and found.state == ArchiveState.ASKED:
            return found
        if found is not None:
            delete_after_commit([found.key])
            found.delete()
        archive: Archive = Archive.objects.create(region=region, account=account, language=language, asked_at=now)
        record("privacy.archive.asked", region=region, actor=actor, subject=account)
        enqueue(prepare_archive, region_id=region.pk, archive_id=archive.pk)
    return archive


def ask_to_leave(
    *, actor: Actor, region: Region, account: Account, keeps: bool, language: str, now: datetime
) -> Leaving:
    """Leave the region: nobody sees the profile from now on, and in 14 days everything personal is erased.

    `keeps`: what the person contributed stays, as by a former member. Asked twice, the first date holds, and the last
    choice. Raises Forbidden, LastAdministrator.
    """
    with transaction.atomic(durable=True):
        # The region's row is the lock: two administrators cannot leave at once.
        Region.objects.select_for_update(no_key=True).get(pk=region.pk)
        Account.objects.select_for_update().get(pk=account.pk)
        require(actor, "privacy.leaving.ask", account)
        leaving: Leaving | None = Leaving.objects.filter(account=account).first()
        if leaving is not None:
            leaving.keeps_contributions = keeps
            leaving.save(update_fields=["keeps_contributions"])
            return leaving
        if is_only_administrator(account):
            raise LastAdministrator
        leaving = Leaving.objects.create(
            region=region, account=account, asked_at=now, erase_at=now + TIME_TO_THINK, keeps_contributions=keeps
        )
        touches = hide_person(account, keeps, now)
        record("privacy.leaving.asked", region=region, actor=actor, subject=account, touches=touches)
        with translation.override(language):
            path = reverse("privacy:mine")
        post(
            region=region,
            to=account.email,
            account=account,
            template="privacy/mail/leaving",
            language=language,
            context={"link": absolute(region, language, path), "day": f"{leaving.erase_at:%Y-%m-%d}"},
        )
    return leaving


def stay(*, actor: Actor, region: Region, account: Account, now: datetime) -> bool:
    """Change one's mind: everything is as before. Whether there was something to take back. Raises Forbidden."""
    with transaction.atomic(durable=True):
        Account.objects.select_for_update().get(pk=account.pk)
        require(actor, "privacy.leaving.ask", account)
        leaving = Leaving.objects.filter(account=account).first()
        if leaving is None:
            return False
        leaving.delete()
        record("privacy.leaving.taken_back", region=region, actor=actor, subject=account, touches=show_person(account))
    return True


def erase_person(*, actor: Actor, leaving: Leaving, now: datetime) -> bool:
    """Erase whoever is leaving, if their time to think is over: from every room, from the journal, and the sign-in too
    when they are nobody elsewhere. Whether it was done. Call it inside the region. Raises Forbidden.
    """
    with transaction.atomic(durable=True):
        require(actor, "privacy.people.erase")
        locked = Leaving.objects.select_for_update(of=("self",)).select_related("region", "account").due(now)
        found = locked.filter(pk=leaving.pk).first()
        if found is None:
            return False
        region, account = found.region, Account.objects.select_for_update().get(pk=found.account_id)
        goes = not is_elsewhere(account, region)
        erase_everywhere(account, region, keeps=found.keeps_contributions, with_sign_in=goes, now=now)
        record(
            "privacy.person.erased",
            region=region,
            actor=actor,
            payload={"kept_contributions": found.keeps_contributions, "with_sign_in": goes},
        )
    return True


def apply_retention(*, actor: Actor, region: Region, retention: Retention, now: datetime) -> int:
    """Delete what one room no longer keeps, by the region's period. Returns how much. Raises Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "privacy.retention.apply")
        deleted = retention.apply(region, now - kept_for(retention, region), now)
        if deleted:
            record(
                "privacy.retention.applied",
                region=region,
                actor=actor,
                payload={"what": retention.name, "deleted": deleted},
            )
    return deleted


def purge_archives(*, actor: Actor, region: Region, now: datetime) -> int:
    """Delete archives whose seven days are over. Returns how many. Raises Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "privacy.archives.purge")
        over = list(Archive.objects.select_for_update().filter(expires_at__lte=now))
        delete_after_commit([archive.key for archive in over])
        for archive in over:
            archive.delete()
    packing.sweep(region, {archive.key for archive in Archive.objects.all()}, now)
    return len(over)

# SPDX-License-Identifier: EUPL-1.2
"""The job that packs an archive. Beside `tasks`, as actions enqueue it."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from filanda.across.privacy import packing
from filanda.across.privacy.models import ARCHIVE_LASTS, Archive, ArchiveState
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post
from filanda.kernel.regions.models import Region

__all__ = ["prepare_archive"]


@region_job("privacy.prepare_archive")
def prepare_archive(region: Region, archive_id: int) -> None:
    """Pack the archive and write to its owner. A second run finds nothing to do, or packs what a crash left undone."""
    archive = Archive.objects.select_related("account").filter(pk=archive_id, state=ArchiveState.ASKED).first()
    if archive is None:
        return
    now = timezone.now()
    with translation.override(archive.language):
        key, size = packing.store(archive.account, region, now)
        link = absolute(region, archive.language, reverse("privacy:mine"))
    with transaction.atomic():
        locked = Archive.objects.select_for_update(of=("self",)).filter(pk=archive_id, state=ArchiveState.ASKED).first()
        if locked is None:  # taken back meanwhile, or another worker was quicker
            transaction.on_commit(lambda: packing.storage().delete(key))
            return
        locked.state, locked.key, locked.size = ArchiveState.READY, key, size
        locked.ready_at, locked.expires_at = now, now + ARCHIVE_LASTS
        locked.save()
        post(
            region=region,
            to=archive.account.email,
            account=archive.account,
            template="privacy/mail/archive",
            language=archive.language,
            context={"link": link, "days": ARCHIVE_LASTS.days},
            not_after=locked.expires_at,
        )

# SPDX-License-Identifier: EUPL-1.2
"""Parts of leaving, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from filanda.across.privacy import packing
from filanda.across.privacy.models import Archive, Leaving
from filanda.directory.people.models import Person
from filanda.directory.people.steps import touches
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.steps import take_out
from filanda.kernel.manifests import manifests
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import across_regions
from filanda.kernel.signin.steps import end_sessions_of

__all__ = ["delete_after_commit", "erase_everywhere", "forget_archives", "hide_person", "show_person"]


def hide_person(account: Account, keeps: bool, now: datetime) -> dict[str, list[int]]:
    """Nobody sees the profile of `account` while they leave. Returns the search documents that follow."""
    people = list(Person.objects.select_for_update().filter(account=account, erased_at=None))
    for person in people:
        person.leaving_at, person.keeps_contributions = now, keeps
        person.save(update_fields=["leaving_at", "keeps_contributions"])
    return touches(*people)


def show_person(account: Account) -> dict[str, list[int]]:
    """The profile is seen again as it was. Returns the search documents that follow."""
    people = list(Person.objects.select_for_update().filter(account=account, erased_at=None))
    for person in people:
        person.leaving_at, person.keeps_contributions = None, True
        person.save(update_fields=["leaving_at", "keeps_contributions"])
    return touches(*people)


def erase_everywhere(account: Account, region: Region, *, keeps: bool, with_sign_in: bool, now: datetime) -> None:
    """Every room erases `account`, the highest first, as rooms above read those below; then the journal, then the
    sign-in itself: `with_sign_in` if they are nobody in another region."""
    for manifest in reversed(manifests().values()):
        for data in manifest.personal_data:
            data.erase(account, keeps)
    take_out(account, now, region=None if with_sign_in else region)
    if with_sign_in:
        with across_regions():
            end_sessions_of(account)
            account.delete()


def forget_archives(account: Account) -> None:
    """Archives of `account`, and that they are leaving."""
    archives = Archive.objects.filter(account=account)
    delete_after_commit([key for key in archives.values_list("key", flat=True) if key])
    archives.delete()
    Leaving.objects.filter(account=account).delete()


def delete_after_commit(keys: Iterable[str]) -> None:
    """Delete files once the rows that named them are gone for good; what a crash leaves, the nightly sweep finds."""
    doomed = [key for key in keys if key]
    transaction.on_commit(lambda: packing.delete(doomed))

# SPDX-License-Identifier: EUPL-1.2
"""Parts of actions on the journal itself, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from filanda.kernel.identity.models import Account
from filanda.kernel.journal import event_types
from filanda.kernel.journal.event_types import Erasure
from filanda.kernel.journal.models import Event
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import across_regions

__all__ = ["empty", "take_out"]


def take_out(account: Account, now: datetime, *, region: Region | None = None) -> int:
    """Take a person out of the events of `region`, or of all: who they are from all they did, and the payloads that
    speak of them, by the rule of their type. What happened stays, and the chain still verifies. Returns how many
    events changed.
    """
    emptied = [known.name for known in event_types.event_types() if known.erasure is Erasure.PAYLOAD]
    about = models.Q(subject_type=Account._meta.model_name, subject_id=account.pk)
    with across_regions():
        events = Event.objects.all() if region is None else Event.objects.filter(region=region)
        changed = (
            events.filter(models.Q(account=account) | about)
            .filter(type__in=emptied)
            .update(payload=None, salt=None, erased_at=now)
        )
        by_them = events.filter(account=account)
        changed += by_them.exclude(type__in=emptied).count()
        by_them.update(account=None, actor_salt=None, erased_at=now)
    return int(changed)


def empty(name: str, subject: models.Model, now: datetime) -> int:
    """Take the words out of the events `name` of `subject`, whoever wrote them: they speak of somebody who leaves."""
    rows = Event.objects.filter(type=name, subject_type=subject._meta.model_name, subject_id=subject.pk)
    return int(rows.filter(erased_at=None).update(payload=None, salt=None, erased_at=now))

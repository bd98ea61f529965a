# SPDX-License-Identifier: EUPL-1.2
"""Writing to the journal."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal import event_types
from filanda.kernel.journal.hashing import payload_digest
from filanda.kernel.journal.models import Event
from filanda.kernel.regions.models import Region

__all__ = ["record"]


def record(
    type_name: str,
    *,
    region: Region | None,
    actor: Actor,
    subject: models.Model | None = None,
    payload: Mapping[str, Any] | None = None,
    touches: Mapping[str, Iterable[int]] | None = None,
) -> Event:
    """Record an event in the caller's transaction and ask for it to be chained after commit.

    `touches` maps a search-source kind to the ids of rows whose derived copies must follow.
    Raises KeyError for an unregistered type and RuntimeError outside a transaction.
    """
    event_type = event_types.get(type_name)
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("journal.record belongs in the transaction of the action that it records.")
    salt = os.urandom(16)
    plain = json.loads(json.dumps(dict(payload or {}), cls=DjangoJSONEncoder))
    event: Event = Event.objects.create(
        region=region,
        type=event_type.name,
        account_id=actor.account_id,
        subject_type=(subject._meta.model_name or "") if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        payload=plain,
        salt=salt,
        touches={kind: sorted(set(ids)) for kind, ids in (touches or {}).items()},
        digest=payload_digest(salt, plain),
    )
    from filanda.kernel.jobs.queue import enqueue_once
    from filanda.kernel.journal.tasks import chain_journal

    enqueue_once(chain_journal, lock="journal.chain")
    return event

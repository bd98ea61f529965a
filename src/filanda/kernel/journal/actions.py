# SPDX-License-Identifier: EUPL-1.2
"""Writing to the journal."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.journal import event_types
from filanda.kernel.journal.hashing import payload_digest
from filanda.kernel.journal.models import Event
from filanda.kernel.journal.steps import take_out
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region

__all__ = ["erase", "record"]


def record(
    type_name: str,
    *,
    region: Region | None,
    actor: Actor,
    subject: models.Model | None = None,
    payload: Mapping[str, Any] | None = None,
    touches: Mapping[str, Iterable[int]] | None = None,
) -> Event:
    """Record an event in the caller's transaction. The worker chains it after the commit.

    `touches` maps a search-source kind to the ids of rows whose derived copies must follow.
    Raises KeyError for an unregistered type and RuntimeError outside a transaction.
    """
    event_type = event_types.get(type_name)
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("journal.record belongs in the transaction of the action that it records.")
    salts = os.urandom(32)
    salt, actor_salt = salts[:16], salts[16:]
    plain = json.loads(json.dumps(dict(payload or {}), cls=DjangoJSONEncoder))
    event: Event = Event.objects.create(
        region=region,
        type=event_type.name,
        account_id=actor.account_id,
        actor_salt=actor_salt,
        actor_digest=payload_digest(actor_salt, actor.account_id),
        subject_type=(subject._meta.model_name or "") if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        payload=plain,
        salt=salt,
        touches={kind: sorted(set(ids)) for kind, ids in (touches or {}).items()},
        digest=payload_digest(salt, plain),
    )
    return event


def erase(*, actor: Actor, account: Account, now: datetime) -> int:
    """Take a person out of the journal: who they are from all they did, and the payloads that speak of them.

    What happened stays, and the chain still verifies. Payloads go by the rule of their event type (`Erasure`), in
    events that `account` caused or is the subject of. Returns how many events changed. Raises Forbidden.
    """
    with transaction.atomic(durable=True):
        require(actor, "journal.erase")
        changed = take_out(account, now)
        record("journal.person.erased", region=None, actor=actor, payload={"events": changed})
    return changed

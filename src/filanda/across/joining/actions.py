# SPDX-License-Identifier: EUPL-1.2
"""The draft of somebody who is joining: written as they type, gone when they are through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from filanda.directory.people.models import JoiningDraft
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean

__all__ = ["forget_draft", "keep_draft"]

TEXT_LENGTH = 2_000  # of one field: more than any of them takes
LIST_LENGTH = 20


def keep_draft(*, actor: Actor, account: Account, region: Region, typed: Mapping[str, Any]) -> None:
    """Write `typed` (texts, and lists of numbers) over what the draft says. Not journalled: nothing has happened yet.

    Raises Forbidden for anybody else's.
    """
    with transaction.atomic(durable=True):
        require(actor, "people.join", account)
        draft, _is_new = JoiningDraft.objects.select_for_update().get_or_create(region=region, account=account)
        draft.typed = {**draft.typed, **{name: _short(value) for name, value in typed.items()}}
        draft.save()


def forget_draft(*, actor: Actor, account: Account) -> None:
    """Twice is the same as once. Raises Forbidden for anybody else's."""
    with transaction.atomic(durable=True):
        require(actor, "people.join", account)
        JoiningDraft.objects.filter(account=account).delete()


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)[:TEXT_LENGTH]
    return [int(one) for one in value][:LIST_LENGTH]

# SPDX-License-Identifier: EUPL-1.2
"""What somebody typed and did not save: kept for them alone, not journalled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from filanda.directory.organisations.models import Draft, Organisation
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import require

__all__ = ["drop_draft", "keep_draft"]


def keep_draft(*, actor: Actor, organisation: Organisation, form: str, typed: Mapping[str, Any], now: datetime) -> None:
    """Keep what `actor` typed into `form`, in place of what was kept before. Raises Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "organisations.manage", organisation)
        if actor.account_id is not None:
            Draft.objects.update_or_create(
                organisation=organisation,
                account_id=actor.account_id,
                form=form,
                defaults={"region": organisation.region, "typed": dict(typed), "saved_at": now},
            )


def drop_draft(*, actor: Actor, organisation: Organisation, form: str) -> None:
    """Forget it: it was saved, or thrown away."""
    with transaction.atomic(durable=True):
        Draft.objects.filter(organisation=organisation, account=actor.account_id, form=form).delete()

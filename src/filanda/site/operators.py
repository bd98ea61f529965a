# SPDX-License-Identifier: EUPL-1.2
"""Who runs the installation."""

from __future__ import annotations

from django.db import transaction

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require

__all__ = ["make_operator"]


def make_operator(*, actor: Actor, account: Account, is_operator: bool) -> None:
    """Make `account` an operator, or one no more. Twice is the same as once. Raises Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "operators.manage")
        locked = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        if locked.is_operator == is_operator:
            return
        locked.is_operator = is_operator
        locked.save(update_fields=["is_operator"])
        record(
            "operators.operator.made" if is_operator else "operators.operator.ended",
            region=None,
            actor=actor,
            subject=locked,
        )

# SPDX-License-Identifier: EUPL-1.2
"""The rule behind the permission of this room."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import Decision

__all__ = ["is_own"]


def is_own(actor: Actor, obj: Any) -> Decision:
    if actor.account_id is not None and (obj is None or obj.account_id == actor.account_id):
        return Decision(True)
    return Decision(False, _("This was told to somebody else."))

# SPDX-License-Identifier: EUPL-1.2
"""The rules behind the permissions of this room."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import Decision

__all__ = ["is_not_own", "is_own", "is_seen", "organisation_scope"]


def organisation_scope(obj: Any) -> tuple[str, int]:
    """The organisation that `obj` (one, or a row that belongs to one) is about, as a scope of roles."""
    return ("organisation", obj.pk if isinstance(obj, Organisation) else obj.organisation_id)


def is_own(actor: Actor, obj: Any) -> Decision:
    """Claims and requests are moved by whoever made them."""
    if obj is not None and obj.account_id == actor.account_id and actor.account_id is not None:
        return Decision(True)
    return Decision(False, _("Only whoever made it can do this."))


def is_seen(actor: Actor, organisation: Any) -> Decision:
    """Nobody claims or joins a body that has no page here, or that asked not to be shown."""
    if organisation is None or (not organisation.is_external and organisation.hidden_at is None):
        return Decision(True)
    return Decision(False, _("This organisation is not listed here."))


def is_not_own(actor: Actor, obj: Any) -> Decision:
    """Nobody decides their own claim."""
    if obj is not None and obj.account_id == actor.account_id and actor.account_id is not None:
        return Decision(False, _("This is your own claim: another facilitator decides it."))
    return Decision(True)

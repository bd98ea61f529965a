# SPDX-License-Identifier: EUPL-1.2
"""Who writes news, and who puts them on the region's front page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.moderation.suspensions import may_write
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import Decision, Permission
from filanda.spaces.policies import MEMBERS, STAFF, keeps_order, space_of

__all__ = ["PERMISSIONS"]


def _writes(actor: Actor, obj: object) -> Decision:
    if space_of(obj).archived_at is not None:
        return Decision(False, _("This community is archived: it can be read, but nobody writes in it any more."))
    keeps = keeps_order(actor, obj)
    return may_write(actor, space_of(obj).pk) if keeps else keeps


PERMISSIONS = (
    Permission("news.write", _("Write the news of a community"), roles=MEMBERS, rule=_writes),
    Permission("news.front", _("Put news on the region’s front page"), roles=STAFF),
)

# SPDX-License-Identifier: EUPL-1.2
"""What people hear of, and how, unless they said otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.notifications.models import Channel, Choice
from filanda.kernel.manifests.things import NOTICE_KINDS

__all__ = ["DEFAULTS", "KIND_LABELS", "channels_of"]

KIND_LABELS: Mapping[str, Any] = {
    "mentions": _("Somebody names you"),
    "replies": _("Somebody answers you"),
    "threads": _("New in what you follow"),
    "news": _("News"),
    "events": _("Events, and changes of those you go to"),
    "documents": _("Documents in what you follow"),
    "membership": _("Invitations, requests and roles"),
    "moderation": _("Reports and decisions that concern you"),
    "introductions": _("Introductions"),
    "proposals": _("Proposals and answers to them"),
    "collaborations": _("Collaborations"),
}
DEFAULTS: Mapping[str, str] = {
    "mentions": Channel.AT_ONCE,
    "replies": Channel.AT_ONCE,
    "threads": Channel.DAILY,
    "news": Channel.WEEKLY,
    "events": Channel.DAILY,
    "documents": Channel.WEEKLY,
    "membership": Channel.AT_ONCE,
    "moderation": Channel.AT_ONCE,
    "introductions": Channel.AT_ONCE,
    "proposals": Channel.AT_ONCE,
    "collaborations": Channel.AT_ONCE,
}
assert set(DEFAULTS) == set(KIND_LABELS) == set(NOTICE_KINDS)


def channels_of(account_ids: Iterable[int], kind: str, space_id: int | None) -> dict[int, str]:
    """By account, how they want to hear of `kind` there. One query."""
    wanted = list(account_ids)
    found = dict.fromkeys(wanted, str(DEFAULTS[kind]))
    rows = Choice.objects.filter(account__in=wanted, kind=kind, space_id__in=[0, space_id or 0])
    for account_id, channel in rows.order_by("space_id").values_list("account", "channel"):
        found[account_id] = channel  # the space's own choice comes last
    return found

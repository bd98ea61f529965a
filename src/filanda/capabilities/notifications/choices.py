# SPDX-License-Identifier: EUPL-1.2
"""What people hear of, and how, unless they said otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.notifications.models import Channel, Choice
from filanda.kernel.manifests.things import NOTICE_KINDS

__all__ = ["DEFAULTS", "KIND_LABELS", "Choices"]

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
    "matches": _("Proposals that may fit you, once a week"),
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
    "matches": Channel.WEEKLY,
}
assert set(DEFAULTS) == set(KIND_LABELS) == set(NOTICE_KINDS)


class Choices:
    """What each of `accounts` wants to hear of, and how. One query."""

    def __init__(self, accounts: Iterable[int]) -> None:
        rows = Choice.objects.filter(account__in=list(accounts))
        self._chosen = {
            (account, kind, space_id): channel
            for account, kind, space_id, channel in rows.values_list("account", "kind", "space_id", "channel")
        }

    def of(self, account: int, kind: str, space_id: int | None) -> str:
        """How `account` wants to hear of `kind` there: the space's own choice goes first. No query."""
        everywhere = self._chosen.get((account, kind, 0), DEFAULTS[kind])
        return str(self._chosen.get((account, kind, space_id or 0), everywhere))

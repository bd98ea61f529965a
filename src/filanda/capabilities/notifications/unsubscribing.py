# SPDX-License-Identifier: EUPL-1.2
"""Links that end a kind of e-mail without signing in (RFC 8058). Signed; whoever holds one can do no more than this."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.urls import reverse

from filanda.capabilities.notifications.models import Channel
from filanda.kernel.identity.models import Account
from filanda.kernel.manifests.things import NOTICE_KINDS
from filanda.kernel.regions.models import Region

__all__ = ["Unsubscription", "read_token", "unsubscribe_path"]

_SALT = "filanda.notifications.unsubscribe"


@dataclass(frozen=True)
class Unsubscription:
    """Whose e-mails end: of one kind, or (kind empty) all that come in `channel`."""

    account_id: int
    region_id: int
    kind: str
    channel: str


def unsubscribe_path(account: Account, region: Region, *, kind: str, channel: str) -> str:
    """The path of the link."""
    token = signing.dumps([account.pk, region.pk, kind, channel], salt=_SALT)
    return reverse("following:unsubscribe", args=[token])


def read_token(token: str, region: Region) -> Unsubscription | None:
    """What `token` says, None unless we made it, for this region. An old one works too."""
    try:
        account_id, region_id, kind, channel = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    is_known = kind in {"", *NOTICE_KINDS} and channel in Channel.values
    return Unsubscription(account_id, region_id, kind, channel) if is_known and region_id == region.pk else None

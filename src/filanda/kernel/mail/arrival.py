# SPDX-License-Identifier: EUPL-1.2
"""Where e-mails come in, whoever brings them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.mail.actions import receive_message
from filanda.kernel.mail.models import InboundMessage
from filanda.kernel.regions.scoped import across_regions

__all__ = ["bring"]


def bring(
    raw: bytes, source: str, *, recipients: Sequence[str] = (), envelope_sender: str | None = None, size: int = 0
) -> InboundMessage | None:
    """Have the platform receive one message now. It tells the region by the address it was sent to."""
    with across_regions():
        return receive_message(
            actor=PLATFORM,
            raw=raw,
            source=source,
            recipients=recipients,
            envelope_sender=envelope_sender,
            size=size,
            now=timezone.now(),
        )

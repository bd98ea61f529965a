# SPDX-License-Identifier: EUPL-1.2
"""What providers report through anymail: bounces and complaints mark the address."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.mail.models import MarkReason

# https://anymail.dev/en/stable/sending/tracking/: normalised event types and reasons for rejecting
_HARD = frozenset({"bounced", "invalid"})


def listen() -> None:
    """Hear anymail's signal; called once, when Django is ready."""
    from anymail.signals import tracking

    tracking.connect(heard, dispatch_uid="filanda.kernel.mail.tracking")


def heard(sender: Any, event: Any, esp_name: str, **_rest: Any) -> None:
    """One event of a provider."""
    from filanda.kernel.mail.actions import note_report
    from filanda.kernel.regions.scoped import across_regions

    reason = reason_of(event)
    if reason is not None and event.recipient:
        with across_regions():
            note_report(actor=PLATFORM, address=event.recipient, reason=reason, now=timezone.now())


def reason_of(event: Any) -> MarkReason | None:
    """What an event means for the address; None for one that says nothing about it."""
    if event.event_type == "complained":
        return MarkReason.COMPLAINT
    if (event.esp_event or {}).get("Type") == "SoftBounce":  # Postmark's, which anymail takes for a hard one
        return MarkReason.SOFT
    if event.event_type in ("bounced", "rejected") and event.reject_reason in _HARD:
        return MarkReason.HARD
    if event.event_type in ("deferred", "bounced") or event.reject_reason == "timed_out":
        return MarkReason.SOFT
    return None

# SPDX-License-Identifier: EUPL-1.2
"""How events are digested and chained (SHA-256, canonical JSON: sorted keys, no spaces, UTF-8)."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

GENESIS = hashlib.sha256(b"filanda journal").digest()


def payload_digest(salt: bytes, payload: Any) -> bytes:
    """SHA-256 over `salt` (16 random bytes) and the canonical JSON of `payload`: 32 bytes."""
    return hashlib.sha256(salt + _canonical(payload).encode()).digest()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, cls=DjangoJSONEncoder)


def link_hash(
    previous: bytes,
    *,
    position: int,
    event_id: int,
    type_: str,
    region_id: int | None,
    subject: str,
    at: datetime,
    touches: Any,
    digest: bytes,
    actor_digest: bytes,
) -> bytes:
    """Hash of one link: 32 bytes. Holds nothing personal: payload and actor enter through salted digests only."""
    head = _canonical([position, event_id, type_, region_id, subject, at.astimezone(UTC).isoformat(), touches])
    return hashlib.sha256(previous + head.encode() + digest + actor_digest).digest()

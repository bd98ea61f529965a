# SPDX-License-Identifier: EUPL-1.2
"""How often somebody may do what costs or could be guessed: fixed windows, counted in the database cache's table, which
processes share.

Who it is (a network address, an e-mail address) enters as text and is kept as a keyed hash of it that changes with the
window and the region: from what is stored nobody can tell an address, nor that two windows saw the same one.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest

from filanda.kernel.regions.models import Region

__all__ = ["Limit", "TooMany", "address_of", "forget_past", "network_of", "take", "take_here"]

WINDOWS_FROM = 0  # seconds since 1970: windows are counted from here (tests begin one with each test)


@dataclass(frozen=True)
class Limit:
    """`most` times in each window of `every`."""

    most: int
    every: timedelta


class TooMany(Exception):
    """The limit is reached. `again_at`: when the window ends; `retry_after`: seconds until then, at least 1."""

    def __init__(self, limit: Limit, again_at: datetime, now: datetime) -> None:
        self.limit = limit
        self.again_at = again_at
        self.retry_after = max(1, round((again_at - now).total_seconds()))
        super().__init__(f"{limit.most} in {limit.every}")


def take(what: str, limit: Limit, *, who: str, region: Region, now: datetime) -> int:
    """Count one use of `what` by `who`; return how many are left in this window.

    Raises TooMany, and then counts nothing: who waits is not punished for having tried.
    """
    window, ends_at = _window(limit, now)
    key = f"limit:{what}:{_pseudonym(who, f'{what}/{region.pk}/{window}')}"
    # One statement, so that two requests at once are two. The cache's own way takes nine, and drops counters once there
    # are three hundred.
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO kernel_cache AS kept (cache_key, value, expires) VALUES (%s, '1', %s)
               ON CONFLICT (cache_key) DO UPDATE SET value = (kept.value::int + 1)::text WHERE kept.value::int < %s
               RETURNING value::int""",
            [key, ends_at, limit.most],
        )
        counted = cursor.fetchone()
    if counted is None:
        raise TooMany(limit, ends_at, now)
    return limit.most - int(counted[0])


def take_here(what: str, limit: Limit, *, who: str, region: Region, now: datetime) -> None:
    """As `take`, counted by this process alone and without a query: for reading, which protects the machine and no one.

    Raises TooMany.
    """
    window, ends_at = _window(limit, now)
    key = f"limit:{what}:{_pseudonym(who, f'{what}/{region.pk}/{window}')}"
    cache.add(key, 0, timeout=int(limit.every.total_seconds()))
    try:
        used = cache.incr(key)
    except ValueError:  # dropped this moment, as the cache was full
        return
    if used > limit.most:
        raise TooMany(limit, ends_at, now)


def forget_past(now: datetime) -> int:
    """Delete counters of windows that have ended; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_cache WHERE cache_key LIKE 'limit:%%' AND expires <= %s", [now])
        return cursor.rowcount


def address_of(request: HttpRequest) -> str:
    """The network address of whoever sends a request.

    `settings.TRUSTED_PROXIES` is how many proxies of ours stand in front: each adds, at the right of X-Forwarded-For,
    whom it heard from. What stands further left was written by the visitor and proves nothing.
    """
    proxies: int = settings.TRUSTED_PROXIES
    if proxies:
        heard = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        if len(heard) >= proxies:
            return heard[-proxies]
    return str(request.META.get("REMOTE_ADDR") or "")


def _window(limit: Limit, now: datetime) -> tuple[int, datetime]:
    """The number of the window that `now` lies in, and when it ends."""
    seconds = int(limit.every.total_seconds())
    window = (int(now.timestamp()) - WINDOWS_FROM) // seconds
    return window, datetime.fromtimestamp(WINDOWS_FROM + (window + 1) * seconds, UTC)


def network_of(who: str) -> str:
    """IPv6 addresses count by their /64: that is one connection, whoever hands out the rest of it. What is no network
    address stays as it is.
    """
    try:
        ip = ipaddress.ip_address(who.split("%")[0])
    except ValueError:
        return who
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network((ip, 64 if ip.version == 6 else 32), strict=False))


def _pseudonym(who: str, purpose: str) -> str:
    """A keyed hash of it."""
    network = network_of(who)
    key = hashlib.sha256(f"needs.limits/{purpose}/{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, network.encode(), hashlib.sha256).hexdigest()[:32]

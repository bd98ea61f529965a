# SPDX-License-Identifier: EUPL-1.2
"""Addresses for e-mails: a message knows no request, so the host is the region's main one."""

from __future__ import annotations

from django.conf import settings

from filanda.kernel.regions.models import Region

__all__ = ["absolute", "host_of", "origin_of"]


def host_of(region: Region) -> str:
    """The region's main host name; a region without any is reached on this machine only."""
    host = region.hosts.order_by("-is_primary", "host").values_list("host", flat=True).first()
    return host or "localhost"


def origin_of(region: Region) -> str:
    """Scheme, host and port under which people reach the region."""
    host = host_of(region)
    if settings.HTTPS:
        return f"https://{host}"
    is_here = host == "localhost" or host.endswith(".localhost")  # nobody's proxy stands before this machine itself
    port = settings.PORT if is_here or not settings.TRUSTED_PROXIES else 80
    return f"http://{host}" if port == 80 else f"http://{host}:{port}"


def absolute(region: Region, language: str, path: str) -> str:
    """The whole address of a page, in `language`: `path` as `reverse` gives it ("/it/join/"), in any language, or
    without one ("/join/"). Nothing else is taken: a path that is an address of its own raises ValueError.
    """
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError("A path of this site begins with one slash.")
    known = dict(settings.LANGUAGES)
    first, _slash, rest = path[1:].partition("/")
    if first not in known:
        rest = path[1:]
    return f"{origin_of(region)}/{language if language in known else settings.LANGUAGE_CODE}/{rest}"

# SPDX-License-Identifier: EUPL-1.2
"""Host name -> region. Everything behind this middleware sees one region's rows only."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host

from filanda.kernel.kept import Kept
from filanda.kernel.regions.models import Region, RegionHost
from filanda.kernel.regions.scoped import in_region

# Paths that answer without a region: probes know no host name.
INSTALLATION_PATHS = ("/health/", "/metrics")
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]", "::1", "testserver"})
_known: Kept[str, Region | None] = Kept(5.0, most=1000)


def forget_hosts() -> None:
    """Drop the short-lived cache of hosts, after a change."""
    _known.forget()


def region_for_host(host: str) -> Region | None:
    """The region that answers to `host` (lower case, no port).

    On this very machine (localhost) in the demo, the first invented region answers, else the first one.
    """
    return _known.get(host, lambda: _region_of(host))


def _region_of(host: str) -> Region | None:
    known = RegionHost.objects.select_related("region").filter(host=host).first()
    region = known.region if known else None
    if region is None and host in LOCAL_HOSTS:
        region = Region.objects.filter(hosts__isnull=False).order_by("-is_invented", "pk").first()
    return region


class RegionMiddleware:
    """Set `request.region` and enter it; an unknown host gets 400 with a sentence (see site.errors)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(INSTALLATION_PATHS):
            return self.get_response(request)
        domain, _port = split_domain_port(request.get_host())
        host = domain.lower().rstrip(".")
        if not validate_host(host, settings.ALLOWED_HOSTS):
            raise DisallowedHost("This host name is not served here.")
        region = region_for_host(host)
        if region is None:
            raise DisallowedHost("This host name belongs to no region of this installation.")
        request.region = region  # type: ignore[attr-defined]
        with in_region(region):
            return self.get_response(request)

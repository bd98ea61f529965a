# SPDX-License-Identifier: EUPL-1.2
"""All addresses. Pages live under /it/ and /en/; API, health, metrics and files outside."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from filanda.site import health

handler400 = "filanda.site.errors.bad_request"
handler403 = "filanda.site.errors.forbidden"
handler404 = "filanda.site.errors.not_found"
handler500 = "filanda.site.errors.server_error"

urlpatterns = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", health.metrics, name="metrics"),
    *i18n_patterns(path("", include("filanda.across.finder.urls"))),
]

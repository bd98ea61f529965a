# SPDX-License-Identifier: EUPL-1.2
"""All addresses. Pages live under /it/ and /en/; API, health, metrics and files outside."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path

from filanda.site import api, catalogue, demo, health, pages, wellknown

handler400 = "filanda.site.errors.bad_request"
handler403 = "filanda.site.errors.forbidden"
handler404 = "filanda.site.errors.not_found"
handler500 = "filanda.site.errors.server_error"

urlpatterns = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", health.metrics, name="metrics"),
    path("robots.txt", wellknown.robots, name="robots"),
    re_path(r"^colours/(?P<colour>[0-9a-f]{6})-(?P<version>[0-9a-f]{12})\.css$", wellknown.colour, name="colour"),
    path("favicon.ico", wellknown.favicon, name="favicon"),
    path(".well-known/security.txt", wellknown.security, name="security-txt"),
    path("demo/sign-in", demo.sign_in, name="demo-sign-in"),
    path("", include("filanda.kernel.mail.urls")),
    path("", include("filanda.across.finder.files")),
    path("", include("filanda.capabilities.files.urls")),
    path("", include("filanda.kernel.signin.callbacks")),
    path("api/v1/", api.urls),
    *i18n_patterns(
        # First what is asked for most: addresses are tried one after the other.
        path("communities/<slug:slug>/discussions/", include("filanda.across.journeys.urls")),
        path("communities/<slug:slug>/discussions/", include("filanda.components.discussions.urls")),
        path("communities/<slug:slug>/documents/", include("filanda.components.documents.urls")),
        path("", include("filanda.components.news.urls")),
        path("", include("filanda.components.events.urls")),
        path("communities/<slug:slug>/", include("filanda.across.communities.urls")),
        path("communities/", include("filanda.spaces.urls")),
        path("", include("filanda.across.matchmaking.urls")),
        path("", include("filanda.across.collaborating.urls")),
        path("", include("filanda.components.proposals.urls")),
        path("", include("filanda.across.ownership.urls")),
        path("join/", include("filanda.across.joining.urls")),
        path("", include("filanda.across.finder.urls")),
        path("", include("filanda.kernel.signin.allauth_urls")),
        path("", include("filanda.kernel.signin.urls")),
        path("", include("filanda.across.privacy.urls")),
        path("", include("filanda.across.following.urls")),
        path("", include("filanda.across.moderating.urls")),
        path("", include("filanda.across.profiles.urls")),
        path("funding/", include("filanda.across.opportunities.urls")),
        path("workbench/", include("filanda.across.workbench.urls")),
        path("catalogue/", catalogue.catalogue, name="catalogue"),
        path("api/", api.docs, name="api-docs"),
        path("how-matching-works/", pages.how, name="how"),
        path("privacy/", pages.privacy, name="privacy"),
        path("accessibility/", pages.accessibility, name="accessibility"),
        path("terms/", pages.terms, name="terms"),
        path("cookies/", pages.cookies, name="cookies"),
        path("legal/<slug:kind>/<int:version>/", pages.legal_version, name="legal-version"),
        path("consent/", pages.consent, name="consent"),
        path("", include("filanda.across.administration.urls")),
    ),
]

# SPDX-License-Identifier: EUPL-1.2
"""The finder's addresses outside the languages."""

from __future__ import annotations

from django.urls import path

from filanda.across.finder.views import sitemap

urlpatterns = [
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("sitemap-<id:number>.xml", sitemap.sitemap_part, name="sitemap-part"),
]

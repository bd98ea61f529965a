# SPDX-License-Identifier: EUPL-1.2
"""Pages of collaborating, below the language."""

from django.urls import URLPattern

app_name = "collaborating"
urlpatterns: list[URLPattern] = []

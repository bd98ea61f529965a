# SPDX-License-Identifier: EUPL-1.2
"""Pages of matchmaking, below the language."""

from django.urls import URLPattern

app_name = "matchmaking"
urlpatterns: list[URLPattern] = []

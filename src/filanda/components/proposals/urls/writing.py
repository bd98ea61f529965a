# SPDX-License-Identifier: EUPL-1.2
"""Writing, reviewing, ending."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

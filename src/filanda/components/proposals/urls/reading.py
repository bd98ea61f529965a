# SPDX-License-Identifier: EUPL-1.2
"""The directory, a proposal, saved searches."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

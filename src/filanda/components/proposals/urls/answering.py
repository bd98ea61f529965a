# SPDX-License-Identifier: EUPL-1.2
"""Expressions of interest."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

# SPDX-License-Identifier: EUPL-1.2
"""Pages below a community's address."""

from django.urls import path

from filanda.across.communities.views import health

app_name = "communities"
urlpatterns = [
    path("health/", health.health, name="health"),
    path("health/figures.csv", health.figures_csv, name="figures-csv"),
    path("health/welcome/<int:membership_id>/", health.welcome, name="welcome"),
]

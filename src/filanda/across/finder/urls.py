# SPDX-License-Identifier: EUPL-1.2
"""Pages of the finder, below the language."""

from __future__ import annotations

from django.urls import path

from filanda.across.finder.views import directory, home, introductions, needs, organisation

app_name = "finder"
urlpatterns = [
    path("", home.home, name="home"),
    path("needs/", needs.needs, name="needs"),
    path("needs/<str:token>/", needs.need, name="need"),
    path("organisations/", directory.organisations, name="organisations"),
    path("organisations/suggest", directory.suggest, name="suggest"),
    path("organisations.csv", directory.organisations_csv, name="organisations-csv"),
    path("organisations/<id:organisation_id>/", organisation.organisation, name="organisation-short"),
    path("organisations/<id:organisation_id>/<slug:slug>/", organisation.organisation, name="organisation"),
    path(
        "organisations/<id:organisation_id>/<slug:slug>/introduction/",
        introductions.introduction,
        name="introduction",
    ),
    path(
        "organisations/<id:organisation_id>/<slug:slug>/introduction/sent/",
        introductions.introduction_sent,
        name="introduction-sent",
    ),
]

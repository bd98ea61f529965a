# SPDX-License-Identifier: EUPL-1.2
"""Pages of matchmaking, below the language."""

from django.urls import path

from filanda.across.matchmaking import views

app_name = "matchmaking"
urlpatterns = [
    path("proposals/panel/", views.panel, name="panel"),
    path("proposals/<id:number>/matches/", views.proposal, name="proposal"),
    path("for-you/", views.mine, name="mine"),
    path("matches/dismiss/", views.dismiss, name="dismiss"),
]

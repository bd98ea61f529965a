# SPDX-License-Identifier: EUPL-1.2
"""Pages of funding calls, below the language."""

from django.urls import path

from filanda.across.opportunities.views import directory, editing, reading

app_name = "funding"
urlpatterns = [
    path("", directory.directory, name="directory"),
    path("feed.atom", directory.feed, name="feed"),
    path("new/", editing.new, name="new"),
    path("<id:number>/", reading.call, name="call"),
    path("<id:number>/edit/", editing.edit, name="edit"),
    path("<id:number>/<str:move>/", editing.move, name="move"),
]

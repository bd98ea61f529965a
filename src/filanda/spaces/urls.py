# SPDX-License-Identifier: EUPL-1.2
"""Pages of spaces, below the language and communities/."""

from django.urls import path

from filanda.spaces.views.directory import directory
from filanda.spaces.views.home import about, home
from filanda.spaces.views.joining import join, leave
from filanda.spaces.views.members import members

app_name = "spaces"
urlpatterns = [
    path("", directory, name="directory"),
    path("<slug:slug>/", home, name="home"),
    path("<slug:slug>/about/", about, name="about"),
    path("<slug:slug>/join/", join, name="join"),
    path("<slug:slug>/leave/", leave, name="leave"),
    path("<slug:slug>/people/", members, name="members"),
]

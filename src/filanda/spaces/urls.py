# SPDX-License-Identifier: EUPL-1.2
"""Pages of spaces, below the language and communities/."""

from django.urls import path

from filanda.spaces.views.directory import directory
from filanda.spaces.views.feed import feed
from filanda.spaces.views.founding import new, new_child, new_group
from filanda.spaces.views.home import about, home
from filanda.spaces.views.inviting import accept, inviting, inviting_list, withdraw
from filanda.spaces.views.joining import join, leave, mine
from filanda.spaces.views.members import appoint, member, members, members_csv, request_move, requests
from filanda.spaces.views.searching import search
from filanda.spaces.views.settings import pin, room, settings, settings_part

app_name = "spaces"
urlpatterns = [
    path("", directory, name="directory"),
    path("new/", new, name="new"),
    path("groups/new/", new_group, name="new-group"),
    path("mine/", mine, name="mine"),
    path("invitations/<str:token>/", accept, name="invitation"),
    path("<slug:slug>/", home, name="home"),
    path("<slug:slug>/feed.atom", feed, name="feed"),
    path("<slug:slug>/about/", about, name="about"),
    path("<slug:slug>/search/", search, name="search"),
    path("<slug:slug>/join/", join, name="join"),
    path("<slug:slug>/leave/", leave, name="leave"),
    path("<slug:slug>/appoint/", appoint, name="appoint"),
    path("<slug:slug>/room/", room, name="room"),
    path("<slug:slug>/pins/", pin, name="pin"),
    path("<slug:slug>/people/", members, name="members"),
    path("<slug:slug>/people.csv", members_csv, name="members-csv"),
    path("<slug:slug>/people/requests/", requests, name="requests"),
    path("<slug:slug>/people/requests/<id:membership_id>/", request_move, name="request-move"),
    path("<slug:slug>/people/invite/", inviting, name="inviting"),
    path("<slug:slug>/people/invite/list/", inviting_list, name="inviting-list"),
    path("<slug:slug>/people/invite/<id:invitation_id>/withdraw/", withdraw, name="invitation-withdraw"),
    path("<slug:slug>/people/<id:membership_id>/", member, name="member"),
    path("<slug:slug>/settings/", settings, name="settings"),
    path("<slug:slug>/settings/within/", new_child, name="new-child"),
    path("<slug:slug>/settings/<str:part>/", settings_part, name="settings-part"),
]

# SPDX-License-Identifier: EUPL-1.2
"""Notifications, follows and bookmarks, below the language."""

from django.urls import path

from filanda.across.following import views

app_name = "following"
urlpatterns = [
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/count/", views.count, name="count"),
    path("notifications/read/", views.read_all, name="read-all"),
    path("notifications/<id:number>/", views.open_one, name="open"),
    path("notifications/choices/", views.choices, name="choices"),
    path("notifications/unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("following/", views.followed, name="followed"),
    path("following/set/", views.set_one, name="set"),
    path("bookmarks/", views.bookmarks, name="bookmarks"),
]

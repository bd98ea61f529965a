# SPDX-License-Identifier: EUPL-1.2
"""Events of the region, of a space, and somebody's own calendar, below the language."""

from django.urls import path

from filanda.components.events.views import coming, organising, reading

app_name = "events"
_space = "communities/<slug:slug>/events/"
_event = f"{_space}<id:number>/"
urlpatterns = [
    path("events/", reading.region, name="region"),
    path("events/calendar/", coming.own_calendar, name="calendar"),
    path("events/calendar/<str:token>.ics", coming.own_feed, name="own-feed"),
    path(_space, reading.events, name="list"),
    path(f"{_space}new/", organising.new, name="new"),
    path(f"{_space}calendar.ics", reading.feed, name="feed"),
    path(_event, reading.event, {"title": ""}, name="short"),
    path(f"{_event}event.ics", reading.entry, name="entry"),
    path(f"{_event}register/", coming.register, name="register"),
    path(f"{_event}leave/", coming.leave, name="leave"),
    path(f"{_event}edit/", organising.edit, name="edit"),
    path(f"{_event}publish/", organising.publish, name="publish"),
    path(f"{_event}cancel/", organising.cancel, name="cancel"),
    path(f"{_event}delete/", organising.delete, name="delete"),
    path(f"{_event}people/", organising.people, name="people"),
    path(f"{_event}people.csv", organising.people_csv, name="people-csv"),
    path(f"{_event}material/", organising.material, name="material"),
    path(f"{_event}<slug:title>/", reading.event, name="event"),
]

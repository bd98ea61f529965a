# SPDX-License-Identifier: EUPL-1.2
"""Pages of people, below the language."""

from __future__ import annotations

from django.urls import path

from filanda.across.profiles.views import directory, own, positions, profile, queue

app_name = "profiles"
urlpatterns = [
    path("people/", directory.people, name="people"),
    path("people/suggest", directory.suggest, name="suggest"),
    path("people.csv", directory.people_csv, name="people-csv"),
    path("people/<id:person_id>/", profile.person, name="person-short"),
    path("people/<id:person_id>/block/", profile.block, name="block"),
    path("people/<id:person_id>/unblock/", profile.unblock, name="unblock"),
    path("people/<id:person_id>/hide/", profile.hide, name="hide"),
    path("people/<id:person_id>/assign/", profile.assign, name="assign"),
    path("people/<id:person_id>/show/", profile.show, name="show"),
    path("people/<id:person_id>/<slug:slug>/", profile.person, name="person"),
    path("profile/", own.edit, name="edit"),
    path("profile/answer/", own.answer, name="answer"),
    path("profile/preview/", own.preview, name="preview"),
    path("profile/positions/", positions.positions, name="positions"),
    path("profile/positions/<id:position_id>/<str:move>/", positions.move, name="position-move"),
    path("profile/blocked/", own.blocked, name="blocked"),
    path("workbench/people/", queue.queue, name="queue"),
    path("workbench/people/assign/", queue.assign, name="queue-assign"),
    path("workbench/people/assign/undo/", queue.unassign, name="queue-unassign"),
    path("workbench/people/<id:person_id>/<str:move>/", queue.move, name="queue-move"),
]

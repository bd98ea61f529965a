# SPDX-License-Identifier: EUPL-1.2
"""Pages of the workbench, below the language."""

from django.urls import path

from filanda.across.workbench.views import item, keeping, queue, requests, standing

app_name = "workbench"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("move/<slug:move>/", queue.move, name="move-many"),
    path("undo/<str:batch>/", queue.undo, name="undo"),
    path("items/<id:item_id>/", item.item, name="item"),
    path("items/<id:item_id>/act/<id:number>/", item.act, name="act"),
    path("items/<id:item_id>/notes/", item.note, name="note"),
    path("items/<id:item_id>/notes/<id:note_id>/delete/", item.drop_note, name="note-drop"),
    path("team/", standing.team, name="team"),
    path("figures/", standing.figures, name="figures"),
    path("figures/<slug:by>.csv", standing.figures_csv, name="figures-csv"),
    path("replies/", keeping.replies, name="replies"),
    path("replies/<id:reply_id>/", keeping.reply, name="reply"),
    path("replies/<id:reply_id>/delete/", keeping.reply_drop, name="reply-drop"),
    path("absences/", keeping.absences, name="absences"),
    path("absences/<id:absence_id>/delete/", keeping.absence_drop, name="absence-drop"),
    path("requests/", requests.requests, name="requests"),
    path("requests/<id:request_id>/", requests.request_detail, name="request"),
    path("requests/<id:request_id>/<str:move>/", requests.request_move, name="move"),
    path("permissions/", requests.permissions, name="permissions"),
]

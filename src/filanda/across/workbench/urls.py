# SPDX-License-Identifier: EUPL-1.2
"""Pages of the workbench, below the language."""

from django.urls import path

from filanda.across.workbench import views

app_name = "workbench"
urlpatterns = [
    path("", views.requests, name="requests"),
    path("requests/<int:request_id>/", views.request_detail, name="request"),
    path("requests/<int:request_id>/<str:move>/", views.request_move, name="move"),
    path("permissions/", views.permissions, name="permissions"),
]

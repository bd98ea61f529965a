# SPDX-License-Identifier: EUPL-1.2
"""Where files are served, outside the languages."""

from django.urls import path

from filanda.capabilities.files import views

app_name = "files"
urlpatterns = [
    path("files/<id:file_id>/<str:name>", views.file, name="file"),
    path("files/<id:file_id>/<slug:variant>/<str:name>", views.file, name="variant"),
]

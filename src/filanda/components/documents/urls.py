# SPDX-License-Identifier: EUPL-1.2
"""Documents of a space, below its address."""

from django.urls import path

from filanda.components.documents.views import arranging, bringing, folders, reading

app_name = "documents"
urlpatterns = [
    path("", folders.folder, name="folder"),
    path("in/<id:number>/<slug:name>/", folders.folder, name="inside"),
    path("folders/new/", folders.new, name="new-folder"),
    path("folders/<id:number>/", folders.settings, name="folder-settings"),
    path("folders/<id:number>/zip", reading.archive, name="archive"),
    path("zip", reading.archive, name="archive-all"),
    path("bin/", folders.bin_page, name="bin"),
    path("upload/", bringing.upload, name="upload"),
    path("waiting/", bringing.waiting, name="waiting"),
    path("pages/new/", bringing.new_page, name="new-page"),
    path("choose/", arranging.several, name="several"),
    path("<id:number>/<slug:title>/", reading.document, name="document"),
    path("<id:number>/edit", bringing.edit_page, name="edit"),
    path("<id:number>/version", bringing.version, name="version"),
    path("<id:number>/change", arranging.change, name="change"),
]

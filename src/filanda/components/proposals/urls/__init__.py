# SPDX-License-Identifier: EUPL-1.2
"""Pages of proposals, below the language."""

from django.urls import include, path

from filanda.components.proposals.urls import answering, reading, writing
from filanda.components.proposals.views import directory

app_name = "proposals"
urlpatterns = [
    path("communities/<slug:slug>/proposals/", directory.space_list, name="space"),
    path("proposals/", include([*writing.urlpatterns, *answering.urlpatterns, *reading.urlpatterns])),
]

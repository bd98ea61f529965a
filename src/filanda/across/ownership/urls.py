# SPDX-License-Identifier: EUPL-1.2
"""Pages of an organisation's desk, and of staff for organisations, below the language."""

from django.urls import include, path

from filanda.across.ownership.views.overview import overview

app_name = "ownership"

# Below organisations/<id>/manage/.
_desk = [
    path("", overview, name="overview"),
]

urlpatterns = [
    path("organisations/<int:organisation_id>/manage/", include(_desk)),
]

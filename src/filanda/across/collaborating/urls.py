# SPDX-License-Identifier: EUPL-1.2
"""Pages of answers accepted, introductions and the register, below the language."""

from django.urls import path

from filanda.across.collaborating import register_urls
from filanda.across.collaborating.views import accepting

app_name = "collaborating"
_ANSWERING = [
    path("proposals/answers/<int:interest_id>/accept/", accepting.accept, name="accept"),
]
urlpatterns = [*_ANSWERING, *register_urls.urlpatterns]

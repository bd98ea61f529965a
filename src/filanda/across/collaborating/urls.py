# SPDX-License-Identifier: EUPL-1.2
"""Pages of answers accepted, introductions and the register, below the language."""

from django.urls import path

from filanda.across.collaborating import register_urls
from filanda.across.collaborating.views import accepting, introducing

app_name = "collaborating"
_ANSWERING = [
    path("proposals/answers/<id:interest_id>/accept/", accepting.accept, name="accept"),
    path("introductions/", introducing.introductions, name="introductions"),
    path("introductions/new/", introducing.new, name="new-introduction"),
    path("introductions/ask/", introducing.ask, name="ask-introduction"),
    path("introductions/answer/<str:token>/", introducing.consent, name="consent"),
    path("introductions/<id:introduction_id>/", introducing.introduction, name="introduction"),
    path("introductions/<id:introduction_id>/say/", introducing.say, name="introduction-say"),
    path("introductions/<id:introduction_id>/messages/<id:number>/", introducing.message, name="introduction-message"),
    path("introductions/<id:introduction_id>/<slug:name>/", introducing.move, name="introduction-move"),
]
urlpatterns = [*_ANSWERING, *register_urls.urlpatterns]

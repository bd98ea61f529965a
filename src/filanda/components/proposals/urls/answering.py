# SPDX-License-Identifier: EUPL-1.2
"""Expressions of interest."""

from django.urls import path

from filanda.components.proposals.views import answering

urlpatterns = [
    path("<id:number>/answer/", answering.write, name="answer"),
    path("<id:number>/answer/draft/", answering.save_draft, name="save-answer"),
    path("answers/", answering.answers, name="answers"),
    path("answers/<id:interest_id>/", answering.interest, name="interest"),
    path("answers/<id:interest_id>/say/", answering.say, name="interest-say"),
    path("answers/<id:interest_id>/messages/<id:number>/", answering.message, name="interest-message"),
    path("answers/<id:interest_id>/<slug:move>/", answering.make_move, name="interest-move"),
]

# SPDX-License-Identifier: EUPL-1.2
"""Moves out of a discussion, below the address of a community's discussions."""

from django.urls import path

from filanda.across.journeys.views import to_document, to_proposal

app_name = "journeys"
urlpatterns = [
    path("<id:number>/to-document/", to_document, name="to-document"),
    path("<id:number>/to-proposal/", to_proposal, name="to-proposal"),
]

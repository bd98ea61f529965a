# SPDX-License-Identifier: EUPL-1.2
"""The directory, a proposal, saved searches."""

from django.urls import URLPattern, path

from filanda.components.proposals.views import directory, proposal

urlpatterns: list[URLPattern] = [
    path("", directory.directory, name="directory"),
    path("<int:number>/", proposal.proposal, name="short"),
    # Last: the words of a title may be any.
    path("<int:number>/<slug:title>/", proposal.proposal, name="proposal"),
]

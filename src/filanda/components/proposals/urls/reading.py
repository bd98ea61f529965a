# SPDX-License-Identifier: EUPL-1.2
"""The directory, a proposal, who reads its full text, saved searches."""

from django.urls import URLPattern, path

from filanda.components.proposals.views import admitting, directory, proposal, searches

urlpatterns: list[URLPattern] = [
    path("", directory.directory, name="directory"),
    path("feed.atom", directory.feed, name="feed"),
    path("list.csv", directory.as_csv, name="csv"),
    path("list.json", directory.as_json, name="json"),
    path("mine/", directory.mine, name="mine"),
    path("searches/", searches.searches, name="searches"),
    path("searches/end/<str:token>/", searches.end, name="search-end"),
    path("<id:number>/", proposal.proposal, name="short"),
    path("<id:number>/people/", admitting.admissions, name="admissions"),
    path("<id:number>/ask/", admitting.ask, name="ask"),
    # Last: the words of a title may be any but those of the pages above (models.PAGES).
    path("<id:number>/<slug:title>/", proposal.proposal, name="proposal"),
]

# SPDX-License-Identifier: EUPL-1.2
"""Writing, reviewing, ending."""

from django.urls import URLPattern, path, re_path

from filanda.components.proposals.views import moving, reviewing, writing

urlpatterns: list[URLPattern] = [
    path("new/", writing.new, name="new"),
    path("places/", writing.places, name="places"),
    path("funding/", writing.calls, name="funding"),
    path("topics/", writing.topics, name="topics"),
    path("review/", reviewing.reviews, name="reviews"),
    path("renew/<str:token>/", moving.renew_by_link, name="renew-by-link"),
    path("<id:number>/edit/<slug:step>/", writing.edit, name="edit"),
    path("<id:number>/draft/", writing.save_draft, name="save-draft"),
    path("<id:number>/review/", reviewing.review, name="review"),
    re_path(
        r"^(?P<number>[0-9]{1,18})/(?P<move>submit|take-back|close|renew|begin-talks|fail-talks|delete)/$",
        moving.make_move,
        name="move",
    ),
]

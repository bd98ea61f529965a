# SPDX-License-Identifier: EUPL-1.2
"""Pages of discussions, below the language: /communities/<slug>/discussions/."""

from django.urls import path

from filanda.components.discussions.views import ordering, reading, writing

app_name = "discussions"
_post = "<id:number>/p/<id:post>/"
urlpatterns = [
    path("", reading.threads, name="threads"),
    path("new/", writing.new, name="new"),
    path("all-read/", reading.all_read, name="all-read"),
    path("preview/", writing.preview, name="preview"),
    path("draft/", writing.draft, name="draft"),
    path("people/", writing.people, name="people"),
    path("<id:number>/", reading.short, name="short"),
    path("<id:number>/unread/", reading.unread, name="unread"),
    path("<id:number>/answer/", writing.answer, name="answer"),
    path("<id:number>/follow/", reading.follow, name="follow"),
    path("<id:number>/bookmark/", reading.bookmark, name="bookmark"),
    path("<id:number>/accept/", writing.accept, name="accept"),
    path("<id:number>/order/", ordering.order, name="order"),
    path("<id:number>/order/<slug:move>/", ordering.move, name="order-move"),
    path(_post, reading.permalink, name="post"),
    path(f"{_post}edit/", writing.edit, name="edit"),
    path(f"{_post}delete/", writing.delete, name="delete"),
    path(f"{_post}react/", writing.react, name="react"),
    path(f"{_post}history/", reading.history, name="history"),
    path(f"{_post}release/", ordering.release, name="release"),
    path("<id:number>/<slug:title>/", reading.thread, name="thread"),
]

# SPDX-License-Identifier: EUPL-1.2
"""News of a space, below the language."""

from django.urls import path

from filanda.components.news import views

app_name = "news"
urlpatterns = [
    path("news/", views.all_news, name="all"),
    path("communities/<slug:slug>/news/", views.list_news, name="list"),
    path("communities/<slug:slug>/news/new/", views.new, name="new"),
    path("communities/<slug:slug>/news/<id:number>/<slug:title>/", views.item, name="item"),
    path("communities/<slug:slug>/news/<id:number>/edit", views.edit, name="edit"),
    path("communities/<slug:slug>/news/<id:number>/move", views.move, name="move"),
]

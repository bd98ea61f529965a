# SPDX-License-Identifier: EUPL-1.2
"""The signed-in home and the administration's pages, below the language."""

from django.urls import path

from filanda.across.administration.views import feedback, home

app_name = "administration"
urlpatterns = [
    path("home/", home.home, name="home"),
    path("administration/feedback/", feedback.feedback, name="feedback"),
    path("administration/feedback/<int:feedback_id>/", feedback.handle, name="feedback-handle"),
]

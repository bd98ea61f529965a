# SPDX-License-Identifier: EUPL-1.2
"""My data, below the language."""

from django.urls import path

from filanda.across.privacy import views

app_name = "privacy"
urlpatterns = [
    path("my-data/", views.mine, name="mine"),
    path("my-data/take-out/", views.take_out, name="take-out"),
    path("my-data/archive.zip", views.archive, name="archive"),
    path("my-data/consents/<id:consent_id>/withdraw/", views.withdraw, name="withdraw"),
    path("my-data/leave/", views.leave, name="leave"),
    path("my-data/stay/", views.stay, name="stay"),
]

# SPDX-License-Identifier: EUPL-1.2
"""Pages of sign-in, below the language."""

from django.urls import path

from filanda.kernel.signin import views

app_name = "signin"
urlpatterns = [
    path("sign-in/<str:token>/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
]

# SPDX-License-Identifier: EUPL-1.2
"""The names under which django-allauth looks for pages, on pages of ours. None of its own pages is mounted."""

from django.urls import path

from filanda.kernel.signin.views import signing

urlpatterns = [
    path("sign-in/", signing.start, name="account_login"),
    path("sign-in/", signing.start, name="socialaccount_login_cancelled"),
    path("sign-in/second-factor/", signing.second_factor, name="mfa_authenticate"),
]

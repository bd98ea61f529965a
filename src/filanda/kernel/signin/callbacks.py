# SPDX-License-Identifier: EUPL-1.2
"""Outside the languages: the address that identity providers know this region by."""

from django.urls import path

from filanda.kernel.signin.views import with_provider

urlpatterns = [path("sign-in/callback/<slug:provider_id>/", with_provider.callback, name="openid_connect_callback")]

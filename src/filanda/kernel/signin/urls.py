# SPDX-License-Identifier: EUPL-1.2
"""Pages of sign-in, below the language."""

from django.urls import path

from filanda.kernel.signin.views import account, confirming, factors, recovering, signing, with_provider

app_name = "signin"
urlpatterns = [
    path("sign-in/", signing.start, name="start"),
    path("sign-in/code/", signing.code, name="code"),
    path("sign-in/passkey/", signing.by_passkey, name="by-passkey"),
    path("sign-in/passkey/options/", signing.passkey_options, name="passkey-options"),
    path("sign-in/with/<slug:provider_id>/", with_provider.sign_in, name="with-provider"),
    path("sign-in/lost-factor/", recovering.ask, name="recovery"),
    path("sign-in/<str:token>/", signing.by_link, name="sign-in"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("account/", account.overview, name="account"),
    path("account/confirm/", confirming.confirm, name="confirm"),
    path("account/address/", account.address, name="address"),
    path("account/address/code/", account.address_code, name="address-code"),
    path("account/app/", factors.app, name="add-app"),
    path("account/passkey/", factors.passkey, name="add-passkey"),
    path("account/passkey/options/", factors.passkey_options, name="new-passkey-options"),
    path("account/factors/<id:factor_id>/remove/", factors.remove, name="remove-factor"),
    path("account/factors/<id:factor_id>/name/", factors.rename, name="rename-passkey"),
    path("account/recovery-codes/", factors.recovery_codes, name="recovery-codes"),
    path("account/sessions/<id:session_id>/end/", account.end_one_session, name="end-session"),
    path("account/sessions/end-others/", account.end_other_sessions, name="end-other-sessions"),
    path("account/with/<slug:provider_id>/", with_provider.link, name="link-provider"),
    path("account/links/<id:link_id>/remove/", with_provider.remove_link, name="unlink-provider"),
    path("account/recoveries/", recovering.decisions, name="recoveries"),
    path(
        "account/recoveries/<id:recovery_id>/approve/",
        recovering.decide_one,
        {"move": "approve"},
        name="approve-recovery",
    ),
    path(
        "account/recoveries/<id:recovery_id>/refuse/",
        recovering.decide_one,
        {"move": "refuse"},
        name="refuse-recovery",
    ),
]

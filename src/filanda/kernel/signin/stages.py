# SPDX-License-Identifier: EUPL-1.2
"""The one stage between showing who one is and a session: the second factor of those who have one."""

from __future__ import annotations

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from filanda.kernel.signin.authenticators import has_factor
from filanda.kernel.signin.opening import vouched


class SecondFactorStage(AuthenticateStage):
    """As django-allauth's, but a passkey that was just used, or a provider that vouches for two factors, is enough."""

    def _should_handle(self, request: HttpRequest) -> bool:
        account = self.login.user
        if account is None or not has_factor(account):
            return False
        from allauth.account.internal.flows.login import get_authentication_records

        used = {(record.get("method"), record.get("type")) for record in get_authentication_records(request, account)}
        return ("mfa", "webauthn") not in used and not vouched(request, account)

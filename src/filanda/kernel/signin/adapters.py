# SPDX-License-Identifier: EUPL-1.2
"""How django-allauth does things here: no message of its own, no mail of its own, its rows encrypted."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now

from filanda.kernel.identity.models import Account
from filanda.kernel.identity.sessions import has_second_factor
from filanda.kernel.limits import address_of
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.signin import opening, providers
from filanda.kernel.signin.fresh import is_fresh
from filanda.kernel.signin.recovery import lapse_recoveries


class AccountAdapter(DefaultAccountAdapter):
    """Sessions are opened in one place (`opening`), mails posted by actions."""

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say what happened themselves."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> NoReturn:
        raise NotImplementedError(f"{template_prefix}: mails are posted by actions, through kernel.mail.")

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Actions post what people must know."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by a form of django-allauth: accounts are made when an address has been proved."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Having signed in a moment ago proves nothing here: who has no password would always be fresh."""
        return not is_fresh(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        return [{"id": "confirm", "description": "", "url": reverse("signin:confirm")}]

    def is_safe_url(self, url: str) -> bool:
        return bool(opening.safe_next(self.request, url or ""))

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def get_login_stages(self) -> list[str]:
        return ["filanda.kernel.signin.stages.SecondFactorStage"]

    def login(self, request: HttpRequest, user: Account) -> None:
        request._is_first_session = user.last_login is None  # type: ignore[attr-defined]
        opening.open_session(request, user)
        opening.show_factors(request, user)

    def post_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> HttpResponse:
        """`kwargs`: django-allauth's, of which only `redirect_url` matters."""
        response = opening.redirect_onwards(request, user, kwargs.get("redirect_url") or "")
        providers.link_pending(request, user, now())
        if has_second_factor(request):
            lapse_recoveries(region=active_region(), now=now(), account=user)
        opening.finish(request, user, response, is_first=getattr(request, "_is_first_session", False))
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return opening.next_address(request.user)  # type: ignore[arg-type]

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        return render(request, "signin/closed.html", status=403)

    def respond_email_verification_sent(self, request: HttpRequest, user: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("signin:start"))


class FactorAdapter(DefaultMFAAdapter):
    """Secrets of factors are kept encrypted with a key of the installation's."""

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> Fernet:
    key = hashlib.sha256(f"signin.factors/{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))

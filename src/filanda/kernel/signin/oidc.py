# SPDX-License-Identifier: EUPL-1.2
"""OpenID Connect (Core 1.0), authorization code flow with PKCE (RFC 7636), state and nonce, on django-allauth.

Providers are data of the region that the request is for (`providers`), never rows shared by regions. Who comes from one
is signed in if they are linked already; else linked if the provider is trusted with addresses and calls theirs
verified; else asked to prove an address by a code first.
"""

from __future__ import annotations

import secrets
from typing import Any, NoReturn

import jwt
import structlog
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.timezone import now

from filanda.kernel.identity.models import Account
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.signin import providers
from filanda.kernel.signin.actions import EmailWrong, account_of_vouched_address
from filanda.kernel.signin.authenticators import has_factor
from filanda.kernel.signin.fresh import is_fresh
from filanda.kernel.signin.opening import VOUCHED, safe_next

log = structlog.get_logger("filanda.signin")
# Signatures that a public key checks. Never "none", nor one made with a secret that is also sent about.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})

CLOCKS_DIFFER_SECONDS = 60


class RegionOAuth2Adapter(OpenIDConnectOAuth2Adapter):
    """What is said to a provider and heard from it."""

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """On the host of this request, which the region answers to. The same in all languages."""
        return request.build_absolute_uri(reverse("openid_connect_callback", kwargs={"provider_id": self.provider_id}))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> SocialLogin:
        """Read the ID token (its signature is always checked) and who it speaks of. Raises OAuth2Error."""
        try:
            encoded = kwargs["response"]["id_token"]
            claims = self._claims(app, encoded)
            said: dict[str, Any] = {"id_token": claims}
            if self.openid_config.get("userinfo_endpoint"):
                said["userinfo"] = self._fetch_user_info(token.token)
                if str(said["userinfo"].get("sub")) != str(claims["sub"]):
                    raise OAuth2Error("The ID token and the user information speak of two people.")
        except (KeyError, TypeError, ValueError, AttributeError, jwt.PyJWTError) as error:
            raise OAuth2Error("The provider's answer cannot be read.") from error
        login: SocialLogin = self.get_provider().sociallogin_from_response(request, said)
        login.claims = claims
        login.said = said.get("userinfo") or claims
        return login

    def _claims(self, app: SocialApp, encoded: str) -> dict[str, Any]:
        """What the ID token says, its signature and its claims checked (Core, section 3.1.3.7)."""
        header = jwt.get_unverified_header(encoded)
        if header.get("alg") not in ALGORITHMS:
            raise OAuth2Error("The ID token is not signed with a public key's algorithm.")
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        # Without a name the key must be the only one (Core, section 10.1).
        named = [key for key in keys if key.key_id == header.get("kid")] if "kid" in header else keys
        if len(named) != 1:
            raise OAuth2Error("The key that signed the ID token is not among the provider's.")
        claims: dict[str, Any] = jwt.decode(
            encoded,
            key=named[0].key,
            algorithms=[header["alg"]],
            audience=app.client_id,
            issuer=self.openid_config["issuer"],
            leeway=CLOCKS_DIFFER_SECONDS,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != app.client_id:
            raise OAuth2Error("The ID token was made for somebody else.")
        return claims


class RegionProvider(OpenIDConnectProvider):
    """A provider of the active region."""

    pkce_enabled_default = True
    oauth2_adapter_class = RegionOAuth2Adapter

    @property
    def sub_id(self) -> str:
        known = providers.provider(active_region(), self.app.provider_id)
        return providers.subject_space(active_region(), known) if known else self.app.provider_id

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        """Nothing of what the provider tells is kept, but who it is."""
        return {}

    def begin(self, request: HttpRequest, *, process: str, next_url: str) -> str:
        """Remember state, nonce and PKCE verifier in the session; return where the browser must go.

        Raises OAuth2Error and requests' exceptions when the provider cannot be asked.
        """
        nonce = secrets.token_urlsafe(24)
        known = providers.provider(active_region(), self.app.provider_id)
        response = self.redirect(
            request,
            process,
            next_url=next_url,
            scope=list(known.scope if known else ("openid",)),
            auth_params={"nonce": nonce},
            nonce=nonce,
            language=translation.get_language(),
            account=request.user.pk,
        )
        return str(response.headers["Location"])


class SocialAdapter(DefaultSocialAccountAdapter):
    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """The providers of the active region, as django-allauth wants them: rows that are never saved."""
        return [
            SocialApp(
                provider="openid_connect",
                provider_id=known.id,
                name=known.name,
                client_id=known.client_id,
                secret=known.secret,
                settings={"server_url": known.server_url, "oauth_pkce_enabled": True},
            )
            for known in providers.providers_of(active_region())
            if provider in (None, "openid_connect", known.id, providers.subject_space(active_region(), known))
            and client_id in (None, known.client_id)
        ]

    def get_provider(self, request: HttpRequest, provider: str, client_id: Any = None) -> RegionProvider:
        """Raises SocialApp.DoesNotExist."""
        return RegionProvider(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Actions post what people must know."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        state = (extra_context or {}).get("state") or {}
        if state.get("language"):
            translation.activate(state["language"])
        if error == AuthError.CANCELLED:  # they said no there, and need not be told so: to where they came from
            start = _start(request, state.get("next") or "")
            back = reverse("signin:account") if state.get("process") == "connect" else start
            raise ImmediateHttpResponse(HttpResponseRedirect(back))
        # What it says is for the operator, who sets providers up: it can hold what the provider answered.
        log.warning(
            "provider failed", provider=getattr(provider, "sub_id", ""), error=str(error), why=repr(exception)[:300]
        )
        raise ImmediateHttpResponse(failed(request, getattr(provider, "name", "")))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Decide who somebody is that a provider has sent. Returns if they can be signed in as `sociallogin.user`."""
        region, at, state = active_region(), now(), sociallogin.state
        provider = sociallogin.provider
        known = providers.provider(region, provider.app.provider_id)
        claims: dict[str, Any] = sociallogin.claims
        if known is None or not secrets.compare_digest(str(claims.get("nonce", "")), str(state.get("nonce", "-"))):
            raise ImmediateHttpResponse(failed(request, provider.name))
        if state.get("language"):
            translation.activate(state["language"])
        subject = sociallogin.account.uid
        if state.get("process") == "connect":
            self._connect(request, sociallogin, known, subject)
        if not sociallogin.is_existing:
            account = self._by_address(request, sociallogin, known)
            if account is None:
                providers.keep_pending(request, known, subject)
                raise ImmediateHttpResponse(HttpResponseRedirect(_start(request, state.get("next") or "")))
            sociallogin.account = providers.link(account=account, region=region, known=known, subject=subject, now=at)
            sociallogin.user = account
        if known.vouches(claims):
            record_authentication(request, sociallogin.user, VOUCHED)

    def _connect(
        self, request: HttpRequest, sociallogin: SocialLogin, known: providers.Provider, subject: str
    ) -> NoReturn:
        """Link to the account that is signed in, and that began this a moment ago."""
        account = request.user
        if not account.is_authenticated or sociallogin.state.get("account") != account.pk or not is_fresh(request):
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("signin:account")))
        try:
            providers.link(account=account, region=active_region(), known=known, subject=subject, now=now())
        except providers.AlreadyLinked as error:
            raise ImmediateHttpResponse(failed(request, sociallogin.provider.name, str(error), 409)) from None
        raise ImmediateHttpResponse(HttpResponseRedirect(reverse("signin:account")))

    def _by_address(self, request: HttpRequest, sociallogin: SocialLogin, known: providers.Provider) -> Account | None:
        """The account of the address that a trusted provider calls verified, made if there is none; None if an
        address has to be proved here first.

        A provider's word is not enough for an account that has a second factor, nor for an operator's: whoever can set
        a provider up in one region could else be anybody in all of them.
        """
        address = sociallogin.said.get("email")
        is_verified = sociallogin.said.get("email_verified") in (True, "true")
        if not known.trusts_email or not is_verified or not isinstance(address, str):
            return None
        found = Account.objects.filter(email=address.strip().lower()).first()
        if found is not None:
            return None if has_factor(found) or found.is_operator else found
        try:
            return account_of_vouched_address(
                region=active_region(),
                email=address,
                name=str(sociallogin.said.get("name") or "")[:200],
                provider_id=known.id,
                now=now(),
            )
        except EmailWrong:
            return None


def _start(request: HttpRequest, asked: str) -> str:
    """The page for signing in, which leads on to `asked` if that is a page here."""
    onwards = safe_next(request, asked)
    return reverse("signin:start") + (f"?{urlencode({'next': onwards})}" if onwards else "")


def linked_to(account: Account, row_id: int) -> SocialAccount | None:
    """A sign-in of a provider of the active region that opens `account`."""
    prefix = providers.spaces_of(active_region())
    return SocialAccount.objects.filter(user=account, pk=row_id, provider__startswith=prefix).first()


def failed(request: HttpRequest, name: str, sentence: str = "", status: int = 400) -> HttpResponse:
    """The page that says that a provider's sign-in did not work, and what to do."""
    return render(request, "signin/provider_failed.html", {"name": name, "sentence": sentence}, status=status)

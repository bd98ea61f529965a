# SPDX-License-Identifier: EUPL-1.2
"""WebAuthn: what the browser is asked, and whether its answer is right (W3C WebAuthn level 3, sections 7.1 and 7.2).

A passkey belongs to the host name of one region, is found without a user name, and always verifies its user (finger,
face, PIN): so it counts as two factors. Nothing is written here.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from filanda.kernel.identity.models import Account
from filanda.kernel.regions.scoped import active_region

__all__ = ["PasskeyRefused", "answered", "begin_creating", "begin_using", "created", "relying_party"]

CHALLENGE_SECONDS = 600
_KEY = "passkey_challenge"


class PasskeyRefused(Exception):
    """The browser's answer does not hold. `str()` says what to do."""

    def __init__(self) -> None:
        super().__init__(_("The passkey could not be checked. Try again, or use a code by e-mail."))


@dataclass(frozen=True)
class Answer:
    """A passkey that has just been used. `counter`: how often it says it was (0: it does not count)."""

    authenticator: Authenticator
    counter: int


def relying_party(request: HttpRequest) -> str:
    """The host name that passkeys made here belong to, without port."""
    return request.get_host().rpartition("]")[2].partition(":")[0] or "localhost"


def begin_creating(request: HttpRequest, account: Account) -> dict[str, Any]:
    """Options for navigator.credentials.create()."""
    user = PublicKeyCredentialUserEntity(
        name=account.email, id=_handle(account), display_name=account.name or account.email
    )
    options, state = _server(request).register_begin(
        user,
        credentials=_credentials(request, account),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    _keep(request, "create", state)
    return dict(options)


def created(request: HttpRequest, answer: Any) -> dict[str, Any]:
    """What is to be stored of a passkey that the browser has made. Raises PasskeyRefused."""
    state = _take(request, "create")
    try:
        data = _server(request).register_complete(state, answer)
        found = data.credential_data
        assert found is not None
    except (ValueError, TypeError, KeyError, AttributeError, AssertionError):
        raise PasskeyRefused from None
    return {
        "credential": answer,
        "credential_id": found.credential_id.hex(),
        "rp_id": relying_party(request),
        "counter": data.counter,
    }


def begin_using(request: HttpRequest, account: Account | None = None) -> dict[str, Any]:
    """Options for navigator.credentials.get(): of anybody's passkeys for this host, or of those of `account`."""
    options, state = _server(request).authenticate_begin(
        credentials=_credentials(request, account) if account is not None else [],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    _keep(request, "get", state)
    return dict(options)


def answered(request: HttpRequest, answer: Any, account: Account | None = None) -> Answer:
    """The passkey that the browser has used, of `account` or of whom it belongs to. Raises PasskeyRefused."""
    state = _take(request, "get")
    try:
        parsed = AuthenticationResponse.from_dict(answer)
        # A key answers for what it was made for: the id is looked up, the signature decides.
        found = Authenticator.objects.filter(
            type=Authenticator.Type.WEBAUTHN,
            data__credential_id=parsed.raw_id.hex(),
            data__rp_id=relying_party(request),
        ).select_related("user")
        passkey = (found.filter(user=account) if account is not None else found).first()
        if passkey is None:
            raise PasskeyRefused
        _server(request).authenticate_complete(state, [_credential(passkey)], answer)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise PasskeyRefused from None
    handle = parsed.response.user_handle
    if handle and handle != _handle(passkey.user):
        raise PasskeyRefused
    return Answer(passkey, parsed.response.authenticator_data.counter)


def _server(request: HttpRequest) -> Fido2Server:
    origin = f"{request.scheme}://{request.get_host()}"
    entity = PublicKeyCredentialRpEntity(name=active_region().name, id=relying_party(request))
    return Fido2Server(entity, verify_origin=lambda given: given == origin)


def _credentials(request: HttpRequest, account: Account) -> Sequence[AttestedCredentialData]:
    rows = Authenticator.objects.filter(
        user=account, type=Authenticator.Type.WEBAUTHN, data__rp_id=relying_party(request)
    )
    return [_credential(row) for row in rows]


def _credential(row: Authenticator) -> AttestedCredentialData:
    found: AttestedCredentialData = row.wrap().authenticator_data.credential_data
    return found


def _handle(account: Account) -> bytes:
    """What a passkey knows its owner by: not the account's number (section 14.6.1)."""
    return salted_hmac("signin.passkeys", str(account.pk), algorithm="sha256").digest()


def _keep(request: HttpRequest, what: str, state: dict[str, Any]) -> None:
    request.session[_KEY] = {"what": what, "state": state, "at": time.time(), "host": request.get_host()}


def _take(request: HttpRequest, what: str) -> dict[str, Any]:
    """The challenge that was asked, once."""
    kept = request.session.pop(_KEY, None)
    if (
        not isinstance(kept, dict)
        or kept.get("what") != what
        or kept.get("host") != request.get_host()
        or time.time() - kept.get("at", 0) > CHALLENGE_SECONDS
    ):
        raise PasskeyRefused
    state: dict[str, Any] = kept["state"]
    return state

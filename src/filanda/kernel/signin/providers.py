# SPDX-License-Identifier: EUPL-1.2
"""Identity providers of a region (OpenID Connect): who they are, and who somebody is that comes from one.

They are data of the region: `region.settings["oidc"]`, a list of

    {"id": "uni", "name": "University of Altariva", "server_url": "https://login.uni.example", "client_id": "filanda",
     "secret_env": "FILANDA_OIDC_UNI", "trusts_email": true, "acr_second_factor": ["https://refeds.org/profile/mfa"]}

The secret itself is in the environment variable that `secret_env` names. `trusts_email`: an address that the provider
calls verified is the person's. `acr_second_factor`: values of `acr` or `amr` (RFC 8176) that say there was a second
factor. Regions share nothing: who comes from "uni" of one region is nobody in another. Nor does a name carry over to
another server: who was linked to "uni" is nobody once "uni" has another address.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from filanda.kernel.identity.actors import Actor, actor_for
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import active_region

__all__ = [
    "Provider",
    "id_in",
    "link_pending",
    "pending_name",
    "problems_of",
    "provider",
    "providers_of",
    "spaces_of",
    "subject_space",
    "unlink",
]

_PENDING = "pending_provider"  # in the session: who came from a provider, and has to show their address first
_ID = re.compile(r"^[a-z0-9][a-z0-9-]{0,29}$")
_ENV = re.compile(r"^[A-Z][A-Z0-9_]{0,60}$")
_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Provider:
    id: str
    name: str
    server_url: str
    client_id: str
    secret_env: str = ""
    trusts_email: bool = False
    acr_second_factor: tuple[str, ...] = field(default_factory=tuple)
    scope: tuple[str, ...] = ("openid", "profile", "email")

    @property
    def secret(self) -> str:
        return os.environ.get(self.secret_env, "") if self.secret_env else ""

    def vouches(self, claims: Mapping[str, Any]) -> bool:
        """Whether the ID token says that there was a second factor, in words that the region accepts."""
        amr = claims.get("amr")
        said = {str(claims.get("acr") or ""), *(str(one) for one in (amr if isinstance(amr, list) else [amr or ""]))}
        return bool(said & set(self.acr_second_factor))


def providers_of(region: Region) -> list[Provider]:
    """The providers of a region, in its order. What is not usable is left out (`problems_of` says why)."""
    listed = region.settings.get("oidc")
    found: dict[str, Provider] = {}
    for row in listed if isinstance(listed, list) else []:
        if isinstance(row, dict) and not problems_of(row):
            made = Provider(
                id=row["id"],
                name=row["name"],
                server_url=row["server_url"].rstrip("/"),
                client_id=row["client_id"],
                secret_env=row.get("secret_env", ""),
                trusts_email=row.get("trusts_email") is True,
                acr_second_factor=tuple(row.get("acr_second_factor") or ()),
                scope=tuple(row.get("scope") or ("openid", "profile", "email")),
            )
            found.setdefault(made.id, made)
    return list(found.values())


def provider(region: Region, provider_id: str) -> Provider | None:
    return next((known for known in providers_of(region) if known.id == provider_id), None)


def problems_of(row: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a provider as somebody typed it: a sentence by field. For the form that edits them."""
    wrong = {}
    if not _ID.match(str(row.get("id", ""))):
        wrong["id"] = _("Give a short name in small letters, digits and hyphens: it is part of an address.")
    for name in ("name", "client_id"):
        if not isinstance(row.get(name), str) or not 0 < len(row[name]) <= 200:
            wrong[name] = _("This is needed.")
    address = row.get("server_url")
    parts = urlsplit(address) if isinstance(address, str) else None
    is_local = parts is not None and parts.hostname in _LOCAL and not settings.HTTPS
    if parts is None or not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_local)):
        wrong["server_url"] = _("Give the provider's address, which begins with https://.")
    if row.get("secret_env") and not _ENV.match(str(row["secret_env"])):
        wrong["secret_env"] = _("Give the name of an environment variable, such as FILANDA_OIDC_UNI: not the secret.")
    elif row.get("secret_env") and not str(row["secret_env"]).startswith("FILANDA_OIDC_"):
        wrong["secret_env"] = _("Its name begins with FILANDA_OIDC_, so that no other secret can be sent out.")
    for name in ("acr_second_factor", "scope"):
        given = row.get(name) or []
        if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
            wrong[name] = _("Give a list of words.")
    return wrong


def subject_space(region: Region, known: Provider) -> str:
    """Under which name the people of a provider are kept: apart for each region and each server. Subjects mean
    something to their issuer only (Core, section 2): under another address they are other people.
    """
    return f"{spaces_of(region)}{known.id}:{hashlib.sha256(known.server_url.encode()).hexdigest()[:16]}"


def spaces_of(region: Region) -> str:
    """How the names of all of a region's `subject_space`s begin, those of providers that are gone among them."""
    return f"{region.pk}:"


def id_in(space: str) -> str:
    """What the provider of a `subject_space` was called."""
    return space.split(":")[1]


def link(*, account: Account, region: Region, known: Provider, subject: str, now: datetime) -> SocialAccount:
    """Let `subject` of a provider sign `account` in from now on. The caller has made sure that both are the same.

    Raises AlreadyLinked if it signs somebody else in.
    """
    with transaction.atomic(durable=True):
        row, is_new = SocialAccount.objects.get_or_create(
            provider=subject_space(region, known), uid=subject, defaults={"user": account, "extra_data": {}}
        )
        if row.user_id != account.pk:
            raise AlreadyLinked
        if is_new:
            record(
                "identity.provider.linked",
                region=region,
                actor=actor_for(account),
                subject=account,
                payload={"provider": known.id},
            )
    found: SocialAccount = row
    return found


def unlink(*, actor: Actor, account: Account, region: Region, row: SocialAccount, now: datetime) -> None:
    """A provider's sign-in no longer opens `account`. The caller has asked for a fresh proof. Raises Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "signin.account.update", account)
        record(
            "identity.provider.unlinked",
            region=region,
            actor=actor,
            subject=account,
            payload={"provider": id_in(row.provider)},
        )
        SocialAccount.objects.filter(pk=row.pk, user=account).delete()


class AlreadyLinked(Exception):
    """The person at the provider signs another account in."""

    def __init__(self) -> None:
        super().__init__(_("This sign-in already belongs to another account here. Sign in with it instead."))


def keep_pending(request: HttpRequest, known: Provider, subject: str) -> None:
    """Somebody came from a provider without an address that counts: they show one by a code, and are linked then."""
    request.session[_PENDING] = {"space": subject_space(active_region(), known), "subject": subject}


def pending_name(request: HttpRequest) -> str:
    found = _pending_provider(request.session.get(_PENDING))
    return found.name if found else ""


def link_pending(request: HttpRequest, account: Account, now: datetime) -> None:
    """Link who came from a provider before and has now shown the address of `account`."""
    kept = request.session.pop(_PENDING, None)
    known = _pending_provider(kept)
    if known is not None and account.is_active:
        try:
            link(account=account, region=active_region(), known=known, subject=kept["subject"], now=now)
        except AlreadyLinked:
            return


def _pending_provider(kept: Any) -> Provider | None:
    """The provider that somebody came from, if it is still offered, at the same address."""
    space = kept.get("space") if isinstance(kept, dict) else None
    region = active_region()
    return next((known for known in providers_of(region) if subject_space(region, known) == space), None)

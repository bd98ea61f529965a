# SPDX-License-Identifier: EUPL-1.2
"""Browsers: what to call one, and whether an account has been signed in with it before.

Which accounts a browser knows is kept in a signed cookie of its own, as keyed hashes: nothing is stored here, and
clearing cookies makes it a new device.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from filanda.kernel.identity.models import Account

__all__ = ["knows", "knows_address", "name_of", "remember"]

COOKIE = "device"
LASTS_SECONDS = 400 * 24 * 3600  # as long as browsers keep a cookie
MOST = 5  # accounts that a shared browser knows
_SALT = "signin.devices"
# The order matters: Edge and Opera say Chrome too, everything says Safari.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone|iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS X|Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def name_of(user_agent: str) -> str:
    """Such as “Firefox, Windows”: enough to recognise one's own, from what the browser says of itself."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if re.search(sign, user_agent)), "")
    return ", ".join(part for part in (browser, system) if part) or _("a browser that does not say its name")


def knows(request: HttpRequest, account: Account) -> bool:
    """Whether `account` has been signed in with this browser before."""
    return _mark(account) in _marks(request)


def knows_address(request: HttpRequest, address: str) -> bool:
    """Whether somebody who had this e-mail address has been signed in with this browser before. Looks nothing up."""
    return _mark_of_address(address) in _marks(request)


def remember(request: HttpRequest, response: HttpResponse, account: Account) -> None:
    """Let the browser of `request` know `account`, and its address, from now on."""
    mine = [_mark(account), _mark_of_address(account.email)]
    marks = [*mine, *(known for known in _marks(request) if known not in mine)][: 2 * MOST]
    response.set_cookie(
        COOKIE,
        signing.dumps(marks, salt=_SALT, compress=False),
        max_age=LASTS_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _marks(request: HttpRequest) -> list[str]:
    try:
        marks = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=LASTS_SECONDS)
    except signing.BadSignature:
        return []
    return [mark for mark in marks if isinstance(mark, str)] if isinstance(marks, list) else []


def _mark(account: Account) -> str:
    return salted_hmac(_SALT, str(account.pk), algorithm="sha256").hexdigest()[:20]


def _mark_of_address(address: str) -> str:
    return salted_hmac(f"{_SALT}.addresses", address.strip().lower(), algorithm="sha256").hexdigest()[:20]

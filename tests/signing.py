# SPDX-License-Identifier: EUPL-1.2
"""Somebody signed in, for tests that are not about signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test import Client

    from filanda.kernel.identity.models import Account

BACKEND = "filanda.kernel.identity.backends.LinkBackend"


def sign_in(client: Client, account: Account, *, second_factor: bool = True) -> Client:
    """Open a session of `account` in `client`; with a second factor, unless told otherwise."""
    client.force_login(account, backend=BACKEND)
    if second_factor:
        session = client.session
        session["second_factor"] = "totp"
        session.save()
    return client

# SPDX-License-Identifier: EUPL-1.2
"""What tests of signing in do again and again."""

from __future__ import annotations

from django.contrib.auth import SESSION_KEY

from filanda.kernel.mail.models import Message


def ask(client, email, language="it", **more):
    """Ask for a code for `email`."""
    return client.post(f"/{language}/sign-in/", {"email": email, **more})


def code_sent_to(address):
    """The code of the latest e-mail to `address`."""
    return Message.objects.filter(to=address, secret=True).latest("pk").context["code"]


def enter(client, address, **more):
    """Sign in by a code."""
    ask(client, address, **more)
    return client.post("/it/sign-in/code/", {"code": code_sent_to(address)})


def signed_in_as(client):
    """Id of the account whose session `client` holds, or None."""
    found = client.session.get(SESSION_KEY)
    return int(found) if found else None

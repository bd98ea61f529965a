# SPDX-License-Identifier: EUPL-1.2
"""Django's settings for e-mail, from the environment.

FILANDA_EMAIL_URL   smtp+tls://user:password@host:587 (STARTTLS), smtps://user:password@host:465, smtp://host:25
                    (no encryption: only to this machine or network), or anymail+postmark:// and the like, for a
                    provider that django-anymail knows; its own settings then come as ANYMAIL_<NAME>
FILANDA_EMAIL_FROM  the address messages are sent from (default: noreply@ and the region's main host name)
FILANDA_EMAIL_REPLIES  where answers are received: in.example.org (then reply+…@in.example.org), or a mailbox whose
                    server knows subaddresses: forum@example.org (then forum+…@example.org). Default: nowhere
FILANDA_EMAIL_REPLY_DAYS  how long an answer to a message is taken (default: 60)
FILANDA_EMAIL_IMAP_URL  the mailbox that is emptied for answers: imaps://user:password@host:993/INBOX, imap+tls:// with
                    STARTTLS, imap:// without encryption: only on this machine or network
FILANDA_EMAIL_INBOUND  the provider that brings answers to /mail/inbound/, if it is not the one that sends
FILANDA_EMAIL_AUTHSERV  the name under which our own mail server writes Authentication-Results (RFC 8601): what it says
                    is forged is refused
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parseaddr
from importlib.util import find_spec
from typing import Any
from urllib.parse import unquote, urlsplit

__all__ = ["EmailSettingsWrong", "email_settings"]

TIMEOUT = 20  # seconds for a mail server to answer
_SHOULD = "It should look like smtp+tls://user:password@host:587."
REPLY_DAYS, MOST_REPLY_DAYS = 60, 3650
_IMAP_PORTS = {"imaps": 993, "imap+tls": 143, "imap": 143}
_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465, "smtp+ssl": 465}


class EmailSettingsWrong(ValueError):
    """`str()` is the sentence for the operator. It does not repeat the address: that may hold a password."""


def email_settings(env: Mapping[str, str]) -> dict[str, Any]:
    """The settings that `env` stands for, by Django's names. Raises EmailSettingsWrong.

    EMAIL_CONFIGURED says whether there is somebody to hand messages to.
    """
    settings: dict[str, Any] = {
        "EMAIL_CONFIGURED": False,
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "localhost",
        "EMAIL_PORT": 25,
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        "EMAIL_USE_TLS": False,
        "EMAIL_USE_SSL": False,
        "EMAIL_TIMEOUT": TIMEOUT,
        "EMAIL_SENDER": _sender(env.get("FILANDA_EMAIL_FROM", "").strip()),
        "ANYMAIL": {},
        "ANYMAIL_PROVIDER": "",
        "REPLY_ADDRESS": _reply_address(env.get("FILANDA_EMAIL_REPLIES", "").strip().lower()),
        "REPLY_DAYS": _days(env.get("FILANDA_EMAIL_REPLY_DAYS", "").strip()),
        "REPLY_MAILBOX": _imap(env.get("FILANDA_EMAIL_IMAP_URL", "").strip()),
        "REPLY_PROVIDER": "",
        "REPLY_AUTHSERV": env.get("FILANDA_EMAIL_AUTHSERV", "").strip().lower(),
    }
    inbound = env.get("FILANDA_EMAIL_INBOUND", "").strip().lower().replace("-", "_")
    if inbound:
        if not inbound.isidentifier() or not _has_module(f"anymail.webhooks.{inbound}"):
            raise EmailSettingsWrong(
                "FILANDA_EMAIL_INBOUND names a provider that django-anymail does not know: it should be like mailgun."
            )
        settings |= {"REPLY_PROVIDER": inbound, "ANYMAIL": _anymail_settings(env)}
    url = env.get("FILANDA_EMAIL_URL", "").strip()
    if not url:
        return settings
    settings["EMAIL_CONFIGURED"] = True
    scheme = url.split(":", 1)[0].lower()
    if scheme.startswith("anymail+"):
        given = _anymail(scheme.removeprefix("anymail+"), env)
        return settings | given | {"REPLY_PROVIDER": inbound or given["ANYMAIL_PROVIDER"]}
    if scheme in _PORTS:
        return settings | _smtp(scheme, url)
    raise EmailSettingsWrong(f"FILANDA_EMAIL_URL begins with no known kind of mail server. {_SHOULD}")


def _sender(given: str) -> str:
    address = parseaddr(given)[1] if given else ""
    if given and ("@" not in address or any(sign in given for sign in "\r\n")):
        raise EmailSettingsWrong("FILANDA_EMAIL_FROM is no e-mail address: it should look like noreply@example.org.")
    return address


def _smtp(scheme: str, url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORTS[scheme]
    except ValueError:
        raise EmailSettingsWrong(f"FILANDA_EMAIL_URL cannot be read. {_SHOULD}") from None
    if not host:
        raise EmailSettingsWrong(f"FILANDA_EMAIL_URL names no host. {_SHOULD}")
    return {
        "EMAIL_HOST": host,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": scheme == "smtp+tls",
        "EMAIL_USE_SSL": scheme in ("smtps", "smtp+ssl"),
    }


def _reply_address(given: str) -> str:
    box, _at, domain = given.rpartition("@")
    if given and not (re.fullmatch(r"[a-z0-9.-]+\.[a-z0-9-]+", domain) and re.fullmatch(r"[a-z0-9._-]{0,16}", box)):
        raise EmailSettingsWrong(
            "FILANDA_EMAIL_REPLIES is neither a domain nor an address with at most 16 characters before the @: "
            "it should look like in.example.org or forum@example.org."
        )
    return f"{box or 'reply'}@{domain}" if given else ""


def _days(given: str) -> int:
    if given and not (given.isdecimal() and 1 <= int(given) <= MOST_REPLY_DAYS):
        raise EmailSettingsWrong(f"FILANDA_EMAIL_REPLY_DAYS should be a number of days from 1 to {MOST_REPLY_DAYS}.")
    return int(given or REPLY_DAYS)


def _imap(given: str) -> dict[str, Any]:
    """What `kernel.mail.inbound.mailbox` connects to; empty for none."""
    if not given:
        return {}
    should = "It should look like imaps://user:password@host:993/INBOX."
    try:
        parts = urlsplit(given)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise EmailSettingsWrong(f"FILANDA_EMAIL_IMAP_URL cannot be read. {should}") from None
    if parts.scheme not in _IMAP_PORTS:
        raise EmailSettingsWrong(f"FILANDA_EMAIL_IMAP_URL begins with no known kind of mailbox. {should}")
    if not host or not parts.username:
        raise EmailSettingsWrong(f"FILANDA_EMAIL_IMAP_URL names no host or no user. {should}")
    return {
        "host": host,
        "port": port or _IMAP_PORTS[parts.scheme],
        "user": unquote(parts.username),
        "password": unquote(parts.password or ""),
        "security": {"imaps": "tls", "imap+tls": "starttls", "imap": ""}[parts.scheme],
        "folder": unquote(parts.path.strip("/")) or "INBOX",
    }


def _anymail(provider: str, env: Mapping[str, str]) -> dict[str, Any]:
    name = provider.replace("-", "_")
    if not name.isidentifier() or not _has_module(f"anymail.backends.{name}"):
        raise EmailSettingsWrong(
            "FILANDA_EMAIL_URL names a provider that django-anymail does not know: it should look like "
            "anymail+postmark:// (brevo, mailgun, mailjet, amazon_ses …)."
        )
    return {
        "EMAIL_BACKEND": f"anymail.backends.{name}.EmailBackend",
        "ANYMAIL": _anymail_settings(env),
        "ANYMAIL_PROVIDER": name,
    }


def _anymail_settings(env: Mapping[str, str]) -> dict[str, Any]:
    given = {key.removeprefix("ANYMAIL_"): value for key, value in env.items() if key.startswith("ANYMAIL_")}
    return given | {"REQUESTS_TIMEOUT": (TIMEOUT, TIMEOUT)}


def _has_module(name: str) -> bool:
    return find_spec(name) is not None

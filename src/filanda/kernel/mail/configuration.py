# SPDX-License-Identifier: EUPL-1.2
"""Django's settings for e-mail, from the environment.

FILANDA_EMAIL_URL   smtp+tls://user:password@host:587 (STARTTLS), smtps://user:password@host:465, smtp://host:25
                    (no encryption: only to this machine or network), or anymail+postmark:// and the like, for a
                    provider that django-anymail knows; its own settings then come as ANYMAIL_<NAME>
FILANDA_EMAIL_FROM  the address messages are sent from (default: noreply@ and the region's main host name)
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

__all__ = ["EmailSettingsWrong", "email_settings"]

TIMEOUT = 20  # seconds for a mail server to answer
_SHOULD = "It should look like smtp+tls://user:password@host:587."
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
    }
    url = env.get("FILANDA_EMAIL_URL", "").strip()
    if not url:
        return settings
    settings["EMAIL_CONFIGURED"] = True
    scheme = url.split(":", 1)[0].lower()
    if scheme.startswith("anymail+"):
        return settings | _anymail(scheme.removeprefix("anymail+"), env)
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


def _anymail(provider: str, env: Mapping[str, str]) -> dict[str, Any]:
    from importlib.util import find_spec

    name = provider.replace("-", "_")
    if not name.isidentifier() or find_spec(f"anymail.backends.{name}") is None:
        raise EmailSettingsWrong(
            "FILANDA_EMAIL_URL names a provider that django-anymail does not know: it should look like "
            "anymail+postmark:// (brevo, mailgun, mailjet, amazon_ses …)."
        )
    given = {key.removeprefix("ANYMAIL_"): value for key, value in env.items() if key.startswith("ANYMAIL_")}
    return {
        "EMAIL_BACKEND": f"anymail.backends.{name}.EmailBackend",
        "ANYMAIL": given | {"REQUESTS_TIMEOUT": (TIMEOUT, TIMEOUT)},
        "ANYMAIL_PROVIDER": name,
    }

# SPDX-License-Identifier: EUPL-1.2
"""Which e-mail addresses are at an organisation's own domain.

A body's own domain is the registrable domain of its website: the name that somebody registers below a public suffix
(the Public Suffix List, publicsuffix.org, as the package carries it, its private part too, so that a page at a host of
many is nobody's domain). Addresses at any name below it count: anna@dii.university.example for www.university.example.
Names are compared in their ASCII form (IDNA 2008, mapped as in UTS 46), so case, accents and "www." make no difference.
"""

from __future__ import annotations

import functools
import ipaddress
from importlib.resources import files
from urllib.parse import urlsplit

import idna
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _
from publicsuffixlist import PublicSuffixList

__all__ = [
    "AddressNotOurs",
    "ascii_domain",
    "checked_address",
    "is_free_mail",
    "own_domain",
    "registrable",
]

EMAIL_LENGTH = 254
_RESERVED = frozenset({"example.com", "example.net", "example.org"})  # RFC 2606: nobody's; invented bodies are below


class AddressNotOurs(ValueError):
    """The address cannot prove a claim. `str()` says why, and what to do instead."""


@functools.lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@functools.lru_cache(maxsize=1)
def _free_mail() -> frozenset[str]:
    text = files("filanda.directory.affiliations").joinpath("shipped/free_mail_domains.txt").read_text("utf-8")
    lines = (line.strip() for line in text.splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


def ascii_domain(name: str) -> str:
    """The one ASCII form of a host name, in lower case; "" for what is none, and for IP addresses."""
    name = name.strip().strip(".")
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        pass
    else:
        return ""
    try:
        return idna.encode(name, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return ""


def registrable(name: str) -> str:
    """The registrable domain of a host name: "dii.unipv.it" -> "unipv.it"; "" for a public suffix and what is none."""
    name = ascii_domain(name)
    if "." not in name:
        return ""
    domain = _suffixes().privatesuffix(name) or ""
    if domain in _RESERVED:
        below = name.removesuffix(domain).rstrip(".").rpartition(".")[2]
        return f"{below}.{domain}" if below else ""
    return domain


def is_free_mail(name: str) -> bool:
    """Whether anybody can have an address (or a page) under this domain."""
    return registrable(name) in _free_mail()


def own_domain(website: str) -> str:
    """The registrable domain of a website, in ASCII; "" when it proves nothing: a page at somebody else's."""
    website = website.strip()
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:
        return ""
    domain = registrable(host)
    return "" if not domain or domain in _free_mail() else domain


def checked_address(email: str, website: str) -> str:
    """The address in one form, if it is at the domain of `website`. Raises AddressNotOurs with a sentence."""
    address = email.strip()
    local, at, host = address.rpartition("@")
    domain = ascii_domain(host)
    address = f"{local.lower()}@{domain}"
    try:
        if not at or not domain or len(address) > EMAIL_LENGTH:
            raise ValidationError("")
        EmailValidator(allowlist=[])(address)
    except ValidationError:
        raise AddressNotOurs(_("Give an e-mail address, like anna@example.org.")) from None
    own = own_domain(website)
    if not own:
        raise AddressNotOurs(
            _("We know no website of this organisation with a domain of its own, so no address proves anything. "
              "Give a document instead.")
        )  # fmt: skip
    if is_free_mail(domain):
        raise AddressNotOurs(
            _("Anybody can have an address at %(domain)s. Use one that ends in %(own)s, or give a document.")
            % {"domain": domain, "own": readable(own)}
        )
    if registrable(domain) != own:
        raise AddressNotOurs(
            _("This address is not at the organisation's own domain. Use one that ends in %(own)s, or give a document.")
            % {"own": readable(own)}
        )
    return address


def readable(domain: str) -> str:
    """A domain as people write it: "xn--mnchen-3ya.example" -> "münchen.example"."""
    try:
        return idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return domain

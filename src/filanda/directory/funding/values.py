# SPDX-License-Identifier: EUPL-1.2
"""What a funding call says of itself: which values can be kept, and what is wrong with the others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from filanda.directory.funding import models as m
from filanda.kernel.text.folding import clean

__all__ = ["EARLIEST", "LATEST", "checked", "plain", "without_addresses", "wrongs"]

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
_LINES = {
    "title": m.TITLE_MOST,
    "programme": m.LINE_MOST,
    "identifier": m.LINE_MOST,
    "action_kind": m.LINE_MOST,
    "source_name": m.LINE_MOST,
    "licence": m.LINE_MOST,
}
_MONEY = ("budget", "grant_min", "grant_max")
_E_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,6}")


def plain(text: str) -> str:
    """One line, without control characters."""
    return " ".join(clean(text).split())


def without_addresses(text: str) -> str:
    """`text` without e-mail addresses: a contact belongs to the page that the call links to."""
    return _E_MAIL.sub("", text)


def wrongs(given: Mapping[str, Any]) -> dict[str, str]:
    """A sentence for each of the given fields that cannot be kept. What is missing at all is asked of `checked`."""
    errors: dict[str, str] = {}
    long = _("That is too long: %(most)d characters at most.")
    for name, most in (_LINES | {"link": m.URL_MOST, "text": m.TEXT_MOST}).items():
        if name in given and len(given[name]) > most:
            errors[name] = long % {"most": most}
    if given.get("link") and not _is_address(given["link"]):
        errors.setdefault("link", _("Write the whole address of the page, beginning with https://."))
    for name in _MONEY:
        if given.get(name) is not None and not 0 <= given[name] <= m.MONEY_MOST:
            errors[name] = _("Write an amount in whole euros, such as 1500000.")
    low, high = given.get("grant_min"), given.get("grant_max")
    if low is not None and high is not None and low > high and "grant_max" not in errors:
        errors["grant_max"] = _("This is less than the smallest amount.")
    days = given.get("deadlines") or []
    opens_on = given.get("opens_on")
    for name, several in (("opens_on", [opens_on] if opens_on else []), ("deadlines", days)):
        if any(not EARLIEST <= one <= LATEST for one in several):
            errors[name] = _("Write a day between 2000 and 2100.")
    if len(days) > m.DEADLINES_MOST:
        errors["deadlines"] = _("%(most)d deadlines at most.") % {"most": m.DEADLINES_MOST}
    if opens_on and days and max(days) < opens_on:
        errors.setdefault("deadlines", _("The last deadline lies before the day on which it opens."))
    return errors


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """The given fields as they are kept. Raises ValidationError by field, TypeError for one that there is not."""
    unknown = set(given) - set(m.FIELDS)
    if unknown:
        raise TypeError(f"A funding call has no field {', '.join(sorted(unknown))}.")
    kept = dict(given)
    for name in _LINES:
        if name in kept:
            kept[name] = plain(kept[name])
    if "link" in kept:
        kept["link"] = clean(kept["link"]).strip()
    if "text" in kept:
        kept["text"] = without_addresses(clean(kept["text"].replace("\r\n", "\n").replace("\r", "\n"))).strip()
    if "deadlines" in kept:
        kept["deadlines"] = sorted(set(kept["deadlines"]))
    errors = wrongs(kept)
    if "title" in kept and not kept["title"]:
        errors["title"] = _("Write the title of the funding call.")
    if errors:
        raise ValidationError(errors)
    return kept


def _is_address(text: str) -> bool:
    try:
        found = urlsplit(text)
        host = found.hostname or ""
    except ValueError:
        return False
    return found.scheme in ("http", "https") and "." in host and not re.search(r"[\s<>\"\\]", text)

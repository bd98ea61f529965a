# SPDX-License-Identifier: EUPL-1.2
"""What may stand in a profile: names, ORCID iDs, links, languages, and how much of each.

Every function takes what somebody typed and returns what is stored; ValueError carries the sentence for the reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from django.conf.locale import LANG_INFO
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from filanda.kernel.text.folding import clean

__all__ = [
    "ABOUT_LENGTH",
    "CONCEPTS_MOST",
    "HEADLINE_LENGTH",
    "LANGUAGES",
    "LINKS_MOST",
    "NAME_LENGTH",
    "PURPOSE_LENGTH",
    "REASON_LENGTH",
    "checked_languages",
    "checked_line",
    "checked_links",
    "checked_name",
    "checked_orcid",
    "checked_text",
    "language_label",
    "orcid_check_digit",
]

NAME_LENGTH = 120
HEADLINE_LENGTH = 160
PURPOSE_LENGTH = 500
ABOUT_LENGTH = 5_000
REASON_LENGTH = 1_000
LINK_LENGTH = 300
LINK_LABEL_LENGTH = 60
LINKS_MOST = 6
LANGUAGES_MOST = 10
CONCEPTS_MOST = 12  # of each kind

# ISO 639-1. What Django can name in the reader's language; those spoken most here come first in lists.
LANGUAGES: tuple[str, ...] = (
    *("it", "en", "fr", "de", "es", "pt", "ro", "ar", "sq", "uk", "ru", "pl", "nl", "el"),
    *("bg", "ca", "cs", "da", "et", "fa", "fi", "ga", "he", "hi", "hr", "hu", "ja", "ko", "lt", "lv", "sk", "sl"),
    *("sr", "sv", "tr", "vi"),
)
_ORCID = re.compile(r"(?:https?://(?:www\.)?orcid\.org/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])/?", re.ASCII)
_HOST = re.compile(r"(?!-)[^\s/@:]+\.[^\s/@:.]{2,}")


def checked_name(text: str) -> str:
    """A name that people can be called by: some letters, no address."""
    name = " ".join(clean(text).split())
    if not name:
        raise ValueError(_("Write your name as people should read it."))
    if sum(character.isalpha() for character in name) < 2 or "://" in name or "@" in name:
        raise ValueError(_("Write a name, with letters: an address or a number is none."))
    return _short(name, NAME_LENGTH)


def checked_line(text: str, most: int) -> str:
    """One line of text, empty too."""
    return _short(" ".join(clean(text).split()), most)


def checked_text(text: str, most: int) -> str:
    """Text of several lines (Markdown), empty too."""
    return _short(clean(text.replace("\r\n", "\n")), most)


def checked_orcid(text: str) -> str:
    """ "0000-0002-1825-0097" from an ORCID iD with or without hyphens or address; "" stays "".

    The last character is a check digit (ISO/IEC 7064, MOD 11-2), so that a slip of the pen is noticed.
    """
    typed = clean(text).replace(" ", "")
    if not typed:
        return ""
    found = _ORCID.fullmatch(typed)
    if found is None:
        raise ValueError(_("An ORCID iD has 16 characters, like 0000-0002-1825-0097."))
    plain = "".join(found.groups()).upper()
    if orcid_check_digit(plain[:15]) != plain[15]:
        raise ValueError(_("This ORCID iD cannot be right: its last character does not fit the others. Check it."))
    return "-".join(plain[start : start + 4] for start in range(0, 16, 4))


def orcid_check_digit(digits: str) -> str:
    """The last character for the 15 digits before it: ISO/IEC 7064:2003, MOD 11-2, as ORCID describes it."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    result = (12 - total % 11) % 11
    return "X" if result == 10 else str(result)


def checked_links(links: Iterable[Mapping[str, object]]) -> list[dict[str, str]]:
    """Links with labels, without empty ones and doubles. Addresses without a scheme get https; others are refused."""
    kept: dict[str, str] = {}
    for link in links:
        url, label = clean(str(link.get("url") or "")), checked_line(str(link.get("label") or ""), LINK_LABEL_LENGTH)
        if not url:
            if label:
                raise ValueError(_("“%(label)s” has no address: add it, or empty the label.") % {"label": label})
            continue
        kept.setdefault(_checked_url(url), label)
    if len(kept) > LINKS_MOST:
        raise ValueError(_("Up to %(most)s links fit: keep the ones that say most.") % {"most": LINKS_MOST})
    return [
        {"label": label or (urlsplit(url).hostname or "").removeprefix("www."), "url": url}
        for url, label in kept.items()
    ]


def _checked_url(typed: str) -> str:
    url = typed if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", typed) else f"https://{typed}"
    wrong = _("“%(url)s” is not the address of a web page. Write it like https://www.example.org/page.")
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _port = parts.port
    except ValueError:
        raise ValueError(wrong % {"url": typed[:80]}) from None
    is_web = parts.scheme.lower() in ("http", "https") and _HOST.fullmatch(host)
    # A name before the host ("https://bank.example@elsewhere.example/") is how readers are misled.
    if not is_web or parts.username is not None or any(c.isspace() or c in '<>"\\^`{|}' for c in url):
        raise ValueError(wrong % {"url": typed[:80]})
    return _short(url, LINK_LENGTH)


def checked_languages(codes: Iterable[str]) -> list[str]:
    """ISO 639-1 codes, each once, in the order of LANGUAGES."""
    wanted = {code.strip().lower() for code in codes} - {""}
    unknown = sorted(wanted - set(LANGUAGES))
    if unknown:
        raise ValueError(_("Choose languages from the list; “%(code)s” is not in it.") % {"code": unknown[0][:20]})
    if len(wanted) > LANGUAGES_MOST:
        raise ValueError(_("Up to %(most)s languages fit.") % {"most": LANGUAGES_MOST})
    return [code for code in LANGUAGES if code in wanted]


def language_label(code: str) -> str:
    """What a language is called in the reader's language; the code where nobody knows."""
    if code not in LANG_INFO:
        return code
    name = str(get_language_info(code)["name_translated"])
    return name[:1].upper() + name[1:]


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise ValueError(
            _("This has %(length)s characters; up to %(most)s fit. Shorten it a little.")
            % {"length": len(text), "most": most}
        )
    return text

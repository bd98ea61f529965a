# SPDX-License-Identifier: EUPL-1.2
"""Official identifiers of bodies: one written form of each, and the check digits where the scheme has them.

`normalise(scheme, text)` is the door. It raises InvalidIdentifier with a sentence that says what is wrong and what
to do. What a check digit cannot tell (whether the number was ever given out, and to whom) is not claimed here.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from stdnum.ch import uid as swiss_uid
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength, ValidationError
from stdnum.gb import vat as british_vat
from stdnum.it import codicefiscale
from stdnum.no import orgnr as norwegian_number

from filanda.directory.organisations.models import IdentifierScheme

__all__ = ["InvalidIdentifier", "normalise", "normalise_pic", "normalise_ror", "normalise_tax_code", "normalise_vat"]

MAX_LENGTH = 60

_SEPARATORS = re.compile(r"[\s.,\-/–—_:'’()]+")
_ROR_ADDRESS = re.compile(r"^(?:(?:https?://)?(?:www\.)?ror\.org/)?(?P<id>[^/?#]*)/?$", re.IGNORECASE)
_ROR = re.compile(r"^0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}\Z")
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
_EUROPEAN = {"EL" if member == "gr" else member.upper() for member in eu_vat.MEMBER_STATES}


class InvalidIdentifier(ValueError):
    """The text is not such an identifier; the message is a sentence for the person who typed it."""


def normalise(scheme: IdentifierScheme | str, text: str, *, country: str = "IT") -> str:
    """The one written form of `text` as an identifier of `scheme`. `country` (ISO 3166-1) is for VAT without prefix."""
    match IdentifierScheme(scheme):
        case IdentifierScheme.VAT:
            return normalise_vat(text, country=country)
        case IdentifierScheme.TAX_CODE:
            return normalise_tax_code(text)
        case IdentifierScheme.PIC:
            return normalise_pic(text)
        case IdentifierScheme.ROR:
            return normalise_ror(text)


def normalise_vat(text: str, *, country: str = "IT") -> str:
    """A VAT number with its country's prefix ("IT00743110157"; Greece EL, Northern Ireland XI, Switzerland CHE).

    Checked by each country's own rule for the European Union (Directive 2006/112/EC, art. 215), Great Britain,
    Switzerland and Norway; a number of any other country is refused, because it cannot be checked.
    """
    compact = _compact(text, _("Write the VAT number."))
    has_prefix = compact[:2].isalpha()
    prefix, number = (compact[:2], compact[2:]) if has_prefix else (country.strip().upper(), compact)
    prefix = "EL" if prefix == "GR" else prefix
    try:
        if prefix in _EUROPEAN:
            return eu_vat.validate(prefix + number)
        if prefix == "GB":
            return "GB" + british_vat.validate(number)
        if prefix == "CH":
            return swiss_uid.validate("CHE" + re.sub(r"^E|(MWST|TVA|IVA)\Z", "", number))
        if prefix == "NO":
            return "NO" + norwegian_number.validate(number.removesuffix("MVA"))
    except InvalidChecksum:
        sentence = _("The check digits of this VAT number do not agree. Look for a mistyped or swapped digit.")
    except InvalidLength:
        sentence = _("A VAT number of %(country)s does not have this many characters. Look for one missing or doubled.")
    except ValidationError:
        sentence = _("A VAT number of %(country)s is not written so. Copy it from an invoice, with its prefix.")
    else:
        sentence = _(
            "The numbers of %(country)s cannot be checked here. Begin with the two letters of the country, such as IT."
        )
    raise InvalidIdentifier(sentence % {"country": prefix})


def normalise_tax_code(text: str) -> str:
    """An Italian tax code: 16 characters of a person, 11 digits of a body (D.M. 23 December 1976)."""
    compact = _compact(text, _("Write the tax code."))
    if compact.startswith("IT") and len(compact) == 13:
        compact = compact[2:]
    try:
        return codicefiscale.validate(compact)
    except InvalidChecksum:
        sentence = _("The check character of this tax code does not agree. Look for a mistyped or swapped character.")
    except InvalidLength:
        sentence = _("A tax code has 16 characters for a person, 11 digits for a body; this has %(count)d.")
    except InvalidFormat:
        sentence = _("This is not written like a tax code: 16 letters and digits for a person, 11 digits for a body.")
    except ValidationError:
        sentence = _("This tax code has a date or an office that does not exist. Copy it from the card or certificate.")
    raise InvalidIdentifier(sentence % {"count": len(compact)})


def normalise_pic(text: str) -> str:
    """A participant identification code of the European Commission: nine digits.

    No check digit is published: a mistyped PIC that still has nine digits cannot be noticed here.
    """
    compact = _compact(text, _("Write the PIC."))
    compact = compact.removeprefix("PIC")
    if not re.fullmatch(r"[0-9]{9}", compact):
        raise InvalidIdentifier(
            _("A PIC has nine digits, such as 999979500. Look for it in the EU Funding and Tenders portal.")
        )
    return compact


def normalise_ror(text: str) -> str:
    """The nine characters of a ROR id, from these or from its address (https://ror.org/…).

    The last two digits are a check by ISO 7064 mod 97-10 over the seven before, read as a number in Crockford's
    base 32.
    """
    found = _ROR_ADDRESS.match(text.strip()[:200])
    compact = found["id"].lower() if found is not None else ""
    if not _ROR.match(compact):
        raise InvalidIdentifier(
            _("A ROR id is a 0, six letters or digits, two digits (https://ror.org/01nffqt88). Find it on ror.org.")
        )
    number = 0
    for character in compact[:7]:
        number = number * 32 + _BASE32.index(character)
    if 98 - number * 100 % 97 != int(compact[7:]):
        raise InvalidIdentifier(
            _("The check digits of this ROR id do not agree. Copy its address from ror.org rather than typing it.")
        )
    return compact


def _compact(text: str, when_empty: str) -> str:
    """`text` in capitals without what separates groups. Raises InvalidIdentifier when nothing or too much is left."""
    compact = _SEPARATORS.sub("", text[: MAX_LENGTH * 4]).upper()
    if not compact:
        raise InvalidIdentifier(when_empty)
    if len(compact) > MAX_LENGTH or not compact.isascii() or not compact.isalnum():
        raise InvalidIdentifier(_("Write the number alone: letters and digits, without other signs."))
    return compact

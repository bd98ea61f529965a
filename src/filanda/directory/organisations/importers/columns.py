# SPDX-License-Identifier: EUPL-1.2
"""The columns of lists that people upload: what they are called, what may stand in them, and what is made of it.

One row of a list of organisations becomes an `OrganisationRecord`, one of evidence a dict of fields; whatever is wrong
is told by column, in a sentence. A column is found under its name, or its label in Italian or English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from filanda.directory.organisations.identifiers import InvalidIdentifier, normalise
from filanda.directory.organisations.importers.placing import country_code, locate
from filanda.directory.organisations.importers.records import OrganisationRecord, SiteRecord
from filanda.directory.organisations.models import EvidenceKind, HelixRole, LegalKind, Size
from filanda.directory.taxonomies.places import find_province
from filanda.kernel.text.folding import fold

__all__ = ["EVIDENCE", "ORGANISATIONS", "Column", "Wrong", "evidence_values", "heads", "organisation_record"]

ERRORS = "errors"


@dataclass(frozen=True)
class Column:
    """`name`: as in the template. `synonyms`: other heads under which lists of others have it."""

    name: str
    label: str | Promise
    help: str | Promise
    example: str = ""
    is_needed: bool = False
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wrong:
    """What is wrong in one cell; `column` "" concerns the row."""

    column: str
    message: str


ORGANISATIONS = (
    Column("name", gettext_lazy("Name"), gettext_lazy("as it is officially written"), "Filanda Rossi S.r.l.", True,
           ("nome", "denominazione", "ragione sociale", "organisation", "organization")),
    Column("short_name", gettext_lazy("Short name"), gettext_lazy("an acronym"), "", False, ("sigla", "nome breve")),
    Column("vat", gettext_lazy("VAT number"), gettext_lazy("checked; with it a row is found again"), "IT00743110157",
           False, ("partita iva", "p iva", "p. iva", "vat number")),
    Column("tax_code", gettext_lazy("Tax code"), gettext_lazy("checked"), "", False, ("codice fiscale", "c f")),
    Column("pic", gettext_lazy("PIC"), gettext_lazy("nine digits"), "", False),
    Column("ror", gettext_lazy("ROR"), gettext_lazy("its address or its nine characters"), "", False),
    Column("legal_kind", gettext_lazy("Kind"), gettext_lazy("company, university… or their words"), "company", False,
           ("tipo", "natura giuridica", "kind")),
    Column("helix_role", gettext_lazy("Helix role"), gettext_lazy("industry, academia, government, civil_society"),
           "industry", False, ("ruolo", "role")),
    Column("size", gettext_lazy("Size"), gettext_lazy("micro, small, medium, sme, large"), "small", False,
           ("dimensione",)),
    Column("website", gettext_lazy("Website"), gettext_lazy("with https://"), "https://filanda.example", False,
           ("sito", "sito web", "web", "url")),
    Column("description", gettext_lazy("Description"), gettext_lazy("what it does, in sentences"), "", False,
           ("descrizione", "attivita")),
    Column("street", gettext_lazy("Street and number"), "", "Via della Seta 1", False, ("via", "indirizzo", "address")),
    Column("postcode", gettext_lazy("Postcode"), "", "22100", False, ("cap", "zip")),
    Column("municipality", gettext_lazy("Municipality"),
           gettext_lazy("with the name, a row without numbers is found again"), "Como", False,
           ("comune", "citta", "city", "town")),
    Column("province", gettext_lazy("Province"), gettext_lazy("CO, Como or ITC42"), "CO", False, ("provincia", "prov")),
    Column("country", gettext_lazy("Country"), gettext_lazy("two letters; IT if empty"), "IT", False,
           ("paese", "nazione")),
    Column("other_names", gettext_lazy("Other names"), gettext_lazy("separated by ;"), "", False, ("altri nomi",)),
    Column("languages", gettext_lazy("Languages"), gettext_lazy("two letters each, separated by ;"), "it;en", False,
           ("lingue",)),
)  # fmt: skip

EVIDENCE = (
    Column("kind", gettext_lazy("Kind"), gettext_lazy("product, service, project, patent, publication…"), "product",
           False, ("tipo",)),
    Column("title", gettext_lazy("Title"), gettext_lazy("at most 500 characters"), "Telaio a basso consumo", True,
           ("titolo",)),
    Column("acronym", gettext_lazy("Acronym"), "", "", False, ("acronimo",)),
    Column("text", gettext_lazy("Text"), gettext_lazy("what it is and what it is good for"), "", False,
           ("testo", "descrizione", "description", "abstract")),
    Column("language", gettext_lazy("Language"), gettext_lazy("two letters; found out if empty"), "it", False,
           ("lingua",)),
    Column("started_on", gettext_lazy("Begins"), gettext_lazy("a date, or a year"), "2024-01-31", False,
           ("inizio", "dal", "start", "date", "data", "year", "anno")),
    Column("ended_on", gettext_lazy("Ends"), gettext_lazy("a date, or a year"), "", False, ("fine", "al", "end")),
    Column("programme", gettext_lazy("Programme"), "", "", False, ("programma",)),
    Column("source_url", gettext_lazy("Address"), gettext_lazy("with https://"), "", False, ("url", "link")),
    Column("doi", gettext_lazy("DOI"), gettext_lazy("10.…/… ; becomes the address"), "", False),
)  # fmt: skip


def heads(columns: tuple[Column, ...], found: Iterable[str]) -> tuple[dict[int, str], list[str]]:
    """Position -> column name for the heads of a file (of two alike, the first), and the heads that nobody knows."""
    known: dict[str, str] = {}
    for column in columns:
        words = [column.name, *column.synonyms]
        for language in ("it", "en"):
            with override(language):
                words.append(str(column.label))
        for word in words:
            known.setdefault(fold(word.replace("_", " ")), column.name)
    placed: dict[int, str] = {}
    unknown: list[str] = []
    for position, head in enumerate(found):
        name = known.get(fold(head.replace("_", " ").removesuffix("*")))
        if name is not None and name not in placed.values():
            placed[position] = name
        elif head and fold(head) not in {"errors", "errori"}:
            unknown.append(head)
    return placed, unknown


def organisation_record(cells: Mapping[str, str]) -> tuple[OrganisationRecord | None, list[Wrong]]:
    """One body from the cells of a row, by column name; None, and why, if anything is wrong."""
    wrong: list[Wrong] = []
    name = " ".join(cells.get("name", "").split())
    if not name:
        wrong.append(Wrong("name", _("The name is missing.")))
    elif len(name) > 300:
        wrong.append(Wrong("name", _("The name has more than 300 characters.")))
    identifiers = []
    for scheme in ("vat", "tax_code", "pic", "ror"):
        if text := cells.get(scheme, "").strip():
            # Spreadsheets drop the zeros in front of a number.
            text = (
                text.zfill(11) if scheme in ("vat", "tax_code") and text.isdecimal() and 8 <= len(text) < 11 else text
            )
            try:
                identifiers.append((scheme, normalise(scheme, text)))
            except InvalidIdentifier as error:
                wrong.append(Wrong(scheme, str(error)))
    website = _address(cells.get("website", ""), "website", wrong)
    country = cells.get("country", "").strip() or "IT"
    code = country_code(country)
    if code is None:
        wrong.append(Wrong("country", _("“%(text)s” is not the two letters of a country.") % {"text": country[:40]}))
    province = cells.get("province", "").strip()
    found_province = find_province(province) if province else None
    if province and found_province is None and not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{3}", province):
        wrong.append(Wrong("province", _("“%(text)s” is not a province that is known here.") % {"text": province[:40]}))
    choices = {
        "legal_kind": _choice(LegalKind, cells, "legal_kind", wrong),
        "helix_role": _choice(HelixRole, cells, "helix_role", wrong),
        "size": _choice(Size, cells, "size", wrong),
    }
    languages = tuple(word.strip().lower() for word in re.split(r"[;,]", cells.get("languages", "")) if word.strip())
    if any(not re.fullmatch("[a-z]{2}", word) for word in languages):
        wrong.append(Wrong("languages", _("Write languages as two letters each, such as it;en.")))
    if wrong:
        return None, wrong
    nuts = found_province.nuts if found_province is not None else province
    place = locate(
        street=cells.get("street", ""), postcode=cells.get("postcode", ""), town=cells.get("municipality", ""),
        nuts=nuts, country=code or "IT",
    )  # fmt: skip
    has_site = bool(place.street or place.postcode or place.municipality or place.province_code)
    site = SiteRecord(**(vars_of(place) | {"province_code": place.province_code or nuts[:8]})) if has_site else None
    key = f"{identifiers[0][0]}:{identifiers[0][1]}" if identifiers else f"name:{fold(name)}@{fold(place.municipality)}"
    return (
        OrganisationRecord(
            source_ids=(key[:120],),
            name=name,
            spellings=tuple(" ".join(one.split()) for one in cells.get("other_names", "").split(";") if one.strip()),
            short_name=cells.get("short_name", "")[:120],
            website=website,
            description=cells.get("description", ""),
            languages=languages,
            site=site,
            identifiers=tuple(identifiers),
            helix_role=choices["helix_role"],
            legal_kind=choices["legal_kind"],
            size=choices["size"],
        ),
        [],
    )


def vars_of(place: Any) -> dict[str, Any]:
    """The fields of a place that a site has too."""
    names = ("street", "postcode", "municipality", "municipality_code", "province_code", "nuts_code", "country_code")
    return {name: getattr(place, name) for name in names}


def evidence_values(cells: Mapping[str, str]) -> tuple[dict[str, Any] | None, list[Wrong]]:
    """The fields of one piece of evidence; None, and why, if anything is wrong."""
    wrong: list[Wrong] = []
    title = " ".join(cells.get("title", "").split())
    if not title:
        wrong.append(Wrong("title", _("The title is missing.")))
    elif len(title) > 500:
        wrong.append(Wrong("title", _("The title has more than 500 characters.")))
    kind = _choice(EvidenceKind, cells, "kind", wrong) if cells.get("kind", "").strip() else EvidenceKind.PRODUCT.value
    address = _address(cells.get("source_url", ""), "source_url", wrong)
    if doi := cells.get("doi", "").strip():
        found = re.search(r"10\.\d{4,9}/\S+", doi)
        if found is None:
            wrong.append(Wrong("doi", _("A DOI begins with 10. and has a / in it, such as 10.1000/182.")))
        else:
            address = f"https://doi.org/{found[0].rstrip('.,;)')}"[:500]
    language = cells.get("language", "").strip().lower()
    if language and not re.fullmatch("[a-z]{2}", language):
        wrong.append(Wrong("language", _("Write the language as two letters, such as it.")))
    started = _date(cells.get("started_on", ""), "started_on", wrong)
    ended = _date(cells.get("ended_on", ""), "ended_on", wrong)
    if started and ended and ended < started:
        wrong.append(Wrong("ended_on", _("It ends before it begins.")))
    if wrong:
        return None, wrong
    return {
        "kind": kind,
        "title": title,
        "acronym": cells.get("acronym", "").strip()[:80],
        "text": cells.get("text", ""),
        "language": language,
        "started_on": started,
        "ended_on": ended,
        "programme": cells.get("programme", "").strip()[:80],
        "source_url": address,
    }, []


def _address(text: str, column: str, wrong: list[Wrong]) -> str:
    text = text.strip()
    if not text:
        return ""
    address = text if "://" in text else f"https://{text}"
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError:
        wrong.append(Wrong(column, _("“%(text)s” is not an address of the web.") % {"text": text[:80]}))
        return ""
    return address[:500]


def _words_of(choices: type[models.TextChoices]) -> dict[str, str]:
    words: dict[str, str] = {}
    for member in choices:
        words[fold(member.value.replace("_", " "))] = member.value
        for language in ("it", "en"):
            with override(language):
                words.setdefault(fold(str(member.label)), member.value)
    return words


_known_words: dict[type[models.TextChoices], dict[str, str]] = {}


def _choice(choices: type[models.TextChoices], cells: Mapping[str, str], column: str, wrong: list[Wrong]) -> str:
    text = cells.get(column, "").strip()
    if not text:
        return "unknown"
    if choices not in _known_words:
        _known_words[choices] = _words_of(choices)
    found = _known_words[choices].get(fold(text.replace("_", " ")))
    if found is None:
        allowed = ", ".join(str(member.label) for member in choices)  # as they may be written, in the active language
        wrong.append(
            Wrong(column, _("“%(text)s” is not one of: %(allowed)s.") % {"text": text[:40], "allowed": allowed})
        )
    return found or ""


_DATES: tuple[tuple[str, Callable[[re.Match[str]], tuple[int, int, int]]], ...] = (
    (r"(\d{4})", lambda m: (int(m[1]), 1, 1)),
    (r"(\d{4})-(\d{1,2})", lambda m: (int(m[1]), int(m[2]), 1)),
    (r"(\d{4})-(\d{1,2})-(\d{1,2})", lambda m: (int(m[1]), int(m[2]), int(m[3]))),
    (r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", lambda m: (int(m[3]), int(m[2]), int(m[1]))),
)


def _date(text: str, column: str, wrong: list[Wrong]) -> date | None:
    text = text.strip()
    if not text:
        return None
    for pattern, parts in _DATES:
        if match := re.fullmatch(pattern, text):
            try:
                return date(*parts(match))
            except ValueError:
                break
    sentence = _("“%(text)s” is not a date. Write year-month-day, such as 2024-05-31, or the year.")
    wrong.append(Wrong(column, sentence % {"text": text[:40]}))
    return None

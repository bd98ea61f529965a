# SPDX-License-Identifier: EUPL-1.2
"""The files of an export, and the region's register of bodies, read into what was seen of each id."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from filanda.directory.organisations.identifiers import InvalidIdentifier, normalise_vat
from filanda.directory.organisations.importers import placing
from filanda.directory.organisations.importers.cordis.outcome import CordisImport
from filanda.directory.organisations.importers.reading import OnReject, Source, read_rows
from filanda.directory.organisations.importers.records import web_address
from filanda.directory.organisations.importers.reporting import ImportRefused, Reject
from filanda.directory.organisations.models import EvidenceParty

__all__ = [
    "FIELD_COLUMNS",
    "PROJECT_COLUMNS",
    "SOURCE",
    "Part",
    "Progress",
    "Registered",
    "Seen",
    "is_pic",
    "read_organisations",
    "read_project_ids",
    "read_register",
]

SOURCE = "cordis"

_ORGANISATION_COLUMNS = {
    "project": ("projectID", "projectReference", "project_id"),
    "id": ("organisationID", "organizationID", "pic", "id"),
    "vat": ("vatNumber", "vat"),
    "name": ("name", "legalName", "organisationName"),
    "short": ("shortName", "short_name"),
    "sme": ("SME",),
    "activity": ("activityType",),
    "street": ("street", "address"),
    "postcode": ("postCode", "postalCode", "zip"),
    "town": ("city",),
    "country": ("country", "countryCode"),
    "nuts": ("nutsCode", "nuts"),
    "website": ("organizationURL", "organisationURL", "url"),
    "role": ("role",),
    "contribution": ("ecContribution",),
}
PROJECT_COLUMNS = {
    "id": ("id", "projectID"),
    "acronym": ("acronym",),
    "title": ("title",),
    "start": ("startDate",),
    "end": ("endDate",),
    "programme": ("frameworkProgramme",),
    "objective": ("objective",),
    "rcn": ("rcn",),
}
FIELD_COLUMNS = {"project": ("projectID",), "code": ("euroSciVocCode", "code")}
_REGISTER_COLUMNS = {
    "name": ("name",),
    "town": ("city",),
    "postcode": ("postCode",),
    "istat": ("istatComune",),
    "nuts": ("nutsCode",),
    "activity": ("activityType",),
    "website": ("organizationURL",),
    "old": ("fp7OrganisationID",),
    "pic": ("pic",),
}
_ROLES = {"coordinator": EvidenceParty.PartyRole.COORDINATOR}
_ACTIVITIES = frozenset({"HES", "REC", "PRC", "PUB", "OTH"})
_YES = frozenset({"y", "yes", "true", "1", "t"})

Progress = Callable[[str, int, int | None], None]


@dataclass(slots=True)
class Seen:
    """What the lines of one organisation id say, counted."""

    line: int
    names: Counter[str] = field(default_factory=Counter)
    shorts: Counter[str] = field(default_factory=Counter)
    activities: Counter[str] = field(default_factory=Counter)
    addresses: Counter[tuple[str, str, str, str, str]] = field(default_factory=Counter)
    websites: Counter[str] = field(default_factory=Counter)
    is_sme: bool = False
    vat: str = ""


@dataclass(slots=True)
class Registered:
    """One line of the register of a region's bodies."""

    name: str
    place: placing.Place
    activity: str
    website: str
    pic: str


@dataclass(slots=True)
class Part:
    body: str
    role: str
    contribution: Decimal | None
    line: int


def _ignore(_reject: Reject) -> None:
    """For a first pass over lines that a second one reports."""


def read_project_ids(source: Source, told: Progress) -> set[str]:
    ids: set[str] = set()
    for number, (_line, row) in enumerate(read_rows(source, PROJECT_COLUMNS, ("id",), _ignore), 1):
        if row["id"] and (row["title"] or row["acronym"] or row["objective"]):
            ids.add(row["id"])
        if number % 2000 == 0:
            told("reading", number, None)
    return ids


def read_register(path: Path, log: OnReject) -> tuple[dict[str, Registered], list[tuple[str, ...]]]:
    """Organisation id -> its line of the register, and the ids that are one body."""
    if not path.is_file():
        raise ImportRefused(f"There is no register at {path}.")
    by_id: dict[str, Registered] = {}
    same: list[tuple[str, ...]] = []
    by_pic: dict[str, list[str]] = defaultdict(list)
    for _line, row in read_rows(Source(path.name, path), _REGISTER_COLUMNS, ("name",), log):
        known = Registered(
            name=row["name"],
            place=placing.locate(
                postcode=row["postcode"],
                town=row["town"],
                nuts=row["nuts"],
                country="IT",
                istat=row["istat"] if re.fullmatch(r"\d{6}", row["istat"]) else "",
            ),
            activity=row["activity"].upper() if row["activity"].upper() in _ACTIVITIES else "",
            website=row["website"],
            pic=row["pic"] if is_pic(row["pic"]) else "",
        )
        ids = tuple(dict.fromkeys(key for key in (row["old"], row["pic"]) if key))
        for key in ids:
            by_id.setdefault(key, known)
        if known.pic:
            by_pic[known.pic] += ids
        elif len(ids) > 1:
            same.append(ids)
    same += [tuple(dict.fromkeys(ids)) for ids in by_pic.values()]
    return by_id, [ids for ids in same if len(ids) > 1]


def is_pic(text: str) -> bool:
    return bool(re.fullmatch(r"[1-9]\d{8}", text))


def read_organisations(
    source: Source, project_ids: set[str], log: OnReject, told: Progress, result: CordisImport
) -> tuple[dict[str, Seen], dict[str, list[Part]]]:
    """Bodies by id, and who takes part in which project."""
    seen: dict[str, Seen] = {}
    parts: dict[str, list[Part]] = defaultdict(list)
    for line, row in read_rows(source, _ORGANISATION_COLUMNS, ("project", "id"), log):
        result.participations += 1
        if result.participations % 2000 == 0:
            told("reading", result.participations, None)
        project, key = row["project"], row["id"]
        if not key or not project:
            missing = "organisation id" if not key else "project id"
            log(Reject(source.name, line, f"no {missing}", value=row["name"] or project or key))
            continue
        if project not in project_ids:
            log(Reject(source.name, line, "the project is not in the file of projects", value=project))
            continue
        known = seen.get(key)
        if known is None:
            known = seen[key] = Seen(line)
        _note(known, row, source.name, line, log)
        contribution = _amount(row["contribution"])
        if contribution is None and row["contribution"] not in _NO_AMOUNT:
            log(Reject(source.name, line, "not an amount", "ecContribution", row["contribution"]))
        mine = parts[project]
        if any(part.body == key for part in mine):
            log(Reject(source.name, line, "the same organisation in the same project again", value=f"{key} {project}"))
            continue
        role = _ROLES.get(row["role"].lower(), EvidenceParty.PartyRole.PARTICIPANT)
        mine.append(Part(key, role.value, contribution, line))
    nameless = {key for key, known in seen.items() if not known.names}
    for key in nameless:
        log(Reject(source.name, seen.pop(key).line, "an organisation without a name", value=key))
    if nameless:
        parts = {project: [part for part in mine if part.body not in nameless] for project, mine in parts.items()}
    return seen, parts


def _note(known: Seen, row: dict[str, str], file: str, line: int, log: OnReject) -> None:
    if row["name"]:
        known.names[" ".join(row["name"].split())[:300]] += 1
    if row["short"]:
        known.shorts[row["short"][:120]] += 1
    activity = row["activity"].upper()
    if activity in _ACTIVITIES:
        known.activities[activity] += 1
    elif activity:
        log(Reject(file, line, "unknown kind of activity", "activityType", row["activity"]))
    country = placing.country_code(row["country"])
    if country is None:
        log(Reject(file, line, "unknown country", "country", row["country"]))
    known.addresses[row["street"], row["postcode"], row["town"], row["nuts"], country or ""] += 1
    if row["website"]:
        address = web_address(row["website"])
        if address:
            known.websites[address] += 1
        else:
            log(Reject(file, line, "not a web address", "organizationURL", row["website"]))
    known.is_sme = known.is_sme or row["sme"].lower() in _YES
    if row["vat"] and not known.vat:
        known.vat = _vat(row["vat"], country or "")


def _vat(text: str, country: str) -> str:
    """A VAT number that its check digits confirm; else "" (most cells of the exports say MISSING or nothing)."""
    try:
        return normalise_vat(text, country=country or "IT")
    except InvalidIdentifier:
        return ""


_NO_AMOUNT = frozenset({"", "NA", "N/A", "null", "-"})


def _amount(text: str) -> Decimal | None:
    """EUR from "258061.32", "258061,32" or "1.258.061,32"; None for anything else or a negative amount."""
    if text in _NO_AMOUNT:
        return None
    plain = text.replace(" ", "").replace("\u00a0", "")
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        return None
    is_sane = amount.is_finite() and 0 <= amount < Decimal(10) ** 12
    return amount.quantize(Decimal("0.01")) if is_sane else None

# SPDX-License-Identifier: EUPL-1.2
"""The official CORDIS CSV exports: `organization.csv`, `project.csv` and, where there is one, `euroSciVoc.csv`.

One project is one piece of evidence with all its partners. The files are streamed; what is kept in memory are the ids
and names of bodies and who took part in what, never the projects' texts. docs/how-to/import-cordis.md says in words
what is decided here. The exports are (c) European Union, reuse under CC BY 4.0.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from filanda.directory.organisations.identifiers import InvalidIdentifier, normalise_vat
from filanda.directory.organisations.importers import naming, placing
from filanda.directory.organisations.importers.reading import OnReject, Source, find_sources, read_rows
from filanda.directory.organisations.importers.records import (
    ConceptLink,
    EvidenceRecord,
    LoadReport,
    OrganisationRecord,
    PartyRecord,
    SiteRecord,
    web_address,
)
from filanda.directory.organisations.importers.reporting import ImportRefused, Merge, Reject, RejectLog
from filanda.directory.organisations.importers.unifying import Body, Groups, unify
from filanda.directory.organisations.importers.writing import load
from filanda.directory.organisations.models import (
    EvidenceParty,
    IdentifierScheme,
    LegalKind,
    NotTheSame,
    Organisation,
    Size,
    SourceRecord,
)
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.text.language import detect

__all__ = ["SOURCE", "CordisImport", "import_cordis"]

SOURCE = "cordis"

_FILES = {
    "organisations": ("organization", "organisation", "organizations"),
    "projects": ("project", "projects"),
    "fields": ("euroSciVoc",),
}
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
_PROJECT_COLUMNS = {
    "id": ("id", "projectID"),
    "acronym": ("acronym",),
    "title": ("title",),
    "start": ("startDate",),
    "end": ("endDate",),
    "programme": ("frameworkProgramme",),
    "objective": ("objective",),
    "rcn": ("rcn",),
}
_FIELD_COLUMNS = {"project": ("projectID",), "code": ("euroSciVocCode", "code")}
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


@dataclass
class CordisImport:
    """What an import did, for the summary and the tests."""

    participations: int = 0
    projects: int = 0
    bodies: int = 0
    ids: int = 0
    in_region: int = 0
    outside: int = 0
    lines_rejected: int = 0
    values_rejected: int = 0
    rejected_by_reason: Counter[str] = field(default_factory=Counter)
    merges: list[Merge] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    load: LoadReport = field(default_factory=LoadReport)

    @property
    def united(self) -> list[Merge]:
        return [merge for merge in self.merges if merge.is_applied]

    @property
    def left_apart(self) -> list[Merge]:
        return [merge for merge in self.merges if not merge.is_applied]


@dataclass(slots=True)
class _Seen:
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
class _Registered:
    """One line of the register of a region's bodies."""

    name: str
    place: placing.Place
    activity: str
    website: str
    pic: str


@dataclass(slots=True)
class _Part:
    body: str
    role: str
    contribution: Decimal | None
    line: int


def import_cordis(
    region: Region,
    place: Path,
    *,
    actor: Actor,
    nuts: str = "",
    register: Path | None = None,
    rejects: RejectLog | None = None,
    progress: Progress | None = None,
    batch_size: int = 500,
) -> CordisImport:
    """Import the CORDIS export at `place` (a directory or a .zip) into the active `region`.

    nuts: only projects with a body in this NUTS area; their partners from outside come along as external bodies.
    Without it, every body in the files is the region's. register: a CSV of the region's bodies with municipality, PIC
    and older key. progress(phase, done, total) is called often; total is None while it is not known. What cannot be
    used goes to `rejects`. Safe to interrupt and to repeat. Raises ImportRefused with a sentence, and Forbidden.
    """
    require(actor, "organisations.import")
    sources = find_sources(place, _FILES)
    for word, name in (("organisations", "organization.csv"), ("projects", "project.csv")):
        if word not in sources:
            raise ImportRefused(f"There is no {name} (or .csv.gz) in {place}: give the directory of a CORDIS export.")
    log = rejects if rejects is not None else RejectLog()
    told = progress if progress is not None else _nobody
    result = CordisImport()
    registered, same_ids = _read_register(register, log) if register is not None else ({}, [])
    project_ids = _project_ids(sources["projects"], told)
    seen, parts = _read_organisations(sources["organisations"], project_ids, log, told, result)
    groups = _unify(region, seen, registered, same_ids)
    result.merges = groups.merges
    concepts = _read_fields(region, sources.get("fields"), project_ids, log, result)
    bodies = _Bodies(region, seen, registered, groups, nuts)
    wanted = bodies.select(parts, nuts)
    result.ids, result.bodies = len(seen), len(bodies.groups)
    result.in_region, result.outside = bodies.counts(wanted)
    chosen = {project for project, mine in parts.items() if any(bodies.root(part.body) in wanted for part in mine)}
    chosen = {project for project in chosen if not nuts or any(bodies.is_inside(part.body) for part in parts[project])}
    records = (bodies.record(root) for root in wanted)
    evidence = _evidence(sources["projects"], chosen, parts, concepts, log, result)
    totals = {"organisations": len(wanted), "evidence": len(chosen)}
    result.load = load(
        region,
        records,
        evidence,
        source=SOURCE,
        actor=actor,
        batch_size=batch_size,
        progress=lambda phase, done: told(phase, done, totals[phase]),
    )
    result.lines_rejected, result.values_rejected = log.lines, log.values
    result.rejected_by_reason = log.by_reason
    return result


def _nobody(_phase: str, _done: int, _total: int | None) -> None:
    """Nobody wants to know how far we are."""


def _ignore(_reject: Reject) -> None:
    """For a first pass over lines that a second one reports."""


def _project_ids(source: Source, told: Progress) -> set[str]:
    ids: set[str] = set()
    for number, (_line, row) in enumerate(read_rows(source, _PROJECT_COLUMNS, ("id",), _ignore), 1):
        if row["id"] and (row["title"] or row["acronym"] or row["objective"]):
            ids.add(row["id"])
        if number % 2000 == 0:
            told("reading", number, None)
    return ids


def _read_register(path: Path, log: OnReject) -> tuple[dict[str, _Registered], list[tuple[str, ...]]]:
    """Organisation id -> its line of the register, and the ids that are one body."""
    if not path.is_file():
        raise ImportRefused(f"There is no register at {path}.")
    by_id: dict[str, _Registered] = {}
    same: list[tuple[str, ...]] = []
    by_pic: dict[str, list[str]] = defaultdict(list)
    for _line, row in read_rows(Source(path.name, path), _REGISTER_COLUMNS, ("name",), log):
        known = _Registered(
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
            pic=row["pic"] if _is_pic(row["pic"]) else "",
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


def _is_pic(text: str) -> bool:
    return bool(re.fullmatch(r"[1-9]\d{8}", text))


def _read_organisations(
    source: Source, project_ids: set[str], log: OnReject, told: Progress, result: CordisImport
) -> tuple[dict[str, _Seen], dict[str, list[_Part]]]:
    """Bodies by id, and who takes part in which project."""
    seen: dict[str, _Seen] = {}
    parts: dict[str, list[_Part]] = defaultdict(list)
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
            known = seen[key] = _Seen(line)
        _note(known, row, source.name, line, log)
        contribution = _amount(row["contribution"])
        if contribution is None and row["contribution"] not in _NO_AMOUNT:
            log(Reject(source.name, line, "not an amount", "ecContribution", row["contribution"]))
        mine = parts[project]
        if any(part.body == key for part in mine):
            log(Reject(source.name, line, "the same organisation in the same project again", value=f"{key} {project}"))
            continue
        role = _ROLES.get(row["role"].lower(), EvidenceParty.PartyRole.PARTICIPANT)
        mine.append(_Part(key, role.value, contribution, line))
    nameless = {key for key, known in seen.items() if not known.names}
    for key in nameless:
        log(Reject(source.name, seen.pop(key).line, "an organisation without a name", value=key))
    if nameless:
        parts = {project: [part for part in mine if part.body not in nameless] for project, mine in parts.items()}
    return seen, parts


def _note(known: _Seen, row: dict[str, str], file: str, line: int, log: OnReject) -> None:
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


def _unify(
    region: Region, seen: dict[str, _Seen], registered: dict[str, _Registered], same_ids: list[tuple[str, ...]]
) -> Groups:
    """Group the ids of the files, and rows that the region has already, into bodies."""
    rows = dict(
        SourceRecord.objects.filter(region=region, source=SOURCE, source_id__in=seen).values_list(
            "source_id", "organisation_id"
        )
    )
    bodies = [_body(key, known, registered.get(key), rows.get(key)) for key, known in seen.items()]
    apart = NotTheSame.objects.filter(region=region).values_list("first_id", "second_id")
    return unify([*_existing(region, set(rows.values())), *bodies], same_ids, apart=apart)


def _body(key: str, known: _Seen, line: _Registered | None, organisation_id: int | None) -> Body:
    _street, postcode, town, _nuts, country = known.addresses.most_common(1)[0][0]
    name, *others = (name for name, _count in known.names.most_common())
    return Body(
        key=key,
        name=name,
        country=country,
        town=(line.place.municipality if line is not None else "") or town,
        postcode=postcode,
        website=_most(known.websites),
        vat=known.vat,
        organisation_id=organisation_id,
        spellings=tuple(others),
    )


def _existing(region: Region, known: set[int]) -> Iterator[Body]:
    """Bodies that the region has from elsewhere, for comparison by name."""
    rows = (
        Organisation.objects.filter(region=region)
        .exclude(pk__in=known)
        .prefetch_related("names", "sites")
        .order_by("pk")
    )
    for row in rows.iterator(chunk_size=2000):
        site = next(iter(row.sites.all()), None)
        yield Body(
            key=f"#{row.pk}",
            name=row.name,
            country=site.country_code if site is not None else "",
            town=site.municipality if site is not None else "",
            postcode=site.postcode if site is not None else "",
            website=row.website,
            organisation_id=row.pk,
            spellings=tuple(name.text for name in row.names.all()),
        )


def _added(counted: Iterable[Counter[str]]) -> Counter[str]:
    first, *others = counted
    return sum(others, first) if others else first


def _most(counted: Counter[str]) -> str:
    return counted.most_common(1)[0][0] if counted else ""


class _Bodies:
    """Groups of ids as organisations: which are in the region, and what each record says."""

    def __init__(
        self,
        region: Region,
        seen: dict[str, _Seen],
        registered: dict[str, _Registered],
        groups: Groups,
        nuts: str,
    ) -> None:
        self.region = region
        self._seen = seen
        self._registered = registered
        self._find = groups.find
        self._rows = groups.rows
        self.groups = {
            root: ids
            for root, keys in groups.members().items()
            if (ids := [key for key in keys if not key.startswith("#")])
        }
        self._inside = {root for root, ids in self.groups.items() if not nuts or self._is_within(ids, nuts)}

    def root(self, key: str) -> str:
        return self._find(key)

    def is_inside(self, key: str) -> bool:
        return self._find(key) in self._inside

    def select(self, parts: dict[str, list[_Part]], nuts: str) -> list[str]:
        """The bodies to write: of projects that somebody of the region takes part in, in a stable order."""
        wanted: dict[str, None] = {}
        for mine in parts.values():
            if not nuts or any(self.is_inside(part.body) for part in mine):
                wanted.update(dict.fromkeys(self._find(part.body) for part in mine))
        return list(wanted)

    def counts(self, wanted: list[str]) -> tuple[int, int]:
        """How many of these bodies are the region's, and how many are outside it."""
        inside = sum(root in self._inside for root in wanted)
        return inside, len(wanted) - inside

    def _is_within(self, ids: list[str], nuts: str) -> bool:
        for key in ids:
            line = self._registered.get(key)
            if line is not None and placing.is_within(line.place, nuts):
                return True
            if placing.is_within(_place(self._seen[key]), nuts):
                return True
        return False

    def record(self, root: str) -> OrganisationRecord:
        """The organisation that the ids of one group make."""
        ids = self.groups[root]
        seen = [self._seen[key] for key in ids]
        lines = [line for key in ids if (line := self._registered.get(key)) is not None]
        names, shorts = _added(known.names for known in seen), _added(known.shorts for known in seen)
        activity = _activity(seen, lines)
        place = self._best_place(seen, lines)
        country = place.country_code
        chosen = naming.best_spelling(names)
        kinds = (naming.legal_kind(name, country, activity) for name in (chosen, *names))
        kind = next((kind for kind in kinds if kind != LegalKind.UNKNOWN), LegalKind.UNKNOWN)
        pics = [key for key in ids if _is_pic(key)] + [line.pic for line in lines if line.pic]
        vats = [known.vat for known in seen if known.vat]
        identifiers = [(IdentifierScheme.PIC.value, pic) for pic in pics]
        identifiers += [(IdentifierScheme.VAT.value, vat) for vat in vats]
        website = next((_most(known.websites) for known in seen if known.websites), "")
        return OrganisationRecord(
            source_ids=tuple(ids),
            name=naming.readable(chosen, country, _most(shorts)),
            spellings=tuple(names),
            short_name=_most(shorts),
            helix_role=naming.helix_role(chosen, country, activity).value,
            legal_kind=kind.value,
            size=(Size.SME if any(known.is_sme for known in seen) else Size.UNKNOWN).value,
            website=website or next((web_address(line.website) for line in lines if line.website), ""),
            is_external=root not in self._inside,
            is_natural_person=kind == LegalKind.SOLE_TRADER,
            site=None if place.is_empty else _site(place),
            identifiers=tuple(dict.fromkeys(identifiers)),
            organisation_ids=tuple(sorted(self._rows.get(root, ()))),
        )

    def _best_place(self, seen: list[_Seen], lines: list[_Registered]) -> placing.Place:
        """The fullest address that one id states, with the register's municipality where that is the same town."""
        places = [_place(known) for known in seen]
        best = max(places, key=lambda place: (bool(place.municipality_code), _fullness(place)))
        for line in lines:
            registered = line.place
            if not registered.municipality_code or best.municipality_code:
                continue
            return placing.Place(
                street=best.street,
                postcode=best.postcode or registered.postcode,
                municipality=registered.municipality,
                municipality_code=registered.municipality_code,
                province_code=registered.province_code,
                nuts_code=best.nuts_code,
                country_code=best.country_code or registered.country_code,
            )
        return best


def _place(known: _Seen) -> placing.Place:
    """The address that most lines of an id state; among equals the fullest."""
    if len(known.addresses) == 1:
        street, postcode, town, nuts, country = next(iter(known.addresses))
        return placing.locate(street=street, postcode=postcode, town=town, nuts=nuts, country=country)
    most = max(known.addresses.values())
    stated = [cells for cells, count in known.addresses.items() if count == most]
    places = [
        placing.locate(street=street, postcode=postcode, town=town, nuts=nuts, country=country)
        for street, postcode, town, nuts, country in stated
    ]
    return max(places, key=_fullness)


def _fullness(place: placing.Place) -> int:
    return sum(
        bool(value)
        for value in (place.street, place.postcode, place.municipality, place.province_code, place.nuts_code)
    )


def _site(place: placing.Place) -> SiteRecord:
    return SiteRecord(
        street=place.street,
        postcode=place.postcode,
        municipality=place.municipality,
        municipality_code=place.municipality_code,
        province_code=place.province_code,
        nuts_code=place.nuts_code,
        country_code=place.country_code,
    )


def _activity(seen: list[_Seen], lines: list[_Registered]) -> str:
    """What most lines state; OTH, which says little, only where nothing else is stated."""
    counted = _added(known.activities for known in seen)
    counted = counted or Counter(line.activity for line in lines if line.activity)
    return max(counted, key=lambda code: (code != "OTH", counted[code], code), default="")


def _read_fields(
    region: Region, source: Source | None, project_ids: set[str], log: OnReject, result: CordisImport
) -> dict[str, tuple[int, ...]]:
    """EuroSciVoc concepts by project, as far as the scheme is loaded."""
    if source is None:
        return {}
    scheme = ConceptScheme.objects.usable_in(region).filter(slug="euroscivoc").first()
    if scheme is None:
        result.notes.append(f"{source.name} was left aside: the scheme euroscivoc is not loaded.")
        return {}
    by_code = {code.strip("/"): pk for pk, code in Concept.objects.filter(scheme=scheme).values_list("pk", "code")}
    found: dict[str, tuple[int, ...]] = {}
    for line, row in read_rows(source, _FIELD_COLUMNS, ("project", "code"), log):
        concept_id = by_code.get(row["code"].strip("/"))
        if row["project"] not in project_ids:
            log(Reject(source.name, line, "the project is not in the file of projects", value=row["project"]))
        elif concept_id is None:
            log(Reject(source.name, line, "not a concept of the scheme euroscivoc", "euroSciVocCode", row["code"]))
        elif concept_id not in found.get(row["project"], ()):
            found[row["project"]] = (*found.get(row["project"], ()), concept_id)
    return found


def _evidence(
    source: Source,
    chosen: set[str],
    parts: dict[str, list[_Part]],
    concepts: dict[str, tuple[int, ...]],
    log: OnReject,
    result: CordisImport,
) -> Iterator[EvidenceRecord]:
    """One record a project that was chosen, as the file of projects is streamed."""
    done: set[str] = set()
    for line, row in read_rows(source, _PROJECT_COLUMNS, ("id",), log):
        result.projects += 1
        key = row["id"]
        title = row["title"] or row["acronym"] or row["objective"][:120]
        if not key or not title:
            log(Reject(source.name, line, "no project id" if not key else "a project without title", value=key))
            continue
        if key in done:
            log(Reject(source.name, line, "the same project id again: the first one counts", value=key))
            continue
        done.add(key)
        if key not in parts:
            log(Reject(source.name, line, "no organisation takes part in this project", value=key))
            continue
        if key in chosen:
            yield _piece(row, title, line, source.name, parts.pop(key), concepts.get(key, ()), log)


def _piece(
    row: dict[str, str],
    title: str,
    line: int,
    file: str,
    parts: Iterable[_Part],
    concepts: tuple[int, ...],
    log: OnReject,
) -> EvidenceRecord:
    started_on = _day(row["start"], "startDate", line, file, log)
    ended_on = _day(row["end"], "endDate", line, file, log)
    if started_on is not None and ended_on is not None and ended_on < started_on:
        log(Reject(file, line, "ends before it starts", "endDate", row["end"]))
        ended_on = None
    title, text = _mended(title), _mended(row["objective"])
    return EvidenceRecord(
        source_id=row["id"],
        title=title,
        acronym="" if row["acronym"] == title else row["acronym"],
        text="" if text == title else text,
        # CORDIS publishes these exports in English; a text that is too short to tell is taken for that.
        language=detect(f"{title}. {text}", default="en"),
        started_on=started_on,
        ended_on=ended_on,
        programme=row["programme"],
        source_url=_address(row["id"], row["rcn"], row["programme"]),
        parties=tuple(PartyRecord(part.body, part.role, part.contribution) for part in parts),
        concepts=tuple(ConceptLink(concept_id) for concept_id in concepts),
    )


def _address(key: str, rcn: str, programme: str) -> str:
    """The page at CORDIS. Lists of FP7 results in brief carry the article's number as the project's id and rcn."""
    if not key.isdecimal():
        return ""
    kind = "article" if key == rcn and programme.upper() == "FP7" else "project"
    return f"https://cordis.europa.eu/{kind}/id/{key}"


def _mended(text: str) -> str:
    """Text with the few certain repairs of characters that the exports have lost."""
    text = text.replace("Sk?odowska", "Skłodowska")
    if "\ufffd" in text:
        text = re.sub(r"(?<=\s)\ufffd(?=\s)", "–", text)
        text = re.sub(r"(?<=\s)\ufffd(?=\w)|^\ufffd\s*|\s+\ufffd$", "", text)
    return text.strip()


_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d")


def _day(text: str, column: str, line: int, file: str, log: OnReject) -> date | None:
    if not text:
        return None
    for pattern in _DAYS:
        try:
            day = datetime.strptime(text.split("T")[0].split(" ")[0], pattern).date()
        except ValueError:
            continue
        if 1950 <= day.year <= 2100:
            return day
    log(Reject(file, line, "not a date", column, text))
    return None

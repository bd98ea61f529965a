# SPDX-License-Identifier: EUPL-1.2
"""What was seen of ids becomes bodies: grouped, placed, named, and chosen by where they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from filanda.directory.organisations.importers import naming, placing
from filanda.directory.organisations.importers.cordis.reading import SOURCE, Part, Registered, Seen, is_pic
from filanda.directory.organisations.importers.records import OrganisationRecord, SiteRecord, web_address
from filanda.directory.organisations.importers.unifying import Body, Groups, unify
from filanda.directory.organisations.models import (
    IdentifierScheme,
    LegalKind,
    NotTheSame,
    Organisation,
    Size,
    SourceRecord,
)
from filanda.kernel.regions.models import Region

__all__ = ["Bodies", "grouped"]


def grouped(
    region: Region, seen: dict[str, Seen], registered: dict[str, Registered], same_ids: list[tuple[str, ...]]
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


def _body(key: str, known: Seen, line: Registered | None, organisation_id: int | None) -> Body:
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


class Bodies:
    """Groups of ids as organisations: which are in the region, and what each record says."""

    def __init__(
        self,
        region: Region,
        seen: dict[str, Seen],
        registered: dict[str, Registered],
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

    def select(self, parts: dict[str, list[Part]], nuts: str) -> list[str]:
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
        pics = [key for key in ids if is_pic(key)] + [line.pic for line in lines if line.pic]
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

    def _best_place(self, seen: list[Seen], lines: list[Registered]) -> placing.Place:
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


def _place(known: Seen) -> placing.Place:
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


def _activity(seen: list[Seen], lines: list[Registered]) -> str:
    """What most lines state; OTH, which says little, only where nothing else is stated."""
    counted = _added(known.activities for known in seen)
    counted = counted or Counter(line.activity for line in lines if line.activity)
    return max(counted, key=lambda code: (code != "OTH", counted[code], code), default="")

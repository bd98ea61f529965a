# SPDX-License-Identifier: EUPL-1.2
"""Reads across organisations and evidence that pages, the API and exports are made from.

All of them need an active region, honour `visible_to(actor)`, and cost a constant number of queries:
`organisation_cards` 1, `evidence_cards` 1, `organisation_page` 4, whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject
from django.utils.text import slugify
from django.utils.translation import get_language

from filanda.directory.organisations.models import (
    ConceptOrigin,
    Evidence,
    EvidenceConcept,
    EvidenceKind,
    EvidenceLink,
    EvidenceParty,
    HelixRole,
    Identifier,
    LegalKind,
    MergedOrganisation,
    Organisation,
    OrganisationConcept,
    OrganisationName,
    Site,
    Size,
    SourceRecord,
)
from filanda.directory.taxonomies.models import label_in
from filanda.kernel.database import compiled
from filanda.kernel.identity.actors import Actor
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.ui import shapes

__all__ = [
    "Card",
    "ConceptCard",
    "EvidenceCard",
    "OrganisationPage",
    "PartnerCard",
    "PartyCard",
    "SiteCard",
    "evidence_cards",
    "merged_into",
    "organisation_cards",
    "organisation_page",
    "slug_of",
]

PARTNERS_SHOWN = 12
CONCEPTS_SHOWN = 40
EVIDENCE_PER_PAGE = 10


_TAKEN = frozenset({"manage", "say"})  # last parts of addresses that are not an organisation's page


def slug_of(name: str) -> str:
    """The words of an organisation's address, for readers: the id alone finds it."""
    slug = slugify(name)[:80] or "-"
    return f"{slug}-" if slug in _TAKEN else slug


@dataclass(frozen=True, slots=True)
class Card:
    """An organisation in a list. `municipality`, `province` and `province_code` are "" when unknown."""

    id: int
    name: str
    short_name: str
    helix_role: str
    legal_kind: str
    size: str
    state: str
    municipality: str
    province_code: str
    province: str
    evidence_count: int

    @property
    def slug(self) -> str:
        return slug_of(self.name)

    @property
    def helix_label(self) -> str:
        return str(HelixRole(self.helix_role).label)

    @property
    def size_label(self) -> str:
        return str(Size(self.size).label)


@dataclass(frozen=True, slots=True)
class PartyCard:
    """Somebody in a piece of evidence. `organisation_id` is None where there is no page to link to."""

    organisation_id: int | None
    name: str
    role: str
    helix_role: str
    country_code: str = ""

    @property
    def slug(self) -> str:
        return slug_of(self.name)


@dataclass(frozen=True, slots=True)
class PartnerCard:
    """A body that another one worked with. `organisation_id` is None for bodies outside the region: no link."""

    organisation_id: int | None
    name: str
    helix_role: str
    country_code: str
    shared: int

    @property
    def slug(self) -> str:
        return slug_of(self.name)


@dataclass(frozen=True, slots=True)
class ConceptCard:
    """A concept of an organisation or of its evidence. `origin` is the best known: stated, confirmed, suggested.

    `evidence_count`: pieces of evidence that carry it (0 when only the organisation itself does).
    """

    concept_id: int
    scheme: str
    code: str
    label: str
    origin: str
    evidence_count: int = 0

    @property
    def is_suggested(self) -> bool:
        return self.origin == ConceptOrigin.SUGGESTED


@dataclass(frozen=True, slots=True)
class EvidenceCard:
    """A piece of evidence in a list, with its parties: coordinator first, then by name; hidden bodies left out."""

    id: int
    kind: str
    title: str
    acronym: str
    text: str
    language: str
    started_on: date | None
    ended_on: date | None
    programme: str
    source: str
    source_id: str
    source_url: str
    parties: tuple[PartyCard, ...] = ()
    concepts: tuple[ConceptCard, ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    @property
    def kind_label(self) -> str:
        return str(EvidenceKind(self.kind).label)

    @property
    def years(self) -> str:
        """ "2015–2018", "2015", or "" when unknown."""
        first = str(self.started_on.year) if self.started_on else ""
        last = str(self.ended_on.year) if self.ended_on else ""
        return f"{first}–{last}" if first and last and first != last else first or last


@dataclass(frozen=True, slots=True)
class SiteCard:
    street: str
    postcode: str
    municipality: str
    municipality_code: str
    province_code: str
    province: str
    nuts_code: str
    country_code: str
    latitude: float | None
    longitude: float | None
    is_main: bool


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """Everything the page of one organisation shows, apart from similar organisations (capabilities.matching)."""

    card: Card
    legal_kind: str
    website: str
    description: str
    description_language: str
    languages: list[str]
    is_natural_person: bool
    is_hidden: bool
    updated_at: datetime
    sites: list[SiteCard]
    identifiers: list[tuple[str, str]]
    other_names: list[str]
    sources: list[tuple[str, str]]
    evidence: list[EvidenceCard]
    evidence_total: int
    evidence_by_kind: dict[str, int]
    page: int
    pages: int
    partners: list[PartnerCard]
    concepts: list[ConceptCard] = field(default_factory=list)

    @property
    def main_site(self) -> SiteCard | None:
        return self.sites[0] if self.sites else None

    @property
    def legal_kind_label(self) -> str:
        return str(LegalKind(self.legal_kind).label)


def organisation_cards(ids: Iterable[int], actor: Actor) -> dict[int, Card]:
    """Cards of those organisations among `ids` that `actor` may see, by id, in the order of `ids`. One query."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    rows = compiled.rows(
        ("cards", *_sight(actor)),
        lambda pks: _card_rows(Organisation.objects.visible_to(actor).filter(pk__in=pks)),
        wanted,
    )
    found = {row["id"]: _card(row) for row in rows}
    return {pk: found[pk] for pk in wanted if pk in found}


def _sight(actor: Actor) -> tuple[object, ...]:
    """What the rows that `actor` sees depend on, beside the query: for queries that are compiled once."""
    return active_region().pk, actor.is_platform, actor.account_id, actor.roles, actor.scope_ids("organisation")


def evidence_cards(ids: Iterable[int], actor: Actor, *, with_parties: bool = True) -> dict[int, EvidenceCard]:
    """Cards of those pieces of evidence among `ids` that `actor` may see, by id, in the order of `ids`. One query."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    rows = compiled.rows(
        ("evidence", with_parties, *_sight(actor)),
        lambda pks: _evidence_rows(
            Evidence.objects.visible_to(actor).filter(pk__in=pks), actor, with_parties=with_parties
        ),
        wanted,
    )
    found = {row["id"]: _evidence_card(row) for row in rows}
    return {pk: found[pk] for pk in wanted if pk in found}


def organisation_page(
    organisation_id: int, actor: Actor, *, page: int = 1, per_page: int = EVIDENCE_PER_PAGE, kind: str = ""
) -> OrganisationPage | None:
    """The organisation's page, or None if there is none that `actor` may see. Four queries.

    page: page of its evidence, newest first, undated last; out of range becomes the nearest one.
    kind: show evidence of this kind alone ("" or a kind it has none of: all); the totals stay those of all kinds.
    """
    sight = _sight(actor)
    found = compiled.rows(
        ("page", *sight),
        lambda pks: _page_rows(Organisation.objects.visible_to(actor).filter(pk=pks[0])),
        [organisation_id],
    )
    if not found:
        return None
    row = found[0]
    by_kind = {entry["kind"]: entry["count"] for entry in row["kinds"]}
    total = sum(by_kind.values())
    pages = max(1, -(-by_kind.get(kind, total) // per_page))
    page = min(max(1, page), pages)
    shown = kind if kind in by_kind else ""

    def evidence(pks: Sequence[int]) -> QuerySet[Evidence, Any]:
        pieces = Evidence.objects.filter(parties__organisation=pks[0])
        if shown:
            pieces = pieces.filter(kind=shown)
        pieces = pieces.order_by(F("started_on").desc(nulls_last=True), "-pk")
        return _evidence_rows(pieces[(page - 1) * per_page : page * per_page], actor)

    return OrganisationPage(
        card=_card(row | {"evidence_count": total}),
        legal_kind=row["legal_kind"],
        website=row["website"],
        description=row["description"],
        description_language=row["description_language"],
        languages=list(row["languages"]),
        is_natural_person=row["is_natural_person"],
        is_hidden=row["hidden_at"] is not None,
        updated_at=row["updated_at"],
        sites=[_site(site) for site in row["all_sites"]],
        identifiers=[(entry["scheme"], entry["value"]) for entry in row["all_identifiers"]],
        other_names=[name for name in row["all_names"] if name != row["name"]],
        sources=[(entry["source"], entry["source_id"]) for entry in row["all_sources"]],
        evidence=[
            _evidence_card(piece)
            for piece in compiled.rows(("pieces", shown, page, per_page, *sight), evidence, [organisation_id])
        ],
        evidence_total=total,
        evidence_by_kind=by_kind,
        page=page,
        pages=pages,
        partners=_partners(organisation_id, actor),
        concepts=_concepts(organisation_id, row["own_concepts"]),
    )


def _province_name(code: str) -> str:
    """The province's name in the reader's language, from the region's shapes; "" when they do not know it."""
    if not code:
        return ""
    language = (get_language() or "it").split("-")[0]
    region = active_region()
    drawn = shapes.load(region.shapes) if region.shapes else None
    for area in drawn["areas"] if drawn else ():
        if code in (area["code"], area["short"]):
            return str(area["name"].get(language) or area["name"]["it"])
    return ""


def _main_site() -> Subquery:
    main = Site.objects.filter(organisation=OuterRef("pk"), is_main=True).order_by()
    return Subquery(main.values(found=JSONObject(municipality="municipality", province="province_code"))[:1])


def _card_rows(organisations: QuerySet[Organisation]) -> QuerySet[Organisation, Any]:
    counted = (
        EvidenceParty.objects.filter(organisation=OuterRef("pk"))
        .order_by()
        .values("organisation")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return organisations.values(
        "id",
        "name",
        "short_name",
        "helix_role",
        "legal_kind",
        "size",
        "state",
        site=_main_site(),
        evidence_count=Coalesce(Subquery(counted), Value(0)),
    )


def _card(row: dict[str, Any]) -> Card:
    site = row["site"] or {"municipality": "", "province": ""}
    return Card(
        id=row["id"],
        name=row["name"],
        short_name=row["short_name"],
        helix_role=row["helix_role"],
        legal_kind=row["legal_kind"],
        size=row["size"],
        state=row["state"],
        municipality=site["municipality"],
        province_code=site["province"],
        province=_province_name(site["province"]),
        evidence_count=row["evidence_count"],
    )


def _nameable(actor: Actor, prefix: str = "organisation__") -> Q:
    """Parties that may be named to `actor`: bodies outside the region, and those of the region that are visible."""
    if actor.is_platform or actor.roles & {"facilitator", "region_administrator"}:
        return Q()
    named = Q(**{f"{prefix}hidden_at__isnull": True})
    own = actor.scope_ids("organisation")
    return named | Q(**{f"{prefix.removesuffix('__')}__in": own}) if own else named


def _country() -> Subquery:
    sites = Site.objects.filter(organisation=OuterRef("organisation_id"), is_main=True).order_by()
    return Subquery(sites.values("country_code")[:1])


def _evidence_rows(evidence: QuerySet[Evidence], actor: Actor, *, with_parties: bool = True) -> QuerySet[Evidence, Any]:
    parts: dict[str, Any] = {}
    if with_parties:
        parties = (
            EvidenceParty.objects.filter(_nameable(actor), evidence=OuterRef("pk"))
            .order_by("role", "organisation__sort_key", "pk")
            .values(
                found=JSONObject(
                    id="organisation_id",
                    name="organisation__name",
                    role="role",
                    helix_role="organisation__helix_role",
                    is_external="organisation__is_external",
                    country=_country(),
                )
            )
        )
        concepts = (
            EvidenceConcept.objects.filter(evidence=OuterRef("pk"))
            .order_by("concept__scheme__slug", "concept__position", "concept__code")
            .values(
                found=JSONObject(
                    id="concept_id",
                    scheme="concept__scheme__slug",
                    code="concept__code",
                    labels="concept__labels",
                    origin="origin",
                )
            )
        )
        links = EvidenceLink.objects.filter(evidence=OuterRef("pk")).order_by("pk")
        parts = {
            "all_parties": ArraySubquery(parties),
            "all_concepts": ArraySubquery(concepts),
            "all_links": ArraySubquery(links.values(found=JSONObject(url="url", label="label"))),
        }
    return evidence.values(
        "id",
        "kind",
        "title",
        "acronym",
        "text",
        "language",
        "started_on",
        "ended_on",
        "programme",
        "source",
        "source_id",
        "source_url",
        **parts,
    )


def _evidence_card(row: dict[str, Any]) -> EvidenceCard:
    return EvidenceCard(
        id=row["id"],
        kind=row["kind"],
        title=row["title"],
        acronym=row["acronym"],
        text=row["text"],
        language=row["language"],
        started_on=row["started_on"],
        ended_on=row["ended_on"],
        programme=row["programme"],
        source=row["source"],
        source_id=row["source_id"],
        source_url=row["source_url"],
        parties=tuple(
            PartyCard(
                organisation_id=None if party["is_external"] else party["id"],
                name=party["name"],
                role=party["role"],
                helix_role=party["helix_role"],
                country_code=party["country"] or "",
            )
            for party in row.get("all_parties", ())
        ),
        concepts=tuple(
            ConceptCard(
                concept_id=concept["id"],
                scheme=concept["scheme"],
                code=concept["code"],
                label=label_in(concept["labels"]) or concept["code"],
                origin=concept["origin"],
            )
            for concept in row.get("all_concepts", ())
        ),
        links=tuple((link["url"], link["label"]) for link in row.get("all_links", ())),
    )


def _page_rows(organisations: QuerySet[Organisation]) -> QuerySet[Organisation, Any]:
    mine = OuterRef("pk")
    sites = Site.objects.filter(organisation=mine).order_by("-is_main", "pk")
    kinds = (
        EvidenceParty.objects.filter(organisation=mine)
        .order_by()
        .values("evidence__kind")
        .annotate(n=Count("pk"))
        .values(found=JSONObject(kind="evidence__kind", count="n"))
    )
    own_concepts = OrganisationConcept.objects.filter(organisation=mine).order_by(
        "concept__scheme__slug", "concept__position", "concept__code"
    )
    return organisations.values(
        "id",
        "name",
        "short_name",
        "helix_role",
        "legal_kind",
        "size",
        "state",
        "website",
        "description",
        "description_language",
        "languages",
        "is_natural_person",
        "hidden_at",
        "updated_at",
        site=_main_site(),
        all_sites=ArraySubquery(
            sites.values(
                found=JSONObject(
                    street="street",
                    postcode="postcode",
                    municipality="municipality",
                    municipality_code="municipality_code",
                    province_code="province_code",
                    nuts_code="nuts_code",
                    country_code="country_code",
                    latitude="latitude",
                    longitude="longitude",
                    is_main="is_main",
                )
            )
        ),
        all_identifiers=ArraySubquery(
            Identifier.objects.filter(organisation=mine)
            .order_by("scheme", "value")
            .values(found=JSONObject(scheme="scheme", value="value"))
        ),
        all_names=ArraySubquery(OrganisationName.objects.filter(organisation=mine).order_by("text").values("text")),
        all_sources=ArraySubquery(
            SourceRecord.objects.filter(organisation=mine)
            .order_by("source", "source_id")
            .values(found=JSONObject(source="source", source_id="source_id"))
        ),
        kinds=ArraySubquery(kinds),
        own_concepts=ArraySubquery(
            own_concepts.values(
                found=JSONObject(
                    id="concept_id",
                    scheme="concept__scheme__slug",
                    code="concept__code",
                    labels="concept__labels",
                    origin="origin",
                )
            )
        ),
    )


def _site(entry: dict[str, Any]) -> SiteCard:
    return SiteCard(province=_province_name(entry["province_code"]), **entry)


def _partners(organisation_id: int, actor: Actor) -> list[PartnerCard]:
    def partners(pks: Sequence[int]) -> QuerySet[EvidenceParty, Any]:
        return (
            EvidenceParty.objects.filter(_nameable(actor), evidence__parties__organisation=pks[0])
            .exclude(organisation=pks[0])
            .order_by()
            .values("organisation_id", "organisation__name", "organisation__helix_role", "organisation__is_external")
            .annotate(shared=Count("pk"), country=_country())
            .order_by("-shared", "organisation__sort_key")[:PARTNERS_SHOWN]
        )

    return [
        PartnerCard(
            organisation_id=None if row["organisation__is_external"] else row["organisation_id"],
            name=row["organisation__name"],
            helix_role=row["organisation__helix_role"],
            country_code=row["country"] or "",
            shared=row["shared"],
        )
        for row in compiled.rows(("partners", *_sight(actor)), partners, [organisation_id])
    ]


_ORIGINS = [ConceptOrigin.CONFIRMED, ConceptOrigin.STATED, ConceptOrigin.SUGGESTED]


def _concepts(organisation_id: int, own: list[dict[str, Any]]) -> list[ConceptCard]:
    """The organisation's own concepts first, then those of its evidence, most carried first."""
    found: dict[int, ConceptCard] = {}
    for entry in own:
        label = label_in(entry["labels"]) or entry["code"]
        found[entry["id"]] = ConceptCard(entry["id"], entry["scheme"], entry["code"], label, entry["origin"])

    def carried(pks: Sequence[int]) -> QuerySet[EvidenceConcept, Any]:
        return (
            EvidenceConcept.objects.filter(evidence__parties__organisation=pks[0])
            .order_by()
            .values("concept_id", "concept__scheme__slug", "concept__code", "concept__labels", "origin")
            .annotate(n=Count("pk"))
            .order_by("-n", "concept__code")[: 3 * CONCEPTS_SHOWN]
        )

    for row in compiled.rows(("concepts", active_region().pk), carried, [organisation_id]):
        known = found.get(row["concept_id"])
        origins = {row["origin"]} | ({known.origin} if known else set())
        found[row["concept_id"]] = ConceptCard(
            concept_id=row["concept_id"],
            scheme=row["concept__scheme__slug"],
            code=row["concept__code"],
            label=label_in(row["concept__labels"]) or row["concept__code"],
            origin=next(str(origin) for origin in _ORIGINS if origin in origins),
            evidence_count=row["n"] + (known.evidence_count if known else 0),
        )
    return list(found.values())[:CONCEPTS_SHOWN]


def merged_into(organisation_id: int, actor: Actor) -> int | None:
    """The organisation that a merged one has become, if `actor` may see it. One query."""
    merged = MergedOrganisation.objects.filter(
        old_id=organisation_id, organisation__in=Organisation.objects.visible_to(actor)
    )
    return merged.values_list("organisation_id", flat=True).first()

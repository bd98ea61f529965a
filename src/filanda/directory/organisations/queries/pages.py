# SPDX-License-Identifier: EUPL-1.2
"""The page of one organisation, in four queries whatever the number of rows. It needs an active region and honours
`visible_to(actor)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from filanda.directory.organisations.models import (
    ConceptOrigin,
    Evidence,
    EvidenceConcept,
    EvidenceParty,
    Identifier,
    MergedOrganisation,
    Organisation,
    OrganisationConcept,
    OrganisationName,
    Site,
    SourceRecord,
)
from filanda.directory.organisations.queries.cards import (
    ConceptCard,
    OrganisationPage,
    PartnerCard,
    SiteCard,
    province_name,
)
from filanda.directory.organisations.queries.listing import (
    card_of,
    country_of_party,
    evidence_card_of,
    evidence_rows,
    main_site,
    nameable,
    sight_of,
)
from filanda.directory.taxonomies.models import label_in
from filanda.kernel.database import compiled
from filanda.kernel.identity.actors import Actor
from filanda.kernel.regions.scoped import active_region

__all__ = ["EVIDENCE_PER_PAGE", "merged_into", "organisation_page"]


PARTNERS_SHOWN = 12
CONCEPTS_SHOWN = 40
EVIDENCE_PER_PAGE = 10


def organisation_page(
    organisation_id: int, actor: Actor, *, page: int = 1, per_page: int = EVIDENCE_PER_PAGE, kind: str = ""
) -> OrganisationPage | None:
    """The organisation's page, or None if there is none that `actor` may see. Four queries.

    page: page of its evidence, newest first, undated last; out of range becomes the nearest one.
    kind: show evidence of this kind alone ("" or a kind it has none of: all); the totals stay those of all kinds.
    """
    sight = sight_of(actor)
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
        return evidence_rows(pieces[(page - 1) * per_page : page * per_page], actor)

    return OrganisationPage(
        card=card_of(row | {"evidence_count": total}),
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
            evidence_card_of(piece)
            for piece in compiled.rows(("pieces", shown, page, per_page, *sight), evidence, [organisation_id])
        ],
        evidence_total=total,
        evidence_by_kind=by_kind,
        page=page,
        pages=pages,
        partners=_partners(organisation_id, actor),
        concepts=_concepts(organisation_id, row["own_concepts"]),
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
        site=main_site(),
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
    return SiteCard(province=province_name(entry["province_code"]), **entry)


def _partners(organisation_id: int, actor: Actor) -> list[PartnerCard]:
    def partners(pks: Sequence[int]) -> QuerySet[EvidenceParty, Any]:
        return (
            EvidenceParty.objects.filter(nameable(actor), evidence__parties__organisation=pks[0])
            .exclude(organisation=pks[0])
            .order_by()
            .values("organisation_id", "organisation__name", "organisation__helix_role", "organisation__is_external")
            .annotate(shared=Count("pk"), country=country_of_party())
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
        for row in compiled.rows(("partners", *sight_of(actor)), partners, [organisation_id])
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

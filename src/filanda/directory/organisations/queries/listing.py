# SPDX-License-Identifier: EUPL-1.2
"""Cards of organisations and of evidence, one query each, with the parts of queries that a whole page needs too.

All need an active region and honour `visible_to(actor)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject

from filanda.directory.organisations.models import (
    Evidence,
    EvidenceConcept,
    EvidenceLink,
    EvidenceParty,
    Organisation,
    Site,
)
from filanda.directory.organisations.queries.cards import (
    Card,
    ConceptCard,
    EvidenceCard,
    PartyCard,
    province_name,
    slug_of,
)
from filanda.directory.taxonomies.models import label_in
from filanda.kernel.database import compiled
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import ThingLine
from filanda.kernel.regions.scoped import active_region

__all__ = [
    "card_of",
    "country_of_party",
    "evidence_card_of",
    "evidence_cards",
    "evidence_rows",
    "lines",
    "main_site",
    "nameable",
    "organisation_cards",
    "sight_of",
]


def organisation_cards(ids: Iterable[int], actor: Actor) -> dict[int, Card]:
    """Cards of those organisations among `ids` that `actor` may see, by id, in the order of `ids`. One query."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    rows = compiled.rows(
        ("cards", *sight_of(actor)),
        lambda pks: _card_rows(Organisation.objects.visible_to(actor).filter(pk__in=pks)),
        wanted,
    )
    found = {row["id"]: card_of(row) for row in rows}
    return {pk: found[pk] for pk in wanted if pk in found}


def evidence_cards(ids: Iterable[int], actor: Actor, *, with_parties: bool = True) -> dict[int, EvidenceCard]:
    """Cards of those pieces of evidence among `ids` that `actor` may see, by id, in the order of `ids`. One query."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    rows = compiled.rows(
        ("evidence", with_parties, *sight_of(actor)),
        lambda pks: evidence_rows(
            Evidence.objects.visible_to(actor).filter(pk__in=pks), actor, with_parties=with_parties
        ),
        wanted,
    )
    found = {row["id"]: evidence_card_of(row) for row in rows}
    return {pk: found[pk] for pk in wanted if pk in found}


def sight_of(actor: Actor) -> tuple[object, ...]:
    """What the rows that `actor` sees depend on, beside the query: for queries that are compiled once."""
    return active_region().pk, actor.is_platform, actor.account_id, actor.roles, actor.scope_ids("organisation")


def main_site() -> Subquery:
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
        site=main_site(),
        evidence_count=Coalesce(Subquery(counted), Value(0)),
    )


def card_of(row: dict[str, Any]) -> Card:
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
        province=province_name(site["province"]),
        evidence_count=row["evidence_count"],
    )


def nameable(actor: Actor, prefix: str = "organisation__") -> Q:
    """Parties that may be named to `actor`: bodies outside the region, and those of the region that are visible."""
    if actor.is_platform or actor.roles & {"facilitator", "region_administrator"}:
        return Q()
    named = Q(**{f"{prefix}hidden_at__isnull": True})
    own = actor.scope_ids("organisation")
    return named | Q(**{f"{prefix.removesuffix('__')}__in": own}) if own else named


def country_of_party() -> Subquery:
    sites = Site.objects.filter(organisation=OuterRef("organisation_id"), is_main=True).order_by()
    return Subquery(sites.values("country_code")[:1])


def evidence_rows(evidence: QuerySet[Evidence], actor: Actor, *, with_parties: bool = True) -> QuerySet[Evidence, Any]:
    parts: dict[str, Any] = {}
    if with_parties:
        parties = (
            EvidenceParty.objects.filter(nameable(actor), evidence=OuterRef("pk"))
            .order_by("role", "organisation__sort_key", "pk")
            .values(
                found=JSONObject(
                    id="organisation_id",
                    name="organisation__name",
                    role="role",
                    helix_role="organisation__helix_role",
                    is_external="organisation__is_external",
                    country=country_of_party(),
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


def evidence_card_of(row: dict[str, Any]) -> EvidenceCard:
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


def lines(actor: Actor, ids: Sequence[int]) -> Mapping[int, ThingLine]:
    """Those of `ids` that `actor` may see. One query."""
    return {
        row.pk: ThingLine(
            kind="organisation",
            id=row.pk,
            title=row.name,
            url_name="finder:organisation",
            url_args=(row.pk, slug_of(row.name)),
            audience="public",
        )
        for row in Organisation.objects.visible_to(actor).filter(pk__in=ids)
    }

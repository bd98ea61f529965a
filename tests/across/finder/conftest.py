# SPDX-License-Identifier: EUPL-1.2
"""A small region with an index of its own: bodies that are seen, one that is hidden, one from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils.timezone import now

from filanda.capabilities.search.engine import search_index
from filanda.capabilities.search.index import Checkpoint, Shard
from filanda.directory.organisations.models import (
    Evidence,
    EvidenceParty,
    Identifier,
    Organisation,
    OrganisationConcept,
    OrganisationName,
    Site,
)
from filanda.directory.organisations.search import evidence_documents, organisation_documents
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.identity.models import Account, RoleGrant
from filanda.kernel.kept import forget_all
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.text.folding import sort_key
from tests.signing import sign_in


def body(region: Region, name: str, **fields: object) -> Organisation:
    """An organisation at Orsago in the first province of the invented shapes."""
    fields = {"helix_role": "industry", "legal_kind": "company", "size": "small"} | fields
    made: Organisation = Organisation.objects.create(region=region, name=name, sort_key=sort_key(name), **fields)
    Site.objects.create(
        region=region,
        organisation=made,
        street="Via Roma 1",
        municipality="Orsago",
        province_code="XA01",
        country_code="IT",
    )
    return made


def piece(region: Region, title: str, *parties: Organisation, text: str = "", **fields: object) -> Evidence:
    """A project with its partners, the first one coordinating."""
    fields = {"kind": "project", "language": "it", "started_on": date(2020, 1, 1)} | fields
    made: Evidence = Evidence.objects.create(
        region=region, title=title, text=text, source="test", source_id=title, **fields
    )
    for place, party in enumerate(parties):
        role = "participant" if place else "coordinator"
        EvidenceParty.objects.create(region=region, evidence=made, organisation=party, role=role)
    return made


def index(region: Region) -> None:
    """Put everything of the region into its shards, as the indexer does."""
    with in_region(region):
        sources = {
            "organisation": organisation_documents(list(Organisation.objects.values_list("pk", flat=True))),
            "evidence": evidence_documents(list(Evidence.objects.values_list("pk", flat=True))),
        }
        for kind, documents in sources.items():
            shard = Shard(region.pk, kind)
            writer, _checkpoint = search_index().rebuild(shard, Checkpoint(0))
            writer.upsert(documents)
            writer.commit(Checkpoint(1))
            writer.close()
            search_index().swap(shard)
    # Readers look for newer commits once a second.
    search_index().refresh()


@pytest.fixture
def indexed(region: Region, other_region: Region) -> Iterator[Callable[[Region], None]]:
    """`indexed(region)` builds its index anew; all are removed after the test."""
    forget_all()
    yield index
    for one in (region, other_region):
        for kind in ("organisation", "evidence"):
            search_index().drop(Shard(one.pk, kind))


@pytest.fixture
def place(region: Region, other_region: Region, indexed: Callable[[Region], None]) -> SimpleNamespace:
    """Three bodies that visitors see, one hidden, one from outside; one of the other region, not indexed."""
    dairy = body(
        region, "Caseificio Valdorsa", description="Formaggi **freschi** dal 1950.", website="https://latte.example"
    )
    laboratory = body(region, "Laboratorio Microbi", helix_role="academia", legal_kind="research_body")
    town = body(region, "Comune di Orsago", helix_role="government", legal_kind="public_body", size="unknown")
    hidden = body(region, "Segretissima Srl", hidden_at=now())
    outside = body(region, "Dairy of Elsewhere", is_external=True)
    OrganisationName.objects.create(region=region, organisation=dairy, text="CASEIFICIO VALDORSA SPA")
    Identifier.objects.create(region=region, organisation=dairy, scheme="vat", value="IT00000000000")
    scheme = ConceptScheme.objects.create(region=region, slug="s3", labels={"it": "Ecosistemi", "en": "Ecosystems"})
    food = Concept.objects.create(scheme=scheme, code="FOOD", labels={"it": "Nutrizione", "en": "Nutrition"})
    topic = Concept.objects.create(
        scheme=scheme, code="FOOD.1", labels={"it": "Latte", "en": "Milk"}, broader=food, ancestor_ids=[food.pk]
    )
    OrganisationConcept.objects.create(region=region, organisation=dairy, concept=topic, origin="suggested", score=0.9)
    sensors = piece(
        region,
        "Sensori per il latte",
        dairy,
        laboratory,
        hidden,
        outside,
        text="Misuriamo i batteri nel latte in linea. I sensori non fermano la produzione. Risultati buoni.",
    )
    cheese = piece(
        region, "Fresh cheese line", dairy, text="A line that packs fresh cheese.", language="en", kind="product"
    )
    secret = piece(region, "Progetto segretissimo", hidden, text="Batteri segreti nel latte.")
    with in_region(other_region):
        stranger = body(other_region, "Caseificio Straniero")
        piece(other_region, "Latte straniero", stranger, text="Batteri stranieri nel latte.")
    indexed(region)
    return SimpleNamespace(
        dairy=dairy,
        laboratory=laboratory,
        town=town,
        hidden=hidden,
        outside=outside,
        stranger=stranger,
        sensors=sensors,
        cheese=cheese,
        secret=secret,
    )


@pytest.fixture
def other_client(other_region: Region) -> Client:
    """A visitor of the other region."""
    return Client(headers={"host": "other.example"})


@pytest.fixture
def staff_client(region: Region) -> Client:
    """A facilitator of the test region, signed in."""
    account = Account.objects.create_account(email="facilitator@example.org")
    RoleGrant.objects.create(region=region, account=account, role="facilitator")
    client = Client(headers={"host": "test.example"})
    return sign_in(client, account)

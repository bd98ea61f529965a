# SPDX-License-Identifier: EUPL-1.2
"""The invented region: complete, varied, the same everywhere, and plainly invented."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db.models import Count

from filanda.directory.organisations.demo.seeds import seed_demo
from filanda.directory.organisations.models import (
    Evidence,
    EvidenceConcept,
    EvidenceKind,
    HelixRole,
    Organisation,
    Site,
)
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import Account, RoleGrant
from filanda.kernel.journal.models import Event
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.ui import shapes


@pytest.fixture
def altariva(db):
    seed_demo(PLATFORM)
    region = Region.objects.get(slug="altariva")
    with in_region(region):
        yield region


def test_the_invented_region_has_sixty_organisations_and_three_hundred_pieces(altariva):
    assert (Organisation.objects.count(), Evidence.objects.count()) == (60, 300)
    assert altariva.is_invented
    assert [host.host for host in altariva.hosts.all()] == ["altariva.localhost"]
    assert set(Organisation.objects.values_list("helix_role", flat=True)) == set(HelixRole.values) - {"unknown"}
    assert set(Evidence.objects.values_list("kind", flat=True)) == set(EvidenceKind.values)
    assert Counter(Evidence.objects.values_list("language", flat=True)) == {"it": 240, "en": 60}


def test_no_two_titles_or_texts_are_equal_and_none_is_short(altariva):
    texts = list(Evidence.objects.values_list("text", flat=True))
    titles = list(Evidence.objects.values_list("title", flat=True))
    assert len(set(texts)) == len(texts)
    assert len(set(titles)) == len(titles)
    assert min(len(text) for text in texts) > 120
    assert not any("{" in text for text in texts)


def test_every_organisation_shows_something_and_sits_in_a_province_of_the_map(altariva):
    counted = Organisation.objects.annotate(pieces=Count("parties"))
    assert [body.name for body in counted if body.pieces < 3] == []
    drawn = {area["code"] for area in shapes.load("altariva")["areas"]}
    assert set(Site.objects.values_list("province_code", flat=True)) == drawn
    assert Organisation.objects.filter(concept_links=None).count() == 0


def test_what_a_machine_would_suggest_is_labelled(altariva):
    assert set(EvidenceConcept.objects.values_list("origin", flat=True)) == {"stated", "suggested"}
    assert not EvidenceConcept.objects.filter(origin="stated", score__isnull=False).exists()


def test_people_are_invented_and_have_addresses_that_reach_nobody(altariva):
    people = Account.objects.filter(role_grants__region=altariva)
    assert sorted(RoleGrant.objects.values_list("role", flat=True)) == ["facilitator", "region_administrator"]
    assert all(person.is_invented and person.email.endswith(".example.org") for person in people)
    assert all(".example.org" in address for address in Organisation.objects.values_list("website", flat=True))


def test_seeding_again_changes_nothing_and_what_is_missing_comes_back(altariva):
    events, names = Event.objects.count(), set(Organisation.objects.values_list("pk", "name"))
    assert seed_demo(PLATFORM) is None
    assert (Event.objects.count(), set(Organisation.objects.values_list("pk", "name"))) == (events, names)
    Evidence.objects.filter(source_id="07-pilot").delete()
    report = seed_demo(PLATFORM)
    assert (report.evidence_created, report.evidence_unchanged, report.organisations_created) == (1, 299, 0)

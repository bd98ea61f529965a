# SPDX-License-Identifier: EUPL-1.2
"""Topics suggested, confirmed, refused and taken away."""

from __future__ import annotations

import pytest

from filanda.across.ownership.suggesting import offers
from filanda.directory.organisations.models import Organisation, OrganisationConcept, RefusedConcept
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.identity.models import Role


@pytest.fixture
def weaving(region, body):
    scheme = ConceptScheme.objects.create(slug="ateco", labels={"it": "ATECO", "en": "ATECO"})
    made = [
        Concept.objects.create(
            scheme=scheme, code=f"13.{n}", labels={"it": label, "en": label}, search_key=f" 13.{n} {label.lower()} "
        )
        for n, label in enumerate(["Tessitura della seta", "Tessitura della lana", "Tessitura del cotone", "Pesca"])
    ]
    Organisation.objects.filter(pk=body.pk).update(description="Tessitura della seta e tessitura di filati fini.")
    body.refresh_from_db()
    return made


def labels(body):
    return [[concept.labels["it"] for concept in offer.concepts] for offer in offers(body, None)]


def test_three_at_most_are_suggested_and_what_was_decided_is_not_suggested_again(signed, body, weaving):
    (found,) = labels(body)
    assert sorted(found) == ["Tessitura del cotone", "Tessitura della lana", "Tessitura della seta"]
    member = signed(Role.ORGANISATION_MEMBER)
    address = f"/en/organisations/{body.pk}/manage/topics/"
    assert "chip-suggested" in member.get(address).content.decode()
    member.post(f"{address}{weaving[0].pk}/confirm/")
    member.post(f"{address}{weaving[1].pk}/refuse/")
    assert OrganisationConcept.objects.get().origin == "confirmed"
    assert RefusedConcept.objects.get().concept == weaving[1]
    assert labels(body) == [["Tessitura del cotone"]]
    member.post(f"{address}{weaving[0].pk}/remove/")
    assert not OrganisationConcept.objects.exists()
    assert member.post(f"{address}{weaving[0].pk}/delete/").status_code == 404
    assert member.post(f"{address}{2**40}/confirm/").status_code == 404


def test_others_decide_nothing(client, signed, body, weaving):
    address = f"/en/organisations/{body.pk}/manage/topics/"
    assert client.post(f"{address}{weaving[0].pk}/confirm/").status_code == 403
    assert signed(Role.INNOVATOR).post(f"{address}{weaving[0].pk}/confirm/").status_code == 403
    assert not OrganisationConcept.objects.exists()


def test_a_body_that_says_nothing_gets_no_suggestion(body, weaving):
    Organisation.objects.filter(pk=body.pk).update(description="")
    body.refresh_from_db()
    assert offers(body, None) == []

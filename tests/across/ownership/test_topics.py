# SPDX-License-Identifier: EUPL-1.2
"""Topics suggested, confirmed, refused and taken away."""

from __future__ import annotations

import html
import re

import pytest
from django.core.exceptions import ValidationError

from filanda.across.ownership.suggesting import offers, offers_for_piece
from filanda.directory.organisations.actions import add_evidence
from filanda.directory.organisations.actions.classifying import decide_evidence_topic
from filanda.directory.organisations.models import (
    Evidence,
    EvidenceConcept,
    Organisation,
    OrganisationConcept,
    RefusedConcept,
)
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.models import Event

OTHERS = [
    f"Fabbricazione di {things}"
    for things in ["birra", "carta", "chiodi", "gas", "mobili", "navi", "pane", "scarpe", "vetro", "vino"]
]


@pytest.fixture
def weaving(region, body):
    scheme = ConceptScheme.objects.create(slug="ateco", labels={"it": "ATECO", "en": "ATECO"})
    made = [
        Concept.objects.create(
            scheme=scheme, code=f"13.{n}", labels={"it": label, "en": label}, search_key=f" 13.{n} {label.lower()} "
        )
        for n, label in enumerate(
            ["Tessitura della seta", "Tessitura della lana", "Tessitura del cotone", "Pesca", *OTHERS]
        )
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


@pytest.fixture
def piece(body, weaving):
    made = add_evidence(
        actor=PLATFORM, organisation=body, kind="product", title="Telaio", text="Tessitura della seta e della lana."
    )
    EvidenceConcept.objects.create(region=body.region, evidence=made, concept=weaving[3], origin="suggested", score=0.9)
    return made


def of_piece(piece):
    return [sorted(concept.labels["it"] for concept in offer.concepts) for offer in offers_for_piece(piece, None)]


def test_topics_of_a_piece_are_suggestions_until_somebody_confirms_one(signed, body, weaving, piece):
    (found,) = of_piece(piece)
    assert len(found) == 3
    assert "Pesca" in found  # what was stored comes first
    member = signed(Role.ORGANISATION_MEMBER)
    address = f"/en/organisations/{body.pk}/manage/evidence/{piece.pk}/"
    page = member.get(address).content.decode()
    assert page.count("chip-suggested") == 3
    assert "Confirmed topics" not in page
    assert member.post(f"{address}topics/{weaving[0].pk}/confirm/").url == f"{address}#topics"
    member.post(f"{address}topics/{weaving[3].pk}/refuse/")
    assert list(EvidenceConcept.objects.values_list("concept", "origin")) == [(weaving[0].pk, "confirmed")]
    assert [(r.organisation_id, r.evidence_id, r.concept_id) for r in RefusedConcept.objects.all()] == [
        (body.pk, piece.pk, weaving[3].pk)
    ]
    assert of_piece(piece) == [["Tessitura del cotone", "Tessitura della lana"]]
    assert "Confirmed topics" in member.get(address).content.decode()
    event = Event.objects.filter(type="organisations.topics.decided").latest("pk")
    assert event.touches == {"evidence": [piece.pk], "organisation": [body.pk]}
    member.post(f"{address}topics/{weaving[3].pk}/confirm/")
    assert not RefusedConcept.objects.exists()
    member.post(f"{address}topics/{weaving[0].pk}/remove/")
    assert list(EvidenceConcept.objects.values_list("concept", "origin")) == [(weaving[3].pk, "confirmed")]
    assert member.post(f"{address}topics/{weaving[0].pk}/delete/").status_code == 404
    assert member.post(f"{address}topics/{2**70}/confirm/").status_code == 404


def test_a_topic_confirmed_while_the_form_was_open_stays(signed, body, weaving, piece):
    admin = signed(Role.ORGANISATION_ADMIN)
    address = f"/en/organisations/{body.pk}/manage/evidence/{piece.pk}/"
    marks = html.unescape(re.search(r'name="marks" value="([^"]*)"', admin.get(address).content.decode())[1])
    admin.post(f"{address}topics/{weaving[0].pk}/confirm/")
    typed = {"kind": "product", "title": "Telaio 2", "text": piece.text, "language": "it", "marks": marks, "save": "1"}
    assert admin.post(address, typed).status_code == 302
    piece.refresh_from_db()
    assert piece.title == "Telaio 2"
    assert EvidenceConcept.objects.filter(concept=weaving[0], origin="confirmed").exists()


def test_others_and_sources_decide_no_topics_of_a_piece(client, signed, body, region, other_region, weaving, piece):
    address = f"/en/organisations/{body.pk}/manage/evidence/{piece.pk}/topics/{weaving[3].pk}/confirm/"
    assert client.post(address).status_code == 403
    assert signed(Role.INNOVATOR, email="n@example.org").post(address).status_code == 403
    admin = signed(Role.ORGANISATION_ADMIN)
    assert admin.get(address).status_code == 405
    assert admin.post(address, headers={"host": "other.example"}).status_code == 404
    Evidence.objects.filter(pk=piece.pk).update(source="cordis")
    assert admin.post(address).status_code == 404
    piece.refresh_from_db()
    with pytest.raises(ValidationError):
        decide_evidence_topic(actor=PLATFORM, evidence=piece, concept=weaving[3], answer="confirm")
    assert EvidenceConcept.objects.get().origin == "suggested"

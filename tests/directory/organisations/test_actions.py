# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import now

from filanda.directory.organisations.actions import (
    add_evidence,
    create_organisation,
    hide_organisation,
    show_organisation,
    update_evidence,
    update_organisation,
)
from filanda.directory.organisations.models import Evidence, MergedOrganisation, Organisation
from filanda.directory.organisations.queries import merged_into, organisation_cards
from filanda.kernel.identity.actors import PLATFORM, VISITOR, Actor
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden

FACILITATOR = Actor(account_id=1, roles=frozenset({"facilitator"}))


def last_event():
    event = Event.objects.order_by("-pk").first()
    return event.type, event.payload, event.touches


def test_a_facilitator_lists_and_corrects_an_organisation(region):
    made = create_organisation(actor=FACILITATOR, region=region, name="Éclair S.r.l.", helix_role="industry")
    assert (made.sort_key, made.state) == ("eclair s r l", "listed")
    assert last_event() == ("organisations.organisation.created", {}, {"organisation": [made.pk]})
    changed = update_organisation(actor=FACILITATOR, organisation=made, name="Alfa S.r.l.", helix_role="industry")
    assert (changed.name, changed.sort_key) == ("Alfa S.r.l.", "alfa s r l")
    assert last_event()[1] == {"fields": ["name"]}
    events = Event.objects.count()
    update_organisation(actor=FACILITATOR, organisation=made, name="Alfa S.r.l.")
    assert Event.objects.count() == events


def test_wrong_values_are_refused_by_field_and_nothing_is_written(region):
    with pytest.raises(ValidationError) as refused:
        create_organisation(actor=FACILITATOR, region=region, name="", helix_role="wizard", website="not an address")
    assert set(refused.value.message_dict) == {"name", "helix_role", "website"}
    assert not Organisation.objects.exists()
    with pytest.raises(TypeError, match="hidden_at"):
        create_organisation(actor=FACILITATOR, region=region, name="Alfa", hidden_at=now())


def test_hiding_takes_an_organisation_out_of_sight_and_showing_brings_it_back(region):
    made = create_organisation(actor=PLATFORM, region=region, name="Alfa")
    hide_organisation(actor=FACILITATOR, organisation=made, now=now())
    assert organisation_cards([made.pk], VISITOR) == {}
    assert last_event()[0] == "organisations.organisation.hidden"
    show_organisation(actor=FACILITATOR, organisation=made)
    assert list(organisation_cards([made.pk], VISITOR)) == [made.pk]


def test_evidence_that_people_add_can_be_corrected_and_what_a_source_says_cannot(region):
    made = create_organisation(actor=PLATFORM, region=region, name="Alfa")
    piece = add_evidence(actor=FACILITATOR, organisation=made, title="Sensore", kind="product", text="Misura l'acqua.")
    assert last_event()[2] == {"evidence": [piece.pk], "organisation": [made.pk]}
    assert update_evidence(actor=FACILITATOR, evidence=piece, title="Sensore 2").title == "Sensore 2"
    assert last_event()[1] == {"fields": ["title"]}
    imported = Evidence.objects.create(region=region, kind="project", title="X", source="cordis", source_id="1")
    with pytest.raises(ValidationError, match="cordis"):
        update_evidence(actor=FACILITATOR, evidence=imported, title="Y")


def test_visitors_change_nothing(region):
    made = create_organisation(actor=PLATFORM, region=region, name="Alfa")
    piece = add_evidence(actor=PLATFORM, organisation=made, title="Sensore", kind="product")
    for attempt in (
        lambda: create_organisation(actor=VISITOR, region=region, name="Beta"),
        lambda: update_organisation(actor=VISITOR, organisation=made, name="Beta"),
        lambda: hide_organisation(actor=VISITOR, organisation=made, now=now()),
        lambda: show_organisation(actor=VISITOR, organisation=made),
        lambda: add_evidence(actor=VISITOR, organisation=made, title="B", kind="product"),
        lambda: update_evidence(actor=VISITOR, evidence=piece, title="B"),
    ):
        with pytest.raises(Forbidden):
            attempt()
    assert list(Organisation.objects.values_list("name", flat=True)) == ["Alfa"]


def test_an_old_address_leads_to_what_was_merged(region):
    made = create_organisation(actor=PLATFORM, region=region, name="Alfa")
    MergedOrganisation.objects.create(region=region, old_id=77, organisation=made)
    assert merged_into(77, VISITOR) == made.pk
    assert merged_into(78, VISITOR) is None
    hide_organisation(actor=PLATFORM, organisation=made, now=now())
    assert merged_into(77, VISITOR) is None
    assert merged_into(77, FACILITATOR) == made.pk

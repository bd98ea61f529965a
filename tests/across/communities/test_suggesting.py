# SPDX-License-Identifier: EUPL-1.2
"""Whom to invite: who fits, why, and that a refusal is remembered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now
from tests.signing import sign_in
from tests.spaces.making import a_person, act, make_space, staff

from filanda.across.communities import actions
from filanda.across.communities.models import NotForUs
from filanda.across.communities.suggesting import suggest
from filanda.capabilities.moderation.models import Decision, Measure, Suspension
from filanda.capabilities.notifications.following import follow as follow_notices
from filanda.capabilities.notifications.queries import notification_page
from filanda.directory.affiliations.models import Position
from filanda.directory.organisations.models import ConceptOrigin, Evidence, EvidenceParty, Organisation
from filanda.directory.people.models import Block, Person, PersonConcept, Visibility
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.identity.models import Role, RoleGrant
from filanda.kernel.journal import chain
from filanda.kernel.policies import Forbidden
from filanda.spaces.models import Membership, MembershipState, SpaceConcept

pytestmark = pytest.mark.django_db


@pytest.fixture
def ugo(region):
    return a_person(region, "Ugo Manager")


@pytest.fixture
def silk_concept(region):
    scheme = ConceptScheme.objects.create(slug="topics", labels={"en": "Topics"}, region=region)
    return Concept.objects.create(scheme=scheme, code="silk", labels={"en": "Silk", "it": "Seta"})


@pytest.fixture
def space(region, ugo, silk_concept):
    made = make_space(region, "Silk", managers=[ugo], members=[a_person(region, "Mia Member")])
    SpaceConcept.objects.create(region=region, space=made, concept=silk_concept)
    return made


def knows(region, account, concept, kind="skill", origin=ConceptOrigin.CONFIRMED):
    person = Person.objects.get(account=account)
    PersonConcept.objects.create(region=region, person=person, concept=concept, kind=kind, origin=origin)
    return person


def names(found):
    return [one.person.name for one in found.people]


def test_who_knows_what_it_is_about_is_suggested_and_nobody_else(region, ugo, space, silk_concept):
    knows(region, a_person(region, "Sara Sa"), silk_concept)
    knows(region, a_person(region, "Mia Member"), silk_concept)
    knows(region, a_person(region, "Nico Nascosto", listing=Visibility.PRIVATE), silk_concept)
    knows(region, a_person(region, "Gino Guess"), silk_concept, origin=ConceptOrigin.SUGGESTED)
    hides = knows(region, a_person(region, "Pia Privata"), silk_concept)
    Person.objects.filter(pk=hides.pk).update(visibility={"skills": "private"})
    blocker = a_person(region, "Bruno Blocca")
    knows(region, blocker, silk_concept)
    Block.objects.create(region=region, blocker=blocker, blocked=ugo)
    silenced, until = a_person(region, "Sandro Sospeso"), now() + timedelta(days=7)
    knows(region, silenced, silk_concept)
    decided = {"thing_kind": "post", "thing_id": 1, "author": silenced, "reasons": "§", "suspended_until": until}
    decision = Decision.objects.create(region=region, measure=Measure.SUSPENDED, **decided)
    Suspension.objects.create(region=region, account=silenced, decision=decision, until=until)
    found = suggest(act(ugo), space)
    assert names(found) == ["Sara Sa"]
    assert found.people[0].skills == (silk_concept.label,)


def test_not_for_this_community_is_remembered(client, region, ugo, space, silk_concept):
    sara = knows(region, a_person(region, "Sara Sa"), silk_concept)
    for account in (a_person(region, "Mia Member"), staff(region)):
        with pytest.raises(Forbidden):
            actions.dismiss(actor=act(account), space=space, kind="person", target_id=sara.pk, now=now())
    sign_in(client, ugo)
    root = f"/en/communities/{space.slug}/health/invite/"
    assert b"Sara Sa" in client.get(root).content
    assert client.post(f"{root}aside/", {"kind": "person", "id": "99999"}).status_code == 404
    assert client.post(f"{root}aside/", {"kind": "dog", "id": sara.pk}).status_code == 404
    for _ in range(2):
        assert client.post(f"{root}aside/", {"kind": "person", "id": sara.pk}).status_code == 302
    assert NotForUs.objects.count() == 1
    assert names(suggest(act(ugo), space)) == []


def test_one_tap_invites(client, region, ugo, space, silk_concept):
    account = a_person(region, "Sara Sa")
    sara = knows(region, account, silk_concept)
    address = f"/en/communities/{space.slug}/health/invite/ask/"
    sign_in(client, a_person(region, "Mia Member"))
    assert client.post(address, {"id": sara.pk}).status_code == 403
    client.logout()
    sign_in(client, ugo)
    assert client.post(address, {"id": "no"}).status_code == 404
    assert client.post(address, {"id": sara.pk}).status_code == 302
    assert Membership.objects.get(space=space, account=account).state == MembershipState.INVITED
    assert names(suggest(act(ugo), space)) == []


def test_one_organisation_does_not_fill_the_list(region, ugo, space, silk_concept):
    body = Organisation.objects.create(region=region, name="Seteria Alta")
    piece = Evidence.objects.create(region=region, kind="project", title="Silk silk", source="demo", source_id="1")
    EvidenceParty.objects.create(region=region, evidence=piece, organisation=body)
    for number in range(5):
        person = knows(region, a_person(region, f"Sara {number}"), silk_concept)
        Position.objects.create(region=region, person=person, organisation=body)
    from filanda.across.communities.suggesting import _choose

    found = {person.pk: person for person in Person.objects.filter(name__startswith="Sara")}
    places = dict.fromkeys(found, body.pk)
    assert len(_choose(found, {}, places, {body.pk: 1.0}, 12)) == 2
    assert len(_choose(found, {}, {}, {}, 3)) == 3


@pytest.mark.parametrize("is_spoken_for", [True, False])
def test_an_organisation_is_invited_through_those_who_speak_for_it_or_the_staff(
    region, ugo, space, client, is_spoken_for
):
    body = Organisation.objects.create(region=region, name="Tessitura")
    speaks, helps = a_person(region, "Sara Voce"), staff(region, Role.FACILITATOR, "fabia@region.example")
    if is_spoken_for:
        RoleGrant.objects.create(
            region=region,
            account=speaks,
            role=Role.ORGANISATION_ADMIN,
            scope_kind="organisation",
            scope_id=body.pk,
        )
    follow_notices(now())
    sign_in(client, ugo)
    at = f"/en/communities/{space.slug}/health/invite/organisation/"
    for _again in range(2):
        assert client.post(at, {"id": body.pk}).status_code == 302
    assert client.post(at, {"id": 999999}).status_code == 404
    chain.extend()
    follow_notices(now())
    told = {account: [line.sentence for line in notification_page(act(account))[0]] for account in (speaks, helps)}
    assert [len(told[speaks]), len(told[helps])] == [int(is_spoken_for), int(not is_spoken_for)]
    assert "Tessitura" in (told[speaks] or told[helps])[0]
    client.logout()
    sign_in(client, speaks)
    assert client.post(at, {"id": body.pk}).status_code in (403, 404)

# SPDX-License-Identifier: EUPL-1.2
"""The screens of joining, as forms without JavaScript send them, and the two parts that htmx asks for."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from filanda.directory.affiliations.actions.invitations import checked, invite
from filanda.directory.affiliations.models import Claim, JoinRequest
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import JoiningDraft, Person
from filanda.kernel.identity.actors import actor_for
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.legal.models import Consent
from filanda.kernel.regions.scoped import in_region
from tests.directory.affiliations.making import (
    account,
    admin,
    body,
    code_in,
    facilitator,
    just_proven,
    last_mail,
    member,
    token_in,
)
from tests.signing import sign_in

ANNA = "anna@polialta.example"
YOU, HERE, DONE = "/en/join/you/", "/en/join/organisation/", "/en/join/done/"


@pytest.fixture
def anna(client, region):
    """Signed in, and nobody here yet."""
    return sign_in(client, account(ANNA), second_factor=False)


@pytest.fixture
def joined(anna, region):
    """Through the third screen."""
    assert say(anna, name="Anna Conti", purpose="I look for partners").headers["Location"] == HERE
    return anna


def seen_on(client) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', client.get(YOU).content.decode())
    assert found is not None
    return found[1]


def say(client, **typed):
    return client.post(YOU, {"name": "", "purpose": "", "seen": seen_on(client), **typed})


def text_of(answer) -> str:
    return answer.content.decode()


# From landing to the third screen


def test_visitors_get_one_field_that_leads_through_signing_in(client, region):
    text = text_of(client.get("/en/join/"))
    assert 'name="email"' in text
    assert 'name="next" value="/en/join/"' in text
    assert 'action="/en/sign-in/"' in text
    for page in (YOU, HERE):
        assert client.get(page).headers["Location"] == "/en/join/"
        assert client.post(page, {"name": "X"}).headers["Location"] == "/en/join/"
    assert client.get(DONE).headers["Location"] == "/en/join/"
    for page in (f"{YOU}draft/", f"{YOU}topics/"):
        assert client.post(page, {"name": "X"}).status_code == 204
    assert not JoiningDraft.objects.exists()


def test_joining_makes_a_person_with_consent_and_a_facilitator(anna, region):
    facilitator(region)
    assert anna.get("/en/join/").headers["Location"] == YOU
    answer = say(anna, name="  Anna   Conti ", purpose="I look for partners")
    assert answer.headers["Location"] == HERE
    found = Person.objects.get()
    assert (found.name, found.purpose, found.languages, found.account.email) == (
        "Anna Conti",
        "I look for partners",
        ["en"],
        ANNA,
    )
    assert Consent.objects.filter(account=found.account).count() == 1
    assert anna.post(HERE, {"action": "none"}).headers["Location"] == DONE
    text = text_of(anna.get(DONE))
    assert "Giulia looks after you" in text
    assert not JoiningDraft.objects.exists()


def test_a_missing_name_is_said_beside_the_field_and_nothing_is_lost(anna, region):
    answer = say(anna, purpose="I look for <partners>")
    text = text_of(answer)
    assert answer.status_code == 422
    assert 'id="name-error"' in text
    assert "I look for &lt;partners&gt;" in text
    assert not Person.objects.exists()
    assert "I look for &lt;partners&gt;" in text_of(anna.get(YOU))  # and kept


def test_texts_that_changed_meanwhile_are_shown_again(anna, region):
    answer = anna.post(YOU, {"name": "Anna Conti", "seen": "terms:99"})
    assert (answer.status_code, Person.objects.exists(), Consent.objects.exists()) == (409, False, False)
    assert 'value="Anna Conti"' in text_of(answer)


def test_a_draft_is_ones_own_and_kept_as_typed(anna, region):
    assert (
        anna.post(f"{YOU}draft/", {"name": "An", "purpose": "x" * 5000, "interests": ["1", "no", "²"]}).status_code
        == 204
    )
    kept = JoiningDraft.objects.get()
    assert (kept.account.email, kept.typed["name"], len(kept.typed["purpose"]), kept.typed["interests"]) == (
        ANNA,
        "An",
        2000,
        [1],
    )
    other = sign_in(Client(headers={"host": "test.example"}), account("m@elsewhere.example"), second_factor=False)
    assert 'value="An"' not in text_of(other.get(YOU))
    assert 'value="An"' in text_of(anna.get(YOU))


def test_a_person_who_is_here_goes_home(joined, region):
    joined.get(DONE)
    assert joined.get("/en/join/").headers["Location"] not in (YOU, HERE)
    assert joined.get(YOU).headers["Location"] not in (YOU, HERE)
    assert joined.post(YOU, {"name": "Mallory"}).status_code == 302
    assert Person.objects.get().name == "Anna Conti"


def test_back_from_the_fourth_screen_corrects_the_third(joined, region):
    assert joined.get("/en/join/").headers["Location"] == HERE  # where one was
    assert 'value="Anna Conti"' in text_of(joined.get(YOU))
    assert say(joined, name="Anna Maria Conti").headers["Location"] == HERE
    assert Person.objects.get().name == "Anna Maria Conti"


def test_somebody_of_another_region_is_nobody_here(anna, region, other_region):
    with in_region(other_region):
        member(other_region, ANNA, "Anna Altrove")
    text = text_of(anna.get(YOU))
    assert "Anna Altrove" not in text.split("<main")[1].replace('value="Anna Altrove"', "")
    assert anna.get(HERE).headers["Location"] == "/en/join/"


# The fourth screen


def test_search_as_you_type_and_without_scripts(joined, region):
    body(region)
    body(region, "Politecnico nascosto", hidden_at=now())
    page = text_of(joined.get(f"{HERE}?q=polit"))
    part = text_of(joined.get(f"{HERE}?q=polit", headers={"HX-Request": "true"}))
    assert "<html" in page
    assert "<html" not in part
    for text in (page, part):
        assert "Politecnico di Altariva" in text
        assert "nascosto" not in text
    assert "add it" in text_of(joined.get(f"{HERE}?q=nothing"))
    for odd in ("q=", "q=%00", "q=" + "x" * 500, "organisation=0", "organisation=²", "organisation=" + "9" * 40, "new"):
        assert joined.get(f"{HERE}?{odd}").status_code == 200


def test_a_claim_with_the_address_of_this_very_session_is_one_click(joined, region):
    organisation = body(region)
    just_proven(region, ANNA, now() - timedelta(minutes=1))
    page = text_of(joined.get(f"{HERE}?organisation={organisation.pk}"))
    assert f'value="{ANNA}"' in page
    assert "no second code" in page
    answer = joined.post(HERE, {"action": "claim", "organisation": organisation.pk, "email": ANNA})
    assert answer.headers["Location"] == DONE
    assert "You look after the page of Politecnico di Altariva" in text_of(joined.get(DONE))
    assert Claim.objects.get().state == "granted"


def test_a_claim_with_another_address_asks_for_its_code(joined, region):
    organisation = body(region)
    where = f"{HERE}?organisation={organisation.pk}"
    wrong = joined.post(HERE, {"action": "claim", "organisation": organisation.pk, "email": "me@gmail.com"})
    assert (wrong.status_code, 'value="me@gmail.com"' in text_of(wrong)) == (422, True)
    dean = "dean@polialta.example"
    assert (
        joined.post(HERE, {"action": "claim", "organisation": organisation.pk, "email": dean}).headers["Location"]
        == where
    )
    assert dean in text_of(joined.get(where))
    for code, status in (("", 422), ("AAAAAA", 422)):
        answer = joined.post(HERE, {"action": "prove", "organisation": organisation.pk, "code": code})
        assert answer.status_code == status
    good = joined.post(HERE, {"action": "prove", "organisation": organisation.pk, "code": code_in(last_mail(dean))})
    assert good.headers["Location"] == DONE


def test_a_body_that_others_look_after_is_asked(joined, region):
    organisation = body(region)
    admin(region, organisation)
    assert "Ask to join" in text_of(joined.get(f"{HERE}?organisation={organisation.pk}"))
    just_proven(region, ANNA, now())
    taken = joined.post(HERE, {"action": "claim", "organisation": organisation.pk, "email": ANNA})
    assert taken.status_code == 409
    answer = joined.post(HERE, {"action": "ask", "organisation": organisation.pk, "message": "It is me"})
    assert answer.headers["Location"] == DONE
    assert JoinRequest.objects.get().message == "It is me"
    assert "You have asked to join" in text_of(joined.get(DONE))


def test_a_new_organisation_after_a_look_at_what_is_alike(joined, region):
    body(region, "Tessitura Valli", "https://www.valli.example")
    typed = {"action": "create", "name": "tessitura  VALLI", "helix_role": "industry", "website": "valli.example"}
    warned = joined.post(HERE, typed)
    assert (warned.status_code, "has the same name" in text_of(warned)) == (409, True)
    assert Organisation.objects.count() == 1
    other = joined.post(HERE, typed | {"name": "Filatura Valli"})
    assert "has the same website" in text_of(other)
    assert joined.post(HERE, typed | {"really": "1", "helix_role": ""}).status_code == 422
    assert joined.post(HERE, typed | {"really": "1", "website": "not a site"}).status_code == 422
    assert joined.post(HERE, typed | {"really": "1", "name": " "}).status_code == 422
    assert joined.post(HERE, typed | {"really": "1"}).headers["Location"] == DONE
    made = Organisation.objects.latest("pk")
    assert (made.name, made.website, made.state) == ("tessitura VALLI", "https://valli.example", "claimed")
    actor = actor_for(Account.objects.get(email=ANNA))
    assert actor.scope_ids("organisation", Role.ORGANISATION_ADMIN) == {made.pk}


def test_a_number_finds_what_is_here_under_another_name(joined, region):
    known = body(region, "Antica Ditta", "")
    known.identifiers.create(region=region, scheme="vat", value="IT00743110157")
    typed = {"action": "create", "name": "Tutt'altro", "helix_role": "industry", "number": "00743110157"}
    assert "has the same number" in text_of(joined.post(HERE, typed))
    assert joined.post(HERE, typed | {"really": "1"}).status_code == 422
    wrong = joined.post(HERE, typed | {"number": "00743110158"})
    assert (wrong.status_code, 'id="number-error"' in text_of(wrong)) == (422, True)
    assert Organisation.objects.count() == 1
    fine = joined.post(HERE, typed | {"number": "IT 01114601006"})
    assert fine.headers["Location"] == DONE
    made = Organisation.objects.latest("pk")
    assert [(one.scheme, one.value) for one in made.identifiers.all()] == [("vat", "IT01114601006")]


def test_fields_that_are_not_asked_are_not_taken(joined, region):
    """Mass assignment: what a form does not ask for changes nothing."""
    joined.post(
        HERE,
        {"action": "create", "name": "Nuova Impresa", "helix_role": "industry", "state": "verified", "region": "99"}
        | {"is_external": "1", "hidden_at": "2020-01-01", "id": "7"},
    )
    made = Organisation.objects.get()
    assert (made.state, made.region_id, made.is_external, made.hidden_at) == ("claimed", region.pk, False, None)
    assert Person.objects.get().state == "waiting"


# Invitations


def invited(region, email=ANNA):
    organisation = body(region)
    bruno = admin(region, organisation)
    invite(actor=bruno, organisation=organisation, people=[checked(email)], language="en", now=datetime.now(UTC))
    return organisation, f"/en/join/invitations/{token_in(last_mail(email))}/"


def test_an_invitation_leads_through_joining(client, region):
    organisation, page = invited(region)
    assert "invites you" in text_of(client.get(page))
    assert client.post(page).headers["Location"].startswith("/en/sign-in/?next=")
    sign_in(client, account(ANNA), second_factor=False)
    assert client.post(page).headers["Location"] == "/en/join/"
    say(client, name="Anna Conti")
    shown = text_of(client.get(HERE))
    number = re.search(r'name="invitation" value="(\d+)"', shown)
    assert number is not None
    assert client.post(HERE, {"action": "accept", "invitation": number[1]}).headers["Location"] == DONE
    assert actor_for(Account.objects.get(email=ANNA)).scope_ids("organisation") == {organisation.pk}
    assert client.get(page).status_code == 410
    assert client.post(HERE, {"action": "accept", "invitation": number[1]}).status_code == 410


def test_an_invitation_is_for_its_address_alone(client, region):
    _organisation, page = invited(region)
    mallory = sign_in(client, member(region, "m@elsewhere.example", "Mallory") and account("m@elsewhere.example"))
    answer = mallory.get(page)
    assert (answer.status_code, ANNA in text_of(answer), "a…@polialta.example" in text_of(answer)) == (403, False, True)
    assert mallory.post(page).status_code == 403
    assert "Politecnico" not in text_of(mallory.get("/en/join/invitations/"))
    assert not actor_for(account("m@elsewhere.example")).scoped


def test_links_that_are_none(client, region, other_region):
    with in_region(other_region):
        _theirs, page = invited(other_region)
    for address in (page, "/en/join/invitations/nothing/", f"/en/join/invitations/{'x' * 300}/"):
        answer = client.get(address)
        assert (answer.status_code, "Politecnico" in text_of(answer)) == (410, False)
        assert answer.headers["Referrer-Policy"] == "same-origin"

# SPDX-License-Identifier: EUPL-1.2
"""Requests to join, invitations, members and admins, positions, merges."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from filanda.directory.affiliations.actions import invitations, members, positions, requests
from filanda.directory.affiliations.actions.claims import ask_claim
from filanda.directory.affiliations.actions.founding import found_organisation
from filanda.directory.affiliations.errors import (
    AlreadyBelongs,
    AlreadySpokenFor,
    DatesWrong,
    InvitationNotUsable,
    LastAdmin,
    NobodyToAsk,
    ReasonMissing,
)
from filanda.directory.affiliations.models import Claim, Invitation, JoinRequest, Position
from filanda.directory.affiliations.queries import (
    belongings,
    organisation_people,
    organisations_without_admins,
)
from filanda.directory.organisations.models import Organisation
from filanda.directory.organisations.steps import merge_organisations
from filanda.directory.people.models import Block, Person
from filanda.kernel.identity.actors import PLATFORM, VISITOR, actor_for
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.journal.models import Event
from filanda.kernel.mail.models import Message
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.workflow import MoveNotPossible, all_pairs
from tests.directory.affiliations.making import (
    NOW,
    account,
    admin,
    afresh,
    body,
    facilitator,
    last_mail,
    member,
    person,
    token_in,
)

ANNA, BRUNO = "anna@polialta.example", "bruno@polialta.example"


@pytest.fixture
def polialta(region):
    return body(region)


@pytest.fixture
def bruno(region, polialta):
    """Its admin, with a second factor."""
    return admin(region, polialta)


@pytest.fixture
def anna(region):
    return member(region)


def ask(actor, organisation, **words):
    return requests.ask_to_join(actor=actor, organisation=organisation, now=NOW, **words)


def joined(region, organisation, bruno, email=ANNA, name="Anna Conti"):
    """A member of the organisation."""
    actor = member(region, email, name)
    requests.accept_request(actor=bruno, request=ask(actor, organisation, title="Chemist"), now=NOW)
    return afresh(actor)


# Requests


def test_a_request_is_accepted_without_a_second_factor(region, polialta, bruno, anna):
    asked = ask(anna, polialta, title="Chemist", message="We met in May")
    told = last_mail(BRUNO)
    assert (told.template, told.context["message"]) == ("affiliations/mail/request_asked", "We met in May")
    requests.accept_request(actor=afresh(bruno), request=asked, now=NOW)
    held = Position.objects.get(person__account=anna.account_id)
    assert (asked.state, held.title, held.is_confirmed) == ("accepted", "Chemist", True)
    assert afresh(anna).scope_ids("organisation", Role.ORGANISATION_MEMBER) == {polialta.pk}
    assert afresh(anna).scope_ids("organisation", Role.ORGANISATION_ADMIN) == frozenset()
    assert last_mail(ANNA).template == "affiliations/mail/request_accepted"
    assert [one.role for one in belongings(afresh(anna))] == [Role.ORGANISATION_MEMBER]


def test_asking_twice_is_one_request(polialta, bruno, anna):
    first = ask(anna, polialta)
    again = ask(anna, polialta, message="Please")
    assert (first.pk, again.message) == (again.pk, "Please")
    assert Message.objects.filter(to=BRUNO).count() == 1


def test_a_decline_says_why(polialta, bruno, anna):
    asked = ask(anna, polialta)
    with pytest.raises(ReasonMissing):
        requests.decline_request(actor=bruno, request=asked, reason=" ", now=NOW)
    requests.decline_request(actor=bruno, request=asked, reason="We do not know you.", now=NOW)
    assert (asked.state, last_mail(ANNA).context["reason"]) == ("declined", "We do not know you.")
    assert not afresh(anna).scoped
    event = Event.objects.get(type="affiliations.request.declined")
    assert "know you" not in str(event.payload)


def test_nobody_to_ask_and_nothing_to_ask(region, polialta, anna):
    with pytest.raises(NobodyToAsk):
        ask(anna, polialta)
    bruno = admin(region, polialta)
    with pytest.raises(AlreadyBelongs):
        ask(bruno, polialta)


@pytest.mark.parametrize(("state", "move", "target"), list(all_pairs(JoinRequest.workflow)))
def test_every_state_and_move_of_a_request(polialta, bruno, anna, state, move, target):
    asked = ask(anna, polialta)
    JoinRequest.objects.filter(pk=asked.pk).update(state=state)
    acts = {
        "accept": lambda: requests.accept_request(actor=bruno, request=asked, now=NOW),
        "decline": lambda: requests.decline_request(actor=bruno, request=asked, reason="No", now=NOW),
        "withdraw": lambda: requests.withdraw_request(actor=anna, request=asked, now=NOW),
    }
    if target is None:
        with pytest.raises(MoveNotPossible):
            acts[move]()
    else:
        acts[move]()
    asked.refresh_from_db()
    assert asked.state == (target or state)


@pytest.mark.parametrize("who", ["visitor", "stranger", "themselves", "member_here", "admin_elsewhere"])
def test_who_may_not_decide_a_request(region, polialta, bruno, anna, who):
    asked = ask(anna, polialta)
    actor = {
        "visitor": lambda: VISITOR,
        "stranger": lambda: actor_for(account("stranger@elsewhere.example")),
        "themselves": lambda: anna,
        "member_here": lambda: joined(region, polialta, bruno, "carla@polialta.example", "Carla"),
        "admin_elsewhere": lambda: admin(region, body(region, "Another"), "dario@another.example", "Dario"),
    }[who]()
    with pytest.raises(Forbidden):
        requests.accept_request(actor=actor, request=asked, now=NOW)
    with pytest.raises(Forbidden):
        requests.decline_request(actor=actor, request=asked, reason="No", now=NOW)
    if who != "themselves":
        assert asked not in JoinRequest.objects.visible_to(actor)
        with pytest.raises(Forbidden):
            requests.withdraw_request(actor=actor, request=asked, now=NOW)
    asked.refresh_from_db()
    assert asked.state == "asked"


# Invitations


def invited(bruno, organisation, email=ANNA, role="", **more):
    one = invitations.checked(email, role=role, **more)
    return invitations.invite(actor=bruno, organisation=organisation, people=[one], language="en", now=NOW)


def test_who_blocked_somebody_gets_no_invitation_of_theirs(region, polialta, bruno, anna):
    Block.objects.create(region=region, blocker_id=anna.account_id, blocked_id=bruno.account_id)
    assert invited(afresh(bruno), polialta) == []
    assert not Message.objects.filter(to=ANNA).exists()


def test_an_invitation_is_accepted_by_its_address(polialta, bruno, anna):
    (made,) = invited(afresh(bruno), polialta, title="Chemist")
    token = token_in(last_mail(ANNA))
    assert bytes(made.token_hash) != token.encode()
    assert last_mail(ANNA).secret
    found = invitations.invitation_behind(token, NOW)
    assert found.pk == made.pk
    invitations.use_invitation(actor=anna, invitation=found, now=NOW)
    assert afresh(anna).scope_ids("organisation", Role.ORGANISATION_MEMBER) == {polialta.pk}
    with pytest.raises(InvitationNotUsable):
        invitations.invitation_behind(token, NOW)
    with pytest.raises(InvitationNotUsable):
        invitations.use_invitation(actor=anna, invitation=found, now=NOW)


def test_a_forwarded_invitation_opens_no_door(region, polialta, bruno):
    (made,) = invited(bruno, polialta)
    mallory = member(region, "mallory@elsewhere.example", "Mallory")
    for actor in (mallory, VISITOR, PLATFORM):
        with pytest.raises(InvitationNotUsable):
            invitations.use_invitation(actor=actor, invitation=made, now=NOW)
    assert not afresh(mallory).scoped


def test_who_has_not_joined_the_region_joins_first(region, polialta, bruno):
    (made,) = invited(bruno, polialta)
    with pytest.raises(Forbidden):
        invitations.use_invitation(actor=actor_for(account(ANNA)), invitation=made, now=NOW)
    made.refresh_from_db()
    assert made.used_at is None


def test_invitations_end(polialta, bruno, anna):
    (made,) = invited(bruno, polialta)
    token = token_in(last_mail(ANNA))
    invitations.invitation_behind(token, NOW + timedelta(days=14) - timedelta(seconds=1))
    for tried in (token, "", "x" * 5000, token + "x"):
        with pytest.raises(InvitationNotUsable):
            invitations.invitation_behind(tried, NOW + timedelta(days=14))
    invitations.withdraw_invitation(actor=bruno, invitation=made, now=NOW)
    with pytest.raises(InvitationNotUsable):
        invitations.use_invitation(actor=anna, invitation=made, now=NOW)


def test_inviting_again_ends_the_link_before(polialta, bruno):
    invited(bruno, polialta)
    first = token_in(last_mail(ANNA))
    invited(bruno, polialta)
    with pytest.raises(InvitationNotUsable):
        invitations.invitation_behind(first, NOW)
    assert Invitation.objects.usable(NOW).count() == 1
    assert invited(bruno, polialta, BRUNO) == []  # is here already


def test_inviting_an_admin_needs_a_second_factor(polialta, bruno, anna):
    with pytest.raises(Forbidden):
        invited(afresh(bruno), polialta, role="organisation_admin")
    assert not Invitation.objects.exists()
    (made,) = invited(bruno, polialta, role="organisation_admin")
    invitations.use_invitation(actor=anna, invitation=made, now=NOW)
    assert afresh(anna).scope_ids("organisation", Role.ORGANISATION_ADMIN) == {polialta.pk}


def test_staff_invite_a_contact_to_claim_and_the_proof_is_still_theirs(region, polialta, anna):
    giulia = facilitator(region)
    made = invitations.invite_to_claim(actor=giulia, organisation=polialta, email=ANNA, language="it", now=NOW)
    assert last_mail(ANNA).template == "affiliations/mail/invited_to_claim"
    invitations.use_invitation(actor=anna, invitation=made, now=NOW)
    assert not afresh(anna).scoped
    with pytest.raises(Forbidden):
        invitations.invite_to_claim(actor=anna, organisation=polialta, email=BRUNO, language="it", now=NOW)
    admin(region, polialta)
    with pytest.raises(AlreadySpokenFor):
        invitations.invite_to_claim(actor=giulia, organisation=polialta, email=ANNA, language="it", now=NOW)


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        (("", "", "", ""), {"email"}),
        (("anna", "", "", ""), {"email"}),
        (("a@b.example\nBcc: x@y.example", "", "", ""), {"email"}),
        ((ANNA, "x" * 201, "region_administrator", "y" * 121), {"name", "role", "title"}),
    ],
)
def test_what_cannot_be_invited(given, fields):
    with pytest.raises(invitations.InvitationWrong) as wrong:
        invitations.checked(*given)
    assert set(wrong.value.errors) == fields


def test_strangers_members_and_others_invite_nobody(region, polialta, bruno, anna):
    elsewhere = admin(region, body(region, "Another"), "dario@another.example", "Dario")
    member_here = joined(region, polialta, bruno, "carla@polialta.example", "Carla")
    for actor in (VISITOR, anna, elsewhere, member_here):
        with pytest.raises(Forbidden):
            invited(actor, polialta, "eva@polialta.example")
        assert not Invitation.objects.visible_to(actor).filter(organisation=polialta).exists()
    assert not Message.objects.filter(to="eva@polialta.example").exists()


# Members and admins


def test_power_over_others_needs_a_second_factor(region, polialta, bruno):
    carla = joined(region, polialta, bruno, "carla@polialta.example", "Carla")
    target = Account.objects.get(pk=carla.account_id)
    asleep = afresh(bruno)
    for act in (
        lambda: members.make_admin(actor=asleep, organisation=polialta, account=target, now=NOW),
        lambda: members.remove_member(actor=asleep, organisation=polialta, account=target, reason="No", now=NOW),
        lambda: members.end_admin(actor=asleep, organisation=polialta, account=target, reason="No", now=NOW),
    ):
        with pytest.raises(Forbidden):
            act()
    assert afresh(carla).scope_ids("organisation", Role.ORGANISATION_MEMBER) == {polialta.pk}


def test_admins_are_made_and_ended(region, polialta, bruno):
    carla = joined(region, polialta, bruno, "carla@polialta.example", "Carla")
    target = Account.objects.get(pk=carla.account_id)
    members.make_admin(actor=bruno, organisation=polialta, account=target, now=NOW)
    assert afresh(carla).scope_ids("organisation", Role.ORGANISATION_ADMIN) == {polialta.pk}
    assert afresh(carla).scope_ids("organisation", Role.ORGANISATION_MEMBER) == frozenset()
    members.end_admin(actor=bruno, organisation=polialta, account=target, reason="Other work", now=NOW)
    assert afresh(carla).scope_ids("organisation", Role.ORGANISATION_ADMIN) == frozenset()
    assert afresh(carla).scope_ids("organisation", Role.ORGANISATION_MEMBER) == {polialta.pk}
    assert last_mail("carla@polialta.example").context["reason"] == "Other work"
    stranger = account("stranger@elsewhere.example")
    with pytest.raises(members.NotOneOfThem):
        members.make_admin(actor=bruno, organisation=polialta, account=stranger, now=NOW)


def test_who_is_removed_is_told_and_leaves_nothing_open(region, polialta, bruno):
    carla = joined(region, polialta, bruno, "carla@polialta.example", "Carla")
    target = Account.objects.get(pk=carla.account_id)
    with pytest.raises(ReasonMissing):
        members.remove_member(actor=bruno, organisation=polialta, account=target, reason="", now=NOW)
    members.remove_member(actor=bruno, organisation=polialta, account=target, reason="Has left us", now=NOW)
    assert not afresh(carla).scoped
    assert Position.objects.get(person__account=target).ended_on == NOW.date()
    assert last_mail("carla@polialta.example").context["reason"] == "Has left us"
    with pytest.raises(members.NotOneOfThem):
        members.remove_member(actor=bruno, organisation=polialta, account=target, reason="Again", now=NOW)


def test_the_last_admin_hands_over_or_the_facilitator_is_told(region, polialta):
    facilitator(region)
    bruno = admin(region, polialta)
    polialta.state = "claimed"
    polialta.save()
    with pytest.raises(LastAdmin):
        members.leave_organisation(actor=bruno, organisation=polialta, now=NOW)
    target = Account.objects.get(pk=bruno.account_id)
    with pytest.raises(LastAdmin):
        members.end_admin(actor=bruno, organisation=polialta, account=target, reason="Me", now=NOW)
    assert not organisations_without_admins().exists()
    members.leave_organisation(actor=bruno, organisation=polialta, leaves_it_without_admin=True, now=NOW)
    assert not afresh(bruno).scoped
    assert list(organisations_without_admins()) == [polialta]
    assert last_mail("giulia@region.example").template == "affiliations/mail/without_admin"


def test_one_of_two_admins_leaves_freely(region, polialta, bruno):
    carla = admin(region, polialta, "carla@polialta.example", "Carla")
    members.leave_organisation(actor=carla, organisation=polialta, now=NOW)
    assert afresh(bruno).scope_ids("organisation", Role.ORGANISATION_ADMIN) == {polialta.pk}
    with pytest.raises(members.NotOneOfThem):
        members.leave_organisation(actor=afresh(carla), organisation=polialta, now=NOW)


# Positions


def test_positions_are_held_left_and_confirmed(polialta, bruno, anna):
    someone = Person.objects.get(account=anna.account_id)
    held = positions.add_position(
        actor=anna, person=someone, organisation=polialta, title="Chemist", started_on=date(2020, 1, 1), now=NOW
    )
    assert not held.is_confirmed
    with pytest.raises(Forbidden):
        positions.confirm_position(actor=anna, position=held, now=NOW)
    positions.confirm_position(actor=afresh(bruno), position=held, now=NOW)
    held.refresh_from_db()
    assert held.is_confirmed
    positions.change_position(actor=anna, position=held, title="Director", now=NOW)
    held.refresh_from_db()
    assert not held.is_confirmed  # nobody has said that
    with pytest.raises(DatesWrong):
        positions.leave_position(actor=anna, position=held, ended_on=date(2019, 1, 1), now=NOW)
    positions.leave_position(actor=anna, position=held, ended_on=date(2026, 1, 1), now=NOW)
    held.refresh_from_db()
    assert held.ended_on == date(2026, 1, 1)
    for actor in (bruno, VISITOR):
        with pytest.raises(Forbidden):
            positions.remove_position(actor=actor, position=held, now=NOW)
    positions.remove_position(actor=anna, position=held, now=NOW)
    assert not Position.objects.filter(pk=held.pk).exists()


@pytest.mark.parametrize(
    ("visibility", "seen_by"),
    [
        ("public", {"visitor", "member", "own", "staff"}),
        ("members", {"member", "own", "staff"}),
        ("private", {"own"}),
    ],
)
def test_who_sees_a_position(region, polialta, anna, visibility, seen_by):
    someone = Person.objects.get(account=anna.account_id)
    someone.visibility, someone.listing = {"positions": visibility}, "public"
    someone.save()
    Position.objects.create(region=region, person=someone, organisation=polialta)
    actors = {
        "visitor": VISITOR,
        "member": member(region, "carla@elsewhere.example", "Carla"),
        "own": anna,
        "staff": facilitator(region),
    }
    assert {name for name, actor in actors.items() if Position.objects.visible_to(actor).exists()} == seen_by
    someone.facilitator_id = actors["staff"].account_id
    someone.save()
    assert Position.objects.visible_to(actors["staff"]).exists()


def test_people_who_hide_are_listed_only_where_they_have_a_role(region, polialta, bruno):
    carla = joined(region, polialta, bruno, "carla@polialta.example", "Carla")
    dario = member(region, "dario@elsewhere.example", "Dario")
    someone = Person.objects.get(account=dario.account_id)
    positions.add_position(actor=dario, person=someone, organisation=polialta, title="Guest", now=NOW)
    assert [one.name for one in organisation_people(polialta, bruno)] == ["Bruno Riva", "Carla", "Dario"]
    Person.objects.filter(account__in=[carla.account_id, dario.account_id]).update(listing="private")
    assert [one.name for one in organisation_people(polialta, bruno)] == ["Bruno Riva", "Carla"]


# Adding one


def test_who_adds_an_organisation_looks_after_it(region, anna):
    giulia = facilitator(region)
    made = found_organisation(
        actor=anna,
        region=region,
        name="  Nuova   Impresa ",
        helix_role="industry",
        website="https://nuova.example",
        municipality="Milano",
        now=NOW,
    )
    assert (made.name, made.state, made.sites.get().municipality_code) == ("Nuova Impresa", "claimed", "015146")
    assert afresh(anna).scope_ids("organisation", Role.ORGANISATION_ADMIN) == {made.pk}
    assert last_mail("giulia@region.example").template == "affiliations/mail/founded"
    for actor in (VISITOR, actor_for(account("stranger@elsewhere.example")), afresh(giulia)):
        with pytest.raises(Forbidden):
            found_organisation(actor=actor, region=region, name="X Y", helix_role="industry", now=NOW)


# Merges


def test_a_merge_takes_everything_along(region, polialta, bruno, anna):
    """And what cannot be there twice ends, with its reason."""
    other = body(region, "Politecnico di Altariva (PoliAlta)")
    carla = admin(region, other, "carla@polialta.example", "Carla")
    scope = ("organisation", other.pk)
    with transaction.atomic():
        from filanda.kernel.signin.steps import give_role

        both = Account.objects.get(pk=bruno.account_id)
        give_role(actor=PLATFORM, region=region, account=both, role=Role.ORGANISATION_ADMIN, scope=scope)
    ask(anna, polialta)
    ask(anna, other)
    ask_claim(actor=anna, organisation=polialta, now=NOW)
    ask_claim(actor=anna, organisation=other, now=NOW)
    someone = Person.objects.get(account=anna.account_id)
    for organisation in (polialta, other):
        positions.add_position(actor=anna, person=someone, organisation=organisation, title="Chemist", now=NOW)
    invited(carla, other, "eva@polialta.example")
    with transaction.atomic():
        stays, gone = merge_organisations(region, [polialta.pk, other.pk])
    assert (stays, gone) == (polialta.pk, [other.pk])
    assert afresh(carla).scope_ids("organisation", Role.ORGANISATION_ADMIN) == {polialta.pk}
    assert afresh(bruno).scope_ids("organisation", Role.ORGANISATION_ADMIN) == {polialta.pk}
    assert not RoleGrant.objects.filter(scope_id=other.pk).exists()
    assert sorted(Claim.objects.values_list("state", flat=True)) == ["asked", "lapsed"]
    assert sorted(JoinRequest.objects.values_list("state", flat=True)) == ["asked", "withdrawn"]
    assert Position.objects.filter(person=someone, organisation=polialta).count() == 1
    assert Invitation.objects.get().organisation_id == polialta.pk


# Other regions


def test_nothing_is_seen_or_done_across_regions(region, other_region):
    with in_region(other_region):
        theirs = body(other_region)
        bruno = admin(other_region, theirs)
        asked = ask(member(other_region), theirs)
        invited(bruno, theirs, "eva@polialta.example")
    here = facilitator(region)
    for model in (JoinRequest, Invitation, Claim, Position):
        assert not model.objects.visible_to(here).exists()
    with pytest.raises((Forbidden, JoinRequest.DoesNotExist, Organisation.DoesNotExist)):
        requests.accept_request(actor=here, request=asked, now=NOW)
    with in_region(other_region):
        asked.refresh_from_db()
        assert asked.state == "asked"
    person(region, BRUNO, "Bruno")
    assert not actor_for(account(BRUNO)).scoped  # an admin there is none here

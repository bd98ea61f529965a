# SPDX-License-Identifier: EUPL-1.2
"""Membership: every state and move, the last manager, invitations, and any order of moves (hypothesis)."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import SPACE_ROLES, RoleGrant
from filanda.kernel.journal.models import Event
from filanda.kernel.mail.models import Message
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.workflow import MoveNotPossible, all_pairs, move
from filanda.spaces import personal
from filanda.spaces.actions import inviting, joining
from filanda.spaces.actions import members as deciding
from filanda.spaces.errors import (
    AlreadyInside,
    AnswerMissing,
    InvitationGone,
    LastManager,
    NotAllowedIn,
    ReasonMissing,
    SpaceWrong,
)
from filanda.spaces.models import MemberRole, Membership, MembershipState, Space, SpaceInvitation
from tests.spaces.making import NOW, a_person, act, make_space, staff

PAIRS = list(all_pairs(Membership.workflow))


def grants(space, account=None):
    rows = RoleGrant.objects.filter(scope_kind="space", scope_id=space.pk, role__in=SPACE_ROLES, ended_at=None)
    return list((rows.filter(account=account) if account else rows).values_list("role", flat=True))


def row_of(space, account):
    return Membership.objects.select_related("space", "account", "region").get(space=space, account=account)


def test_every_state_and_move(region):
    space = make_space(region, managers=[a_person(region, "Mara Neri")])
    row = Membership.objects.create(region=region, space=space, account=a_person(region), reason="so that all may be")
    for state, name, target in PAIRS:
        Membership.objects.filter(pk=row.pk).update(state=state)
        with transaction.atomic():
            if target is None:
                with pytest.raises(MoveNotPossible):
                    move(row, name, actor=PLATFORM, now=NOW)
            else:
                move(row, name, actor=PLATFORM, now=NOW)
        row.refresh_from_db()
        assert row.state == (target or state), (state, name)


def test_joining_gives_one_grant_and_leaving_ends_it(region):
    anna = a_person(region)
    space = make_space(region, managers=[a_person(region, "Mara Neri")])
    joining.join_space(actor=act(anna), space=space, now=NOW)
    joining.join_space(actor=act(anna), space=space, now=NOW)
    assert grants(space, anna) == ["space_member"]
    assert f"space:{space.pk}" in act(anna).audience_tokens
    joining.leave_space(actor=act(anna), membership=row_of(space, anna), now=NOW)
    assert grants(space, anna) == []
    space.refresh_from_db()
    assert space.members_count == 1


def test_who_may_not_walk_in(region):
    anna = a_person(region)
    for openness in ("restricted", "private"):
        space = make_space(region, f"A {openness} one", openness=openness)
        with pytest.raises(NotAllowedIn):
            joining.join_space(actor=act(anna), space=space, now=NOW)
    for openness in ("open", "private"):
        space = make_space(region, f"Another {openness} one", openness=openness)
        with pytest.raises(NotAllowedIn):
            joining.ask_to_join(actor=act(anna), space=space, answer="", now=NOW)
    archived = make_space(region, "Archived", archived_at=NOW)
    with pytest.raises(NotAllowedIn):
        joining.join_space(actor=act(anna), space=archived, now=NOW)
    assert not Membership.objects.filter(account=anna).exists()


def test_somebody_who_is_nobody_in_the_region_joins_nothing(region):
    from filanda.kernel.identity.models import Account

    stranger = Account.objects.create_account(email="s@example.org")
    with pytest.raises(Forbidden):
        joining.join_space(actor=act(stranger), space=make_space(region), now=NOW)


def test_a_question_of_one_s_own_wants_an_answer(region):
    anna = a_person(region, "Anna Conti")
    asks = make_space(region, openness="restricted", questions={"it": "Che cosa fili?"})
    with pytest.raises(AnswerMissing):
        joining.ask_to_join(actor=act(anna), space=asks, answer=" \n", now=NOW)
    assert not Membership.objects.exists()
    plain = make_space(region, "Wool", openness="restricted")
    assert joining.ask_to_join(actor=act(anna), space=plain, answer="", now=NOW).state == "requested"


def test_a_request_is_accepted_or_declined_by_managers_only(region):
    mara, anna, bruno = (a_person(region, name) for name in ("Mara Neri", "Anna Conti", "Bruno Riva"))
    space = make_space(region, openness="restricted", managers=[mara], moderators=[bruno])
    joining.ask_to_join(actor=act(anna), space=space, answer=" I spin. ", now=NOW)
    row = row_of(space, anna)
    assert (row.state, row.answer) == ("requested", "I spin.")
    for other in (anna, bruno, staff(region), staff(region, "facilitator", "f@region.example")):
        with pytest.raises(Forbidden):
            deciding.accept_request(actor=act(other), membership=row, now=NOW)
    with pytest.raises(ReasonMissing):
        deciding.decline_request(actor=act(mara), membership=row, reason=" ", now=NOW)
    deciding.decline_request(actor=act(mara), membership=row, reason="Only mills.", now=NOW)
    assert grants(space, anna) == []
    joining.ask_to_join(actor=act(anna), space=space, answer="I bought one.", now=NOW)
    row = row_of(space, anna)
    assert row.reason == ""
    deciding.accept_request(actor=act(mara), membership=row, now=NOW)
    assert grants(space, anna) == ["space_member"]
    with pytest.raises(AlreadyInside):
        joining.ask_to_join(actor=act(anna), space=space, answer="", now=NOW)
    with pytest.raises(MoveNotPossible):
        deciding.accept_request(actor=act(mara), membership=row_of(space, anna), now=NOW)


def test_the_last_manager_hands_over_first(region):
    mara, anna = a_person(region, "Mara Neri"), a_person(region)
    space = make_space(region, managers=[mara], members=[anna])
    own = row_of(space, mara)
    with pytest.raises(LastManager):
        joining.leave_space(actor=act(mara), membership=own, now=NOW)
    with pytest.raises(LastManager):
        deciding.set_role(actor=act(mara), membership=own, role=MemberRole.MEMBER, now=NOW)
    with pytest.raises(LastManager):
        deciding.ban_member(actor=act(mara), membership=own, reason="me", until=None, now=NOW)
    deciding.set_role(actor=act(mara), membership=row_of(space, anna), role=MemberRole.MANAGER, now=NOW)
    joining.leave_space(actor=act(mara), membership=row_of(space, mara), now=NOW)
    assert grants(space) == ["space_manager"]


@pytest.mark.django_db(transaction=True)
def test_of_two_managers_who_leave_at_once_one_stays(region):
    people = [a_person(region, name) for name in ("Mara Neri", "Nora Bassi")]
    space = make_space(region, managers=people)

    def leave(account):
        try:
            with in_region(region):
                joining.leave_space(actor=act(account), membership=row_of(space, account), now=NOW)
            return "left"
        except LastManager:
            return "stays"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, people)) == ["left", "stays"]
    assert grants(space) == ["space_manager"]


def test_power_needs_a_second_factor(region):
    mara, anna = a_person(region, "Mara Neri"), a_person(region)
    space = make_space(region, managers=[mara], members=[anna])
    weak, row = act(mara, second_factor=False), row_of(space, anna)
    with pytest.raises(Forbidden):
        deciding.remove_member(actor=weak, membership=row, reason="x", now=NOW)
    with pytest.raises(Forbidden):
        deciding.ban_member(actor=weak, membership=row, reason="x", until=None, now=NOW)
    with pytest.raises(Forbidden):
        deciding.set_role(actor=weak, membership=row, role=MemberRole.MANAGER, now=NOW)


def test_a_ban_keeps_out_until_its_end(region):
    mara, anna = a_person(region, "Mara Neri"), a_person(region)
    space = make_space(region, managers=[mara], members=[anna])
    until = NOW + timedelta(days=3)
    with pytest.raises(SpaceWrong):
        deciding.ban_member(actor=act(mara), membership=row_of(space, anna), reason="ads", until=NOW, now=NOW)
    deciding.ban_member(actor=act(mara), membership=row_of(space, anna), reason="ads", until=until, now=NOW)
    assert grants(space, anna) == []
    with pytest.raises(NotAllowedIn):
        joining.join_space(actor=act(anna), space=space, now=NOW)
    invited = [inviting.checked("anna.conti@example.org")]
    assert inviting.invite(actor=act(mara), space=space, people=invited, language="it", now=NOW) == []
    _link, token = inviting.make_link(actor=act(mara), space=space, days=5, uses=5, role="space_member", now=NOW)
    with pytest.raises(NotAllowedIn):
        inviting.use_invitation(actor=act(anna), invitation=inviting.invitation_behind(token, NOW), now=NOW)
    assert deciding.lift_bans_that_ended(actor=PLATFORM, now=until - timedelta(seconds=1)) == 0
    assert deciding.lift_bans_that_ended(actor=PLATFORM, now=until) == 1
    joining.join_space(actor=act(anna), space=space, now=until)
    assert row_of(space, anna).reason == ""


def test_an_invitation_works_once_and_for_its_address(region):
    mara, anna, bruno = (a_person(region, name) for name in ("Mara Neri", "Anna Conti", "Bruno Riva"))
    space = make_space(region, openness="private", managers=[mara])
    people = [inviting.checked("anna.conti@example.org", "Anna", "space_moderator")]
    inviting.invite(actor=act(mara), space=space, people=people, language="it", now=NOW)
    assert row_of(space, anna).state == MembershipState.INVITED
    token = Message.objects.get(to="anna.conti@example.org").context["url"].rstrip("/").rsplit("/", 1)[1]
    found = inviting.invitation_behind(token, NOW)
    with pytest.raises(InvitationGone):
        inviting.use_invitation(actor=act(bruno), invitation=found, now=NOW)
    inviting.use_invitation(actor=act(anna), invitation=found, now=NOW)
    assert grants(space, anna) == ["space_moderator"]
    for moment in (NOW, NOW + timedelta(days=30)):
        with pytest.raises(InvitationGone):
            inviting.invitation_behind(token, moment)


def test_an_invitation_that_was_refused_leaves_no_power_behind(region):
    mara, anna = a_person(region, "Mara Neri"), a_person(region)
    space = make_space(region, managers=[mara])
    people = [inviting.checked("anna.conti@example.org", "", "space_manager")]
    inviting.invite(actor=act(mara), space=space, people=people, language="it", now=NOW)
    joining.withdraw_membership(actor=act(anna), membership=row_of(space, anna), now=NOW)
    joining.join_space(actor=act(anna), space=space, now=NOW)
    assert grants(space, anna) == ["space_member"]


def test_an_invitation_called_back_opens_nothing(region):
    mara, anna = a_person(region, "Mara Neri"), a_person(region)
    space = make_space(region, openness="private", managers=[mara])
    people = [inviting.checked("anna.conti@example.org")]
    inviting.invite(actor=act(mara), space=space, people=people, language="it", now=NOW)
    inviting.withdraw_invitation(actor=act(mara), invitation=SpaceInvitation.objects.get(), now=NOW)
    assert row_of(space, anna).state == MembershipState.LEFT
    assert not Space.objects.visible_to(act(anna)).filter(pk=space.pk).exists()
    with pytest.raises(NotAllowedIn):
        joining.join_space(actor=act(anna), space=space, now=NOW)


def test_a_link_lets_in_as_many_as_it_says(region):
    mara = a_person(region, "Mara Neri")
    space = make_space(region, openness="private", managers=[mara])
    wrong = ((0, 5, "space_member"), (91, 5, "space_member"), (5, 0, "space_member"), (5, 5, "space_manager"))
    for days, uses, role in wrong:
        with pytest.raises(SpaceWrong):
            inviting.make_link(actor=act(mara), space=space, days=days, uses=uses, role=role, now=NOW)
    link, token = inviting.make_link(actor=act(mara), space=space, days=5, uses=2, role="space_reader", now=NOW)
    assert token not in repr(SpaceInvitation.objects.values())
    for name in ("Ada Blu", "Bice Blu"):
        inviting.use_invitation(actor=act(a_person(region, name)), invitation=link, now=NOW)
    with pytest.raises(InvitationGone):
        inviting.use_invitation(actor=act(a_person(region, "Carla Blu")), invitation=link, now=NOW)
    assert sorted(grants(space)) == ["space_manager", "space_reader", "space_reader"]


def test_inviting_whoever_asked_is_accepting(region):
    mara, anna = a_person(region, "Mara Neri"), a_person(region)
    space = make_space(region, openness="restricted", managers=[mara])
    joining.ask_to_join(actor=act(anna), space=space, answer="", now=NOW)
    people = [inviting.checked("anna.conti@example.org")]
    inviting.invite(actor=act(mara), space=space, people=people, language="it", now=NOW)
    assert grants(space, anna) == ["space_member"]
    assert not SpaceInvitation.objects.exists()


def test_only_governors_invite_to_power(region):
    mara = a_person(region, "Mara Neri")
    space = make_space(region, managers=[mara])
    people = [inviting.checked("x@example.org", "", "space_manager")]
    with pytest.raises(Forbidden):
        inviting.invite(actor=act(mara, second_factor=False), space=space, people=people, language="it", now=NOW)
    assert not SpaceInvitation.objects.exists()


def test_an_administrator_appoints_only_where_nobody_manages(region):
    anna, mara = a_person(region), a_person(region, "Mara Neri")
    admin = act(staff(region))
    space = make_space(region, members=[anna])
    private = make_space(region, "Private", openness="private", members=[anna])
    deciding.appoint_manager(actor=admin, space=space, account_id=anna.pk, now=NOW)
    assert grants(space) == ["space_manager"]
    with pytest.raises(Forbidden):
        deciding.appoint_manager(actor=admin, space=space, account_id=mara.pk, now=NOW)
    with pytest.raises(Forbidden):
        deciding.appoint_manager(actor=admin, space=private, account_id=anna.pk, now=NOW)


def test_personal_data_leaves_and_goes(region):
    mara, anna = a_person(region, "Mara Neri"), a_person(region)
    space = make_space(region, openness="restricted", managers=[mara], created_by=mara)
    joining.ask_to_join(actor=act(anna), space=space, answer="I spin.", now=NOW)
    assert personal.collect(anna)["communities.json"][0]["answer"] == "I spin."
    with transaction.atomic():
        personal.erase(anna, True)
        personal.erase(mara, False)
    assert not Membership.objects.exists()
    assert grants(space) == []
    space.refresh_from_db()
    assert (space.members_count, space.created_by) == (0, None)


def test_the_journal_holds_no_words(region):
    mara, anna = a_person(region, "Mara Neri"), a_person(region)
    space = make_space(region, "Silk", openness="restricted", managers=[mara])
    joining.ask_to_join(actor=act(anna), space=space, answer="secret words", now=NOW)
    deciding.decline_request(actor=act(mara), membership=row_of(space, anna), reason="secret words", now=NOW)
    people = [inviting.checked("secret@example.org", "Secret")]
    inviting.invite(actor=act(mara), space=space, people=people, language="it", now=NOW)
    payloads = [event.payload for event in Event.objects.filter(type__startswith="spaces.")]
    assert len(payloads) == 3
    assert "secret" not in repr(payloads).lower()


MOVES = ("join", "ask", "withdraw", "leave", "accept", "decline", "remove", "ban", "lift", "invite", "role", "tick")
STEPS = st.lists(
    st.tuples(st.sampled_from(MOVES), st.integers(0, 3), st.integers(0, 3), st.sampled_from(list(MemberRole))),
    max_size=25,
)
EXPECTED = (Forbidden, MoveNotPossible, NotAllowedIn, LastManager, AlreadyInside, SpaceWrong, InvitationGone)


@settings(max_examples=25, deadline=None)
@given(openness=st.sampled_from(["open", "restricted", "private"]), steps=STEPS)
def test_any_order_of_moves_keeps_the_books(region, openness, steps):
    people = [a_person(region, name) for name in ("Ada Uno", "Bice Due", "Carla Tre", "Dora Quattro")]
    number = Space.objects.count()
    space = make_space(region, f"S{number}", openness=openness, managers=people[:1])
    now = NOW + timedelta(days=number)  # each example begins with fresh limits
    for name, who, whom, role in steps:
        now += timedelta(minutes=7)
        with contextlib.suppress(*EXPECTED):
            _do(name, act(people[who]), space, people[whom], role, now)
        _books(space, people)


def _do(name, actor, space, account, role, now):
    row = Membership.objects.select_related("space", "account", "region").filter(space=space, account=account).first()
    own = Membership.objects.select_related("space", "account", "region").filter(space=space, account=actor.account_id)
    moves = {
        "join": lambda: joining.join_space(actor=actor, space=space, now=now),
        "ask": lambda: joining.ask_to_join(actor=actor, space=space, answer="x", now=now),
        "withdraw": lambda: own and joining.withdraw_membership(actor=actor, membership=own[0], now=now),
        "leave": lambda: own and joining.leave_space(actor=actor, membership=own[0], now=now),
        "accept": lambda: row and deciding.accept_request(actor=actor, membership=row, now=now),
        "decline": lambda: row and deciding.decline_request(actor=actor, membership=row, reason="x", now=now),
        "remove": lambda: row and deciding.remove_member(actor=actor, membership=row, reason="x", now=now),
        "ban": lambda: (
            row
            and deciding.ban_member(actor=actor, membership=row, reason="x", until=now + timedelta(hours=1), now=now)
        ),
        "lift": lambda: row and deciding.lift_ban(actor=actor, membership=row, now=now),
        "invite": lambda: inviting.invite(
            actor=actor, space=space, people=[inviting.Invited(account.email, "", role)], language="it", now=now
        ),
        "role": lambda: row and deciding.set_role(actor=actor, membership=row, role=role, now=now),
        "tick": lambda: deciding.lift_bans_that_ended(actor=PLATFORM, now=now),
    }
    moves[name]()


def _books(space, people):
    space.refresh_from_db()
    rows = {row.account_id: row for row in Membership.objects.filter(space=space)}
    active = [row for row in rows.values() if row.state == MembershipState.ACTIVE]
    assert space.members_count == len(active)
    assert any(row.role == MemberRole.MANAGER for row in active)
    for account in people:
        row = rows.get(account.pk)
        is_inside = row is not None and row.state == MembershipState.ACTIVE
        assert grants(space, account) == ([row.role] if is_inside else [])
        assert (space.pk in act(account).scope_ids("space")) is is_inside

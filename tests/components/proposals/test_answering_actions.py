# SPDX-License-Identifier: EUPL-1.2
"""Expressions of interest: every state x move pair, the guards with what to do next, drafts, counts, endings."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from filanda.capabilities.threads.actions import answer as say
from filanda.capabilities.threads.models import Thread
from filanda.components.proposals.actions import answering as actions
from filanda.components.proposals.manifest.answering import DESK
from filanda.components.proposals.models import (
    DeclineReason,
    ExpressionOfInterest,
    InterestState,
    Proposal,
    ProposalState,
)
from filanda.components.proposals.queries.answering import SILENT_REMINDED, silent_since
from filanda.components.proposals.refusals import AnswerOutdated, AnswerRefused, AnswerWrong, ProposalOver
from filanda.components.proposals.steps import answering as steps
from filanda.components.proposals.telling import answering as telling
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import Block, Person, ValidationState
from filanda.kernel.identity.actors import PLATFORM, VISITOR
from filanda.kernel.identity.models import Role, RoleGrant
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from filanda.kernel.workflow import MoveNotPossible, all_pairs, move
from tests.components.proposals.answers import BRINGS, answer_it, put, speaks_for
from tests.components.proposals.making import make_proposal
from tests.spaces.making import NOW, a_person, act, staff

pytestmark = pytest.mark.django_db
WORDS = {"organisation": None, "brings": BRINGS, "questions": ""}


@pytest.fixture
def anna(region):
    return a_person(region, "Anna Conti")


@pytest.fixture
def bruno(region):
    return a_person(region, "Bruno Sala")


@pytest.fixture
def proposal(region, anna):
    return make_proposal(region, anna)


def _body(region, name="Ottica Lariana"):
    return Organisation.objects.create(region=region, name=name, sort_key=name.lower())


@pytest.mark.parametrize(("state", "name", "target"), list(all_pairs(ExpressionOfInterest.workflow)))
def test_every_state_and_move(region, anna, bruno, proposal, state, name, target):
    interest = answer_it(proposal, bruno)
    put(interest, state)
    mover = {
        "send": act(bruno),
        "withdraw": act(bruno),
        "lapse": PLATFORM,
    }.get(name, act(anna))
    fields = {"decline_reason": "no_fit"} if name == "decline" else {}
    if state == "declined" and target:
        fields["decline_reason"] = ""
    with transaction.atomic():
        if target is None or (state == "draft" and mover.account_id == anna.pk):
            with pytest.raises((MoveNotPossible, Forbidden)):
                move(interest, name, actor=mover, now=NOW, **fields)
        else:
            move(interest, name, actor=mover, now=NOW, **fields)
    interest.refresh_from_db()
    assert interest.state == (target or state)


@pytest.mark.parametrize("name", ["read", "shortlist", "accept", "decline"])
def test_only_the_owners_side_decides(region, anna, bruno, proposal, name):
    interest = answer_it(proposal, bruno)
    facilitator = staff(region, Role.FACILITATOR, "fede@region.example")
    Proposal.objects.filter(pk=proposal.pk).update(facilitator=facilitator)
    administrator = staff(region)
    for account in (bruno, facilitator, administrator, a_person(region, "Carla Neri")):
        interest.refresh_from_db()
        with transaction.atomic(), pytest.raises(Forbidden):
            move(interest, name, actor=act(account), now=NOW)
    with transaction.atomic(), pytest.raises(Forbidden):
        move(interest, name, actor=VISITOR, now=NOW)


def test_sending_opens_a_thread_and_counts(region, anna, bruno, proposal):
    interest = answer_it(proposal, bruno)
    proposal.refresh_from_db()
    assert (interest.state, interest.sent_at, interest.language) == ("sent", NOW, "en")
    assert (proposal.answers_count, proposal.first_answer_at) == (1, NOW)
    thread = Thread.objects.get(pk=interest.thread_id)
    assert (thread.place_kind, thread.place_id, thread.audience) == ("interest", interest.pk, f"interest:{interest.pk}")
    event = Event.objects.get(type="proposals.interest.sent")
    assert event.payload == {"proposal": proposal.pk, "state": "sent", "organisation": None}


def test_sending_twice_with_one_key_is_once(region, bruno, proposal):
    made = [
        actions.send_interest(actor=act(bruno), proposal=proposal, fields=WORDS, version=0, key="k", now=NOW)
        for _time in range(2)
    ]
    assert made[0].pk == made[1].pk
    proposal.refresh_from_db()
    assert proposal.answers_count == 1


def _refused(proposal, actor, organisation=None, now=NOW):
    with pytest.raises(AnswerRefused) as caught:
        actions.send_interest(
            actor=actor, proposal=proposal, fields=WORDS | {"organisation": organisation}, version=0, now=now
        )
    refusal = caught.value.refusal
    assert refusal.reason
    assert refusal.label
    assert refusal.url_name
    assert ExpressionOfInterest.objects.exclude(state=InterestState.DRAFT).filter(author=actor.account_id).count() == 0
    return refusal.code


def test_guards_of_the_proposals_own_side(region, anna, bruno, proposal):
    body = _body(region)
    speaks_for(region, bruno, body)
    speaks_for(region, anna, body)
    assert _refused(proposal, act(anna)) == "own_side"
    of_body = make_proposal(region, anna, "For the house", organisation=body)
    assert _refused(of_body, act(bruno)) == "own_side"
    assert _refused(of_body, act(bruno), body.pk) == "own_side"


def test_the_facilitator_of_a_proposal_does_not_answer_it(region, anna, bruno, proposal):
    fede = staff(region, Role.FACILITATOR, "fede@region.example")
    a_person(region, "Fede Galli")
    Proposal.objects.filter(pk=proposal.pk).update(facilitator=fede)
    proposal.refresh_from_db()
    assert _refused(proposal, act(fede)) == "facilitator"


@pytest.mark.parametrize("state", [ValidationState.WAITING, ValidationState.RETURNED])
def test_a_profile_is_validated_once(region, bruno, proposal, state):
    Person.objects.filter(account=bruno).update(state=state)
    assert _refused(proposal, act(bruno)) == "not_validated"
    kept = actions.save_interest_draft(actor=act(bruno), proposal=proposal, fields=WORDS, version=0, now=NOW)
    assert (kept.state, kept.brings) == ("draft", BRINGS)
    Person.objects.filter(account=bruno).update(state=ValidationState.VALIDATED)
    sent = actions.send_interest(actor=act(bruno), proposal=proposal, fields=WORDS, version=kept.version, now=NOW)
    assert (sent.pk, sent.state) == (kept.pk, "sent")


def test_one_open_answer_of_a_person_and_one_of_an_organisation(region, anna, bruno, proposal):
    body = _body(region)
    carla = a_person(region, "Carla Neri")
    for account in (bruno, carla):
        speaks_for(region, account, body)
    alone = answer_it(proposal, bruno)
    with pytest.raises(AnswerRefused) as caught:
        answer_it(proposal, bruno)
    assert (caught.value.refusal.code, caught.value.refusal.url_args) == ("already_open", (alone.pk,))
    for_body = answer_it(proposal, bruno, organisation=body)
    with pytest.raises(AnswerRefused) as caught:
        answer_it(proposal, carla, organisation=body)
    assert (caught.value.refusal.code, caught.value.refusal.url_args) == ("already_open", (for_body.pk,))
    actions.withdraw(actor=act(carla), interest=for_body, now=NOW)
    assert answer_it(proposal, carla, organisation=body).state == "sent"
    proposal.refresh_from_db()
    assert proposal.answers_count == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"state": ProposalState.CLOSED, "closed_as": "no_partner"},
        {"state": ProposalState.EXPIRED},
        {"state": ProposalState.SUSPENDED},
        {"hidden_at": NOW},
        {"expires_at": NOW},
    ],
)
def test_only_open_proposals_are_answered(region, bruno, proposal, fields):
    Proposal.objects.filter(pk=proposal.pk).update(**fields)
    assert _refused(proposal, act(bruno)) == "ended"


@pytest.mark.parametrize("who_blocks", ["owner", "author"])
def test_blocked_hears_what_all_hear_of_a_closed_one(region, anna, bruno, proposal, who_blocks):
    pair = (anna, bruno) if who_blocks == "owner" else (bruno, anna)
    closed = make_proposal(region, anna, "Over", state=ProposalState.CLOSED)
    Block.objects.create(region=region, blocker=pair[0], blocked=pair[1])
    said = []
    for one in (proposal, closed):
        with pytest.raises(AnswerRefused) as caught:
            answer_it(one, bruno)
        said.append(caught.value.refusal)
    assert said[0] == said[1]


def test_nobody_speaks_for_an_organisation_that_is_not_theirs(region, bruno, proposal):
    body = _body(region)
    with pytest.raises(AnswerWrong) as caught:
        answer_it(proposal, bruno, organisation=body)
    assert list(caught.value.errors) == ["organisation"]


@pytest.mark.parametrize(("field", "value"), [("brings", ""), ("brings", "x" * 2001), ("questions", "y" * 2001)])
def test_what_is_missing_or_too_long_is_said_by_field(region, bruno, proposal, field, value):
    with pytest.raises(AnswerWrong) as caught:
        actions.send_interest(actor=act(bruno), proposal=proposal, fields=WORDS | {field: value}, version=0, now=NOW)
    assert list(caught.value.errors) == [field]


def test_visitors_and_strangers_do_not_answer(region, other_region, proposal):
    with pytest.raises(Forbidden):
        actions.send_interest(actor=VISITOR, proposal=proposal, fields=WORDS, version=0, now=NOW)
    with pytest.raises(Forbidden):
        actions.save_interest_draft(actor=VISITOR, proposal=proposal, fields=WORDS, version=0, now=NOW)


def test_a_draft_is_one_and_two_windows_are_told(region, bruno, proposal):
    first = actions.save_interest_draft(actor=act(bruno), proposal=proposal, fields=WORDS, version=0, now=NOW)
    again = actions.save_interest_draft(actor=act(bruno), proposal=proposal, fields=WORDS, version=0, now=NOW)
    assert (first.pk, first.version) == (again.pk, again.version)
    changed = WORDS | {"brings": "Other words"}
    second = actions.save_interest_draft(
        actor=act(bruno), proposal=proposal, fields=changed, version=first.version, now=NOW
    )
    assert second.version == first.version + 1
    with pytest.raises(AnswerOutdated) as caught:
        actions.save_interest_draft(
            actor=act(bruno), proposal=proposal, fields=WORDS | {"brings": "Mine"}, version=first.version, now=NOW
        )
    assert caught.value.now_is.brings == "Other words"
    actions.drop_draft(actor=act(bruno), interest=second)
    assert not ExpressionOfInterest.objects.exists()


def test_a_draft_is_its_authors_alone(region, anna, bruno, proposal):
    body = _body(region)
    carla = a_person(region, "Carla Neri")
    for account in (bruno, carla):
        speaks_for(region, account, body)
    draft = actions.save_interest_draft(
        actor=act(bruno), proposal=proposal, fields=WORDS | {"organisation": body.pk}, version=0, now=NOW
    )
    seen = [list(ExpressionOfInterest.objects.visible_to(act(one))) for one in (bruno, carla, anna, staff(region))]
    assert seen == [[draft], [], [], []]


def test_deciding_step_by_step(region, anna, bruno, proposal):
    interest = answer_it(proposal, bruno)
    assert actions.mark_read(actor=act(anna), interest=interest, now=NOW)
    assert not actions.mark_read(actor=act(anna), interest=interest, now=NOW)
    actions.shortlist(actor=act(anna), interest=interest, now=NOW)
    actions.shortlist(actor=act(anna), interest=interest, now=NOW)
    assert not actions.mark_read(actor=act(anna), interest=interest, now=NOW)
    interest.refresh_from_db()
    assert (interest.state, interest.read_at) == ("shortlisted", NOW)
    actions.decline(actor=act(anna), interest=interest, reason=DeclineReason.STAGE, words="Too early.", now=NOW)
    interest.refresh_from_db()
    assert (interest.state, interest.decline_reason, interest.reason) == ("declined", "stage", "Too early.")
    names = list(Event.objects.filter(type__startswith="proposals.interest").order_by("pk").values_list("type", flat=1))
    assert names == [f"proposals.interest.{one}" for one in ("sent", "read", "shortlisted", "declined")]
    assert "Too early" not in str(list(Event.objects.values_list("payload", flat=True)))


@pytest.mark.parametrize(
    ("reason", "words", "wrong"), [("", "", "reason"), ("nonsense", "", "reason"), ("other", " ", "words")]
)
def test_declining_needs_a_reason(region, anna, bruno, proposal, reason, words, wrong):
    interest = answer_it(proposal, bruno)
    with pytest.raises(AnswerWrong) as caught:
        actions.decline(actor=act(anna), interest=interest, reason=reason, words=words, now=NOW)
    assert list(caught.value.errors) == [wrong]


def test_when_a_proposal_ends_open_answers_lapse(region, anna, bruno, proposal):
    waits = answer_it(proposal, bruno)
    declined = answer_it(proposal, a_person(region, "Carla Neri"))
    actions.decline(actor=act(anna), interest=declined, reason="no_fit", words="", now=NOW)
    with transaction.atomic():
        assert steps.lapse_open(actor=act(anna), proposal=proposal, now=NOW) == 1
    waits.refresh_from_db()
    declined.refresh_from_db()
    assert (waits.state, declined.state) == ("lapsed", "declined")
    assert Event.objects.filter(type="proposals.interest.lapsed").count() == 1


def test_accepting_begins_talks_and_leaves_the_others(region, anna, bruno, proposal):
    chosen = answer_it(proposal, bruno)
    other = answer_it(proposal, a_person(region, "Carla Neri"))
    with transaction.atomic():
        steps.accept(actor=act(anna), interest=chosen, now=NOW, words="Welcome")
    proposal.refresh_from_db()
    other.refresh_from_db()
    assert (chosen.state, proposal.state, other.state) == ("accepted", "in_talks", "sent")


def test_an_answer_to_what_is_over_is_not_accepted(region, anna, bruno, proposal):
    interest = answer_it(proposal, bruno)
    Proposal.objects.filter(pk=proposal.pk).update(state=ProposalState.SUSPENDED, suspended_from="published")
    with transaction.atomic(), pytest.raises(ProposalOver):
        steps.accept(actor=act(anna), interest=interest, now=NOW)
    interest.refresh_from_db()
    assert interest.state == "sent"


def test_silence_counts_from_the_owners_last_sign_of_life(region, anna, bruno, proposal):
    interest = answer_it(proposal, bruno)
    rows = ExpressionOfInterest.objects.all()
    week = NOW + SILENT_REMINDED
    assert list(silent_since(rows, week - timedelta(seconds=1), SILENT_REMINDED)) == []
    assert list(silent_since(rows, week, SILENT_REMINDED)) == [interest]
    thread = Thread.objects.get(pk=interest.thread_id)
    later = NOW + timedelta(days=3)
    say(actor=act(bruno), thread=thread, source="Are you there?", now=later)
    assert list(silent_since(rows, week, SILENT_REMINDED)) == [interest]
    say(actor=act(anna), thread=thread, source="Yes, next week.", now=later)
    assert list(silent_since(rows, week, SILENT_REMINDED)) == []
    assert list(silent_since(rows, later + SILENT_REMINDED, SILENT_REMINDED)) == [interest]
    actions.shortlist(actor=act(anna), interest=interest, now=NOW + timedelta(days=5))
    assert list(silent_since(rows, later + SILENT_REMINDED, SILENT_REMINDED)) == []


def test_the_clock_reminds_the_owner_and_then_tells_the_facilitator_once(region, anna, bruno, proposal):
    interest = answer_it(proposal, bruno)
    week, fortnight = NOW + timedelta(days=7), NOW + timedelta(days=14)
    assert actions.remind_silent(actor=PLATFORM, now=week - timedelta(seconds=1)) == (0, 0)
    assert actions.remind_silent(actor=PLATFORM, now=week) == (1, 0)
    assert actions.remind_silent(actor=PLATFORM, now=week) == (0, 0)
    assert actions.remind_silent(actor=PLATFORM, now=fortnight) == (0, 1)
    assert actions.remind_silent(actor=PLATFORM, now=fortnight) == (0, 0)
    actions.shortlist(actor=act(anna), interest=interest, now=fortnight)
    assert actions.remind_silent(actor=PLATFORM, now=fortnight + timedelta(days=7)) == (1, 0)
    with pytest.raises(Forbidden):
        actions.remind_silent(actor=act(anna), now=fortnight)


def test_the_desk_leads_its_own_facilitator_to_the_answer_and_names_nobody_to_others(region, anna, bruno, proposal):
    fede, gino = (a_person(region, name) for name in ("Fede Galli", "Gino Riva"))
    for account in (fede, gino):
        RoleGrant.objects.create(region=region, account=account, role=Role.FACILITATOR)
    Proposal.objects.filter(pk=proposal.pk).update(facilitator=fede)
    interest = answer_it(proposal, bruno)
    (source,) = DESK
    (waits,) = source.waiting(None, NOW)
    assert (waits.object_id, waits.holder_id, waits.shows_at) == (interest.pk, fede.pk, NOW + timedelta(days=14))
    lines = {key: source.lines(act(one), [interest.pk], NOW) for key, one in (("fede", fede), ("gino", gino))}
    assert lines["fede"][interest.pk].url_name == "proposals:interest"
    assert lines["gino"][interest.pk].url_name == "proposals:proposal"
    assert "Bruno" not in str(lines)
    assert source.lines(act(anna), [interest.pk], NOW) == {}


def test_whoever_leaves_takes_their_words_and_open_answers_along(region, bruno, proposal):
    body = _body(region)
    speaks_for(region, bruno, body)
    alone, for_body = answer_it(proposal, bruno), answer_it(proposal, bruno, organisation=body)
    assert [one["brings"] for one in telling.collect(bruno)["answers-to-proposals.json"]] == [BRINGS, BRINGS]
    with transaction.atomic():
        telling.erase(bruno, keeps=True)
    found = {row.pk: row for row in ExpressionOfInterest.objects.all()}
    assert (found[alone.pk].state, found[alone.pk].brings, found[alone.pk].author_id) == ("withdrawn", "", None)
    assert (found[for_body.pk].state, found[for_body.pk].brings) == ("sent", BRINGS)
    proposal.refresh_from_db()
    assert proposal.answers_count == 1


@pytest.mark.parametrize(
    ("sent", "reminded", "told", "due"),
    [
        # Ten o'clock in Rome. Clocks go back on 25 October; All Saints' Day, a Sunday, moves nothing.
        ("2026-10-20T08:00", "2026-10-27T09:00", "2026-11-03T09:00", "2026-11-05T09:00"),
        # They go forward on 28 March, Easter Monday is the 29th: the desk's two working days begin on the 30th.
        ("2027-03-15T09:00", "2027-03-22T09:00", "2027-03-29T08:00", "2027-03-31T22:00"),
    ],
)
def test_the_clock_counts_days_of_the_wall_clock_and_the_desk_working_days(
    region, anna, bruno, proposal, sent, reminded, told, due
):
    sent, reminded, told, due = (datetime.fromisoformat(f"{one}+00:00") for one in (sent, reminded, told, due))
    Proposal.objects.filter(pk=proposal.pk).update(expires_at=due + timedelta(days=99))
    proposal.refresh_from_db()
    answer_it(proposal, bruno, now=sent)
    second = timedelta(seconds=1)
    asked = [actions.remind_silent(actor=PLATFORM, now=at) for at in (reminded - second, reminded, told - second, told)]
    assert asked == [(0, 0), (1, 0), (0, 0), (0, 1)]
    waits = next(iter(telling.desk_waiting(None, told)))
    assert (waits.since, waits.shows_at, waits.due_at) == (sent, told, due)

# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from filanda.capabilities.needs import actions
from filanda.capabilities.needs.models import FORGOTTEN_AFTER, KEPT_FOR, IntroductionRequest, SavedNeed
from filanda.capabilities.needs.tasks import purge_everywhere
from filanda.directory.organisations.models import Organisation
from filanda.directory.organisations.steps import merge_organisations
from filanda.kernel.identity.actors import PLATFORM, VISITOR, Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.workflow import MoveNotPossible, all_pairs

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONSENT = "A facilitator of the region may read this and write to me."
SECRET = "We look for a secret ingredient"


@pytest.fixture
def facilitator(db):
    return Actor(account_id=Account.objects.create_account(email="f@example.org").pk, roles=frozenset({"facilitator"}))


@pytest.fixture
def organisation(region):
    return Organisation.objects.create(region=region, name="Filatura Rossi", sort_key="filatura rossi")


@pytest.fixture
def need(region):
    return actions.save_need(actor=VISITOR, region=region, text=SECRET, language="en", now=NOON)


def ask(organisation, **fields):
    given_fields = {"email": "anna@example.org", "consent": CONSENT, "language": "it", "now": NOON} | fields
    return actions.ask_for_introduction(actor=VISITOR, organisation=organisation, **given_fields)


def journalled():
    return list(Event.objects.order_by("pk").values_list("type", flat=True))


def test_save_need_keeps_the_text_for_thirty_days_behind_a_random_token(region, need):
    other = actions.save_need(actor=VISITOR, region=region, text=f"\x00 {SECRET} ", language="en", now=NOON)
    assert (need.text, other.text) == (SECRET, SECRET)
    assert need.token != other.token
    assert len(need.token) == 22  # 128 bits in base64
    assert need.expires_at == NOON + KEPT_FOR
    assert list(SavedNeed.objects.reachable(NOON + timedelta(days=29, hours=23)).filter(pk=need.pk)) == [need]
    assert not SavedNeed.objects.reachable(NOON + KEPT_FOR).exists()


@pytest.mark.parametrize("text", ["", " \x00 ", "a" * 20_001])
def test_save_need_refuses_what_is_no_need(region, text):
    with pytest.raises(ValueError):
        actions.save_need(actor=VISITOR, region=region, text=text, language="", now=NOON)
    assert not SavedNeed.objects.exists()


def test_a_need_is_not_seen_from_another_region(need, other_region):
    with in_region(other_region):
        assert not SavedNeed.objects.reachable(NOON).exists()


def test_the_journal_holds_nothing_that_a_person_wrote(region, organisation, need, facilitator):
    request = ask(organisation, need=need, name="Anna Bianchi", message="Call me maybe")
    ask(organisation, message="Once more")
    actions.take_request(actor=facilitator, request=request, now=NOON)
    actions.answer_request(actor=facilitator, request=request, now=NOON, note="Wrote to Mr Rossi")
    actions.close_request(actor=facilitator, request=request, outcome="refused", reason="Too busy", now=NOON)
    assert journalled() == [
        "needs.need.saved",
        "needs.request.asked",
        "needs.request.asked_again",
        "needs.request.taken",
        "needs.request.answered",
        "needs.request.closed",
    ]
    everything = json.dumps(list(Event.objects.values_list("payload", "touches")))
    for word in ("secret", "anna", "Bianchi", "maybe", "Once", "Rossi", "busy", need.token):
        assert word not in everything


@pytest.mark.parametrize(
    "email", ["", "   ", "anna", "anna@", "@example.org", "anna@example", "a b@example.org", "a@b.org\nBcc: c@d.org"]
)
def test_asking_needs_an_address_that_can_be_answered(organisation, email):
    with pytest.raises(actions.EmailNotUsable, match="e-mail"):
        ask(organisation, email=email)
    assert not IntroductionRequest.objects.exists()


def test_asking_twice_makes_one_request_and_loses_nothing(organisation, need):
    first = ask(organisation, message="First words")
    again = ask(organisation, email=" ANNA@example.org ", message="Second words", name="Anna", need=need)
    ask(organisation, message="First words")
    assert again == first
    kept = IntroductionRequest.objects.get()
    assert (kept.email, kept.name, kept.need) == ("anna@example.org", "Anna", need)
    assert kept.message == "First words\n\nSecond words"


def test_asking_again_after_closing_makes_a_new_request(organisation, facilitator):
    first = ask(organisation)
    actions.close_request(actor=facilitator, request=first, outcome="made", now=NOON)
    assert ask(organisation) != first


def test_bodies_that_the_same_person_asked_for_can_be_merged(region, organisation):
    same_body = Organisation.objects.create(region=region, name="Rossi Filatura", sort_key="rossi filatura")
    requests = [ask(organisation, message="One"), ask(same_body, message="Two")]
    with transaction.atomic():
        stays, gone = merge_organisations(region, [organisation.pk, same_body.pk])
    assert (stays, gone) == (organisation.pk, [same_body.pk])
    assert list(IntroductionRequest.objects.order_by("pk").values_list("pk", "organisation")) == [
        (request.pk, stays) for request in requests
    ]
    # Asking again adds to one of them and makes no third.
    assert ask(organisation, message="Three") in requests


@pytest.mark.parametrize("fields", [{"hidden_at": NOON}, {"is_external": True}])
def test_nobody_is_introduced_to_a_body_without_a_page(organisation, fields):
    Organisation.objects.filter(pk=organisation.pk).update(**fields)
    with pytest.raises(Forbidden, match="non è in elenco"):
        ask(organisation)
    assert not IntroductionRequest.objects.exists()


def test_requests_are_seen_by_facilitators_and_administrators_of_their_region_only(
    organisation, need, facilitator, other_region
):
    request = ask(organisation, need=need)
    administrator = Actor(account_id=9, roles=frozenset({"region_administrator"}))
    for seer in (facilitator, administrator, PLATFORM):
        assert list(IntroductionRequest.objects.visible_to(seer)) == [request]
        assert list(SavedNeed.objects.visible_to(seer)) == [need]
    for blind in (VISITOR, Actor(account_id=3), Actor(account_id=4, is_operator=True)):
        assert not IntroductionRequest.objects.visible_to(blind).exists()
        assert not SavedNeed.objects.visible_to(blind).exists()
    with in_region(other_region):
        assert not IntroductionRequest.objects.visible_to(facilitator).exists()


def test_a_need_without_a_request_is_seen_by_link_only(need, facilitator):
    assert not SavedNeed.objects.visible_to(facilitator).exists()


@pytest.mark.parametrize(("state", "name", "target"), list(all_pairs(IntroductionRequest.workflow)))
def test_every_move_from_every_state(region, organisation, facilitator, state, name, target):
    request = ask(organisation)
    IntroductionRequest.objects.filter(pk=request.pk).update(state=state, outcome="made" if state == "closed" else "")
    act = {
        "take": lambda: actions.take_request(actor=facilitator, request=request, now=NOON),
        "answer": lambda: actions.answer_request(actor=facilitator, request=request, now=NOON),
        "close": lambda: actions.close_request(actor=facilitator, request=request, outcome="no_answer", now=NOON),
    }[name]
    before = journalled()
    if target is None:
        with pytest.raises(MoveNotPossible):
            act()
        assert (IntroductionRequest.objects.get().state, journalled()) == (state, before)
    else:
        act()
        assert IntroductionRequest.objects.get().state == target
        assert len(journalled()) == len(before) + 1


def test_visitors_move_nothing(organisation):
    request = ask(organisation)
    with pytest.raises(Forbidden):
        actions.take_request(actor=VISITOR, request=request, now=NOON)
    with pytest.raises(Forbidden):
        actions.close_request(actor=VISITOR, request=request, outcome="made", now=NOON)
    assert IntroductionRequest.objects.get().state == "received"


def test_taking_names_who_took_it_and_a_refusal_needs_its_reason(organisation, facilitator):
    request = ask(organisation)
    actions.take_request(actor=facilitator, request=request, now=NOON)
    assert request.handler_id == facilitator.account_id
    with pytest.raises(actions.ReasonMissing):
        actions.close_request(actor=facilitator, request=request, outcome="refused", reason="  ", now=NOON)
    with pytest.raises(ValueError, match="no outcome"):
        actions.close_request(actor=facilitator, request=request, outcome="lost", now=NOON)
    actions.close_request(actor=facilitator, request=request, outcome="refused", reason="They stopped.", now=NOON)
    request.refresh_from_db()
    assert (request.state, request.outcome, request.note) == ("closed", "refused", "They stopped.")


def test_purge_deletes_expired_needs_but_keeps_what_an_open_request_rests_on(region, organisation, need, facilitator):
    fresh = actions.save_need(actor=VISITOR, region=region, text=SECRET, language="en", now=NOON + timedelta(days=1))
    asked = actions.save_need(actor=VISITOR, region=region, text=SECRET, language="en", now=NOON)
    request = ask(organisation, need=asked)
    assert actions.purge(actor=PLATFORM, region=region, now=NOON + KEPT_FOR) == (1, 0)
    assert set(SavedNeed.objects.all()) == {fresh, asked}
    actions.close_request(actor=facilitator, request=request, outcome="made", now=NOON + KEPT_FOR)
    assert actions.purge(actor=PLATFORM, region=region, now=NOON + KEPT_FOR) == (1, 0)
    request.refresh_from_db()
    assert (request.need, request.email) == (None, "anna@example.org")
    assert set(SavedNeed.objects.all()) == {fresh}


def test_purge_forgets_who_asked_half_a_year_after_closing(region, organisation, facilitator):
    closed, still_open = ask(organisation, name="Anna", message="Hello"), ask(organisation, email="b@example.org")
    actions.close_request(actor=facilitator, request=closed, outcome="made", reason="Met in May", now=NOON)
    assert actions.purge(actor=PLATFORM, region=region, now=NOON + FORGOTTEN_AFTER - timedelta(hours=1)) == (0, 0)
    assert actions.purge(actor=PLATFORM, region=region, now=NOON + FORGOTTEN_AFTER) == (0, 1)
    closed.refresh_from_db()
    still_open.refresh_from_db()
    assert (closed.email, closed.name, closed.message, closed.note, closed.outcome) == ("", "", "", "", "made")
    assert still_open.email == "b@example.org"


def test_a_region_may_remember_who_asked_for_longer_or_less_long(region, organisation, facilitator):
    actions.close_request(actor=facilitator, request=ask(organisation), outcome="made", reason="Met", now=NOON)
    region.settings = {"retention": {"needs.requests": 365}}
    assert actions.purge(actor=PLATFORM, region=region, now=NOON + FORGOTTEN_AFTER) == (0, 0)
    region.settings = {"retention": {"needs.requests": 30}}
    assert actions.purge(actor=PLATFORM, region=region, now=NOON + timedelta(days=30)) == (0, 1)


def test_only_the_platform_purges(region, facilitator):
    with pytest.raises(Forbidden):
        actions.purge(actor=facilitator, region=region, now=NOON)


def test_the_hourly_job_purges_every_region(region, other_region, need):
    with in_region(other_region):
        actions.save_need(actor=VISITOR, region=other_region, text=SECRET, language="en", now=NOON)
    purge_everywhere(NOON + KEPT_FOR)
    assert not SavedNeed.objects.exists()
    with in_region(other_region):
        assert not SavedNeed.objects.exists()

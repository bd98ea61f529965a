# SPDX-License-Identifier: EUPL-1.2
"""Who is let in to a full text: asking, letting in, refusing, undertaking, ending; all moves; two at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import close_old_connections

from filanda.components.proposals.actions import admitting
from filanda.components.proposals.ladder import Door, rungs
from filanda.components.proposals.models import Admission, AdmissionState, ExpressionOfInterest, ProposalState, Rung
from filanda.components.proposals.undertakings import digest_of, words_in
from filanda.directory.people.models import Block, Person
from filanda.kernel.identity.actors import VISITOR, Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.workflow import MoveNotPossible, all_pairs, move
from tests.components.proposals.making import let_in, make_proposal
from tests.signing import sign_in
from tests.spaces.making import NOW, a_person, act, staff

pytestmark = pytest.mark.django_db(transaction=True)

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def here(region):
    with in_region(region):
        yield region


@pytest.fixture
def anna(here):
    return a_person(here, "Anna Conti")


@pytest.fixture
def bruno(here):
    return a_person(here, "Bruno Riva")


def ask(account, proposal, **given) -> Admission:
    said = {"why": "We make probes.", "undertakes": False, "now": LATER} | given
    return admitting.ask_to_read(actor=act(account), proposal=proposal, **said)


def test_asking_letting_in_and_ending(here, anna, bruno):
    one = make_proposal(here, anna)
    asked = ask(bruno, one)
    assert (asked.state, asked.asked_why, rungs(act(bruno), one).door) == ("asked", "We make probes.", Door.ASKED)
    assert ask(bruno, one, why="Again").pk == asked.pk
    assert Admission.objects.get().asked_why == "We make probes."
    admitting.let_in(actor=act(anna), admission=asked, now=LATER)
    admitting.let_in(actor=act(anna), admission=asked, now=LATER)
    assert rungs(act(bruno), one).text
    with pytest.raises(admitting.AdmissionNotPossible):
        ask(bruno, one)
    admitting.end_admission(actor=act(anna), admission=asked, reason="The trial is over.", now=LATER)
    assert rungs(act(bruno), one).door == Door.ENDED
    assert ask(bruno, one, why="Once more").state == "asked"
    assert list(Event.objects.filter(type__startswith="proposals.").order_by("pk").values_list("type", flat=True)) == [
        "proposals.admission.asked",
        "proposals.admission.let_in",
        "proposals.admission.ended",
        "proposals.admission.asked",
    ]
    assert not any("probes" in str(event.payload) for event in Event.objects.all())


def test_refusing_needs_a_reason_that_the_asker_reads(here, anna, bruno, client):
    one = make_proposal(here, anna)
    asked = ask(bruno, one)
    with pytest.raises(ValidationError):
        admitting.refuse(actor=act(anna), admission=asked, reason="  ", now=LATER)
    admitting.refuse(actor=act(anna), admission=asked, reason="You are a competitor.", now=LATER)
    page = sign_in(client, bruno).get(f"/en/proposals/{one.pk}/", follow=True).content.decode()
    assert "You are a competitor." in page
    assert "Ask again" in page
    admitting.let_in(actor=act(anna), admission=asked, now=LATER)  # after all
    assert rungs(act(bruno), one).text


def test_undertaking_is_recorded_in_the_words_read(here, anna, bruno):
    one = make_proposal(here, anna, needs_undertaking=True)
    with pytest.raises(ValidationError, match="undertakes"):
        ask(bruno, one)
    with pytest.raises(ValidationError, match="undertakes"):
        ask(bruno, one, undertakes=True, read_words="Something else.")
    here.settings["proposals"] = {"undertaking": {"en": "I keep quiet.", "it": "Taccio."}}
    here.save()
    asked = ask(bruno, one, undertakes=True, read_words=words_in(here))
    here.settings["proposals"] = {"undertaking": {"en": "Other words."}}
    here.save()
    kept = Admission.objects.get(pk=asked.pk)
    assert kept.undertaking in ("I keep quiet.", "Taccio.")
    assert kept.undertaken_at == LATER
    admitting.let_in(actor=act(anna), admission=asked, now=LATER)
    assert rungs(act(bruno), one).text


def test_undertaking_later_by_who_was_let_in_without(here, anna, bruno):
    one = make_proposal(here, anna, needs_undertaking=True)
    let_in(one, bruno)
    assert rungs(act(bruno), one).door == Door.UNDERTAKE
    with pytest.raises(ValidationError):
        admitting.undertake(actor=act(bruno), proposal=one, undertakes=False, read_words="", now=LATER)
    for _time in range(2):
        admitting.undertake(actor=act(bruno), proposal=one, undertakes=True, read_words=words_in(here), now=LATER)
    assert rungs(act(bruno), one).text
    assert Event.objects.filter(type="proposals.admission.undertaken").count() == 1
    carla = a_person(here, "Carla Neri")
    with pytest.raises(admitting.AdmissionNotPossible):
        admitting.undertake(actor=act(carla), proposal=one, undertakes=True, read_words=words_in(here), now=LATER)


@pytest.mark.parametrize("text_for", [Rung.PUBLIC, Rung.MEMBERS])
def test_asking_for_what_one_reads_is_refused(here, anna, bruno, text_for):
    with pytest.raises(admitting.AdmissionNotPossible):
        ask(bruno, make_proposal(here, anna, text_for=text_for))


@pytest.mark.parametrize("state", [ProposalState.CLOSED, ProposalState.EXPIRED, ProposalState.DRAFT])
def test_asking_for_what_has_ended_is_refused(here, anna, bruno, state):
    with pytest.raises(admitting.AdmissionNotPossible):
        ask(bruno, make_proposal(here, anna, state=state))


def test_whoever_is_blocked_hears_what_others_hear_at_the_end(here, anna, bruno):
    one, ended = make_proposal(here, anna), make_proposal(here, anna, "Ended", state=ProposalState.CLOSED)
    Block.objects.create(region=here, blocker=anna, blocked=bruno)
    said = set()
    for row in (one, ended):
        with pytest.raises(admitting.AdmissionNotPossible) as refusal:
            ask(bruno, row)
        said.add(str(refusal.value))
    assert len(said) == 1
    assert not Admission.objects.exists()


def test_who_may_ask_and_who_decides(here, anna, bruno):
    one = make_proposal(here, anna, facilitator=staff(here, Role.FACILITATOR))
    for actor in (VISITOR, Actor(account_id=bruno.pk), act(anna)):
        with pytest.raises(Forbidden):
            admitting.ask_to_read(actor=actor, proposal=one, why="Me", undertakes=False, now=LATER)
    asked = ask(bruno, one)
    for account in (bruno, staff(here, Role.FACILITATOR), staff(here, Role.REGION_ADMINISTRATOR, "a@region.example")):
        for decide in (
            lambda actor: admitting.let_in(actor=actor, admission=asked, now=LATER),
            lambda actor: admitting.refuse(actor=actor, admission=asked, reason="No.", now=LATER),
            lambda actor: admitting.end_admission(actor=actor, admission=asked, reason="No.", now=LATER),
        ):
            with pytest.raises(Forbidden):
                decide(act(account))
    assert Admission.objects.get().state == AdmissionState.ASKED


def test_author_of_an_answer_is_let_in_without_asking(here, anna, bruno):
    one = make_proposal(here, anna)
    with pytest.raises(admitting.AdmissionNotPossible):
        admitting.let_in_author(actor=act(anna), proposal=one, account=bruno, now=LATER)
    ExpressionOfInterest.objects.create(region=here, proposal=one, author=bruno, state="sent", sent_at=NOW)
    for _time in range(2):
        admitting.let_in_author(actor=act(anna), proposal=one, account=bruno, now=LATER)
    assert rungs(act(bruno), one).text
    assert Event.objects.filter(type="proposals.admission.let_in").count() == 1


@pytest.mark.parametrize(("state", "name", "target"), list(all_pairs(Admission.workflow)))
def test_every_state_and_move(here, anna, bruno, state, name, target):
    from django.db import transaction

    row = let_in(make_proposal(here, anna), bruno, state=state)
    actor = act(bruno if name == "ask_again" else anna)
    with transaction.atomic():
        if target is None:
            with pytest.raises(MoveNotPossible):
                move(row, name, actor=actor, now=LATER)
        else:
            move(row, name, actor=actor, now=LATER)
    assert Admission.objects.get().state == (target or state)


def test_two_at_once_give_one_outcome(here, anna, bruno):
    from concurrent.futures import ThreadPoolExecutor

    from filanda.kernel.regions.models import Region

    one = make_proposal(here, anna)
    asker, owner, region_id = act(bruno), act(anna), here.pk

    def inside(deed):
        try:
            with in_region(Region.objects.get(pk=region_id)):
                return deed()
        except Exception as error:  # noqa: BLE001 - what came of it is the result
            return type(error).__name__
        finally:
            close_old_connections()
            from django.db import connection

            connection.close()

    with ThreadPoolExecutor(6) as pool:
        asked = list(
            pool.map(
                inside,
                [lambda: admitting.ask_to_read(actor=asker, proposal=one, why="Me", undertakes=False, now=LATER).pk]
                * 6,
            )
        )
        assert len(set(asked)) == 1
        row = Admission.objects.get()

        def decide(place):
            mine = Admission.objects.select_related("proposal").get(pk=row.pk)
            if place % 2:
                return admitting.let_in(actor=owner, admission=mine, now=LATER).state
            return admitting.refuse(actor=owner, admission=mine, reason="No.", now=LATER).state

        done = list(pool.map(inside, [lambda place=place: decide(place) for place in range(6)]))
    events = list(Event.objects.filter(type__startswith="proposals.admission.").values_list("type", flat=True))
    assert events.count("proposals.admission.asked") == 1
    # Once let in, nobody is refused any more; a refusal before that may be followed by letting in.
    assert Admission.objects.get().state == "let_in" or set(done) == {"refused", "MoveNotPossible"}
    assert events.count("proposals.admission.let_in") <= 1
    assert events.count("proposals.admission.refused") <= 1


def test_pages_ask_and_admissions(here, anna, bruno, client):
    one = make_proposal(here, anna, needs_undertaking=True)
    path = f"/en/proposals/{one.pk}/ask/"
    assert client.get(path).status_code == 302
    sign_in(client, bruno)
    assert "I undertake to keep" in client.get(path).content.decode()
    wrong = client.post(path, {"why": "Because of zinc", "undertakes": ""})
    assert wrong.status_code == 422
    assert "Because of zinc" in wrong.content.decode()
    words = digest_of(words_in(here, "en"))
    assert client.post(path, {"why": "We make probes", "undertakes": "1", "words": words}).status_code == 302
    assert client.get(path).status_code == 302  # asked already
    people = f"/en/proposals/{one.pk}/people/"
    assert client.get(people).status_code == 404  # not even the asker learns of the list
    assert client.post(people, {"move": "let_in", "admission": "1"}).status_code == 404
    Person.objects.filter(account=bruno).update(headline="Zorbaflux", visibility={"headline": "private"})
    sign_in(client, anna)
    page = client.get(people).content.decode()
    assert "We make probes" in page
    assert "Zorbaflux" not in page  # they have told their name by asking, nothing more
    row = Admission.objects.get()
    wrong = client.post(people, {"move": "refuse", "admission": str(row.pk), "reason": ""})
    assert wrong.status_code == 422
    assert "Say why" in wrong.content.decode()
    assert client.post(people, {"move": "let_in", "admission": str(row.pk)}).status_code == 302
    assert "undertook confidentiality" in client.get(people).content.decode()
    for sent in ({}, {"move": "x", "admission": "1"}, {"move": "let_in", "admission": "9" * 30}, {"move": "end"}):
        assert client.post(people, sent).status_code == 404
    client.post(people, {"move": "end", "admission": str(row.pk), "reason": "Over."})
    assert not rungs(act(bruno), one).text


def test_those_concerned_are_told_without_anybodys_words(here, anna, bruno):
    from filanda.components.proposals.queries.reading import lines
    from filanda.kernel.manifests import notices

    one = make_proposal(here, anna)
    asked = ask(bruno, one)
    admitting.refuse(actor=act(anna), admission=asked, reason="Competitor.", now=LATER)
    told = {}
    for event in Event.objects.filter(type__startswith="proposals.admission."):
        for notice in notices()[event.type]:
            for one_told in notice.recipients(event):
                line = lines(act(bruno), [one.pk])[one.pk]
                told[one_told.account_id] = notice.sentence(event, line)
                assert notice.about(event) == ("proposal", one.pk)
    assert set(told) == {anna.pk, bruno.pk}
    assert not any("Competitor" in said or "probes" in said for said in told.values())

# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from datetime import timedelta

import pytest

from filanda.directory.people import actions, personal
from filanda.directory.people.languages import language_of
from filanda.directory.people.models import Block, JoiningDraft, Person, PersonConcept, ValidationState, Visibility
from filanda.directory.people.personal import waiting
from filanda.directory.people.queries import is_trusted, least_loaded, person_of, unfindable_ids
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.identity.actors import VISITOR, Actor
from filanda.kernel.identity.models import Role, RoleGrant
from filanda.kernel.journal.models import Event
from filanda.kernel.mail.models import Message
from filanda.kernel.mail.rendering import render
from filanda.kernel.manifests import language_for
from filanda.kernel.policies import Forbidden, decide
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.workflow import MoveNotPossible, all_pairs
from tests.directory.people.conftest import NOON, me


@pytest.fixture
def concepts(region):
    scheme = ConceptScheme.objects.create(region=region, slug="s3", labels={"it": "S3"})
    return [Concept.objects.create(scheme=scheme, code=code, labels={"it": code}).pk for code in ("a", "b", "c")]


def test_join_makes_a_person_with_a_role_and_a_facilitator(region, account, facilitator, concepts):
    anna = account("anna@example.org")
    JoiningDraft.objects.create(region=region, account=anna, typed={"name": "A"})
    person = actions.join_region(
        actor=me(anna), account=anna, region=region, name="  Anna   Vèrdi ", purpose="I look for partners", now=NOON,
        skills=[concepts[0]], interests=concepts[1:], languages=["en", "it"],
    )  # fmt: skip
    assert (person.name, person.sort_key, person.facilitator) == ("Anna Vèrdi", "anna verdi", facilitator)
    assert (person.state, person.listing, person.languages) == ("waiting", "members", ["it", "en"])
    assert me(anna).roles == {Role.INNOVATOR}
    assert person_of(me(anna)) == person
    assert set(person.concept_links.values_list("concept", "kind", "origin")) == {
        (concepts[0], "skill", "confirmed"),
        (concepts[1], "interest", "confirmed"),
        (concepts[2], "interest", "confirmed"),
    }  # fmt: skip
    assert not JoiningDraft.objects.exists()
    event = Event.objects.get(type="people.person.joined")
    assert event.touches == {"person": [person.pk], "member": [person.pk]}
    assert "Anna" not in str(event.payload)


def test_join_twice_is_said_and_changes_nothing(joined):
    person = joined()
    with pytest.raises(actions.AlreadyHere) as caught:
        actions.join_region(
            actor=me(person.account), account=person.account, region=person.region, name="Other Name", now=NOON
        )
    assert caught.value.person == person
    assert Person.objects.get().name == "Anna Verdi"


def test_nobody_joins_for_somebody_else(region, account):
    anna, bruno = account("anna@example.org"), account("bruno@example.org")
    for actor in (VISITOR, me(bruno)):
        with pytest.raises(Forbidden):
            actions.join_region(actor=actor, account=anna, region=region, name="Anna Verdi", now=NOON)
    assert not Person.objects.exists()


def test_join_says_all_that_is_wrong_at_once(region, account):
    anna = account("anna@example.org")
    with pytest.raises(actions.ProfileWrong) as caught:
        actions.join_region(
            actor=me(anna), account=anna, region=region, name="1", languages=["xx"], skills=[10**9], now=NOON
        )
    assert set(caught.value.errors) == {"name", "languages", "skills"}
    assert not RoleGrant.objects.filter(account=anna).exists()


def test_the_facilitator_is_the_least_loaded_or_the_one_chosen(region, account, facilitator, joined):
    second = account("gino@example.org", Role.FACILITATOR, region=region)
    ended = account("old@example.org", Role.FACILITATOR, region=region)
    RoleGrant.objects.filter(account=ended).update(ended_at=NOON)
    assert [joined(name).facilitator for name in ("Ada Uno", "Bea Due", "Cia Tre")] == [
        facilitator,
        second,
        facilitator,
    ]
    assert joined("Dina Quattro", facilitator=facilitator).facilitator == facilitator
    assert joined("Enea Cinque", facilitator=ended).facilitator == second  # an ended one is none
    region.settings = {"facilitators": {"may_choose": False}}
    assert joined("Fede Sei", facilitator=facilitator).facilitator == second
    region.settings = {"facilitators": {"assigns": "nobody"}}
    assert joined("Gea Sette").facilitator is None
    assert least_loaded(NOON, besides=second.pk) == facilitator


def test_a_facilitator_who_joins_is_not_their_own(region, facilitator):
    person = actions.join_region(actor=me(facilitator), account=facilitator, region=region, name="Fabia Leri", now=NOON)
    assert person.facilitator is None


def test_update_writes_what_is_known_and_nothing_else(joined, concepts):
    person = joined()
    changed = actions.update_profile(
        actor=me(person.account), person=person, now=NOON,
        changes={
            "headline": "Ingegnera dei materiali", "about": "Lavoro con **fibre** naturali.",
            "orcid": "0000000218250097",
            "links": [{"label": "", "url": "example.org"}], "skills": concepts[:2], "visibility": {"orcid": "private"},
            "listing": "public",
        },
    )  # fmt: skip
    person = Person.objects.get()
    assert set(changed) == {"headline", "about", "orcid", "links", "skills", "visibility", "listing"}
    assert (person.orcid, person.text_language, person.listing) == ("0000-0002-1825-0097", "it", "public")
    assert person.visibility_of("orcid") == Visibility.PRIVATE
    assert Event.objects.get(type="people.person.updated").payload["fields"] == changed
    for field in ("state", "account", "facilitator_id", "region", "is_invented", "validated_by"):
        with pytest.raises(TypeError):
            actions.update_profile(actor=me(person.account), person=person, changes={field: "validated"}, now=NOON)


def test_update_that_changes_nothing_is_not_journalled(joined):
    person = joined()
    assert (
        actions.update_profile(actor=me(person.account), person=person, changes={"name": person.name}, now=NOON) == []
    )
    assert not Event.objects.filter(type="people.person.updated").exists()


def test_update_of_what_was_changed_elsewhere_writes_nothing(joined):
    person = joined()
    seen = person.updated_at
    actions.update_profile(actor=me(person.account), person=person, changes={"headline": "First"}, now=NOON, seen=seen)
    with pytest.raises(actions.ChangedMeanwhile) as caught:
        actions.update_profile(
            actor=me(person.account), person=person, changes={"headline": "Second"}, now=NOON, seen=seen
        )
    assert caught.value.person.headline == "First"
    assert Person.objects.get().headline == "First"


def test_only_the_person_changes_a_profile(joined, facilitator, region, account):
    person, other = joined(), joined("Bruno Blu")
    administrator = account("admin@example.org", Role.REGION_ADMINISTRATOR, region=region)
    for actor in (VISITOR, me(other.account), me(facilitator), me(administrator), me(account("s@example.org"))):
        with pytest.raises(Forbidden):
            actions.update_profile(actor=actor, person=person, changes={"headline": "x"}, now=NOON)
        with pytest.raises(Forbidden):
            actions.set_visibility(actor=actor, person=person, listing="public", now=NOON)
        with pytest.raises(Forbidden):
            actions.set_concepts(actor=actor, person=person, skills=[], interests=[], now=NOON)


def test_concepts_suggested_are_confirmed_or_gone(joined, concepts):
    person = joined()
    for concept in concepts[:2]:
        PersonConcept.objects.create(
            region=person.region, person=person, concept_id=concept, kind="skill", origin="suggested", score=2.0
        )
    actions.set_concepts(actor=me(person.account), person=person, skills=[concepts[1]], interests=[], now=NOON)
    assert list(person.concept_links.values_list("concept", "origin", "score")) == [(concepts[1], "confirmed", None)]


def test_validation_moves_every_state_and_move(joined, facilitator):
    person = joined()
    acts = {
        "validate": lambda: actions.validate_person(actor=me(facilitator), person=person, now=NOON),
        "take_back": lambda: actions.take_validation_back(actor=me(facilitator), person=person, now=NOON),
        "take_back_asked": lambda: actions.take_validation_back(actor=me(facilitator), person=person, now=NOON),
        "return": lambda: actions.return_person(actor=me(facilitator), person=person, question="Who?", now=NOON),
        "answer": lambda: actions.answer(actor=me(person.account), person=person, words="Me", now=NOON),
    }
    for state, name, target in all_pairs(Person.workflow):
        before = {"state": "returned"} if name == "take_back_asked" else {}
        Person.objects.update(state=state, validated_by=facilitator, state_changed_at=NOON, validated_from=before)
        if target is None:
            with pytest.raises(MoveNotPossible):
                acts[name]()
            assert Person.objects.get().state == state
        else:
            acts[name]()
            assert Person.objects.get().state == target


def test_a_validation_is_taken_back_by_whoever_gave_it_within_the_hour(joined, facilitator, account, region):
    person, colleague = joined(), account("other@region.example", Role.FACILITATOR, region=region)
    actions.validate_person(actor=me(facilitator), person=person, now=NOON)
    hour = actions.TAKE_BACK_WITHIN
    for actor, at in ((me(colleague), NOON), (me(facilitator), NOON + hour + timedelta(seconds=1))):
        assert not actions.can_take_validation_back(actor, person, at)
        with pytest.raises(actions.TooLate):
            actions.take_validation_back(actor=actor, person=person, now=at)
    with pytest.raises(Forbidden):
        actions.take_validation_back(actor=me(person.account), person=person, now=NOON)
    assert Person.objects.get().state == ValidationState.VALIDATED
    actions.take_validation_back(actor=me(facilitator), person=person, now=NOON + hour)
    fresh = Person.objects.get()
    assert (fresh.state, fresh.validated_by) == (ValidationState.WAITING, None)
    assert list(Message.objects.order_by("pk").values_list("template", flat=True)) == [
        "people/mail/validated",
        "people/mail/validation_taken_back",
    ]
    assert Event.objects.filter(type="people.person.validation_taken_back").count() == 1


def test_a_validation_taken_back_leaves_things_as_they_were(joined, facilitator):
    person, later = joined(), NOON + timedelta(days=3)
    actions.return_person(actor=me(facilitator), person=person, question="Which laboratory?", now=NOON)
    for state in (ValidationState.RETURNED, ValidationState.WAITING):
        answered = state == ValidationState.WAITING
        since = NOON + timedelta(hours=2) if answered else NOON
        if answered:
            actions.answer(actor=me(person.account), person=person, words="The third", now=since)
        actions.validate_person(actor=me(facilitator), person=person, now=later)
        fresh = Person.objects.get()
        assert (fresh.return_reason, fresh.answer) == ("", "")
        actions.take_validation_back(actor=me(facilitator), person=person, now=later)
        fresh = Person.objects.get()
        assert (fresh.state, fresh.state_changed_at, fresh.validated_from) == (state, since, {})
        assert (fresh.return_reason, fresh.answer) == ("Which laboratory?", "The third" if answered else "")
    events = Event.objects.filter(type="people.person.validation_taken_back", subject_id=person.account_id)
    assert events.count() == 2


def test_what_was_asked_before_a_validation_is_forgotten_when_it_cannot_be_taken_back(joined, facilitator, region):
    person = joined()
    actions.return_person(actor=me(facilitator), person=person, question="Which laboratory?", now=NOON)
    actions.validate_person(actor=me(facilitator), person=person, now=NOON)
    assert personal.forget_questions(region, NOON, NOON) == 0
    assert Person.objects.get().validated_from["question"] == "Which laboratory?"
    assert personal.forget_questions(region, NOON + timedelta(days=1), NOON) == 1
    assert Person.objects.get().validated_from == {}


def test_a_question_is_kept_with_its_answer_until_validation(joined, facilitator):
    person = joined()
    with pytest.raises(actions.ReasonMissing):
        actions.return_person(actor=me(facilitator), person=person, question="  ", now=NOON)
    actions.return_person(actor=me(facilitator), person=person, question="Which laboratory?", now=NOON)
    actions.answer(actor=me(person.account), person=person, words="The third", now=NOON)
    person = Person.objects.get()
    assert (person.return_reason, person.answer) == ("Which laboratory?", "The third")
    actions.validate_person(actor=me(facilitator), person=person, now=NOON + timedelta(days=1))
    person = Person.objects.get()
    assert (person.state, person.return_reason, person.answer, person.validated_by) == (
        "validated",
        "",
        "",
        facilitator,
    )


def test_nobody_validates_themselves_nor_without_the_role(region, facilitator, joined, account):
    own = actions.join_region(actor=me(facilitator), account=facilitator, region=region, name="Fabia Leri", now=NOON)
    with pytest.raises(Forbidden, match=r"own profile|tuo profilo"):
        actions.validate_person(actor=me(facilitator), person=own, now=NOON)
    person, other = joined(), joined("Bruno Blu")
    without_second_factor = Actor(account_id=facilitator.pk, withheld=frozenset({Role.FACILITATOR}))
    for actor in (VISITOR, me(person.account), me(other.account), without_second_factor):
        with pytest.raises(Forbidden):
            actions.validate_person(actor=actor, person=person, now=NOON)
        with pytest.raises(Forbidden):
            actions.hide_person(actor=actor, person=person, reason="x", now=NOON)
    assert set(Person.objects.values_list("state", flat=True)) == {ValidationState.WAITING}


def test_assign_takes_facilitators_only(joined, facilitator, region, account):
    person = joined()
    second = account("gino@example.org", Role.FACILITATOR, region=region)
    with pytest.raises(actions.ReasonMissing):
        actions.assign_facilitator(actor=me(facilitator), person=person, facilitator=second, now=NOON)
    assign = {"actor": me(facilitator), "person": person, "now": NOON, "reason": "He knows your trade."}
    assert actions.assign_facilitator(facilitator=second, **assign)
    assert not actions.assign_facilitator(facilitator=second, **assign)
    assert Person.objects.get().facilitator == second
    with pytest.raises(actions.NotAFacilitator):
        actions.assign_facilitator(facilitator=person.account, **assign)
    [event] = Event.objects.filter(type="people.person.assigned")
    assert event.payload == {"person": person.pk, "facilitator": second.pk, "reason": "He knows your trade."}
    [message] = Message.objects.filter(template="people/mail/assigned")
    assert (message.to, message.context["facilitator"]) == (person.account.email, "Gino")
    assert message.context["reason"] == "He knows your trade."


def test_many_are_handed_over_all_or_none_and_taken_back(joined, facilitator, region, account):
    second = account("gino@example.org", Role.FACILITATOR, region=region)
    people = [joined(), joined("Bruno Blu")]
    earlier = {person.pk: person.facilitator_id for person in people}
    own = actions.join_region(actor=me(second), account=second, region=region, name="Gino", now=NOON)
    chosen = {person.pk: second for person in [*people, own]}
    with pytest.raises(actions.NotAFacilitator, match="Gino"):
        actions.assign_facilitators(actor=me(facilitator), chosen=chosen, now=NOON, reason="Holidays")
    assert {one.pk: one.facilitator_id for one in Person.objects.exclude(pk=own.pk)} == earlier
    del chosen[own.pk]
    before = actions.assign_facilitators(actor=me(facilitator), chosen=chosen, now=NOON, reason="Holidays")
    assert before == {pk: earlier[pk] for pk in before}
    assert set(Person.objects.filter(pk__in=chosen).values_list("facilitator", flat=True)) == {second.pk}
    by_id = {facilitator.pk: facilitator, second.pk: second, None: None}
    back = {pk: by_id[earlier_one] for pk, earlier_one in before.items()}
    actions.assign_facilitators(actor=me(facilitator), chosen=back, now=NOON, reason="A slip")
    assert {one.pk: one.facilitator_id for one in Person.objects.exclude(pk=own.pk)} == earlier
    with pytest.raises(Forbidden):
        actions.assign_facilitators(actor=me(people[0].account), chosen=back, now=NOON, reason="x")


def test_hidden_is_seen_by_staff_and_the_person_only(joined, facilitator):
    person, other = joined(listing="public"), joined("Bruno Blu")
    with pytest.raises(actions.ReasonMissing):
        actions.hide_person(actor=me(facilitator), person=person, reason=" ", now=NOON)
    actions.hide_person(actor=me(facilitator), person=person, reason="Advertising", now=NOON)
    seen_by = lambda actor: person in Person.objects.visible_to(actor)  # noqa: E731
    assert seen_by(me(facilitator))
    assert seen_by(me(person.account))
    assert not seen_by(me(other.account))
    assert not seen_by(VISITOR)
    actions.show_person(actor=me(facilitator), person=person, now=NOON)
    assert seen_by(VISITOR)


def test_a_block_parts_both_and_is_nobody_elses_business(joined, facilitator):
    anna, bruno, carla = joined("Anna Verdi"), joined("Bruno Blu"), joined("Carla Rosa")
    for _time in range(2):
        actions.block_person(actor=me(anna.account), person=bruno, now=NOON)
    assert Block.objects.count() == 1
    assert bruno not in Person.objects.visible_to(me(anna.account))
    assert anna not in Person.objects.visible_to(me(bruno.account))
    assert unfindable_ids(me(anna.account)) == {bruno.pk}
    assert unfindable_ids(me(bruno.account)) == {anna.pk}
    assert (
        unfindable_ids(me(carla.account)) == unfindable_ids(me(facilitator)) == unfindable_ids(VISITOR) == frozenset()
    )
    assert {anna, bruno} <= set(Person.objects.visible_to(me(carla.account)))
    event = Event.objects.get(type="people.block.made")
    assert (event.payload, event.subject_id) == ({}, None)
    actions.unblock_person(actor=me(anna.account), person=bruno, now=NOON)
    assert bruno in Person.objects.visible_to(me(anna.account))
    with pytest.raises(Forbidden):
        actions.block_person(actor=me(anna.account), person=anna, now=NOON)
    with pytest.raises(Forbidden):
        actions.block_person(actor=VISITOR, person=anna, now=NOON)


def test_who_sees_a_profile_and_its_fields(joined, facilitator, account):
    person = joined(listing="private")
    stranger, member = me(account("s@example.org")), me(joined("Bruno Blu").account)
    seen = {
        listing: [
            Person.objects.filter(pk=person.pk).update(listing=listing) is None
            or person in Person.objects.visible_to(actor)
            for actor in (VISITOR, stranger, member, me(facilitator), me(person.account))
        ]
        for listing in Visibility.values
    }
    assert seen == {
        "public": [True, True, True, True, True],
        "members": [False, False, True, True, True],
        "private": [False, False, False, True, True],
    }
    fields = {}
    for chosen in Visibility.values:
        person.visibility = {"about": chosen}
        fields[chosen] = [
            person.field_visible_to("about", actor)
            for actor in (VISITOR, stranger, member, me(facilitator), me(person.account))
        ]
    assert fields == seen
    person.facilitator = None
    assert not person.field_visible_to("about", me(facilitator))


def test_another_region_sees_nobody(joined, other_region):
    person = joined(listing="public")
    with in_region(other_region):
        assert not Person.objects.visible_to(VISITOR).exists()
        assert person_of(me(person.account)) is None
        assert not decide(me(person.account), "people.block", person)


def test_the_person_is_told_by_mail_with_the_reason_and_the_next_step(joined, facilitator):
    person = joined()
    actions.return_person(actor=me(facilitator), person=person, question="Which laboratory?", now=NOON)
    actions.validate_person(actor=me(facilitator), person=person, now=NOON)
    actions.hide_person(actor=me(facilitator), person=person, reason="Advertising", now=NOON)
    sent = list(Message.objects.order_by("pk"))
    assert [one.template for one in sent] == [f"people/mail/{name}" for name in ("returned", "validated", "hidden")]
    assert {one.to for one in sent} == {person.account.email}
    assert (sent[0].context["question"], sent[0].context["facilitator"]) == ("Which laboratory?", "Fabia")
    assert sent[2].context["reason"] == "Advertising"
    for one in sent:
        assert one.context["url"].endswith("/it/profile/")
        for language in ("it", "en"):
            shown = render(one.template, region=person.region, language=language, context=one.context)
            assert shown.subject
            assert one.context["url"] in shown.text
            assert one.context["url"] in shown.html


def test_a_region_may_trust_whoever_joins(joined, facilitator, region):
    person = joined()
    assert not is_trusted(person, region)
    assert [line.url_name for line in waiting(me(facilitator))] == ["profiles:queue"]
    region.settings = {"facilitators": {"validates": False}}
    region.save()
    assert is_trusted(person, region)
    assert list(waiting(me(facilitator))) == []
    actions.return_person(actor=me(facilitator), person=person, question="Where do you work?", now=NOON)
    assert not is_trusted(person, region)
    actions.answer(actor=me(person.account), person=person, now=NOON, words="At home.")
    assert is_trusted(person, region)
    region.settings = {}
    region.save()
    assert not is_trusted(person, region)
    actions.validate_person(actor=me(facilitator), person=person, now=NOON)
    assert is_trusted(person, region)


def test_somebody_is_written_to_in_their_language(joined, facilitator, region):
    anna, bruno = joined(language="en"), joined("Bruno Blu", language="fr")
    assert (anna.language, bruno.language) == ("en", "")
    assert [
        language_of(one.account, region)
        for one in (
            anna,
            bruno,
        )
    ] == ["en", "it"]
    assert language_of(facilitator, region) == "it"
    assert language_of(facilitator, region, "en") == "en"
    assert language_for(anna.account, region) == "en"
    assert language_for(None, region) == "it"
    actions.validate_person(actor=me(facilitator), person=anna, now=NOON)
    assert Message.objects.get(to=anna.account.email, template="people/mail/validated").language == "en"
    with pytest.raises(actions.ProfileWrong) as wrong:
        actions.update_profile(actor=me(anna.account), person=anna, changes={"language": "fr"}, now=NOON)
    assert set(wrong.value.errors) == {"language"}
    assert actions.update_profile(actor=me(anna.account), person=anna, changes={"language": "it"}, now=NOON)
    assert language_of(anna.account, region) == "it"
    region.languages = ["en"]
    region.default_language = "en"
    assert language_of(anna.account, region) == "en"

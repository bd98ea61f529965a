# SPDX-License-Identifier: EUPL-1.2
"""What leaves with a person, and what is left of them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from filanda.directory.people import actions, personal
from filanda.directory.people.models import Block, JoiningDraft, Person
from filanda.kernel.journal.models import Event
from tests.directory.people.conftest import NOON, me


@pytest.fixture
def anna(joined, facilitator) -> Person:
    person = joined("Anna Verdi", purpose="I look for partners", listing="public")
    actions.update_profile(
        actor=me(person.account),
        person=person,
        now=NOON,
        changes={
            "headline": "Engineer",
            "about": "Long story",
            "orcid": "0000-0002-1825-0097",
            "links": [{"label": "Lab", "url": "https://lab.example.org"}],
            "languages": ["it"],
        },
    )
    return person


def test_collect_gives_everything_that_is_kept(anna, joined, region):
    bruno = joined("Bruno Blu")
    actions.block_person(actor=me(anna.account), person=bruno, now=NOON)
    JoiningDraft.objects.create(region=region, account=anna.account, typed={"name": "A"})
    files = personal.collect(anna.account)
    assert set(files) == {"profile.json", "joining-draft.json", "blocked.json"}
    said = json.dumps(files, cls=DjangoJSONEncoder)
    for kept in (
        "Anna Verdi",
        "Engineer",
        "Long story",
        "0000-0002-1825-0097",
        "lab.example.org",
        "I look for partners",
    ):
        assert kept in said
    assert files["blocked.json"] == [{"person": bruno.pk, "since": NOON}]
    assert "Bruno" not in said  # somebody else's name is not Anna's data
    assert personal.collect(bruno.account)["profile.json"]["name"] == "Bruno Blu"
    assert "blocked.json" not in personal.collect(bruno.account)  # who blocks him is not his to know


def test_erase_leaves_a_former_member_without_anything(anna, joined, facilitator):
    bruno = joined("Bruno Blu")
    actions.block_person(actor=me(bruno.account), person=anna, now=NOON)
    actions.return_person(actor=me(facilitator), person=anna, question="Who are you, Anna?", now=NOON)
    account = anna.account
    with transaction.atomic():
        personal.erase(account, True)
    left = Person.objects.get(pk=anna.pk)
    texts = [
        getattr(left, field.name)
        for field in Person._meta.fields
        if field.get_internal_type() in ("CharField", "TextField")
    ]
    assert not {"Anna Verdi", "anna verdi", "Engineer", "Long story", "Who are you, Anna?"} & set(texts)
    assert (left.account, left.facilitator, left.links, left.languages, left.visibility) == (None, None, [], [], {})
    assert left.erased_at is not None
    assert left.orcid == left.purpose == left.name == ""
    assert not left.concept_links.exists()
    assert not Block.objects.exists()
    assert Event.objects.get(type="people.person.erased").touches["person"] == [anna.pk]
    assert personal.collect(account) == {}
    assert Person.objects.get(pk=bruno.pk).name == "Bruno Blu"


def test_erasing_a_facilitator_leaves_their_people(anna, facilitator):
    with transaction.atomic():
        personal.erase(facilitator, True)
    assert Person.objects.get(pk=anna.pk).facilitator is None


def test_what_waits_is_said_to_whom_it_waits_for(anna, joined, facilitator, account):
    assert [line.count for line in personal.waiting(me(facilitator))] == [1]
    assert list(personal.waiting(me(anna.account))) == []
    assert list(personal.waiting(me(account("stranger@example.org")))) == []
    actions.return_person(actor=me(facilitator), person=anna, question="Who?", now=NOON)
    assert list(personal.waiting(me(facilitator))) == []
    assert [line.url_name for line in personal.waiting(me(anna.account))] == ["profiles:edit"]


def test_drafts_that_nobody_came_back_to_go(region, account):
    old, new = (JoiningDraft.objects.create(region=region, account=account(f"{name}@example.org")) for name in "on")
    JoiningDraft.objects.filter(pk=old.pk).update(updated_at=NOON - timedelta(days=91))
    JoiningDraft.objects.filter(pk=new.pk).update(updated_at=NOON - timedelta(days=89))
    assert personal.forget_drafts(region, NOON - timedelta(days=90), NOON) == 1
    assert list(JoiningDraft.objects.all()) == [new]

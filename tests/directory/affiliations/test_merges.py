# SPDX-License-Identifier: EUPL-1.2
"""People's belonging when two organisations are united and parted again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from filanda.across.privacy.steps import erase_everywhere
from filanda.capabilities.files.models import StoredFile
from filanda.directory.affiliations.models import Claim, Invitation, JoinRequest, Position
from filanda.directory.affiliations.steps import end_belonging, lock_organisation
from filanda.directory.organisations.actions.merging import forget_ledgers, merge, part
from filanda.directory.organisations.importers.records import OrganisationRecord
from filanda.directory.organisations.importers.writing import load
from filanda.directory.organisations.models import Merge, NotTheSame, Organisation
from filanda.directory.organisations.steps import lock_imports, merge_organisations
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.identity.models import Role, RoleGrant
from filanda.kernel.journal.models import Event
from tests.directory.affiliations.making import NOW, body, person

FACILITATOR = Actor(roles=frozenset({"facilitator"}))
LATER = NOW + timedelta(days=3)
KEPT = (Organisation, Claim, JoinRequest, Position, Invitation, RoleGrant, StoredFile)


def belonging(*, without_positions_of=None):
    """Every row that says who belongs where."""
    rows = {}
    for model in KEPT:
        said = model._base_manager.values()
        rows[model.__name__] = sorted(
            (
                sorted((k, bytes(v) if isinstance(v, memoryview) else v) for k, v in row.items() if k != "updated_at")
                for row in said
            ),
            key=str,
        )
    return rows


def grant(region, organisation, account, role=Role.ORGANISATION_ADMIN, **more):
    return RoleGrant.objects.create(
        region=region, account=account, role=role, scope_kind="organisation", scope_id=organisation.pk, **more
    )


def belongs(region, organisation, someone, n=0, *, claim="asked", asked="asked", title="Chemist"):
    """Everything that somebody may have at an organisation."""
    account = someone.account
    place = {"region": region, "organisation": organisation}
    Claim.objects.create(**place, account=account, state=claim, code_hash=b"x" * 32, message="It is ours")
    JoinRequest.objects.create(**place, account=account, state=asked, message="Let me in")
    Position.objects.create(**place, person=someone, title=title)
    grant(region, organisation, account)


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes against a database
)
@given(data=st.data())
def test_uniting_and_parting_gives_everybody_back_their_places(region, data):
    start = transaction.savepoint()
    try:
        two = [body(region, f"Body {n}") for n in range(2)]
        people = [person(region, f"p{n}@example.org", f"Person {n}") for n in range(2)]
        some = st.booleans()
        for at, organisation in enumerate(two):
            for who, someone in enumerate(people):
                place = {"region": region, "organisation": organisation}
                if data.draw(some):
                    state = data.draw(st.sampled_from(["asked", "code_sent", "document_given", "granted", "lapsed"]))
                    Claim.objects.create(**place, account=someone.account, state=state, code_hash=b"h" * 32)
                if data.draw(some):
                    state = data.draw(st.sampled_from(["asked", "accepted", "withdrawn"]))
                    JoinRequest.objects.create(**place, account=someone.account, state=state)
                for _n in range(data.draw(st.integers(0, 2))):
                    Position.objects.create(
                        **place,
                        person=someone,
                        title=data.draw(st.sampled_from(["", "Chemist"])),
                        started_on=data.draw(st.sampled_from([None, date(2020, 1, 1)])),
                        ended_on=data.draw(st.sampled_from([None, date(2024, 1, 1)])),
                        is_confirmed=data.draw(some),
                    )
                for role in data.draw(st.sets(st.sampled_from([Role.ORGANISATION_ADMIN, Role.ORGANISATION_MEMBER]))):
                    grant(region, organisation, someone.account, role, ended_at=data.draw(st.sampled_from([None, NOW])))
                if data.draw(some):
                    Invitation.objects.create(
                        **place, email=f"i{who}@example.org", token_hash=bytes([at, who]) * 16, expires_at=LATER
                    )
            if data.draw(some):
                StoredFile.objects.create(
                    region=region,
                    subject_kind="organisation",
                    subject_id=organisation.pk,
                    kind=data.draw(st.sampled_from(["logo", "document"])),
                    name="a.png",
                    media_type="image/png",
                    size=1,
                    key=f"k{at}",
                )
        before = belonging()
        if data.draw(some):
            done = merge(actor=FACILITATOR, first=two[0], second=two[1], values_of={}, now=NOW)
        else:
            with transaction.atomic():
                merge_organisations(region, [one.pk for one in two], source="cordis")
            done = Merge.objects.get()
            done.undo_until = LATER
        assert Organisation.objects.count() == 1
        assert part(actor=FACILITATOR, merge=done, now=LATER).left == ()
        assert belonging() == before
    finally:
        transaction.savepoint_rollback(start)


@pytest.fixture
def two(region):
    return body(region, "Alfa"), body(region, "Beta")


def united(two):
    return merge(actor=FACILITATOR, first=two[0], second=two[1], values_of={}, now=NOW)


def test_whoever_left_since_is_not_put_back(region, two):
    someone = person(region)
    for one in two:
        belongs(region, one, someone)
    done = united(two)
    with transaction.atomic():
        stays = lock_organisation(two[0].pk)
        end_belonging(actor=PLATFORM, organisation=stays, account=someone.account, now=LATER, reason="left")
    Claim.objects.filter(organisation=stays, state="asked").update(state="lapsed")
    JoinRequest.objects.filter(organisation=stays, state="asked").update(state="withdrawn")
    with translation.override("en"):
        left = part(actor=FACILITATOR, merge=done, now=LATER).left
    assert not RoleGrant.objects.filter(scope_kind="organisation", ended_at=None).exists()
    assert sorted(RoleGrant.objects.filter(scope_kind="organisation").values_list("scope_id", flat=True)) == [
        one.pk for one in two
    ]
    assert {(p.organisation_id, p.ended_on) for p in Position.objects.all()} == {(one.pk, LATER.date()) for one in two}
    assert not Claim.objects.open().exists()
    assert not JoinRequest.objects.filter(state="asked").exists()
    assert left == (
        "One role in Beta stays ended: it was ended in Alfa since.",
        "2 claims of or requests to Beta stay closed: they were answered, or taken back, since.",
        "One position at Beta is not there again, or has ended: whoever held it has left since.",
        "Beta has nobody who looks after it any more.",
    )


@pytest.mark.parametrize("with_sign_in", [True, False])
def test_whoever_was_erased_since_comes_back_in_no_way(region, two, with_sign_in):
    someone = person(region)
    account = someone.account
    for one in two:
        belongs(region, one, someone)
    Invitation.objects.create(
        region=region, organisation=two[1], email=account.email, token_hash=b"t" * 32, expires_at=LATER
    )
    done = united(two)
    with transaction.atomic():
        erase_everywhere(account, region, keeps=True, with_sign_in=with_sign_in, now=LATER)
    done.refresh_from_db()
    assert "It is ours" not in str(done.ledger)
    assert "anna@" not in str(done.ledger)
    part(actor=FACILITATOR, merge=done, now=LATER)
    assert not any(model.objects.exists() for model in (Claim, JoinRequest, Position, Invitation))
    assert not RoleGrant.objects.filter(scope_kind="organisation", ended_at=None).exists()
    assert Organisation.objects.count() == 2


def test_what_was_granted_since_stays_where_it_was_granted(region, two):
    someone = person(region)
    stays, goes = two
    place = {"region": region, "organisation": goes}
    claim = Claim.objects.create(**place, account=someone.account, state="document_given")
    asked = JoinRequest.objects.create(**place, account=someone.account)
    used = Invitation.objects.create(**place, email="a@b.example", token_hash=b"1" * 32, expires_at=LATER)
    refused = Claim.objects.create(**place, account=person(region, "b@example.org").account)
    done = united(two)
    Claim.objects.filter(pk=claim.pk).update(state="granted")
    JoinRequest.objects.filter(pk=asked.pk).update(state="accepted")
    Invitation.objects.filter(pk=used.pk).update(used_at=LATER)
    Claim.objects.filter(pk=refused.pk).update(state="refused")
    part(actor=FACILITATOR, merge=done, now=LATER)
    for row, at in ((claim, stays), (asked, stays), (used, stays), (refused, goes)):
        row.refresh_from_db()
        assert row.organisation_id == at.pk


def test_an_imports_merge_is_parted_and_its_next_run_leaves_the_two_apart(region):
    records = [
        OrganisationRecord(("a",), "Alfa", identifiers=(("pic", "999000001"),)),
        OrganisationRecord(("b",), "Beta"),
    ]
    load(region, records, [], source="list", actor=PLATFORM)
    alfa, beta = Organisation.objects.order_by("pk")
    someone = person(region)
    belongs(region, beta, someone)
    before = belonging()
    both = [OrganisationRecord(("a", "b"), "Alfa", spellings=("Beta",))]
    assert load(region, both, [], source="list", actor=PLATFORM).organisations_merged == 1
    done = Merge.objects.get()
    assert (done.source, done.merged_by, done.old_id, done.old_name) == ("list", None, beta.pk, "Beta")
    told = Event.objects.get(type="organisations.organisation.merged")
    assert told.payload == {"other": beta.pk, "source": "list"}
    assert part(actor=FACILITATOR, merge=done, now=LATER).organisation == beta
    assert belonging() == before
    assert NotTheSame.objects.get().first == alfa
    again = load(region, both, [], source="list", actor=PLATFORM)
    assert (again.organisations_merged, again.organisations_left_apart) == (0, 1)
    assert Organisation.objects.count() == 2
    assert load(region, both, [], source="list", actor=PLATFORM).changed_nothing


def test_ledgers_go_with_their_time_and_never_hold_another_ledger(region, two):
    third = body(region, "Gamma")
    first = united(two)
    second = merge(actor=FACILITATOR, first=two[0], second=third, values_of={}, now=NOW)
    assert "ledger" not in str(second.ledger)
    assert forget_ledgers(region, NOW - timedelta(days=1), NOW + timedelta(days=29)) == 0
    assert forget_ledgers(region, NOW - timedelta(days=1), NOW + timedelta(days=31)) == 2
    first.refresh_from_db()
    assert first.ledger is None
    with transaction.atomic():
        lock_imports(region)


def test_a_person_is_found_at_both_again(region, two):
    someone = person(region)
    for one in two:
        Position.objects.create(region=region, organisation=one, person=someone, title="Chemist")
    done = united(two)
    assert Position.objects.count() == 1
    part(actor=FACILITATOR, merge=done, now=LATER)
    assert set(Person.objects.get(pk=someone.pk).positions.values_list("organisation_id", flat=True)) == {
        one.pk for one in two
    }

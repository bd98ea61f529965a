# SPDX-License-Identifier: EUPL-1.2
"""Uniting two entries and parting them again; what looks alike."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.timezone import now
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from filanda.directory.organisations.actions import create_organisation, update_organisation
from filanda.directory.organisations.actions.likening import look_for_likenesses
from filanda.directory.organisations.actions.merging import (
    CannotMerge,
    CannotPart,
    leave_apart,
    merge,
    part,
)
from filanda.directory.organisations.models import (
    Evidence,
    EvidenceParty,
    Identifier,
    Likeness,
    Merge,
    MergedOrganisation,
    NotTheSame,
    Organisation,
    OrganisationName,
    Site,
    SourceRecord,
)
from filanda.directory.organisations.queries import merged_into
from filanda.directory.organisations.queries.duplicates import find_duplicates
from filanda.directory.organisations.steps.ledger import relations
from filanda.kernel.identity.actors import PLATFORM, VISITOR, Actor
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.journal import chain
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import across_regions, in_region

FACILITATOR = Actor(roles=frozenset({"facilitator"}))


def body(region, name, **more):
    return create_organisation(actor=PLATFORM, region=region, name=name, **more)


def everything():
    """Every row of every table that a merge may touch."""
    kept = {Organisation._meta.label: Organisation, RoleGrant._meta.label: RoleGrant, Evidence._meta.label: Evidence}
    kept |= {model._meta.label: model for model, _name in relations() if model not in (Merge, MergedOrganisation)}
    return {
        label: sorted((tuple(sorted(row.items(), key=str)) for row in model._base_manager.values()), key=str)
        for label, model in kept.items()
    }


def test_values_are_chosen_addresses_lead_on_and_nothing_is_lost(region):
    first, second = (
        body(region, "Filanda Rossi", size="small"),
        body(region, "Filanda Rossi Srl", website="https://r.it"),
    )
    Identifier.objects.create(region=region, organisation=second, scheme="pic", value="999979500")
    done = merge(actor=FACILITATOR, first=second, second=first, values_of={"name": second.pk}, now=now())
    left = Organisation.objects.get()
    assert (left.pk, left.name, left.size, left.website) == (first.pk, "Filanda Rossi Srl", "small", "https://r.it")
    assert left.sort_key == "filanda rossi srl"
    assert list(OrganisationName.objects.values_list("text", flat=True)) == ["Filanda Rossi"]
    assert merged_into(second.pk, VISITOR) == first.pk
    assert Event.objects.order_by("-pk").first().touches["organisation"] == [first.pk, second.pk]
    again = part(actor=FACILITATOR, merge=done, now=now()).organisation
    assert (again.pk, again.name, Identifier.objects.get().organisation_id) == (
        second.pk,
        "Filanda Rossi Srl",
        second.pk,
    )
    assert merged_into(second.pk, VISITOR) is None
    with pytest.raises(CannotPart):
        part(actor=FACILITATOR, merge=done, now=now())


@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes against a database
)
@given(data=st.data())
def test_uniting_and_parting_gives_back_the_same_rows(region, data):
    start = transaction.savepoint()
    try:
        sizes = st.sampled_from(["unknown", "small", "large"])
        two = [body(region, f"Body {n}", size=data.draw(sizes), short_name=data.draw(st.sampled_from(["", f"B{n}"])))
               for n in range(2)]  # fmt: skip
        partner = body(region, "Partner")
        accounts = [Account.objects.create_account(email=f"p{n}@example.org") for n in range(2)]
        for n in range(data.draw(st.integers(0, 3))):
            piece = Evidence.objects.create(
                region=region, kind="project", title=f"P{n}", source="demo", source_id=str(n)
            )
            for owner in data.draw(st.sets(st.sampled_from([*two, partner]))):
                EvidenceParty.objects.create(
                    region=region,
                    evidence=piece,
                    organisation=owner,
                    role=data.draw(st.sampled_from(["coordinator", "participant"])),
                    contribution=data.draw(st.sampled_from([None, 10, 20])),
                )
        for number, one in enumerate(two):
            if data.draw(st.booleans()):
                Site.objects.create(region=region, organisation=one, municipality="Como")
            for text in data.draw(st.sets(st.sampled_from(["Alfa", "Beta", "Body 0", "Body 1"]))):
                OrganisationName.objects.create(region=region, organisation=one, text=text)
            if data.draw(st.booleans()):
                Identifier.objects.create(region=region, organisation=one, scheme="pic", value=f"{number}" * 9)
            SourceRecord.objects.create(region=region, organisation=one, source="demo", source_id=f"s{number}")
            for account in data.draw(st.sets(st.sampled_from(accounts))):
                RoleGrant.objects.create(
                    region=region,
                    account=account,
                    role=Role.ORGANISATION_ADMIN,
                    scope_kind="organisation",
                    scope_id=one.pk,
                )
        before = everything()
        chosen = {name: data.draw(st.sampled_from(two)).pk for name in ("name", "size") if data.draw(st.booleans())}
        done = merge(actor=FACILITATOR, first=two[0], second=two[1], values_of=chosen, now=now())
        assert Organisation.objects.count() == 2
        part(actor=FACILITATOR, merge=done, now=now())
        assert everything() == before
    finally:
        transaction.savepoint_rollback(start)


def test_what_changed_since_stays_and_a_later_merge_is_parted_first(region):
    one, two, three = body(region, "Uno"), body(region, "Due", size="small"), body(region, "Tre")
    first = merge(actor=FACILITATOR, first=one, second=two, values_of={}, now=now())
    update_organisation(actor=PLATFORM, organisation=one, size="large", short_name="U")
    second = merge(actor=FACILITATOR, first=one, second=three, values_of={}, now=now())
    with pytest.raises(CannotPart):
        part(actor=FACILITATOR, merge=first, now=now())
    part(actor=FACILITATOR, merge=second, now=now())
    part(actor=FACILITATOR, merge=first, now=now())
    assert list(Organisation.objects.order_by("pk").values_list("name", "size", "short_name")) == [
        ("Uno", "large", "U"),
        ("Due", "small", ""),
        ("Tre", "unknown", ""),
    ]


def test_after_thirty_days_it_stays(region):
    done = merge(actor=FACILITATOR, first=body(region, "A"), second=body(region, "B"), values_of={}, now=now())
    with pytest.raises(CannotPart):
        part(actor=FACILITATOR, merge=done, now=now() + timedelta(days=31))
    assert Organisation.objects.count() == 1


def test_only_staff_unite_and_only_two_that_are_there(region):
    first, second = body(region, "A"), body(region, "B")
    admin = Actor(account_id=1, scoped=frozenset({("organisation_admin", "organisation", first.pk)}))
    for actor in (VISITOR, admin):
        with pytest.raises(Forbidden):
            merge(actor=actor, first=first, second=second, values_of={}, now=now())
        with pytest.raises(Forbidden):
            leave_apart(actor=actor, first=first, second=second)
    with pytest.raises(CannotMerge):
        merge(actor=FACILITATOR, first=first, second=first, values_of={}, now=now())


def test_what_looks_alike_is_suggested_with_reasons_until_somebody_says_no(region):
    names = [
        "Filanda Rossi",
        "FILANDA ROSSI",
        "Tessitura Serica Comasca Srl",
        "Tessitura Serica Comascas Srl",
        "Altra",
        "Z",
    ]
    made = [body(region, name) for name in names]
    for one in made[:4]:
        Site.objects.create(region=region, organisation=one, municipality="Como")
    Organisation.objects.filter(pk__in=[made[4].pk, made[5].pk]).update(website="https://www.altra.example/x")
    Identifier.objects.create(region=region, organisation=made[4], scheme="vat", value="IT00743110157")
    Identifier.objects.create(region=region, organisation=made[5], scheme="tax_code", value="00743110157")
    found = {(s.first_id, s.second_id): s.reasons for s in find_duplicates(region)}
    assert found[made[4].pk, made[5].pk] == ("same_number", "same_domain")
    assert found[made[0].pk, made[1].pk] == ("same_name",)
    assert found[made[2].pk, made[3].pk] == ("near_name",)
    assert len(found) == 3
    leave_apart(actor=FACILITATOR, first=made[1], second=made[0])
    assert (made[0].pk, made[1].pk) not in {(s.first_id, s.second_id) for s in find_duplicates(region)}


def test_the_job_keeps_what_looks_alike_and_looks_again_only_after_news(region):
    at = now()

    def look(later=0):
        with across_regions():
            chain.extend()
        return look_for_likenesses(actor=PLATFORM, region=region, now=at + timedelta(minutes=later))

    def pairs():
        return list(Likeness.objects.values_list("first_id", "second_id", "reasons", "score"))

    one, other = body(region, "Filanda Rossi"), body(region, "FILANDA ROSSI", website="https://rossi.example")
    for each in (one, other):
        Site.objects.create(region=region, organisation=each, municipality="Como")
    assert look() == 1
    assert pairs() == [(one.pk, other.pk, ["same_name"], 4)]
    assert look(2) is None
    third = body(region, "Altro", website="https://www.rossi.example/")
    assert look(4) == 1
    assert pairs() == [(one.pk, other.pk, ["same_name"], 4), (other.pk, third.pk, ["same_domain"], 2)]
    update_organisation(actor=PLATFORM, organisation=one, website="https://rossi.example")
    assert look(6) > 0
    assert pairs()[0] == (one.pk, other.pk, ["same_name", "same_domain"], 6)
    found_at = Likeness.objects.first().found_at
    update_organisation(actor=PLATFORM, organisation=third, website="", short_name="A")
    assert look(8) == 0
    assert [pair[:2] for pair in pairs()] == [(one.pk, other.pk)]
    assert Likeness.objects.get().found_at == found_at
    leave_apart(actor=FACILITATOR, first=one, second=other)
    assert pairs() == []
    body(region, "Qualcosa")
    assert look(10) == 0
    assert pairs() == []
    assert look(10 + 25 * 60) == 0
    with pytest.raises(Forbidden):
        look_for_likenesses(actor=VISITOR, region=region, now=at)


def test_news_of_another_region_is_none(region, other_region):
    at = now()
    body(region, "Filanda Rossi")
    with across_regions():
        chain.extend()
    look_for_likenesses(actor=PLATFORM, region=region, now=at)
    with in_region(other_region):
        body(other_region, "Filanda Rossi")
    with across_regions():
        chain.extend()
    assert look_for_likenesses(actor=PLATFORM, region=region, now=at) is None


def test_a_merge_takes_the_likenesses_of_what_goes_with_it(region):
    made = [body(region, "Filanda Rossi", website="https://rossi.example") for _n in range(3)]
    look_for_likenesses(actor=PLATFORM, region=region, now=now())
    assert Likeness.objects.count() >= 2
    done = merge(actor=FACILITATOR, first=made[0], second=made[1], values_of={}, now=now())
    ids = {pk for pair in Likeness.objects.values_list("first_id", "second_id") for pk in pair}
    assert ids <= {made[0].pk, made[2].pk}
    part(actor=FACILITATOR, merge=done, now=now())


def test_whoever_is_apart_from_one_that_goes_is_apart_from_what_stays(region):
    stays, third, goes = (body(region, name) for name in ("A", "B", "C"))
    leave_apart(actor=FACILITATOR, first=third, second=goes)
    done = merge(actor=FACILITATOR, first=stays, second=goes, values_of={}, now=now())
    assert list(NotTheSame.objects.values_list("first_id", "second_id")) == [(stays.pk, third.pk)]
    part(actor=FACILITATOR, merge=done, now=now())
    assert list(NotTheSame.objects.values_list("first_id", "second_id")) == [(third.pk, goes.pk)]

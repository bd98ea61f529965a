# SPDX-License-Identifier: EUPL-1.2
"""What waits for facilitators, and who is told of reviews and ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from filanda.capabilities.follows.actions import set_follow
from filanda.capabilities.follows.queries import followers
from filanda.capabilities.follows.steps import follow_merge
from filanda.components.proposals.actions import ending, reviewing, writing
from filanda.components.proposals.steps.writing import note
from filanda.components.proposals.telling import writing as telling
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests import desk_sources, notices
from tests.components.proposals.making import make_proposal, region_space
from tests.spaces.making import NOW, a_person, act, staff

pytestmark = pytest.mark.django_db


def _told(event):
    return [told.account_id for notice in notices()[event.type] for told in notice.recipients(event)]


def test_what_waits_for_a_review_and_whom_it_concerns(region):
    region_space(region)
    anna, fausto = a_person(region, "Anna Conti"), staff(region, Role.FACILITATOR, "fausto@region.example")
    gina = staff(region, Role.FACILITATOR, "gina@region.example")
    friday = NOW - timedelta(days=2)
    row = make_proposal(region, anna, state="in_review", submitted_at=friday, facilitator=fausto)
    own = make_proposal(region, fausto, state="in_review", submitted_at=NOW, facilitator=gina)
    make_proposal(region, anna)  # does not wait
    source = desk_sources()["proposal.review"]
    waiting = {one.object_id: one for one in source.waiting(None, NOW)}
    assert sorted(waiting) == sorted([row.pk, own.pk])
    assert (waiting[row.pk].due_at, waiting[row.pk].holder_id) == (friday + timedelta(days=3), fausto.pk)
    both = [row.pk, own.pk]
    assert sorted(source.lines(act(fausto), both, NOW)) == [row.pk]
    assert sorted(source.lines(act(gina), both, NOW)) == sorted(both)
    assert not source.lines(act(anna), both, NOW)


def test_what_is_about_to_end_waits_until_it_is_renewed(region):
    anna, fausto = a_person(region, "Anna Conti"), staff(region, Role.FACILITATOR, "fausto@region.example")
    row = make_proposal(region, anna, expires_at=NOW + timedelta(days=10), facilitator=fausto)
    source = desk_sources()["proposal.expiring"]
    assert not list(source.waiting(None, NOW))
    ending.warn_due(now=NOW)
    (waits,) = source.waiting([row.pk], NOW)
    assert (waits.object_id, waits.due_at, waits.holder_id) == (row.pk, row.expires_at, fausto.pk)
    assert list(source.lines(act(fausto), [row.pk], NOW)) == [row.pk]
    ending.renew(actor=act(anna), proposal=row, now=NOW)
    assert not list(source.waiting(None, NOW))


def test_who_is_told(region):
    region_space(region)
    anna, fausto = a_person(region, "Anna Conti"), staff(region, Role.FACILITATOR, "fausto@region.example")
    row = make_proposal(region, anna, state="draft")
    writing.submit(actor=act(anna), proposal=row, now=NOW)
    assert _told(Event.objects.last()) == [fausto.pk]
    reviewing.return_it(actor=act(fausto), proposal=row, checklist={}, remarks={}, words="Why?", now=NOW)
    assert _told(Event.objects.last()) == [anna.pk]
    writing.submit(actor=act(anna), proposal=row, now=NOW)
    checks = dict.fromkeys(reviewing.Check.values, True)
    reviewing.approve(actor=act(fausto), proposal=row, checklist=checks, now=NOW)
    published = Event.objects.last()
    assert (published.type, telling.about(published)) == ("proposals.proposal.published", ("proposal", row.pk))
    assert _told(published) == [anna.pk]
    again = make_proposal(region, anna, state="draft")
    writing.submit(actor=act(anna), proposal=again, now=NOW)
    assert (again.refresh_from_db(), again.state) == (None, "published")
    assert _told(Event.objects.last()) == []  # who published it knows


def test_followers_hear_of_it_and_of_what_their_organisation_publishes(region):
    """The button was there, and nobody was told of anything."""
    anna, berta = a_person(region, "Anna Conti"), a_person(region, "Berta Dosi")
    loom = Organisation.objects.create(region=region, name="Tessitura Adda")
    row = make_proposal(region, anna, organisation=loom)

    def happened(what):
        note(what, row, act(anna))
        return [one for one in _told(Event.objects.latest("pk")) if one == berta.pk]

    set_follow(actor=act(berta), thing=("proposal", row.pk), level="following", now=NOW)
    assert happened("changed") == happened("closed") == happened("renewed") == [berta.pk]
    set_follow(actor=act(berta), thing=("proposal", row.pk), level=None, now=NOW)
    set_follow(actor=act(berta), thing=("organisation", loom.pk), level="following", now=NOW)
    assert (happened("changed"), happened("published")) == ([], [berta.pk])
    heir = Organisation.objects.create(region=region, name="Tessitura dell’Adda")
    follow_merge(region, heir, loom)
    assert followers([("organisation", heir.pk)]) == [berta.pk]

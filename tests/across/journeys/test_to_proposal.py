# SPDX-License-Identifier: EUPL-1.2
"""A discussion becomes a proposal: by whom, once, with nobody else's words, and told where it began."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now
from tests.signing import sign_in
from tests.spaces.making import a_person, act, make_space

from filanda.across.journeys.models import Journey
from filanda.across.journeys.personal import collect, erase
from filanda.across.journeys.proposing import tell
from filanda.capabilities.threads.actions import open_thread
from filanda.components.proposals.models import Proposal, ProposalState

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(region):
    ugo, mia, ada = (a_person(region, name) for name in ("Ugo Manager", "Mia Member", "Ada Member"))
    space = make_space(region, "Silk", openness="restricted", managers=[ugo], members=[mia, ada])
    thread = open_thread(
        actor=act(mia), place=("space", space.pk), title="Which [dye]?", source="We tried **madder**.", now=now()
    )
    return ugo, mia, ada, space, thread


def address(space, thread):
    return f"/en/communities/{space.slug}/discussions/{thread.pk}/to-proposal/"


def publish(audience):
    Proposal.objects.update(
        state=ProposalState.PUBLISHED, audience=audience, published_at=now(), expires_at=now() + timedelta(days=90)
    )


def test_who_began_it_goes_on_writing_with_their_own_words(client, world):
    _ugo, mia, _ada, space, thread = world
    sign_in(client, mia)
    page = client.get(f"/en/communities/{space.slug}/discussions/{thread.pk}/-/", follow=True).content.decode()
    assert address(space, thread) in page
    sent = [client.post(address(space, thread)) for _twice in range(2)]
    draft = Proposal.objects.get()
    assert {answer["Location"] for answer in sent} == {f"/en/proposals/{draft.pk}/edit/what/"}
    assert (draft.title, draft.summary) == ("Which [dye]?", "We tried madder.")
    assert (draft.space, draft.state) == (space, ProposalState.DRAFT)
    assert Journey.objects.get().parts == [thread.posts.get().pk]
    assert client.get(sent[0]["Location"]).status_code == 200


def test_who_keeps_order_takes_the_title_alone_and_others_may_not(client, world):
    ugo, _mia, ada, space, thread = world
    sign_in(client, ada)
    assert client.post(address(space, thread)).status_code == 403
    assert client.get(address(space, thread)).status_code == 405
    sign_in(client, ugo)
    assert client.post(address(space, thread)).status_code == 302
    draft = Proposal.objects.get()
    assert (draft.title, draft.summary, draft.owner_id) == ("Which [dye]?", "", ugo.pk)


def test_of_a_discussion_one_does_not_see_nothing_is_made(client, region, world):
    _ugo, mia, _ada, space, thread = world
    sign_in(client, mia)
    assert client.post(address(space, thread).replace(f"/{thread.pk}/", "/999999/")).status_code == 404
    sign_in(client, a_person(region, "Eva Stranger"))
    assert client.post(address(space, thread))["Location"] == f"/en/communities/{space.slug}/join/"
    assert not Proposal.objects.exists()


def test_the_discussion_is_told_once_and_only_what_its_readers_can_read(client, region, world):
    _ugo, mia, _ada, space, thread = world
    sign_in(client, mia)
    client.post(address(space, thread))
    draft = Proposal.objects.get()
    assert tell(region, now()) == 0
    publish(f"space:{space.pk + 1}")
    assert tell(region, now()) == 0
    publish("public")
    assert (tell(region, now()), tell(region, now())) == (1, 0)
    last = thread.posts.order_by("-number").first()
    page = f"/en/proposals/{draft.pk}/which-dye/"
    assert (last.author_id, last.source) == (mia.pk, rf"What began here is a proposal now: [Which \[dye\]?]({page})")


def test_one_that_is_gone_is_told_nowhere_and_who_left_says_nothing(client, region, world):
    _ugo, mia, _ada, space, thread = world
    sign_in(client, mia)
    client.post(address(space, thread))
    assert [row["target_kind"] for row in collect(mia)["made-of-discussions.json"]] == ["proposal"]
    publish("public")
    erase(mia, True)
    assert tell(region, now()) == 0
    Journey.objects.update(made_by=mia)
    Proposal.objects.all().delete()
    assert (tell(region, now()), Journey.objects.count()) == (0, 0)

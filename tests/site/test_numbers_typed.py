# SPDX-License-Identifier: EUPL-1.2
"""Numbers that are none, in forms that read one themselves: a sentence, or a page that is not there, never an error."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from filanda.across.matchmaking.models import MatchFeedback
from filanda.capabilities.collaborations.models import Collaboration, CollaborationState
from filanda.capabilities.threads import actions as talking
from filanda.components.events.models import SpaceEvent
from filanda.directory.organisations.models import Merge
from filanda.spaces.models import SpaceInvitation
from tests.capabilities.collaborations.conftest import NOW, World, world
from tests.components.events.test_pages import typed as event_typed
from tests.components.proposals.making import make_proposal, region_space
from tests.signing import sign_in
from tests.spaces.making import act, make_space

__all__ = ["world"]
pytestmark = pytest.mark.django_db
NO_NUMBERS = ("²", "9" * 30, "9" * 5_000, "-1", "x")


@pytest.fixture
def anna(client: Client, world: World) -> Client:
    """Signed in as `world.anna`, who speaks for the mill."""
    return sign_in(client, world.anna, second_factor=True)


@pytest.mark.parametrize("bad", NO_NUMBERS, ids=("square", "long", "longer", "negative", "letter"))
def test_what_is_no_number_is_told_or_leads_nowhere(anna: Client, world: World, bad: str) -> None:
    silk = make_space(world.region, "Silk", managers=[world.anna])
    root = "/en/communities/silk/"
    # An event, the settings of its community, a link that invites to it.
    answer = anna.post(f"{root}events/new/", event_typed(capacity=bad, keep="1"))
    assert answer.status_code == 422
    assert "Give a number of places from 1" in answer.content.decode()
    assert anna.post(f"{root}settings/writing/", {"holds_first_posts": bad}).status_code == 422
    link: dict[str, Any] = {"link": "1", "days": "7", "uses": "5", "link_role": "member"}
    for name in ("days", "uses"):
        assert anna.post(f"{root}people/invite/", link | {name: bad}).status_code == 422
    assert not SpaceEvent.objects.exists()
    assert not SpaceInvitation.objects.exists()
    silk.refresh_from_db()
    assert silk.settings == {}
    # An answer in a thread: what is quoted is left out.
    thread = talking.open_thread(actor=act(world.anna), place=("space", silk.pk), title="Which?", source="A.", now=NOW)
    assert anna.get(f"{root}discussions/{thread.pk}/answer/", {"quote": bad, "to": bad}).status_code == 200


@pytest.mark.parametrize("bad", NO_NUMBERS, ids=("square", "long", "longer", "negative", "letter"))
def test_what_is_no_number_in_proposals_and_collaborations(anna: Client, world: World, bad: str) -> None:
    region_space(world.region)
    row = make_proposal(world.region, world.anna, state="draft")
    here = f"/en/proposals/{row.pk}/"
    answer = anna.post(f"{here}edit/details/", {"trl_now": bad, "place": bad, "version": "1", "go": "next"})
    assert answer.status_code == 422
    assert "Give a whole number." in answer.content.decode()
    assert anna.get("/en/proposals/places/", {"place": bad, "place_q": "Mil"}).status_code == 200
    if bad.isascii() and bad.isdecimal():
        assert anna.post(f"/en/proposals/{bad}/submit/").status_code == 404
        assert anna.get(f"/en/proposals/{bad}/").status_code == 404
    root = "/en/collaborations/"
    report = {"title": "Dyes", "partner": [str(world.lab.pk)], "kind": "technical", "started_on": "2026-11-02"}
    answer = anna.post(f"{root}report/", report | {"mine": bad, "key": "k1"})
    assert answer.status_code == 422
    assert "Say for whom you report it." in answer.content.decode()
    assert not Collaboration.objects.exists()
    made = world.in_state(CollaborationState.CONFIRMED)
    assert anna.post(f"{root}{made.pk}/forget/", {"outcome": bad}).status_code == 404
    said = {"seeker": f"proposal:{bad}", "thing": f"organisation:{bad}", "reason": "field"}
    assert anna.post("/en/matches/dismiss/", said).status_code == 303  # back, with a sentence
    assert not MatchFeedback.objects.exists()


@pytest.mark.parametrize("bad", NO_NUMBERS, ids=("square", "long", "longer", "negative", "letter"))
def test_whose_name_is_kept_of_two_is_one_of_both(client: Client, world: World, bad: str) -> None:
    staff = sign_in(client, world.fulvia, second_factor=True)
    answer = staff.post(f"/en/workbench/duplicates/{world.mill.pk}/{world.lab.pk}/", {"name": bad})
    assert answer.status_code == 302
    assert Merge.objects.count() == 1  # by what is usual, as if nothing had been chosen

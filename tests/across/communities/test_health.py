# SPDX-License-Identifier: EUPL-1.2
"""Who opens a community's figures, and what stands there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now
from tests.signing import sign_in
from tests.spaces.making import a_person, act, enter, make_space, staff

from filanda.across.communities.personal import waiting
from filanda.across.communities.steps import keep_figures
from filanda.capabilities.notifications.following import follow as follow_notices
from filanda.capabilities.notifications.queries import notification_page
from filanda.kernel.identity.models import Role
from filanda.kernel.journal import chain
from filanda.kernel.regions.scoped import in_region
from filanda.spaces.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(region):
    return {
        "manager": a_person(region, "Ugo Manager"),
        "moderator": a_person(region, "Moe Moderator"),
        "member": a_person(region, "Mia Member"),
        "stranger": a_person(region, "Noa Stranger"),
        "administrator": staff(region),
        "facilitator": staff(region, Role.FACILITATOR, "fabio@region.example"),
    }


def a_space(region, people, openness):
    return make_space(
        region,
        f"Silk {openness}",
        openness=openness,
        managers=[people["manager"]],
        moderators=[people["moderator"]],
        members=[people["member"]],
    )


EXPECTED = {
    "open": {
        "manager": 200, "moderator": 200, "member": 403, "stranger": 403, "administrator": 200, "facilitator": 200,
    },
    "restricted": {
        "manager": 200, "moderator": 200, "member": 403, "stranger": 302, "administrator": 302, "facilitator": 302,
    },
    "private": {
        "manager": 200, "moderator": 403, "member": 403, "stranger": 404, "administrator": 404, "facilitator": 404,
    },
}  # fmt: skip


@pytest.mark.parametrize("openness", list(EXPECTED))
def test_who_sees_how_it_does(client, region, people, openness):
    space = a_space(region, people, openness)
    keep_figures(region, [space], now())
    for page in ("health/", "health/figures.csv"):
        address = f"/en/communities/{space.slug}/{page}"
        assert client.get(address).status_code in ((302, 403) if openness != "private" else (404,))
        found = {}
        for name, account in people.items():
            sign_in(client, account)
            found[name] = client.get(address).status_code
            client.logout()
        assert found == EXPECTED[openness]


def test_another_region_has_no_such_page(client, region, other_region, people):
    with in_region(other_region):
        theirs = make_space(other_region, "Elsewhere")
    sign_in(client, people["administrator"])
    assert client.get(f"/en/communities/{theirs.slug}/health/").status_code == 404


def test_a_newcomer_waits_until_greeted(client, region, people):
    space = a_space(region, people, "open")
    Membership.objects.update(joined_at=now() - timedelta(days=30))
    nina = a_person(region, "Nina Nuova")
    row = enter(space, nina, now=now())
    Membership.objects.filter(pk=row.pk).update(joined_at=now() - timedelta(days=1))
    sign_in(client, people["manager"])
    page = client.get(f"/en/communities/{space.slug}/health/").content.decode()
    assert "Welcome Nina Nuova" in page
    assert "communities:health" in [one.url_name for one in waiting(act(people["manager"]))]
    assert list(waiting(act(people["member"]))) == []
    address = f"/en/communities/{space.slug}/health/welcome/{row.pk}/"
    client.logout()
    sign_in(client, people["moderator"])
    assert client.post(address).status_code in (403, 404)
    client.logout()
    sign_in(client, people["manager"])
    assert client.post(address).status_code == 302
    assert "Welcome Nina Nuova" not in client.get(f"/en/communities/{space.slug}/health/").content.decode()
    assert client.post(f"/en/communities/{space.slug}/health/welcome/999999/").status_code == 404
    row.refresh_from_db()
    assert row.welcomed_at is not None


def test_a_greeting_reaches_the_newcomer(client, region, people):
    space = a_space(region, people, "open")
    nina = a_person(region, "Nina Nuova", language="it")
    row = enter(space, nina, now=now())
    at = f"/en/communities/{space.slug}/health/greet/{row.pk}/"
    sign_in(client, people["moderator"])
    assert client.get(at).status_code in (403, 404)
    client.logout()
    sign_in(client, people["manager"])
    italian, english = (client.get(f"{at}{asked}").content.decode() for asked in ("", "?language=en"))
    assert "Nina!" in italian
    assert "Welcome to" in english
    assert client.post(at, {"words": " "}).status_code == 422
    assert "x" * 501 in client.post(at, {"words": "x" * 501}).content.decode()
    follow_notices(now())
    for _again in range(2):
        assert client.post(at, {"words": "Ciao <b>Nina</b>!"}).status_code == 302
    chain.extend()
    follow_notices(now())
    shown = [line.sentence for line in notification_page(act(nina))[0]]
    assert [one for one in shown if "greeting" in one] == [
        f"A greeting from those who look after {space.name}: “Ciao <b>Nina</b>!”"
    ]
    row.refresh_from_db()
    assert row.welcomed_at is not None


def test_the_page_costs_the_same_with_more_to_show(client, region, people):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    space = a_space(region, people, "open")
    keep_figures(region, [space], now())
    sign_in(client, people["manager"])
    address = f"/en/communities/{space.slug}/health/"
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(6):
        enter(space, a_person(region, f"Nina {number}"), now=now())
    keep_figures(region, [space], now() - timedelta(days=1))
    client.get(address)
    with CaptureQueriesContext(connection) as more:
        client.get(address)
    assert len(more) == len(few) <= 30

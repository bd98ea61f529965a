# SPDX-License-Identifier: EUPL-1.2
"""The register's pages: who sees what, what is typed wrong, the answer to a check-in without signing in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from filanda.capabilities.collaborations import actions
from filanda.capabilities.collaborations.mailing import token_of
from filanda.capabilities.collaborations.models import CheckIn, Collaboration, CollaborationState, Outcome
from filanda.kernel.mail.models import OutboxMessage
from tests.capabilities.collaborations.conftest import NOW, World, world
from tests.mailing import deliver
from tests.signing import sign_in
from tests.spaces.making import act

__all__ = ["world"]
pytestmark = pytest.mark.django_db
ROOT = "/en/collaborations/"


def _page(client: Client, row: Collaboration) -> Any:
    return client.get(f"{ROOT}{row.pk}/")


def _as(client: Client, account: Any) -> Client:
    client.logout()
    sign_in(client, account, second_factor=True)
    return client


def _confirmed(world: World, **more: Any) -> Collaboration:
    return actions.confirm(actor=act(world.bruno), collaboration=world.reported(**more), now=NOW)


def test_register_shows_what_is_public_and_counts_the_rest(client: Client, world: World) -> None:
    _confirmed(world, title="Dyes for all", is_public=True)
    _confirmed(world, title="Secret yarn")
    world.reported(title="Not yet so", is_public=True)
    text = client.get(ROOT).content.decode()
    assert "2 confirmed collaborations" in text
    assert ("Dyes for all" in text, "Secret yarn" in text, "Not yet so" in text) == (True, False, False)


def test_register_filters_and_survives_strange_questions(client: Client, world: World) -> None:
    _confirmed(world, title="Dyes for all", is_public=True)
    assert "Dyes for all" in client.get(f"{ROOT}?kind=technical").content.decode()
    assert "Dyes for all" not in client.get(f"{ROOT}?kind=licence").content.decode()
    for query in ("kind=%00", "page=0", "page=99999999999", "page=٣", "kind=x&page=-1"):
        assert client.get(f"{ROOT}?{query}").status_code == 200


def test_register_costs_the_same_for_one_and_three(
    client: Client, world: World, django_assert_num_queries: Any
) -> None:
    _confirmed(world, is_public=True)
    client.get(ROOT)
    with django_assert_num_queries(4):
        client.get(ROOT)
    _confirmed(world, is_public=True)
    _confirmed(world, is_public=True)
    with django_assert_num_queries(4):
        client.get(ROOT)


def test_figures_csv_has_numbers_and_no_names(client: Client, world: World) -> None:
    _confirmed(world, title="Secret yarn")
    text = client.get(f"{ROOT}figures.csv").content.decode()
    assert "collaborations confirmed,,1" in text
    assert "Secret" not in text
    assert "Setificio" not in text


@pytest.mark.parametrize(("who", "status"), [("", 302), ("dora", 404), ("anna", 200), ("bruno", 200), ("fulvia", 200)])
def test_collaboration_reported_is_for_its_sides_and_facilitators(
    client: Client, world: World, who: str, status: int
) -> None:
    row = world.reported(is_public=True)
    if who:
        _as(client, getattr(world, who))
    assert _page(client, row).status_code == status
    assert client.post(f"{ROOT}{row.pk}/confirm/").status_code in (
        (404, 403) if who != "bruno" and who != "anna" else (302,)
    )


def test_collaboration_value_and_answers_are_for_its_sides(client: Client, world: World) -> None:
    row = _confirmed(world, is_public=True, value="under_50k")
    later = NOW + timedelta(days=75)
    actions.send_due_check_ins(region=world.region, now=later)
    first = CheckIn.objects.filter(months=3).first()
    actions.answer_check_in(actor=act(world.anna), check_in=first, answer="slow", details="The vat leaks.", now=later)
    for who, sees in (("", False), ("dora", False), ("bruno", True), ("fulvia", True)):
        if who:
            _as(client, getattr(world, who))
        text = _page(client, row).content.decode()
        assert "Dyes from onion skins" in text
        assert ("10,000 to 50,000 euro" in text) is sees
        assert ("slower than planned" in text) is sees
        assert ("The vat leaks." in text) is (who == "fulvia")  # in full: its own side and the facilitators


def test_report_form_keeps_what_was_typed_and_says_what_is_wrong(client: Client, world: World) -> None:
    _as(client, world.anna)
    typed = {
        "title": "Dyes <b>together</b>",
        "mine": str(world.mill.pk),
        "partner": [str(world.lab.pk)],
        "kind": "",
        "started_on": "yesterday",
        "summary": "Two sentences.",
        "key": "k1",
    }
    answer = client.post(f"{ROOT}report/", typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Dyes &lt;b&gt;together&lt;/b&gt;" in text
    assert "Laboratorio Prova" in text
    assert "Give the day as year-month-day" in text
    looked = client.post(f"{ROOT}report/", typed | {"find": "1", "partner_q": "labor"}).content.decode()
    assert looked.count("Laboratorio Prova") == 1
    assert not Collaboration.objects.exists()


def test_report_twice_makes_one_and_nobody_reports_for_others(client: Client, world: World) -> None:
    _as(client, world.anna)
    typed = {
        "title": "Dyes",
        "mine": str(world.mill.pk),
        "partner": [str(world.lab.pk)],
        "kind": "technical",
        "started_on": "2026-11-02",
        "key": "k1",
    }
    first, second = (client.post(f"{ROOT}report/", typed) for _time in range(2))
    assert first["Location"] == second["Location"]
    row = Collaboration.objects.get()
    assert {party.organisation_id: bool(party.confirmed_at) for party in row.parties.all()} == {
        world.mill.pk: True,
        world.lab.pk: False,
    }
    for mine in (str(world.lab.pk), "", "9" * 30, "x"):
        assert client.post(f"{ROOT}report/", typed | {"mine": mine, "key": "k2"}).status_code == 422


@pytest.mark.parametrize(
    ("name", "typed", "status"),
    [
        ("dispute", {"reason": ""}, 422),
        ("certify", {"reason": "Seen"}, 403),
        ("outcome", {"kind": "hire"}, 422),
        ("end", {"ended_on": "2026-11-20"}, 409),
        ("forget", {"outcome": "99"}, 404),
        ("nonsense", {}, 404),
    ],
)
def test_moves_that_cannot_be_say_why(
    client: Client, world: World, name: str, typed: dict[str, str], status: int
) -> None:
    row = world.reported()
    _as(client, world.anna)
    assert client.post(f"{ROOT}{row.pk}/{name}/", typed).status_code == status
    row.refresh_from_db()
    assert row.state == CollaborationState.REPORTED


def test_check_in_one_click_without_signing_in(client: Client, world: World) -> None:
    row = _confirmed(world)
    actions.send_due_check_ins(region=world.region, now=NOW + timedelta(days=75))
    deliver()
    letter: OutboxMessage = OutboxMessage.objects.filter(to="anna.conti@example.org").last()
    token = token_of(CheckIn.objects.get(months=3, party__organisation=world.mill))
    assert "Dyes from onion skins" in letter.subject
    address = f"/en/check-ins/{token}/"
    opened = client.get(f"{address}?answer=slow").content.decode()
    assert 'value="slow" checked' in opened
    assert not CheckIn.objects.exclude(answer="").exists()  # looking changes nothing
    thanks = client.post(address, {"answer": "slow"}, follow=True).content.decode()
    assert "It goes on, slower than planned" in thanks
    more = {"answer": "success", "kind": "patent", "words": "Filed", "url": "nowhere", "count": "1"}
    wrong = client.post(address, more)
    assert (wrong.status_code, "Filed" in wrong.content.decode()) == (422, True)
    client.post(address, more | {"url": "https://example.org/patent"})
    row.refresh_from_db()
    assert (row.state, Outcome.objects.get().kind) == (CollaborationState.ACTIVE, "patent")
    assert "The others are asked" in client.get(address).content.decode()
    page = _as(client, world.bruno).get(f"{ROOT}{row.pk}/").content.decode()
    assert "Is it over?" in page
    assert "A party says that it is over" in _as(client, world.anna).get(f"{ROOT}{row.pk}/").content.decode()
    _as(client, world.bruno)
    assert client.post(f"{ROOT}{row.pk}/over/").status_code == 302
    assert client.post(f"{ROOT}{row.pk}/goes-on/").status_code == 422
    row.refresh_from_db()
    assert row.state == CollaborationState.ENDED
    assert client.get(f"/en/check-ins/{token}x/").status_code == 404


def test_mine_lists_what_waits_first(client: Client, world: World) -> None:
    world.reported(title="For Bruno to confirm")
    assert client.get(f"{ROOT}mine/").status_code == 302
    text = _as(client, world.bruno).get(f"{ROOT}mine/").content.decode()
    assert text.index("Is this so?") < text.index("For Bruno to confirm")
    assert "For Bruno to confirm" not in _as(client, world.dora).get(f"{ROOT}mine/").content.decode()

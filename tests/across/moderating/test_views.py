# SPDX-License-Identifier: EUPL-1.2
"""The pages: from a report to a decision, an appeal and the public figures."""

from __future__ import annotations

import re

import pytest

from filanda.capabilities.moderation.models import Appeal, Decision, Report
from filanda.kernel.mail.models import Message
from tests.signing import sign_in

pytestmark = pytest.mark.django_db
SENT = {"thing": "note:1", "category": "advertising", "text": "Only sells <script>."}
DECIDED = {"measure": "removed", "ground": "terms", "rule": "3", "reasons": "It only sells."}


@pytest.fixture
def note(notes, person):
    ada = person("ada")
    notes.notes[1], notes.authors[1] = ("Cheap looms", "public"), ada.pk
    notes.notes[2] = ("Secret", "space:9")
    return ada


def test_from_a_report_to_an_appeal_decided(note, client, person, notes):
    bea = sign_in(client, person("bea"))
    assert "Cheap looms" in bea.get("/en/report/?thing=note:1").content.decode()
    answer = bea.post("/en/report/", SENT)
    page = bea.get(answer["Location"]).content.decode()
    assert "Thank you: it has arrived" in page
    assert "Only sells &lt;script&gt;." in page

    fausta = sign_in(client, person("fausta", "facilitator"))
    number = Report.objects.get().pk
    assert "Cheap looms" in fausta.get("/en/moderation/").content.decode()
    fausta.post(f"/en/moderation/{number}/take/")
    assert "words of Cheap looms" in fausta.get(f"/en/moderation/{number}/").content.decode()
    wrong = fausta.post(f"/en/moderation/{number}/", {**DECIDED, "reasons": ""})
    assert (wrong.status_code, "Give the reasons" in wrong.content.decode()) == (422, True)
    assert fausta.post(f"/en/moderation/{number}/", DECIDED).status_code == 302
    assert fausta.post(f"/en/moderation/{number}/", DECIDED).status_code == 409

    ada = sign_in(client, note)
    decision = Decision.objects.get().pk
    page = ada.get(f"/en/decisions/{decision}/").content.decode()
    assert "It only sells." in page
    assert not re.search(r"\bbea\b", page)  # a word: tokens of the page are made of any letters
    assert f"/en/decisions/{decision}/" in ada.get("/en/reports/").content.decode()
    assert ada.post(f"/en/decisions/{decision}/", {"text": " "}).status_code == 422
    assert ada.post(f"/en/decisions/{decision}/", {"text": "It was a question."}).status_code == 302

    contest = Appeal.objects.get().pk
    fausta = sign_in(client, Report.objects.get().handler)
    assert "somebody else decides" in fausta.get(f"/en/moderation/appeals/{contest}/").content.decode()
    assert fausta.post(f"/en/moderation/appeals/{contest}/", {"is_upheld": "no", "reasons": "x"}).status_code == 403
    gina = sign_in(client, person("gina", "facilitator"))
    assert gina.post(f"/en/moderation/appeals/{contest}/", {"reasons": "x"}).status_code == 422
    assert gina.post(f"/en/moderation/appeals/{contest}/", {"is_upheld": "no", "reasons": "True."}).status_code == 302
    assert notes.state[1] == "shown"
    assert "reversed" in sign_in(client, note).get(f"/en/decisions/{decision}/").content.decode()


def test_a_visitor_reports_without_an_account(note, client):
    wrong = client.post("/en/report/", SENT)
    assert (wrong.status_code, "Only sells &lt;script&gt;." in wrong.content.decode()) == (422, True)
    answer = client.post("/en/report/", {**SENT, "name": "Nora", "email": "nora@example.org"})
    assert "has arrived" in answer.content.decode()
    assert Message.objects.get().to == "nora@example.org"
    robot = client.post("/en/report/", {**SENT, "name": "N", "email": "n@example.org", "website": "https://x.example"})
    assert robot.status_code == 422


@pytest.mark.parametrize("thing", ["note:2", "note:99", "note:x", "shelf:1", "", "note:" + "9" * 40, "role:1"])
def test_what_one_does_not_see_has_no_page_to_report_it(note, client, thing):
    assert client.get(f"/en/report/?thing={thing}").status_code == 404


def test_pages_of_others_are_not_there(note, client, person):
    sign_in(client, person("bea")).post("/en/report/", SENT)
    number = Report.objects.get().pk
    eva = sign_in(client, person("eva"))
    assert eva.get(f"/en/reports/{number}/").status_code == 404
    assert eva.get("/en/moderation/").status_code == 403
    assert eva.get(f"/en/moderation/{number}/").status_code == 403
    assert eva.get("/en/decisions/1/").status_code == 404
    keeper = sign_in(client, person("mia", space=("space_moderator", 7)))
    assert keeper.get("/en/moderation/").status_code == 200
    assert keeper.get(f"/en/moderation/{number}/").status_code == 404


def test_the_figures_are_public_as_a_page_and_as_csv(note, client):
    page = client.get("/en/transparency/").content.decode()
    assert "Reports received" in page
    csv = client.get("/en/transparency/figures.csv?year=2020").content.decode().splitlines()
    assert csv[:2] == ["Figure,2020", "Reports received,0"]
    assert client.get("/en/transparency/?year=99999").status_code == 200


def test_too_many_reports_wait_and_nothing_typed_is_lost(note, client, notes, person):
    bea = sign_in(client, person("bea"))
    for number in range(10, 31):
        notes.notes[number] = (f"Note {number}", "public")
        answer = bea.post("/en/report/", {**SENT, "thing": f"note:{number}"})
    assert (answer.status_code, "Only sells" in answer.content.decode()) == (422, True)


def test_a_visitor_sees_the_outcome_and_appeals_by_the_link(note, client, person):
    client.post("/en/report/", {**SENT, "name": "Nora", "email": "nora@example.org"})
    path = Message.objects.get().context["url"].partition("/en/")[2]
    assert "Only sells &lt;script&gt;." in client.get(f"/en/{path}").content.decode()
    assert client.post(f"/en/{path}", {"text": "Too early."}).status_code == 422
    fausta = sign_in(client, person("fausta", "facilitator"))
    fausta.post(f"/en/moderation/{Report.objects.get().pk}/", {**DECIDED, "measure": "none"})
    client.logout()
    page = client.get(f"/en/{path}")
    assert ("It only sells." in page.content.decode(), page["Referrer-Policy"]) == (True, "same-origin")
    assert client.post(f"/en/{path}", {"text": "Look again."}).status_code == 302
    assert Appeal.objects.get().report == Report.objects.get()
    assert client.get("/en/reports/link/nonsense/").status_code == 404


def test_who_keeps_order_in_one_space_does_not_learn_what_was_decided_in_another(note, client, person, notes):
    notes.notes[3], notes.authors[3], notes.spaces[3] = ("Third", "public"), note.pk, 7
    bea = sign_in(client, person("bea"))
    bea.post("/en/report/", SENT)
    bea.post("/en/report/", {**SENT, "thing": "note:3"})
    first, third = Report.objects.order_by("pk")
    fausta = sign_in(client, person("fausta", "facilitator"))
    fausta.post(f"/en/moderation/{first.pk}/", {**DECIDED, "measure": "warned"})
    assert "its author is warned <span" in fausta.get(f"/en/moderation/{third.pk}/").content.decode()
    mia = sign_in(client, person("mia", space=("space_moderator", 7)))
    assert "its author is warned <span" not in mia.get(f"/en/moderation/{third.pk}/").content.decode()


def test_numbers_too_long_to_be_any_are_not_there(note, client):
    assert client.post("/en/report/", {"thing": "note:" + "9" * 5000}).status_code == 404
    assert client.get("/en/transparency/?year=020261").status_code == 200


def test_what_was_hidden_is_shown_again_by_a_button(note, client, person, notes):
    sign_in(client, person("bea")).post("/en/report/", SENT)
    number = Report.objects.get().pk
    fausta = sign_in(client, person("fausta", "facilitator"))
    fausta.post(f"/en/moderation/{number}/", {**DECIDED, "measure": "hidden"})
    assert "Show it again" in fausta.get(f"/en/moderation/{number}/").content.decode()
    assert fausta.post(f"/en/moderation/{number}/show/").status_code == 302
    assert notes.state[1] == "shown"
    assert "shown again since" in fausta.get(f"/en/moderation/{number}/").content.decode()

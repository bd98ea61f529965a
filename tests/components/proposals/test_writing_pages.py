# SPDX-License-Identifier: EUPL-1.2
"""The form in three steps, the review and the buttons, as a browser uses them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now as clock

from filanda.capabilities.needs.models import SavedNeed
from filanda.components.proposals.actions import reviewing, writing
from filanda.components.proposals.models import Proposal, ProposalState, Review
from filanda.components.proposals.renewing import renewal_token
from filanda.components.proposals.views import reviewing as reviewing_page
from filanda.kernel.identity.models import Role
from tests.components.proposals.forms_shown import form_of, wrong_in
from tests.components.proposals.making import make_proposal, region_space
from tests.signing import sign_in
from tests.spaces.making import NOW, a_person, act, make_space, staff

pytestmark = pytest.mark.django_db
WHAT = {"kind": "look_for", "title": "Sensors for looms", "summary": "We look for probes that stand cotton dust."}
ALL_CHECKS = list(reviewing.Check.values)


@pytest.fixture
def anna(region):
    region_space(region)
    return a_person(region, "Anna Conti")


@pytest.fixture
def fausto(region):
    return staff(region, Role.FACILITATOR, "fausto@region.example")


def test_title_summary_and_kind_are_enough(region, client, anna, fausto):
    sign_in(client, anna)
    page = client.get("/en/proposals/new/")
    assert page.status_code == 200
    sent = client.post("/en/proposals/new/", {**form_of(page), **WHAT, "go": "submit"})
    made = Proposal.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/en/proposals/{made.pk}/sensors-for-looms/")
    assert (made.state, made.title, made.facilitator_id) == ("in_review", "Sensors for looms", fausto.pk)


def test_a_second_click_makes_no_second_proposal(region, client, anna, fausto):
    sign_in(client, anna)
    given = {**WHAT, "key": "abc", "space": region_space(region).pk, "go": "next"}
    first, second = (client.post("/en/proposals/new/", given) for _n in range(2))
    assert Proposal.objects.count() == 1
    assert first["Location"] == second["Location"] == f"/en/proposals/{Proposal.objects.get().pk}/edit/details/"


def test_a_draft_keeps_itself_while_one_types(region, client, anna):
    sign_in(client, anna)
    given = {**WHAT, "summary": "", "key": "abc", "space": region_space(region).pk, "version": "0"}
    first = client.post("/en/proposals/new/", given)
    made = Proposal.objects.get()
    assert first["HX-Replace-Url"] == f"/en/proposals/{made.pk}/edit/what/"
    assert 'name="version" value="1"' in first.content.decode()
    second = client.post("/en/proposals/new/", {**given, "summary": "Probes.", "version": "1"})
    made.refresh_from_db()
    assert (made.summary, made.version, made.state) == ("Probes.", 2, "draft")
    assert 'name="version" value="2"' in second.content.decode()
    third = client.post(
        f"/en/proposals/{made.pk}/draft/",
        {"step": "details", "source": "Forty points.", "months": "99", "version": "2"},
    )
    made.refresh_from_db()
    assert (third.status_code, made.source, made.months, made.version) == (200, "Forty points.", 6, 3)


def test_nothing_typed_keeps_nothing(region, client, anna):
    sign_in(client, anna)
    given = {**WHAT, "title": " ", "summary": "", "key": "abc", "space": region_space(region).pk}
    assert client.post("/en/proposals/new/", given).status_code == 204
    assert not Proposal.objects.exists()


def test_two_windows_show_both_texts(region, client, anna):
    sign_in(client, anna)
    row = make_proposal(region, anna, state="draft", version=4)
    given = {**WHAT, "title": "Mine", "version": "3", "go": "keep"}
    page = client.post(f"/en/proposals/{row.pk}/edit/what/", given)
    assert page.status_code == 409
    assert 'value="Mine"' in page.content.decode()
    assert f'<dd class="kept">{row.title}</dd>' in page.content.decode()
    assert Proposal.objects.get().title == row.title
    silent = client.post(f"/en/proposals/{row.pk}/draft/", {**given, "step": "what"})
    assert (silent.status_code, 'name="version" value="3"' in silent.content.decode()) == (200, True)
    taken = client.post(f"/en/proposals/{row.pk}/edit/what/", {**given, "version": form_of(page)["version"]})
    assert (taken.status_code, Proposal.objects.get().title) == (302, "Mine")


def test_a_saved_need_becomes_the_text(region, client, anna):
    sign_in(client, anna)
    need = SavedNeed.objects.create(region=region, text="We need probes. They must stand dust.")
    page = client.get(f"/en/proposals/new/?need={need.token}&kind=together")
    shown = form_of(page)
    assert (shown["kind"], shown["title"], shown["summary"], shown["need"]) == (
        ["together"],
        ["We need probes"],
        ["We need probes. They must stand dust."],
        [need.token],
    )
    long = SavedNeed.objects.create(region=region, text="Silk " * 400)
    given = {**WHAT, "need": long.token, "space": region_space(region).pk, "key": "k", "go": "next"}
    client.post("/en/proposals/new/", given)
    assert Proposal.objects.get().source == long.text.strip()


@pytest.mark.parametrize("step", ["what", "details", "who"])
def test_every_step_opens_and_saves_what_was_there(region, client, anna, step):
    sign_in(client, anna)
    row = make_proposal(region, anna, state="draft", cooperation=["pilot"], trl_now=4, languages=["it"], months=9)
    page = client.get(f"/en/proposals/{row.pk}/edit/{step}/")
    assert page.status_code == 200
    sent = client.post(f"/en/proposals/{row.pk}/edit/{step}/", {**form_of(page), "go": "keep"})
    again = Proposal.objects.get()
    assert (sent.status_code, again.version, again.trl_now, again.months) == (302, 1, 4, 9)


@pytest.mark.parametrize(
    ("step", "field", "value"),
    [
        ("what", "title", "x" * 161),
        ("what", "summary", "x" * 1_001),
        ("what", "kind", "spam"),
        ("details", "source", "x" * 40_001),
        ("details", "trl_now", "12"),
        ("details", "trl_now", "²"),
        ("details", "place", "99999999"),
        ("details", "languages", "<b>"),
        ("details", "cooperation", "marriage"),
        ("details", "budget", "lots"),
        ("who", "months", "0"),
        ("who", "months", "1" * 400),
        ("who", "space", "99999999"),
        ("who", "text_for", "nobody"),
    ],
)
def test_bad_input_is_told_beside_its_field(region, client, anna, step, field, value):
    sign_in(client, anna)
    row = make_proposal(region, anna, state="draft")
    given = form_of(client.get(f"/en/proposals/{row.pk}/edit/{step}/")) | {field: value}
    page = client.post(f"/en/proposals/{row.pk}/edit/{step}/", {**given, "go": "next"})
    assert (page.status_code, wrong_in(page)) == (422, [field])


def test_nul_and_unknown_fields_do_no_harm(region, client, anna):
    sign_in(client, anna)
    row = make_proposal(region, anna, state="draft")
    given = {**WHAT, "title": "A\x00mill", "version": "1", "go": "keep"}
    given |= {"state": "published", "owner": "1", "hidden_at": "", "region": "2", "published_at": "2026-01-01"}
    sent = client.post(f"/en/proposals/{row.pk}/edit/what/", given)
    again = Proposal.objects.get()
    assert (sent.status_code, again.title, again.state, again.owner_id) == (302, "Amill", "draft", anna.pk)


def test_other_peoples_organisations_and_spaces_are_not_taken(region, client, anna):
    closed = make_space(region, "Closed", openness="restricted")
    sign_in(client, anna)
    row = make_proposal(region, anna, state="draft")
    given = form_of(client.get(f"/en/proposals/{row.pk}/edit/who/"))
    page = client.post(
        f"/en/proposals/{row.pk}/edit/who/",
        {**given, "space": closed.pk, "organisation": "1", "go": "next"},
    )
    assert (page.status_code, sorted(wrong_in(page))) == (422, ["organisation", "space"])


def test_strangers_find_no_form(region, client, anna):
    row = make_proposal(region, anna, state="draft")
    paths = [f"/en/proposals/{row.pk}/edit/what/", f"/en/proposals/{row.pk}/draft/", f"/en/proposals/{row.pk}/delete/"]
    assert client.get(paths[0]).status_code == 302  # to sign in
    assert [client.post(path, {"step": "what"}).status_code for path in paths[1:]] == [404, 404]
    sign_in(client, a_person(region, "Bruno Neri"))
    assert client.get(paths[0]).status_code == 404
    assert [client.post(path, {"step": "what"}).status_code for path in paths[1:]] == [404, 404]
    assert Proposal.objects.get().title == row.title


def test_returned_with_reasons_beside_the_fields(region, client, anna, fausto):
    row = make_proposal(region, anna, state="in_review", submitted_at=clock())
    sign_in(client, fausto)
    assert row.title in client.get("/en/proposals/review/").content.decode()
    page = client.get(f"/en/proposals/{row.pk}/review/")
    assert page.status_code == 200
    empty = client.post(f"/en/proposals/{row.pk}/review/", {"go": "return", "version": "1"})
    assert (empty.status_code, wrong_in(empty)) == (422, ["words"])
    early = client.post(f"/en/proposals/{row.pk}/review/", {"go": "approve", "version": "1", "check": ALL_CHECKS[:2]})
    assert (early.status_code, wrong_in(early)) == (422, ["checklist"])
    given = {"go": "return", "version": "1", "remark_summary": "Say what is new.", "check": ["need_clear"]}
    assert client.post(f"/en/proposals/{row.pk}/review/", given).status_code == 302
    client.logout()
    sign_in(client, anna)
    form = client.get(f"/en/proposals/{row.pk}/edit/what/")
    assert form.content.decode().count("Say what is new.") == 2  # on top, and beside the field


def test_versions_are_compared(region, client, anna, fausto):
    row = make_proposal(region, anna, "Sensors for looms", state="draft", summary="Probes for dust.")
    writing.submit(actor=act(anna), proposal=row, now=NOW)
    reviewing.return_it(actor=act(fausto), proposal=row, checklist={}, remarks={}, words="Which dust?", now=NOW)
    fields = {"summary": "Probes for cotton dust."}
    writing.save_draft(actor=act(anna), proposal=row, fields=fields, version=1, now=NOW)
    writing.submit(actor=act(anna), proposal=row, now=NOW)
    sign_in(client, fausto)
    page = client.get(f"/en/proposals/{row.pk}/review/")
    assert "Probes for <ins>cotton </ins>dust." in page.content.decode()


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("We sell looms to all.", "We need looms for all.", [("gone", "sell looms to"), ("new", "need looms for")]),
        ("a b c d e f", "x b c d e y", [("gone", "a"), ("new", "x"), ("gone", "f"), ("new", "y")]),
        ("", "x y", [("new", "x y")]),
    ],
)
def test_changes_on_both_sides_of_a_word_are_one(old, new, pieces):
    found = reviewing_page.differences(old, new)
    assert [one for one in found if one[0] != "same"] == pieces
    assert "".join(text for kind, text in found if kind != "gone") == new
    assert "".join(text for kind, text in found if kind != "new") == old


def test_the_second_facilitator_is_told_who_was_quicker(region, client, anna, fausto):
    row = make_proposal(region, anna, state="in_review")
    gina = staff(region, Role.FACILITATOR, "gina@region.example")
    checks = dict.fromkeys(reviewing.Check.values, True)
    reviewing.approve(actor=act(fausto), proposal=row, checklist=checks, now=clock())
    sign_in(client, gina)
    page = client.post(f"/en/proposals/{row.pk}/review/", {"go": "return", "words": "Not clear to me.", "version": "1"})
    text = page.content.decode()
    assert page.status_code == 409
    assert "Fausto was quicker: approved" in text
    assert "Not clear to me." in text
    assert Review.objects.count() == 1


def test_what_was_given_back_meanwhile_is_told_and_nothing_typed_is_lost(region, client, anna, fausto):
    row = make_proposal(region, anna, "Sensors for looms", state="draft")
    path = f"/en/proposals/{row.pk}/review/"
    sign_in(client, staff(region, Role.FACILITATOR, "gina@region.example"))
    typed = {"go": "approve", "words": "Clear to me.", "version": "1", "check": ALL_CHECKS}
    assert [client.get(path).status_code, client.post(path, typed).status_code] == [404, 404]  # never handed in
    writing.submit(actor=act(anna), proposal=row, now=clock())
    reviewing.return_it(actor=act(fausto), proposal=row, checklist={}, remarks={}, words="Which dust?", now=clock())
    writing.save_draft(actor=act(anna), proposal=row, fields={"title": "Not for you yet"}, version=1, now=clock())
    page = client.post(path, typed)
    text = page.content.decode()
    assert page.status_code == 409
    assert "Fausto was quicker: returned with reasons" in text
    assert ("Sensors for looms" in text, "Not for you yet" in text, "Clear to me." in text) == (True, False, True)
    writing.submit(actor=act(anna), proposal=row, now=clock())
    writing.take_back(actor=act(anna), proposal=row, now=clock())
    text = client.post(path, typed).content.decode()
    assert "Its author took it back before anybody decided." in text
    assert Proposal.objects.get().state == "draft"


def test_promotion_has_a_reason_of_its_own(region, client, anna, fausto):
    row = make_proposal(region, anna, state="in_review")
    sign_in(client, fausto)
    client.post(f"/en/proposals/{row.pk}/review/", {"go": "promotion", "version": "1", "check": ALL_CHECKS})
    kept = Review.objects.get()
    assert (kept.outcome, kept.checklist["not_promotion"]) == ("returned", False)
    assert kept.words.startswith("As it stands, this promotes")


def test_a_facilitator_reviews_nothing_of_their_own_side(region, client, anna, fausto):
    row = make_proposal(region, fausto, state="in_review")
    sign_in(client, fausto)
    assert row.title not in client.get("/en/proposals/review/").content.decode()
    assert client.get(f"/en/proposals/{row.pk}/review/").status_code == 403
    assert client.post(f"/en/proposals/{row.pk}/review/", {"go": "approve", "check": ALL_CHECKS}).status_code == 403
    client.logout()
    sign_in(client, anna)
    assert client.get(f"/en/proposals/{row.pk}/review/").status_code == 404


def test_a_queue_costs_the_same_for_one_and_for_three(region, client, anna, fausto):
    sign_in(client, fausto)
    counts = []
    for _n in range(3):
        make_proposal(region, anna, state="in_review")
        client.get("/en/proposals/review/")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get("/en/proposals/review/")
        counts.append(len(seen))
    assert counts[0] == counts[1] == counts[2]


def test_renewal_by_link_without_signing_in(region, client, anna):
    soon = clock() + timedelta(days=5)
    row = make_proposal(region, anna, published_at=clock() - timedelta(days=170), expires_at=soon)
    path = f"/en/proposals/renew/{renewal_token(row)}/"
    assert "<form" in client.get(path).content.decode().partition("<main")[2]
    assert Proposal.objects.get().expires_at == soon
    done = client.post(path)
    renewed = Proposal.objects.get().expires_at
    assert ("It stands until" in done.content.decode(), renewed > soon + timedelta(days=150)) == (True, True)
    again = client.post(path)
    assert ("It stands until" in again.content.decode(), Proposal.objects.get().expires_at) == (True, renewed)
    assert client.get("/en/proposals/renew/forged/").status_code == 404
    assert client.post(path.replace(":", ";", 1)).status_code == 404


def test_an_expired_one_is_renewed_by_its_link(region, client, anna):
    row = make_proposal(region, anna, state="expired", expires_at=clock() - timedelta(days=1))
    client.post(f"/en/proposals/renew/{renewal_token(row)}/")
    assert Proposal.objects.get().state == ProposalState.PUBLISHED


def test_buttons_move_and_say_what_happened(region, client, anna):
    sign_in(client, anna)
    row = make_proposal(region, anna)
    for move, state in (("begin-talks", "in_talks"), ("fail-talks", "published")):
        assert client.post(f"/en/proposals/{row.pk}/{move}/").status_code == 302
        assert Proposal.objects.get().state == state
    client.post(f"/en/proposals/{row.pk}/close/", {"closed_as": "nonsense"})
    assert Proposal.objects.get().state == "published"
    client.post(f"/en/proposals/{row.pk}/close/", {"closed_as": "collaborating", "reason": "Found."})
    assert (Proposal.objects.get().closed_as, Proposal.objects.get().reason) == ("collaborating", "Found.")
    assert client.get(f"/en/proposals/{row.pk}/close/").status_code == 405

# SPDX-License-Identifier: EUPL-1.2
"""The desk's pages, through the test client."""

from __future__ import annotations

import html
import re

import pytest

from filanda.directory.organisations.actions import (
    add_evidence,
    create_organisation,
    remove_evidence,
    update_evidence,
)
from filanda.directory.organisations.models import Draft, Evidence, EvidenceParty, Organisation
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import Role

PAGES = ["", "details/", "history/", "evidence/", "evidence/new/"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("role", "closed"),
    [
        (Role.ORGANISATION_ADMIN, []),
        (Role.FACILITATOR, []),
        (Role.REGION_ADMINISTRATOR, []),
        (Role.ORGANISATION_MEMBER, ["details/"]),
        (Role.INNOVATOR, PAGES),
    ],
)
def test_who_opens_which_page(signed, body, page, role, closed):
    answer = signed(role).get(f"/it/organisations/{body.pk}/manage/{page}")
    assert answer.status_code == (403 if page in closed else 200)
    if answer.status_code == 200:
        assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("page", PAGES)
def test_visitors_people_of_other_bodies_and_of_other_regions_stay_out(
    client, signed, body, region, page, other_region
):
    assert client.get(f"/it/organisations/{body.pk}/manage/{page}").status_code == 403
    other = create_organisation(actor=PLATFORM, region=region, name="Beta")
    admin = signed(Role.ORGANISATION_ADMIN, scope=other)
    assert admin.get(f"/it/organisations/{body.pk}/manage/{page}").status_code == 403
    address = f"/it/organisations/{body.pk}/manage/{page}"
    assert admin.get(address, headers={"host": "other.example"}).status_code == 404
    assert admin.get(f"/it/organisations/{2**70}/manage/{page}").status_code == 404


def test_a_hidden_body_is_not_there_for_others_and_says_so_to_its_own(client, signed, body):
    Organisation.objects.filter(pk=body.pk).update(hidden_at="2026-01-01T00:00Z")
    assert client.get(f"/it/organisations/{body.pk}/manage/").status_code == 404
    answer = signed(Role.ORGANISATION_ADMIN).get(f"/en/organisations/{body.pk}/manage/")
    assert "This page is hidden" in answer.content.decode()


def marks_in(answer):
    return html.unescape(re.search(r'name="marks" value="([^"]*)"', answer.content.decode())[1])


FORM = {"name": "Filanda Alfa", "helix_role": "industry", "legal_kind": "company", "size": "small"}


def test_details_are_saved_refused_previewed_and_kept_as_a_draft(signed, body):
    admin = signed(Role.ORGANISATION_ADMIN)
    address = f"/en/organisations/{body.pk}/manage/details/"
    marks = marks_in(admin.get(address))
    wrong = admin.post(
        address,
        FORM | {"marks": marks, "vat": "IT00743110158", "website": "nothing", "description": "Kept <b>words</b>"},
    )
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert 'href="#vat"' in page
    assert "Kept &lt;b&gt;words&lt;/b&gt;" in page
    assert Draft.objects.get().typed["vat"] == ["IT00743110158"]
    assert "This is your draft" in admin.get(address).content.decode()
    preview = admin.post(address, FORM | {"description": "**Bold** <script>alert(1)</script>", "preview": "1"})
    assert "<strong>Bold</strong>" in preview.content.decode()
    assert "<script>alert" not in preview.content.decode()
    assert Organisation.objects.get(pk=body.pk).size == "unknown"
    marks = marks_in(admin.get(address))
    saved = admin.post(
        address,
        FORM | {"marks": marks, "language-it": "1", "site-0-municipality": "Como", "site-0-country_code": "IT"},
        follow=True,
    )
    assert "Saved." in saved.content.decode()
    assert not Draft.objects.exists()
    again = Organisation.objects.get(pk=body.pk)
    assert (again.size, again.languages, again.sites.get().municipality) == ("small", ["it"], "Como")
    admin.post(address, FORM | {"marks": marks, "short_name": "X", "draft": "1"})
    assert Draft.objects.get().typed["short_name"] == ["X"]
    admin.post(f"{address}discard/")
    assert not Draft.objects.exists()


def test_the_second_of_two_editors_sees_both_versions_and_loses_nothing(signed, body):
    admin = signed(Role.ORGANISATION_ADMIN)
    address = f"/en/organisations/{body.pk}/manage/details/"
    marks = marks_in(admin.get(address))
    admin.post(address, FORM | {"marks": marks, "short_name": "Theirs"})
    answer = admin.post(address, FORM | {"marks": marks, "short_name": "Mine"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs" in page
    assert 'value="Mine"' in page
    again = admin.post(address, FORM | {"marks": marks_in(answer), "short_name": "Mine"}, follow=True)
    assert "Saved." in again.content.decode()
    assert Organisation.objects.get(pk=body.pk).short_name == "Mine"


def test_what_nobody_may_set_by_a_form_stays(signed, body):
    admin = signed(Role.ORGANISATION_ADMIN)
    address = f"/en/organisations/{body.pk}/manage/details/"
    marks = marks_in(admin.get(address))
    admin.post(
        address,
        FORM
        | {
            "marks": marks,
            "short_name": "X",
            "state": "verified",
            "hidden_at": "2026-01-01",
            "is_external": "1",
            "region": "9",
            "id": "9",
        },
    )
    again = Organisation.objects.get(pk=body.pk)
    assert (again.short_name, again.state, again.hidden_at, again.is_external) == ("X", "listed", None, False)


def test_history_is_shown_and_a_change_undone(signed, body):
    admin = signed(Role.ORGANISATION_ADMIN)
    address = f"/en/organisations/{body.pk}/manage/details/"
    admin.post(address, FORM | {"marks": marks_in(admin.get(address)), "short_name": "Prima"})
    answer = admin.get(f"/en/organisations/{body.pk}/manage/history/")
    change = re.search(r"history/([0-9a-f-]{36})/undo/", answer.content.decode())[1]
    assert "Ada Prova" in answer.content.decode()
    undone = admin.post(f"/en/organisations/{body.pk}/manage/history/{change}/undo/", follow=True)
    assert "Taken back" in undone.content.decode()
    assert Organisation.objects.get(pk=body.pk).short_name == ""
    assert admin.post(f"/en/organisations/{body.pk}/manage/history/{change}/wipe/").status_code == 404


def test_evidence_is_added_with_partners_and_topics_corrected_and_removed(signed, body, region):
    partner = create_organisation(actor=PLATFORM, region=region, name="Tessitura Socia")
    admin = signed(Role.ORGANISATION_ADMIN)
    address = f"/en/organisations/{body.pk}/manage/evidence/"
    typed = {"kind": "product", "title": "Telaio", "links": "https://a.example/ Sito\nhttps://b.example/"}
    looked = admin.post(f"{address}new/", typed | {"partner_q": "socia", "find": "partner"})
    assert f'name="partner" value="{partner.pk}"><span>Tessitura Socia' in looked.content.decode()
    wrong = admin.post(f"{address}new/", typed | {"started_on": "2024-13-01"})
    assert (wrong.status_code, 'href="#started_on"' in wrong.content.decode()) == (422, True)
    wrong = admin.post(f"{address}new/", typed | {"title": "", "links": "javascript:alert(1)"})
    assert (wrong.status_code, Evidence.objects.count()) == (422, 0)
    admin.post(f"{address}new/", typed | {"partner": [partner.pk], "started_on": "2024-01-31"})
    piece = Evidence.objects.get()
    assert sorted(EvidenceParty.objects.values_list("organisation", "role")) == [
        (body.pk, "owner"),
        (partner.pk, "participant"),
    ]
    assert "Telaio" in admin.get(address).content.decode()
    marks = marks_in(admin.get(f"{address}{piece.pk}/"))
    admin.post(f"{address}{piece.pk}/", typed | {"title": "Telaio 2", "started_on": "2024-01-31", "marks": marks})
    piece.refresh_from_db()
    assert (piece.title, EvidenceParty.objects.count()) == ("Telaio 2", 1)
    admin.post(f"{address}{piece.pk}/remove/")
    assert not Evidence.objects.exists()


@pytest.fixture
def own_piece(body):
    return add_evidence(actor=PLATFORM, organisation=body, title="Telaio", kind="product", text="Tesse la seta")


def form_of(answer):
    """What a browser would send back of the form of a piece."""
    page = html.unescape(answer.content.decode())
    return {
        "marks": re.search(r'name="marks" value="([^"]*)"', answer.content.decode())[1].replace("&#34;", '"'),
        "kind": "product",
        "title": re.search(r'name="title"[^>]*value="([^"]*)"', page)[1],
        "text": re.search(r'<textarea[^>]*name="text"[^>]*>\n?([^<]*)', page)[1],
        "language": "it",
        "save": "1",
    }


def test_what_is_typed_of_a_piece_is_kept_by_itself_shown_again_and_thrown_away(signed, body, own_piece):
    admin = signed(Role.ORGANISATION_ADMIN)
    desk = f"/en/organisations/{body.pk}/manage/"
    for form, address in (("evidence", "evidence/new/"), (f"evidence-{own_piece.pk}", f"evidence/{own_piece.pk}/")):
        assert f'data-hx-post="{desk}drafts/{form}/"' in admin.get(desk + address).content.decode()
        typed = {"kind": "patent", "title": "Half a title", "concept_q": "x", "marks": '{"title": "abc"}'}
        assert admin.post(f"{desk}drafts/{form}/", typed).status_code == 204
        page = admin.get(desk + address)
        assert "This is your draft" in page.content.decode()
        assert "Half a title" in page.content.decode()
        assert marks_in(page) == ("{}" if form == "evidence" else '{"title": "abc"}')
        assert admin.post(f"{desk}drafts/{form}/discard/").url == desk + address
        assert "Half a title" not in admin.get(desk + address).content.decode()
    admin.post(f"{desk}evidence/new/", {"kind": "product", "title": "Later", "draft": "1"})
    assert "Later" in admin.get(f"{desk}evidence/new/").content.decode()
    admin.post(f"{desk}evidence/new/", {"kind": "product", "title": "Later", "save": "1"})
    assert (Draft.objects.count(), Evidence.objects.filter(title="Later").count()) == (0, 1)
    wrong = admin.post(f"{desk}evidence/new/", {"kind": "product", "title": "Wrong", "ended_on": "soon", "save": "1"})
    assert (wrong.status_code, Draft.objects.get().typed["ended_on"]) == (422, ["soon"])


@pytest.mark.parametrize("form", ["evidence-x", "evidence-99999999999999999999", "details-1", "people", "evidence-"])
def test_what_is_no_form_has_no_draft(signed, body, form):
    admin = signed(Role.ORGANISATION_ADMIN)
    assert admin.post(f"/en/organisations/{body.pk}/manage/drafts/{form}/", {"title": "x"}).status_code == 404
    assert not Draft.objects.exists()


def test_drafts_are_for_those_who_may_open_the_form_and_nobody_reads_anothers(client, signed, body, region):
    address = f"/en/organisations/{body.pk}/manage/drafts/"
    assert client.post(f"{address}evidence/", {"title": "x"}).status_code == 403
    assert signed(Role.INNOVATOR, email="n@example.org").post(f"{address}evidence/").status_code == 403
    member = signed(Role.ORGANISATION_MEMBER, email="m@example.org")
    assert member.post(f"{address}details/", {"name": "x"}).status_code == 403
    assert member.post(f"{address}evidence/", {"title": "Mine alone"}).status_code == 204
    assert member.get(f"{address}evidence/").status_code == 405
    other = signed(Role.ORGANISATION_ADMIN, email="a@example.org")
    assert "Mine alone" not in other.get(f"/en/organisations/{body.pk}/manage/evidence/new/").content.decode()


def test_two_who_correct_one_piece_lose_nothing(signed, body, own_piece):
    admin = signed(Role.ORGANISATION_ADMIN)
    address = f"/en/organisations/{body.pk}/manage/evidence/{own_piece.pk}/"
    mine = form_of(admin.get(address))
    update_evidence(actor=PLATFORM, evidence=own_piece, title="Their title")
    admin.post(address, mine | {"text": "My text"})
    own_piece.refresh_from_db()
    assert (own_piece.title, own_piece.text) == ("Their title", "My text")
    mine = form_of(admin.get(address))
    update_evidence(actor=PLATFORM, evidence=own_piece, text="Their text")
    answer = admin.post(address, mine | {"text": "My other text"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "<td>Their text</td><td>My other text</td>" in page
    assert "My other text</textarea>" in page
    own_piece.refresh_from_db()
    assert own_piece.text == "Their text"
    assert Draft.objects.get().typed["text"] == ["My other text"]
    again = form_of(answer)
    assert again["text"] == "My other text"
    assert admin.post(address, again).status_code == 302
    own_piece.refresh_from_db()
    assert (own_piece.title, own_piece.text, Draft.objects.count()) == ("Their title", "My other text", 0)


def test_a_piece_removed_meanwhile_can_be_added_anew(signed, body, own_piece):
    admin = signed(Role.ORGANISATION_ADMIN)
    address = f"/en/organisations/{body.pk}/manage/evidence/{own_piece.pk}/"
    mine = form_of(admin.get(address)) | {"text": "Long words"}
    remove_evidence(actor=PLATFORM, evidence=own_piece)
    answer = admin.post(address, mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody removed this evidence" in page
    assert "Long words" in page
    assert f'action="/en/organisations/{body.pk}/manage/evidence/new/"' in page
    assert admin.get(address).status_code == 404
    assert admin.post(f"/en/organisations/{body.pk}/manage/evidence/{2**40}/", mine).status_code == 404


def test_evidence_of_another_body_or_of_a_source_is_not_there_to_correct(signed, body, region):
    other = create_organisation(actor=PLATFORM, region=region, name="Beta")
    theirs = add_evidence(actor=PLATFORM, organisation=other, title="Loro", kind="product")
    EvidenceParty.objects.create(region=region, evidence=theirs, organisation=body)
    admin = signed(Role.ORGANISATION_ADMIN)
    address = f"/en/organisations/{body.pk}/manage/evidence/{theirs.pk}/"
    assert admin.get(address).status_code == 404
    assert admin.post(f"{address}remove/").status_code == 404
    assert Evidence.objects.get().title == "Loro"

# SPDX-License-Identifier: EUPL-1.2
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from filanda.directory.people.models import Person, Visibility
from filanda.kernel.regions.scoped import in_region
from filanda.spaces.models import MemberRole, Membership, Space
from filanda.spaces.steps import note_visit
from tests.signing import sign_in
from tests.spaces.making import NOW, a_person, enter, make_space, staff

OWN_PAGES = ("", "about/", "join/", "people/", "leave/", "settings/", "people/requests/", "people/invite/", "feed.atom")


def plain(response):
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", response.content)


@pytest.mark.parametrize(
    ("openness", "who", "expected"),
    [
        ("open", "visitor", 200),
        ("open", "stranger", 200),
        ("open", "member", 200),
        ("restricted", "visitor", 302),
        ("restricted", "stranger", 302),
        ("restricted", "administrator", 302),
        ("restricted", "facilitator", 302),
        ("restricted", "member", 200),
        ("private", "visitor", 404),
        ("private", "stranger", 404),
        ("private", "administrator", 404),
        ("private", "facilitator", 404),
        ("private", "member", 200),
    ],
)
def test_who_reads_a_space(region, client, openness, who, expected):
    anna = a_person(region, "Anna Conti")
    make_space(region, "Silk", openness=openness, members=[anna])
    if who == "stranger":
        sign_in(client, a_person(region, "Bruno Riva"))
    elif who == "administrator":
        sign_in(client, staff(region))
    elif who == "facilitator":
        sign_in(client, staff(region, "facilitator", "fabia@region.example"))
    elif who == "member":
        sign_in(client, anna)
    assert client.get("/it/communities/silk/").status_code == expected
    assert client.get("/it/communities/silk/about/").status_code == (404 if expected == 404 else 200)


@pytest.mark.parametrize("page", OWN_PAGES)
def test_a_private_space_answers_strangers_as_what_is_not_there(region, client, page):
    make_space(region, "Silk", openness="private", managers=[a_person(region)])
    sign_in(client, a_person(region, "Bruno Riva"))
    there, nowhere = client.get(f"/it/communities/silk/{page}"), client.get(f"/it/communities/wool/{page}")
    assert there.status_code == nowhere.status_code == 404
    assert plain(there).replace(b"silk", b"wool") == plain(nowhere)


@pytest.mark.parametrize(
    "page", ["join/", "people/invite/", "settings/texts/", "pins/", "people/1/", "settings/within/"]
)
def test_nothing_can_be_done_to_a_private_space_from_outside(region, client, page):
    space = make_space(region, "Silk", openness="private", managers=[a_person(region)])
    sign_in(client, staff(region))
    assert client.post(f"/it/communities/silk/{page}", {"names-it": "Wool"}).status_code == 404
    assert Membership.objects.filter(space=space).count() == 1
    assert Space.objects.get(pk=space.pk).names["it"] == "Silk"


def test_a_space_of_another_region_is_not_here(region, other_region, client):
    with in_region(other_region):
        make_space(other_region, "Silk")
    assert client.get("/it/communities/silk/").status_code == 404
    assert b"Silk" not in client.get("/it/communities/").content


def test_an_open_space_is_joined_with_one_tap_and_left_again(region, client):
    space = make_space(region, "Silk", managers=[a_person(region, "Mara Neri")])
    anna = a_person(region)
    sign_in(client, anna)
    assert client.post("/it/communities/silk/join/").status_code == 302
    assert Membership.objects.get(account=anna).state == "active"
    space.refresh_from_db()
    assert space.members_count == 2
    assert client.get("/it/communities/silk/people/").status_code == 200
    assert client.post("/it/communities/silk/leave/").status_code == 302
    space.refresh_from_db()
    assert space.members_count == 1
    assert client.get("/it/communities/silk/leave/").status_code == 404


def test_a_restricted_space_leads_strangers_to_its_door(region, client):
    asks = {"questions": {"it": "Che cosa fili?"}}
    make_space(region, "Silk", openness="restricted", managers=[a_person(region, "Mara Neri")], **asks)
    sign_in(client, a_person(region))
    answer = client.get("/it/communities/silk/people/")
    assert answer.status_code == 302
    assert answer.url == "/it/communities/silk/join/"
    empty = client.post("/it/communities/silk/join/", {"answer": " "})
    assert (empty.status_code, 'id="answer-error"' in empty.content.decode()) == (422, True)
    assert client.post("/it/communities/silk/join/", {"answer": "I spin."}).status_code == 302
    assert Membership.objects.get(answer="I spin.").state == "requested"
    assert b"I spin." in client.get("/it/communities/silk/join/").content
    assert client.post("/it/communities/silk/join/", {"withdraw": "1"}).status_code == 302
    assert not Membership.objects.filter(state="requested").exists()


def test_the_last_manager_is_told_to_hand_over_first(region, client):
    mara, anna = a_person(region, "Mara Neri"), a_person(region)
    space = make_space(region, "Silk", managers=[mara], members=[anna])
    sign_in(client, mara)
    assert client.post("/it/communities/silk/leave/").status_code == 409
    anna_row = Membership.objects.get(space=space, account=anna)
    answer = client.post(f"/it/communities/silk/people/{anna_row.pk}/", {"move": "role", "role": "space_manager"})
    assert answer.status_code == 302
    assert client.post("/it/communities/silk/leave/").status_code == 302
    assert Membership.objects.get(space=space, role=MemberRole.MANAGER).account == anna


def test_power_over_others_needs_a_second_factor(region, client):
    mara, anna = a_person(region, "Mara Neri"), a_person(region)
    space = make_space(region, "Silk", managers=[mara], members=[anna])
    sign_in(client, mara, second_factor=False)
    row = Membership.objects.get(space=space, account=anna)
    answer = client.post(f"/it/communities/silk/people/{row.pk}/", {"move": "remove", "reason": "noise"})
    assert answer.status_code == 403
    row.refresh_from_db()
    assert row.state == "active"
    assert client.get("/it/communities/silk/settings/").status_code == 200
    answer = client.post("/it/communities/silk/settings/openness/", {"openness": "private", "understood": "1"})
    assert answer.status_code == 403


def test_members_without_power_see_no_desk(region, client):
    anna = a_person(region)
    space = make_space(region, "Silk", managers=[a_person(region, "Mara Neri")], members=[anna])
    sign_in(client, anna)
    row = Membership.objects.get(space=space, role=MemberRole.MANAGER)
    for page in (
        "settings/",
        "people/requests/",
        "people/invite/",
        "people/invite/list/",
        f"people/{row.pk}/",
        "people.csv",
    ):
        assert client.get(f"/it/communities/silk/{page}").status_code == 403


def test_declining_without_a_reason_loses_nothing(region, client):
    mara, anna = a_person(region, "Mara Neri"), a_person(region)
    space = make_space(region, "Silk", openness="restricted", managers=[mara])
    row = Membership.objects.create(region=region, space=space, account=anna, state="requested", answer="I weave.")
    sign_in(client, mara)
    answer = client.post(f"/it/communities/silk/people/requests/{row.pk}/", {"answer": "decline", "reason": " "})
    assert answer.status_code == 422
    assert b"I weave." in answer.content
    assert f"reason-{row.pk}-error".encode() in answer.content
    reason = {"answer": "decline", "reason": "Only mills."}
    assert client.post(f"/it/communities/silk/people/requests/{row.pk}/", reason).status_code == 302
    sign_in(client, anna)
    assert b"Only mills." in client.get("/it/communities/mine/").content


def test_a_wrong_role_or_day_is_said_beside_the_field(region, client):
    mara, anna = a_person(region, "Mara Neri"), a_person(region)
    space = make_space(region, "Silk", managers=[mara], members=[anna])
    row = Membership.objects.get(space=space, account=anna)
    sign_in(client, mara)
    at = f"/it/communities/silk/people/{row.pk}/"
    assert client.post(at, {"move": "role", "role": "emperor"}).status_code == 422
    for day in ("2020-01-01", "tomorrow", "2027-99-99", "9999-12-31"):
        answer = client.post(at, {"move": "ban", "reason": "Advertising.", "until": day})
        assert answer.status_code == 422
        assert b"Advertising." in answer.content
    assert client.post(at, {"move": "dance"}).status_code == 404


def queries(client, address):
    """The fewest of three requests: now and then one notes that a session, or a member, is still there."""
    counts = []
    for _turn in range(3):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))
    return min(counts)


def test_home_people_and_about_cost_the_same_for_few_and_many(region, client):
    mara = a_person(region, "Mara Neri")
    space = make_space(region, "Silk", managers=[mara])
    sign_in(client, mara)
    addresses = [f"/it/communities/silk/{page}" for page in ("", "people/", "about/", "settings/")]
    client.get(addresses[0])  # the visit is noted
    found = []
    for names in (("Ada", "Bice"), ("Carla", "Dora", "Elsa")):
        for name in names:
            enter(space, a_person(region, f"{name} Bianchi"))
            make_space(region, f"Within {name}", parent=space)
            row = Membership(region=region, space=space, account=a_person(region, f"{name} Rossi"), state="invited")
            row.save()
        found.append([queries(client, address) for address in addresses])
    assert found[0] == found[1]


def test_requests_cost_the_same_for_one_and_three(region, client):
    mara = a_person(region, "Mara Neri")
    space = make_space(region, "Silk", openness="restricted", managers=[mara])
    sign_in(client, mara)
    client.get("/it/communities/silk/")
    found = []
    for names in (("Ada",), ("Bice", "Carla")):
        for name in names:
            asked = a_person(region, f"{name} Rossi")
            Membership.objects.create(region=region, space=space, account=asked, state="requested")
        found.append(queries(client, "/it/communities/silk/people/requests/"))
    assert found[0] == found[1]


def test_the_directory_costs_the_same_for_one_and_three(region, client):
    client.get("/it/communities/")  # the region's host is found once
    found = []
    for names in (("One",), ("Two", "Three")):
        for name in names:
            make_space(region, name)
        found.append(queries(client, "/it/communities/"))
    assert found[0] == found[1]


def test_a_visit_ends_with_half_an_hour_of_absence(region):
    space = make_space(region, members=[a_person(region)])
    row = Membership.objects.get(space=space)
    note_visit(row, NOW)
    note_visit(row, NOW + timedelta(minutes=2))
    note_visit(row, NOW + timedelta(minutes=25))
    row.refresh_from_db()
    assert (row.visited_at, row.previous_visit_at, row.seen_at) == (NOW, None, NOW + timedelta(minutes=25))
    later = NOW + timedelta(minutes=56)
    note_visit(row, later)
    row.refresh_from_db()
    assert (row.visited_at, row.previous_visit_at) == (later, NOW + timedelta(minutes=25))
    stale = Membership.objects.get(pk=row.pk)
    stale.seen_at = NOW
    note_visit(stale, later + timedelta(hours=1))  # another page was quicker: this one counts for nothing
    row.refresh_from_db()
    assert row.previous_visit_at == NOW + timedelta(minutes=25)


def test_who_hides_from_lists_is_shown_to_managers_alone(region, client):
    mara, anna, hidden = a_person(region, "Mara Neri"), a_person(region), a_person(region, "Ugo Nascosto")
    Person.objects.filter(account=hidden).update(listing=Visibility.PRIVATE)
    make_space(region, "Silk", managers=[mara], members=[anna, hidden])
    sign_in(client, anna)
    assert b"Ugo Nascosto" not in client.get("/it/communities/silk/people/").content
    assert b"Ugo Nascosto" not in client.get("/it/communities/silk/").content
    assert b"Ugo Nascosto" not in client.get("/it/communities/silk/people/?q=ugo").content
    sign_in(client, mara)
    assert b"Ugo Nascosto" in client.get("/it/communities/silk/people/").content


def test_the_door_names_only_managers_whose_page_the_reader_may_open(region, client):
    hidden, shown = a_person(region, "Ugo Nascosto"), a_person(region, "Mara Neri", listing=Visibility.PUBLIC)
    for openness in ("open", "restricted"):
        make_space(region, openness, openness=openness, managers=[hidden, shown])
        for page in ("join/", "about/", ""):
            text = client.get(f"/it/communities/{openness}/{page}", follow=True).content
            assert b"Mara Neri" in text
            assert b"Ugo Nascosto" not in text


def test_the_people_of_an_open_space_are_not_for_visitors(region, client):
    make_space(region, "Silk", members=[a_person(region)])
    assert client.get("/it/communities/silk/people/").status_code == 404
    assert b"Anna Conti" not in client.get("/it/communities/silk/").content


def test_the_csv_of_members_holds_no_addresses_and_no_formulas(region, client):
    mara = a_person(region, "Mara Neri")
    evil = a_person(region, "Eva Rossi")
    Person.objects.filter(account=evil).update(name="=HYPERLINK(1)")
    make_space(region, "Silk", managers=[mara], members=[evil])
    sign_in(client, mara)
    text = client.get("/it/communities/silk/people.csv").content.decode()
    assert "@" not in text
    assert "'=HYPERLINK(1)" in text


def test_the_feed_is_of_open_spaces_only(region, client):
    anna = a_person(region)
    make_space(region, "Silk")
    make_space(region, "Wool", openness="restricted", members=[anna])
    answer = client.get("/it/communities/silk/feed.atom")
    assert answer.status_code == 200
    assert b"<title>Silk</title>" in answer.content
    sign_in(client, anna)
    assert client.get("/it/communities/wool/feed.atom").status_code == 404


def test_a_private_headline_is_read_by_no_fellow_member_nor_manager(region, client):
    mara, ivo = a_person(region, "Mara Neri"), a_person(region, "Ivo Bassi")
    closed = {"headline": "Zorbaflux, every day", "visibility": {"headline": "private"}}
    shown = {"headline": "Silk, every day", "visibility": {"headline": "members"}}
    make_space(region, "Silk", openness="restricted", managers=[mara], members=[ivo, a_person(region, **shown)])
    Person.objects.filter(account=ivo).update(**closed)
    asking = Client(headers={"host": "test.example"})
    sign_in(asking, a_person(region, "Ugo Bo", **closed))
    asking.post("/it/communities/silk/join/", {"answer": "", "accepts": "on"})
    sign_in(client, mara)
    page = client.get("/it/communities/silk/people/").content
    assert (b"Ivo Bassi" in page, b"Silk, every day" in page, b"Zorbaflux" in page) == (True, True, False)
    page = client.get("/it/communities/silk/people/requests/").content
    assert (b"Ugo Bo" in page, b"Zorbaflux" in page) == (True, False)

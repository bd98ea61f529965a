# SPDX-License-Identifier: EUPL-1.2
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from filanda.across.workbench.queries import permission_heads, permission_rows
from filanda.capabilities.needs.actions import ask_for_introduction, save_need
from filanda.capabilities.needs.models import IntroductionRequest
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.actors import PLATFORM, VISITOR
from filanda.kernel.identity.models import Role
from filanda.kernel.policies import permissions
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.signin.actions import grant_role
from filanda.kernel.workflow import all_pairs
from tests.signing import sign_in

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def asked(region, number=1, text="Cerchiamo un sensore per il latte crudo"):
    body = Organisation.objects.create(region=region, name=f"Ottica {number}", sort_key=f"ottica {number}")
    need = save_need(actor=VISITOR, region=region, text=f"{text} {number}", language="it", now=NOW)
    return ask_for_introduction(
        actor=VISITOR,
        organisation=body,
        email=f"anna{number}@example.org",
        consent="D’accordo.",
        language="it",
        now=NOW + timedelta(minutes=number),
        need=need,
        message="Grazie & saluti <b>",
    )


def signed_in(region, role=Role.FACILITATOR, host="test.example"):
    now = datetime.now(UTC)
    account = grant_role(actor=PLATFORM, region=region, email=f"{role}@example.org", role=role, now=now, name="Giulia")
    return sign_in(Client(headers={"host": host}), account)


@pytest.fixture
def staff(region):
    return signed_in(region)


PAGES = ["/it/workbench/requests/", "/it/workbench/requests/{id}/", "/it/workbench/permissions/"]


@pytest.mark.parametrize("page", PAGES)
def test_visitors_are_told_why_not_and_how_to_sign_in(client, region, page):
    found = asked(region)
    answer = client.get(page.format(id=found.pk))
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "anna1@example.org" not in text
    assert "sensore" not in text
    assert "/demo/sign-in" in text


def test_visitors_cannot_move_a_request(client, region):
    found = asked(region)
    for move in ("take", "answer", "close"):
        assert client.post(f"/it/workbench/requests/{found.pk}/{move}/", {"outcome": "made"}).status_code == 403
    found.refresh_from_db()
    assert found.state == "received"


def test_staff_of_another_region_are_refused_here(region, other_region):
    with in_region(other_region):
        elsewhere = signed_in(other_region, host="other.example")
        assert elsewhere.get("/it/workbench/requests/").status_code == 200
    found = asked(region)
    here = Client(headers={"host": "test.example"})
    here.cookies = elsewhere.cookies
    for page in PAGES:
        answer = here.get(page.format(id=found.pk))
        assert answer.status_code == 403
        assert "anna1" not in answer.content.decode()


@pytest.mark.parametrize("page", PAGES[1:2])
def test_requests_of_another_region_are_not_there(region, other_region, staff, page):
    with in_region(other_region):
        found = asked(other_region)
    assert staff.get(page.format(id=found.pk)).status_code == 404
    assert staff.post(f"{page.format(id=found.pk)}take/").status_code == 404
    listed = staff.get("/it/workbench/requests/").content.decode()
    assert "Ottica" not in listed
    assert "anna1" not in listed


def test_the_list_is_newest_first_and_filters_by_state(region, staff):
    _first, second, _third = (asked(region, number) for number in (1, 2, 3))
    staff.post(f"/it/workbench/requests/{second.pk}/take/")
    text = staff.get("/it/workbench/requests/").content.decode()
    assert text.index("Ottica 3") < text.index("Ottica 2") < text.index("Ottica 1")
    text = staff.get("/it/workbench/requests/?state=taken").content.decode()
    assert ("Ottica 2" in text, "Ottica 1" in text, "Ottica 3" in text) == (True, False, False)
    assert staff.get("/it/workbench/requests/?state=closed").status_code == 200
    for query in ("state=nonsense", "page=0", "page=999999", "page=x", "page=" + "9" * 30, "page=²"):
        assert staff.get(f"/it/workbench/requests/?{query}").status_code == 200


def test_the_empty_list_says_what_it_is_for(staff):
    assert 'class="empty"' in staff.get("/en/workbench/requests/").content.decode()


def test_the_list_costs_the_same_for_one_and_many(region, staff):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert staff.get("/it/workbench/requests/").status_code == 200
        return len(seen)

    asked(region, 1)
    staff.get("/it/workbench/requests/")
    one = cost()
    for number in (2, 3, 4):
        asked(region, number)
    assert cost() == one
    assert one <= 8


def test_pages_of_many_requests(region, staff):
    for number in range(27):
        asked(region, number)
    first, second = (staff.get(f"/it/workbench/requests/?page={page}").content.decode() for page in (1, 2))
    assert first.count("@example.org") == 25
    assert second.count("@example.org") == 2


def test_a_request_shows_who_asked_for_what(region, staff):
    found = asked(region)
    text = staff.get(f"/it/workbench/requests/{found.pk}/").content.decode()
    assert 'href="mailto:anna1@example.org"' in text
    assert "Cerchiamo un sensore per il latte crudo 1" in text
    assert 'lang="it"' in text
    assert "Grazie &amp; saluti &lt;b&gt;" in text


def test_a_request_goes_from_received_to_closed(region, staff):
    found = asked(region)
    page = f"/it/workbench/requests/{found.pk}/"
    assert staff.post(f"{page}take/").headers["Location"] == page
    assert staff.post(f"{page}answer/", {"note": "Scritto a entrambi"}).status_code == 302
    assert staff.post(f"{page}close/", {"outcome": "made"}).status_code == 302
    found.refresh_from_db()
    assert (found.state, found.outcome, found.note, found.handler.name) == (
        "closed",
        "made",
        "Scritto a entrambi",
        "Giulia",
    )
    assert "<form" not in staff.get(page).content.decode().split("<main")[1].split("</main")[0]


@pytest.mark.parametrize(("state", "move", "target"), list(all_pairs(IntroductionRequest.workflow)))
def test_every_state_and_button(region, staff, state, move, target):
    found = asked(region)
    outcome = "made" if state == "closed" else ""
    IntroductionRequest.objects.filter(pk=found.pk).update(state=state, outcome=outcome)
    answer = staff.post(f"/it/workbench/requests/{found.pk}/{move}/", {"outcome": "made"})
    found.refresh_from_db()
    assert (answer.status_code, found.state) == ((302, target) if target else (409, state))


def test_a_refusal_needs_a_reason_and_nothing_typed_is_lost(region, staff):
    found = asked(region)
    page = f"/it/workbench/requests/{found.pk}/close/"
    answer = staff.post(page, {"outcome": "refused", "reason": "  "})
    assert answer.status_code == 422
    assert '<option value="refused" selected>' in answer.content.decode()
    answer = staff.post(page, {"outcome": "", "reason": "Non è un bisogno"})
    assert answer.status_code == 422
    assert "Non è un bisogno" in answer.content.decode()
    assert staff.post(page, {"outcome": "refused", "reason": "Non è un bisogno"}).status_code == 302
    found.refresh_from_db()
    assert (found.outcome, found.note) == ("refused", "Non è un bisogno")


def test_what_is_not_a_request_or_a_move_is_not_found(region, staff):
    found = asked(region)
    assert staff.post(f"/it/workbench/requests/{found.pk}/dance/").status_code == 404
    assert staff.get(f"/it/workbench/requests/{found.pk}/take/").status_code == 405
    assert staff.get("/it/workbench/requests/999/").status_code == 404
    assert staff.get(f"/it/workbench/requests/{'9' * 30}/").status_code == 404


def test_the_table_of_permissions_is_complete(staff):
    text = staff.get("/en/workbench/permissions/").content.decode()
    assert [permission.name for permission in permissions() if permission.name not in text] == []


def test_the_table_tells_scoped_roles_and_second_factors(staff):
    rows = {row.name: row for row in permission_rows()}
    heads = permission_heads()
    held = dict(zip(heads, rows["organisations.update"].holders, strict=True))
    assert (held["organisation_admin"], held["organisation_member"]) == ("own", "")
    assert (held["facilitator"], held["everybody"]) == ("yes", "")
    assert rows["affiliations.admins.manage"].second_factor
    assert rows["identity.roles.grant"].second_factor
    assert not rows["organisations.update"].second_factor
    assert not rows["needs.save"].second_factor
    text = staff.get("/en/workbench/permissions/").content.decode()
    assert "in their own" in text
    assert "needed" in text

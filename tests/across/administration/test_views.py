# SPDX-License-Identifier: EUPL-1.2
"""Home, legal texts, journal, feedback and jobs: who gets in, what stands there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from filanda.across.administration.actions.roles import grant
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.identity.models import Role, RoleGrant
from filanda.kernel.journal.models import Event
from filanda.kernel.legal.actions import give_feedback
from filanda.kernel.legal.models import Feedback, LegalText
from filanda.kernel.regions.scoped import in_region

ADMINISTRATORS = [
    "/it/administration/roles/",
    "/it/administration/roles/give/",
    "/it/administration/region/",
    "/it/administration/region/names/",
    "/it/administration/region/providers/",
    "/it/administration/region/providers/new/",
    "/it/administration/legal/",
    "/it/administration/legal/terms/",
    "/it/administration/journal/",
]
STAFF = ["/it/administration/feedback/"]
OPERATORS = ["/it/operators/jobs/"]


def test_each_page_opens_to_its_own_and_to_nobody_else(region, other_region, person, tommaso, at):
    giulia = person("giulia", Role.FACILITATOR)
    readers = {
        "visitor": at(),
        "stranger": at(person("sara", region=other_region)),
        "member": at(person("anna")),
        "organisation admin": at(person("olga", Role.ORGANISATION_ADMIN, ("organisation", 1))),
        "facilitator": at(giulia),
        "administrator": at(tommaso),
        "asleep": at(tommaso, second_factor=False),
        "elsewhere": at(tommaso, host="other.example"),
        "operator": at(person("oscar", is_operator=True)),
        "operator asleep": at(person("omar", is_operator=True), second_factor=False),
    }
    allowed = {
        **{page: {"administrator"} for page in ADMINISTRATORS},
        **{page: {"administrator", "facilitator"} for page in STAFF},
        **{page: {"operator"} for page in OPERATORS},
    }
    for page, who in allowed.items():
        found = {name: client.get(page).status_code for name, client in readers.items()}
        assert found == {name: 200 if name in who else 403 for name in readers}, page


def test_visitors_sign_in_first_and_come_back(at, region):
    answer = at().get("/it/home/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/it/sign-in/?next=%2Fit%2Fhome%2F")


def test_strangers_are_asked_to_join_and_see_nothing_else(region, other_region, person, at):
    sara = person("sara", region=other_region)
    page = at(sara).get("/it/home/").content.decode()
    assert "/it/join/" in page
    assert "/it/administration/" not in page


def test_the_home_says_what_waits_who_helps_and_what_to_do(region, person, tommaso, at):
    giulia = person("giulia", Role.FACILITATOR)
    anna = person("anna")
    body = Organisation.objects.create(region=region, name="Ottica Bruna", sort_key="ottica bruna")
    RoleGrant.objects.create(
        region=region, account=anna, role=Role.ORGANISATION_ADMIN, scope_kind="organisation", scope_id=body.pk
    )
    Person.objects.create(region=region, account=anna, name="Anna Bianchi", sort_key="anna bianchi", facilitator=giulia)
    page = at(anna).get("/it/home/").content.decode()
    assert "Anna Bianchi" in page
    assert "Giulia" in page
    assert "giulia@example.org" in page
    assert f"/it/organisations/{body.pk}/manage/" in page
    assert "/it/profile/#skills" in page
    assert "/it/administration/" not in page
    give_feedback(actor=VISITOR, region=region, message="x", page="", email="", language="it", now=now())
    assert "/it/administration/feedback/" in at(giulia).get("/it/home/").content.decode()
    assert "/it/administration/roles/" in at(tommaso).get("/it/home/").content.decode()


def test_a_withheld_role_is_said_so(region, tommaso, at):
    page = at(tommaso, second_factor=False).get("/it/home/").content.decode()
    assert "/it/account/" in page
    assert "/it/administration/roles/" not in page


def test_lately_shows_what_is_for_members_and_names_only_what_they_see(region, person, administrator, at):
    from django.db import transaction

    from filanda.kernel.journal.actions import record

    anna = person("anna")
    seen = Organisation.objects.create(region=region, name="Ottica Bruna", sort_key="o")
    hidden = Organisation.objects.create(region=region, name="Segreta", sort_key="s", hidden_at=now())
    with transaction.atomic():
        record("organisations.organisation.created", region=region, actor=administrator, subject=hidden)
        record("organisations.organisation.hidden", region=region, actor=administrator, subject=seen)
        record("legal.text.published", region=region, actor=administrator)
        record("organisations.organisation.created", region=region, actor=administrator, subject=seen)
    page = at(anna).get("/it/home/").content.decode()
    assert "Ottica Bruna" in page
    assert "Segreta" not in page
    assert page.count("<time") >= 3


def test_the_home_costs_a_constant_number_of_queries(region, person, at, administrator):
    anna = person("anna")
    Person.objects.create(region=region, account=anna, name="Anna", sort_key="anna")
    client = at(anna)

    def cost():
        client.get("/it/home/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/it/home/")
        return len(queries)

    def more(count):
        for _n in range(count):
            body = Organisation.objects.create(region=region, name="O", sort_key="o")
            scope = {"scope_kind": "organisation", "scope_id": body.pk}
            RoleGrant.objects.create(region=region, account=anna, role=Role.ORGANISATION_MEMBER, **scope)

    more(1)
    one = cost()
    more(3)
    assert cost() == one
    assert one <= 40


def test_a_legal_text_is_previewed_published_and_conflicts_show_both(region, tommaso, at):
    client, page = at(tommaso), "/it/administration/legal/terms/"
    fields = {"text_it": "## Nuove\n\nRegole di {controller}", "text_en": "New", "based_on": "1", "changes": ""}
    preview = client.post(page, fields | {"preview": "1"})
    assert preview.status_code == 200
    assert "<h3>Nuove</h3>" in preview.content.decode()
    assert LegalText.objects.count() == 0
    wrong = client.post(page, fields)
    assert wrong.status_code == 422
    assert 'href="#changes"' in wrong.content.decode()
    assert "Regole di {controller}" in wrong.content.decode()
    assert client.post(page, fields | {"changes": "Nuove."}).headers["Location"] == "/it/administration/legal/"
    conflict = client.post(page, fields | {"changes": "Altre.", "text_it": "Mie"})
    assert conflict.status_code == 409
    text = conflict.content.decode()
    assert "<h3>Nuove</h3>" in text
    assert "Mie</textarea>" in text
    assert 'name="based_on" value="2"' in text
    assert client.get("/it/administration/legal/sandwich/").status_code == 404


def test_the_journal_is_filtered_and_shows_nothing_of_other_regions_or_of_operators(
    region, other_region, tommaso, administrator, person, at
):
    anna = person("anna")
    grant(
        actor=administrator, region=region, email="anna@example.org", role="facilitator",
        reason="Conosce <la> valle.", now=now(),
    )  # fmt: skip
    with in_region(other_region):
        from filanda.kernel.identity.actors import PLATFORM

        grant(
            actor=PLATFORM, region=other_region, email="x@example.org", role="facilitator", reason="Altrove.", now=now()
        )
    client = at(tommaso)
    page = client.get("/it/administration/journal/").content.decode()
    assert "Conosce &lt;la&gt; valle." in page
    assert "Altrove." not in page
    assert "mail.message" not in page
    base = "/it/administration/journal/"
    found = {
        query: "Conosce" in client.get(base + query).content.decode()
        for query in (
            "?type=identity.role.granted",
            "?type=identity.role.ended",
            "?type=nonsense",
            "?who=tommaso",
            "?who=anna",
            f"?from={now().date()}",
            f"?to={now().date() - timedelta(days=2)}",
            "?before=1",
            "?before=99999999999999999999999999",
        )
    }
    assert list(found.values()) == [True, False, True, True, False, True, False, False, True]
    assert client.get(base + "?from=yesterday").status_code == 422
    assert anna.pk


def test_the_journal_has_pages(region, tommaso, administrator, at):
    from django.db import transaction

    from filanda.kernel.journal.actions import record

    with transaction.atomic():
        for _n in range(60):
            record("legal.text.published", region=region, actor=administrator)
    client = at(tommaso)
    first = client.get("/it/administration/journal/").content.decode()
    last = Event.objects.order_by("-pk")[49].pk
    assert f"before={last}" in first
    assert client.get(f"/it/administration/journal/?before={last}").content.decode().count('<th scope="row">') == 10


def test_the_chain_is_checked_at_the_press_of_a_button(region, tommaso, administrator, at):
    grant(actor=administrator, region=region, email="a@example.org", role="innovator", reason="x", now=now())
    client = at(tommaso)
    page = client.post("/it/administration/journal/verify/")
    assert page.status_code == 200
    assert "notice-good" in page.content.decode()
    for _n in range(9):
        client.post("/it/administration/journal/verify/")
    assert client.post("/it/administration/journal/verify/").status_code == 429


def test_feedback_is_dealt_with_on_its_page(region, person, at):
    giulia = person("giulia", Role.FACILITATOR)
    for number in range(2):
        give_feedback(
            actor=VISITOR, region=region, message=f"<b>Non {number}", page="", email="", language="it", now=now()
        )
    client = at(giulia)
    listed = client.get("/it/administration/feedback/").content.decode()
    assert "&lt;b&gt;Non 1" in listed
    first = Feedback.objects.order_by("pk").first()
    page = f"/it/administration/feedback/{first.pk}/"
    empty = client.post(page, {f"note-{first.pk}": " "})
    assert empty.status_code == 422
    assert f'href="#note-{first.pk}"' in empty.content.decode()
    assert client.post(page, {f"note-{first.pk}": "Corretto."}).status_code == 302
    assert "Corretto." in client.get("/it/administration/feedback/").content.decode()
    assert client.post("/it/administration/feedback/999999/", {"note-999999": "x"}).status_code == 404


@pytest.mark.parametrize("page", [*ADMINISTRATORS, *STAFF, *OPERATORS, "/it/home/"])
def test_pages_are_not_kept_by_anybody(region, tommaso, at, page):
    tommaso.is_operator = True
    tommaso.save()
    for address in (page, page.replace("/it/", "/en/", 1)):
        answer = at(tommaso).get(address)
        assert answer.status_code == 200
        assert "no-store" in answer.headers["Cache-Control"]
        assert "noindex" in answer.content.decode()

# SPDX-License-Identifier: EUPL-1.2
"""Objections without an account, duplicates and hiding, through the test client."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.timezone import now

from filanda.directory.affiliations.models import Invitation
from filanda.directory.organisations.actions import create_organisation
from filanda.directory.organisations.actions.likening import look_for_likenesses
from filanda.directory.organisations.actions.merging import merge
from filanda.directory.organisations.actions.objecting import hide_overdue, say_token, spoken_for
from filanda.directory.organisations.models import Merge, NotTheSame, Objection, Organisation
from filanda.directory.organisations.steps import merge_organisations
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.journal.models import Event
from filanda.kernel.mail.models import Message
from filanda.kernel.mail.rendering import render

TYPED = {"kind": "unlist", "text": "", "name": "", "email": "who@example.org"}


def is_hidden(body):
    return Organisation.objects.get(pk=body.pk).hidden_at is not None


def test_a_signed_link_hides_at_once_and_works_for_its_own_body_and_region_alone(client, body, region, other_region):
    token = say_token(body)
    other = create_organisation(actor=PLATFORM, region=region, name="Beta")
    assert client.get(f"/it/organisations/{other.pk}/say/{token}/").status_code == 404
    damaged = client.get(f"/en/organisations/{body.pk}/say/{token}x/")
    assert (damaged.status_code, f'href="/en/organisations/{body.pk}/say/"' in damaged.content.decode()) == (404, True)
    assert spoken_for(other_region, token) is None
    answer = client.post(f"/en/organisations/{body.pk}/say/{token}/", TYPED | {"email": ""})
    assert "is hidden now" in answer.content.decode()
    assert is_hidden(body)
    assert client.get(f"/en/organisations/{body.pk}/", follow=True).status_code == 404
    hidden = client.get(f"/en/organisations/{body.pk}/say/{token}x/").content.decode()
    assert ("does not work any more" in hidden, body.name in hidden) == (True, False)
    again = client.get(f"/en/organisations/{body.pk}/say/{token}/")
    assert again.status_code == 200
    assert again.headers["Referrer-Policy"] == "same-origin"
    assert "no-referrer" not in again.content.decode()  # browsers would send the form with the origin "null"
    event = Event.objects.filter(type="organisations.objection.made").get()
    assert event.payload == {"organisation": body.pk, "kind": "unlist", "is_signed": True}


def test_anybody_s_objection_hides_after_a_day_unless_somebody_decides(client, signed, body, region):
    client.post(f"/en/organisations/{body.pk}/say/", TYPED)
    assert not is_hidden(body)
    assert hide_overdue(actor=PLATFORM, region=region, now=now() + timedelta(hours=23)) == 0
    assert hide_overdue(actor=PLATFORM, region=region, now=now() + timedelta(hours=25)) == 1
    assert is_hidden(body)
    staff = signed(Role.FACILITATOR)
    found = Objection.objects.get()
    assert "Filanda Alfa" in staff.get("/en/workbench/objections/").content.decode()
    refused = staff.post(f"/en/workbench/objections/{found.pk}/", {"follow": "0", "reason": " "})
    assert (refused.status_code, is_hidden(body)) == (422, True)
    staff.post(f"/en/workbench/objections/{found.pk}/", {"follow": "0", "reason": "Not theirs to say"})
    found.refresh_from_db()
    assert (found.state, found.reason, is_hidden(body)) == ("rejected", "Not theirs to say", False)
    assert hide_overdue(actor=PLATFORM, region=region, now=now() + timedelta(days=3)) == 0
    assert Message.objects.get().to == "who@example.org"


def test_a_sole_trader_is_hidden_at_once_and_a_correction_hides_nobody(client, body):
    client.post(f"/en/organisations/{body.pk}/say/", TYPED | {"kind": "correct", "text": "The name is Beta"})
    assert not is_hidden(body)
    Organisation.objects.update(is_natural_person=True)
    client.post(f"/en/organisations/{body.pk}/say/", TYPED)
    assert is_hidden(body)


@pytest.mark.parametrize(
    ("wrong", "field"), [({"kind": "x"}, "kind"), ({"kind": "correct"}, "text"), ({"email": "no"}, "email")]
)
def test_what_is_wrong_in_the_form_is_said_beside_the_field(client, body, wrong, field):
    answer = client.post(f"/en/organisations/{body.pk}/say/", TYPED | wrong)
    assert (answer.status_code, Objection.objects.count()) == (422, 0)
    assert f'href="#{field}"' in answer.content.decode()


def test_so_many_from_one_place_wait(client, body):
    answers = [client.post(f"/en/organisations/{body.pk}/say/", TYPED).status_code for _n in range(6)]
    assert answers == [200] * 5 + [429]


@pytest.mark.parametrize("page", ["objections/", "duplicates/"])
def test_only_staff_see_the_lists(client, signed, page):
    assert client.get(f"/it/workbench/{page}").status_code == 403
    assert signed(Role.ORGANISATION_ADMIN).get(f"/it/workbench/{page}").status_code == 403
    assert signed(Role.FACILITATOR, email="f@example.org").get(f"/it/workbench/{page}").status_code == 200
    sleeping = signed(Role.FACILITATOR, email="g@example.org", second_factor=False)
    assert sleeping.get(f"/it/workbench/{page}").status_code == 403


def test_two_entries_are_compared_united_parted_and_left_apart(signed, body, region):
    other = create_organisation(actor=PLATFORM, region=region, name="FILANDA ALFA", size="small")
    signed(Role.ORGANISATION_ADMIN, email="bruno@example.org")  # somebody speaks for the first
    staff = signed(Role.FACILITATOR)
    assert "Nobody has compared the organisations yet" in staff.get("/en/workbench/duplicates/").content.decode()
    look_for_likenesses(actor=PLATFORM, region=region, now=now())
    page = staff.get("/en/workbench/duplicates/").content.decode()
    assert f"/en/workbench/duplicates/{body.pk}/{other.pk}/" in page
    address = f"/en/workbench/duplicates/{body.pk}/{other.pk}/"
    page = " ".join(staff.get(address).content.decode().split())
    assert "Kept of both" in page
    assert re.findall(
        r'<th scope="row">(Admins|Members|Proposals)</th><td class="num">(\d)</td><td class="num">(\d)', page
    ) == [
        ("Admins", "1", "0"),
        ("Members", "0", "0"),
        ("Proposals", "0", "0"),
    ]
    staff.post(address, {"name": other.pk})
    assert [row.name for row in Organisation.objects.all()] == ["FILANDA ALFA"]
    assert "Part them again" in staff.get("/en/workbench/duplicates/").content.decode()
    staff.post(f"/en/workbench/merges/{Merge.objects.get().pk}/part/")
    assert Organisation.objects.count() == 2
    staff.post(f"{address}apart/")
    assert NotTheSame.objects.count() == 1
    assert address not in staff.get("/en/workbench/duplicates/").content.decode()


def test_the_list_of_what_looks_alike_costs_eight_statements_however_long_it_is(
    signed, body, region, django_assert_max_num_queries
):
    staff = signed(Role.FACILITATOR)
    counts = []
    for number in range(3):
        first, second = (
            create_organisation(actor=PLATFORM, region=region, name=f"Filanda {name} {number}", website=site)
            for name, site in (("Rossi", f"https://a{number}.example"), ("Verdi", f"https://a{number}.example"))
        )
        gone = create_organisation(actor=PLATFORM, region=region, name=f"Beta {number}")
        with transaction.atomic():
            merge_organisations(region, [body.pk, gone.pk], source="cordis")
        look_for_likenesses(actor=PLATFORM, region=region, now=now() + timedelta(days=number))
        staff.get("/en/workbench/duplicates/")
        with django_assert_max_num_queries(8) as counted:
            page = staff.get("/en/workbench/duplicates/").content.decode()
        assert f"/en/workbench/duplicates/{first.pk}/{second.pk}/" in page
        assert page.count("by the import “cordis”") == number + 1
        counts.append(len(counted))
    assert len(set(counts)) == 1


def test_an_old_address_leads_on_after_a_merge(client, body, region):
    other = create_organisation(actor=PLATFORM, region=region, name="Beta")
    token = say_token(other)
    merge(actor=PLATFORM, first=body, second=other, values_of={}, now=now())
    answer = client.get(f"/it/organisations/{other.pk}/beta/")
    assert (answer.status_code, answer.url) == (301, f"/it/organisations/{body.pk}/")
    assert "no-store" in answer.headers["Cache-Control"]  # parted again, they are found again
    assert client.get(f"/it/organisations/{other.pk}/say/").url == f"/it/organisations/{body.pk}/say/"
    sent = client.post(f"/en/organisations/{other.pk}/say/{token}/", TYPED)  # by the link of before they were one
    assert (sent.status_code, is_hidden(body)) == (200, True)


def test_staff_hide_show_and_write_with_a_reason(signed, body):
    staff = signed(Role.FACILITATOR)
    address = f"/en/organisations/{body.pk}/manage/staff/"
    assert staff.post(f"{address}hide/", {"reason": ""}).status_code == 422
    staff.post(f"{address}hide/", {"reason": "Closed down"})
    assert is_hidden(body)
    assert Event.objects.filter(type="organisations.organisation.hidden").get().payload == {"reason": "Closed down"}
    staff.post(f"{address}show/", {"reason": "Open again"})
    assert not is_hidden(body)
    assert staff.post(f"{address}invite/", {"email": "nothing"}).status_code == 422
    staff.post(f"{address}invite/", {"email": " Info@alfa.example"})
    assert Message.objects.get().to == "info@alfa.example"
    admin = signed(Role.ORGANISATION_ADMIN, email="a@example.org")
    assert admin.get(address).status_code == 403
    assert admin.post(f"{address}hide/", {"reason": "x"}).status_code == 403


def test_what_staff_write_to_a_body_leads_that_address_to_its_claim(client, signed, body, region):
    address = f"/en/organisations/{body.pk}/manage/staff/"
    signed(Role.FACILITATOR).post(f"{address}invite/", {"email": "info@alfa.example"})
    made = Invitation.objects.get()
    assert (made.organisation, made.email, made.role) == (body, "info@alfa.example", "")
    told = Event.objects.filter(type__contains="invitation").values_list("type", flat=True).order_by("pk")
    assert list(told) == ["affiliations.invitation.made", "organisations.invitation.sent"]
    context = Message.objects.get().context
    mail = render("organisations/mail/invited_to_speak", region=region, language="en", context=context)
    assert "info@alfa.example" in mail.text
    claim = re.search(r"/(?:it|en)/\S+", context["claim_url"])[0]
    say = re.search(r"/(?:it|en)/\S+", context["say_url"])[0]
    client.logout()
    assert client.get(say).status_code == 200
    page = client.get(claim).content.decode()
    assert "info@alfa.example" in page
    stranger = signed(Role.INNOVATOR, email="somebody@example.org")
    assert stranger.get(claim).status_code == 403
    assert stranger.post(claim).status_code == 403
    own = signed(Role.INNOVATOR, email="info@alfa.example")
    Person.objects.create(
        region=region, account=Account.objects.get(email="info@alfa.example"), name="Ada", sort_key="ada"
    )
    assert f"?organisation={body.pk}" in own.post(claim).url
    assert Invitation.objects.get().used_by.email == "info@alfa.example"
    assert own.get(claim).status_code == 410


def test_nobody_writes_to_a_body_that_somebody_looks_after(signed, body):
    signed(Role.ORGANISATION_ADMIN, email="a@example.org")
    staff = signed(Role.FACILITATOR)
    answer = staff.post(f"/en/organisations/{body.pk}/manage/staff/invite/", {"email": "info@alfa.example"})
    assert answer.status_code == 422
    assert not Message.objects.exists()
    assert not Invitation.objects.exists()


def test_a_passer_by_hides_no_body_that_its_own_people_look_after(client, body, region):
    admin = Account.objects.create_account(email="olga@example.org", name="Olga")
    grant = RoleGrant.objects.create(
        region=region, account=admin, role=Role.ORGANISATION_ADMIN, scope_kind="organisation", scope_id=body.pk
    )
    Organisation.objects.filter(pk=body.pk).update(is_natural_person=True, state="claimed")
    page = f"/en/organisations/{body.pk}/say/"
    assert "nothing is hidden before" in client.get(page).content.decode()
    for address in (page, f"{page}{say_token(body)}/"):
        answer = client.post(address, TYPED).content.decode()
        assert ("writes to you" in answer, "is hidden" in answer) == (True, False)
    assert hide_overdue(actor=PLATFORM, region=region, now=now() + timedelta(hours=25)) == 0
    assert (is_hidden(body), Objection.objects.filter(state="waiting").count()) == (False, 2)
    RoleGrant.objects.filter(pk=grant.pk).update(ended_at=now())
    assert hide_overdue(actor=PLATFORM, region=region, now=now() + timedelta(hours=25)) == 2
    assert is_hidden(body)

# SPDX-License-Identifier: EUPL-1.2
"""The screens of claims and of an organisation's people, and who may see and do what on them."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from filanda.capabilities.files.models import StoredFile
from filanda.directory.affiliations.actions import claims as claim_actions
from filanda.directory.affiliations.actions.requests import ask_to_join
from filanda.directory.affiliations.models import Claim, Invitation, JoinRequest
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.mail.models import Message
from filanda.kernel.regions.scoped import in_region
from tests.directory.affiliations.making import (
    NOW,
    account,
    admin,
    afresh,
    body,
    code_in,
    facilitator,
    last_mail,
    member,
)
from tests.signing import sign_in

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
ANNA = "anna@polialta.example"


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "files": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        },
    }


@pytest.fixture
def polialta(region):
    return body(region)


def as_actor(actor, *, second_factor=False, host="test.example"):
    found = Client(headers={"host": host})
    if actor is None or actor.account_id is None:
        return found
    return sign_in(found, Account.objects.get(pk=actor.account_id), second_factor=second_factor)


def claimed_with_document(region, organisation):
    anna = member(region)
    claim = claim_actions.ask_claim(actor=anna, organisation=organisation, message="I am the <dean>", now=NOW)
    return claim_actions.give_claim_document(actor=anna, claim=claim, now=NOW)


# The claim's own page


def test_a_claim_by_code_through_the_screens(region, polialta):
    anna = as_actor(member(region))
    page = f"/en/organisations/{polialta.pk}/claim/"
    assert "polialta.example" in anna.get(page).content.decode()
    answer = anna.post(page, {"action": "code", "email": "anna@gmail.com"})
    assert (answer.status_code, 'value="anna@gmail.com"' in answer.content.decode()) == (422, True)
    assert anna.post(page, {"action": "code", "email": ANNA}).headers["Location"] == page
    assert ANNA in anna.get(page).content.decode()
    assert anna.post(page, {"action": "prove", "code": "AAAAAA"}).status_code == 422
    done = anna.post(page, {"action": "prove", "code": code_in(last_mail(ANNA))})
    assert done.headers["Location"] == f"/en/organisations/{polialta.pk}/manage/"
    assert anna.get(done.headers["Location"]).status_code == 200
    assert anna.get(page).status_code == 302


def test_a_claim_by_document_reaches_the_queue(region, polialta):
    giulia = as_actor(facilitator(region), second_factor=True)
    anna = as_actor(member(region))
    page = f"/en/organisations/{polialta.pk}/claim/"
    assert anna.post(page, {"action": "document", "message": "Me"}).status_code == 422
    wrong = SimpleUploadedFile("letter.pdf", b"<html><script>alert(1)</script></html>", "application/pdf")
    refused = anna.post(page, {"action": "document", "document": wrong, "message": "I am the dean"})
    assert (refused.status_code, "I am the dean" in refused.content.decode()) == (422, True)
    given = anna.post(page, {"action": "document", "document": SimpleUploadedFile("letter.pdf", PDF), "message": "Me"})
    assert given.status_code == 302, given.content.decode()
    claim = Claim.objects.get()
    assert (claim.state, StoredFile.objects.filter(subject_kind="claim", subject_id=claim.pk).count()) == (
        "document_given",
        1,
    )
    listed = giulia.get("/en/workbench/claims/").content.decode()
    assert "Politecnico di Altariva" in listed
    assert "Anna Conti" in listed
    detail = giulia.get(f"/en/workbench/claims/{claim.pk}/").content.decode()
    assert "letter.pdf" in detail
    move = f"/en/workbench/claims/{claim.pk}/"
    assert giulia.post(f"{move}refuse/", {"reason": " "}).status_code == 422
    assert giulia.post(f"{move}grant/").status_code == 302
    assert giulia.post(f"{move}grant/").status_code == 409
    claim.refresh_from_db()
    polialta.refresh_from_db()
    assert (claim.state, polialta.state) == ("granted", "verified")
    granted = giulia.get(f"/en/workbench/claims/{claim.pk}/").content.decode()
    assert f"{move}take_back/" in granted
    assert f"{move}grant/" not in granted
    without = giulia.post(f"{move}take_back/", {"reason": " "})
    assert (without.status_code, "Admins too" in without.content.decode()) == (422, False)
    assert anna.post(f"{move}take_back/", {"reason": "Mine"}).status_code in (403, 404)
    assert giulia.post(f"{move}take_back/", {"reason": "Not the dean"}).status_code == 302
    assert giulia.post(f"{move}take_back/", {"reason": "Not the dean"}).status_code == 409
    polialta.refresh_from_db()
    assert polialta.state == "listed"
    told = anna.get(page).content.decode()
    assert "The grant of your last claim was taken back" in told
    assert "Not the dean" in told


def test_visitors_sign_in_and_strangers_join_first(region, polialta):
    page = f"/en/organisations/{polialta.pk}/claim/"
    assert as_actor(None).get(page).headers["Location"].startswith("/en/sign-in/?next=")
    stranger = sign_in(Client(headers={"host": "test.example"}), account("s@elsewhere.example"), second_factor=False)
    assert stranger.get(page).headers["Location"] == "/en/join/"
    assert stranger.post(page, {"action": "code", "email": ANNA}).headers["Location"] == "/en/join/"
    assert not Claim.objects.exists()


def test_hidden_bodies_have_no_claim_page(region):
    hidden = body(region, hidden_at=NOW)
    assert as_actor(member(region)).get(f"/en/organisations/{hidden.pk}/claim/").status_code == 404


# Who sees the queue and the people

QUEUE = ("/en/workbench/claims/", "/en/workbench/claims/{claim}/")
PEOPLE = ("/en/organisations/{id}/manage/people/", "/en/organisations/{id}/manage/people/invite/list/")
SECRETS = ("Anna Conti", ANNA, "dean", "eva@polialta.example")


@pytest.fixture
def scene(region, polialta):
    """Everything that could leak: a claim, a request, an invitation."""
    claim = claimed_with_document(region, polialta)
    bruno = admin(region, polialta)
    carla = member(region, "carla@elsewhere.example", "Carla")
    ask_to_join(actor=carla, organisation=polialta, message="the dean knows me", now=NOW)
    Invitation.objects.create(
        region=region,
        organisation=polialta,
        email="eva@polialta.example",
        role=Role.ORGANISATION_MEMBER,
        token_hash=b"t" * 32,
        expires_at=NOW.replace(year=2090),
    )
    return claim, bruno, carla


@pytest.mark.parametrize(
    ("who", "queue", "people"),
    [
        ("visitor", 403, 403),
        ("stranger", 403, 403),
        ("member", 403, 403),
        ("admin", 403, 200),
        ("admin_elsewhere", 403, 403),
        ("facilitator", 200, 200),
        ("facilitator_asleep", 403, 403),
        ("other_region", 403, 403),
    ],
)
def test_who_sees_what(region, other_region, polialta, scene, who, queue, people):
    claim, bruno, _carla = scene
    awake = who in ("facilitator", "admin")

    def staff_elsewhere():
        with in_region(other_region):
            return facilitator(other_region, "staff@other.example")

    actor = {
        "visitor": lambda: None,
        "stranger": lambda: type("Stranger", (), {"account_id": account("s@elsewhere.example").pk})(),
        "member": lambda: member(region, "dario@elsewhere.example", "Dario"),
        "admin": lambda: bruno,
        "admin_elsewhere": lambda: admin(region, body(region, "Another"), "eva@another.example", "Eva"),
        "facilitator": lambda: facilitator(region),
        "facilitator_asleep": lambda: facilitator(region),
        "other_region": staff_elsewhere,
    }[who]()
    client = as_actor(actor, second_factor=awake or who == "other_region")
    for address, expected in [*((one, queue) for one in QUEUE), *((one, people) for one in PEOPLE)]:
        answer = client.get(address.format(id=polialta.pk, claim=claim.pk))
        assert answer.status_code == expected, (address, answer.status_code)
        if expected == 403:
            assert not [secret for secret in SECRETS if secret in answer.content.decode()]
    if queue == 403:
        for move in ("grant", "refuse"):
            address = f"/en/workbench/claims/{claim.pk}/{move}/"
            assert client.post(address, {"reason": "Because"}).status_code == 403
    if people == 403:
        asked = JoinRequest.objects.get()
        invitation = Invitation.objects.get()
        base = f"/en/organisations/{polialta.pk}/manage/people/"
        for path in (
            f"requests/{asked.pk}/accept/",
            f"requests/{asked.pk}/decline/",
            "invite/",
            "invite/list/",
            f"invitations/{invitation.pk}/withdraw/",
            f"{bruno.account_id}/remove/",
        ):
            assert client.post(base + path, {"reason": "x", "email": "x@y.example"}).status_code == 403, path
    claim.refresh_from_db()
    assert (claim.state, JoinRequest.objects.get().state) == ("document_given", "asked")
    assert Invitation.objects.get().withdrawn_at is None


def test_rows_of_another_organisation_are_not_reached_through_ones_own(region, polialta, scene):
    _claim, _bruno, _carla = scene
    another = body(region, "Another")
    eva = as_actor(admin(region, another, "eva@another.example", "Eva"), second_factor=True)
    base = f"/en/organisations/{another.pk}/manage/people/"
    asked, invitation = JoinRequest.objects.get(), Invitation.objects.get()
    assert eva.post(f"{base}requests/{asked.pk}/accept/").status_code == 404
    assert eva.post(f"{base}invitations/{invitation.pk}/withdraw/").status_code == 404
    assert eva.post(f"{base}{scene[1].account_id}/remove/", {"reason": "x"}).status_code == 404
    assert JoinRequest.objects.get().state == "asked"


# The people's page at work


def test_requests_are_answered_and_nothing_typed_is_lost(region, polialta, scene):
    _claim, bruno, carla = scene
    client = as_actor(bruno)
    asked = JoinRequest.objects.get()
    base = f"/en/organisations/{polialta.pk}/manage/people/"
    text = client.get(base).content.decode()
    assert "the dean knows me" in text
    assert "eva@polialta.example" in text
    assert "second factor" in text  # why there is no button to remove people
    refused = client.post(f"{base}requests/{asked.pk}/decline/", {"reason": "  "})
    assert (refused.status_code, f"reason-{asked.pk}-error" in refused.content.decode()) == (422, True)
    assert client.post(f"{base}requests/{asked.pk}/accept/").status_code == 302
    assert client.post(f"{base}requests/{asked.pk}/accept/").status_code == 409
    assert afresh(carla).scope_ids("organisation") == {polialta.pk}
    removal = f"{base}{carla.account_id}/remove/"
    assert client.get(removal).status_code == 403
    strong = as_actor(bruno, second_factor=True)
    assert strong.get(removal).status_code == 200
    assert strong.post(removal, {"reason": ""}).status_code == 422
    assert strong.post(removal, {"reason": "Has left"}).status_code == 302
    assert not afresh(carla).scoped
    assert strong.post(f"{base}{bruno.account_id}/end-admin/", {"reason": "Me"}).status_code == 409


def test_one_is_invited_and_errors_stand_beside_their_field(region, polialta, scene):
    client = as_actor(scene[1])
    base = f"/en/organisations/{polialta.pk}/manage/people/"
    wrong = client.post(f"{base}invite/", {"email": "nobody", "name": "Nina"})
    assert (wrong.status_code, 'value="Nina"' in wrong.content.decode()) == (422, True)
    assert client.post(f"{base}invite/", {"email": "Nina@polialta.example"}).status_code == 302
    assert last_mail("nina@polialta.example").template == "affiliations/mail/invited"
    sneaky = client.post(f"{base}invite/", {"email": "m@polialta.example", "role": "organisation_admin"})
    assert sneaky.status_code == 403
    assert client.post(f"{base}invite/", {"email": "m@polialta.example", "role": "facilitator"}).status_code == 422
    assert not Message.objects.filter(to="m@polialta.example").exists()


def test_a_list_is_looked_at_sent_and_what_is_wrong_comes_back(region, polialta, scene):
    client = as_actor(scene[1])
    page = f"/en/organisations/{polialta.pk}/manage/people/invite/list/"
    text = "email;name;role\nnina@polialta.example;Nina;\nnot one;Otto;boss\n"
    looked = client.post(page, {"list": text}).content.decode()
    assert "nina@polialta.example" in looked
    assert "Line 3" in looked
    assert not Message.objects.filter(to="nina@polialta.example").exists()
    upload = SimpleUploadedFile("list.csv", text.encode("utf-16"))
    assert "Line 3" in client.post(page, {"file": upload}).content.decode()
    sent = client.post(page, {"list": text, "send": "1"}).content.decode()
    assert Message.objects.filter(to="nina@polialta.example").count() == 1
    box = sent.split('id="list"')[1].split("</textarea>")[0]
    assert "not one,Otto,boss" in box
    assert "nina" not in box
    mended = "email,name\notto@polialta.example,Otto"
    assert client.post(page, {"list": mended, "send": "1"}).status_code == 302
    assert last_mail("otto@polialta.example").template == "affiliations/mail/invited"
    assert client.post(page, {"list": ""}).status_code == 422


def test_leaving(region, polialta, scene):
    _claim, bruno, carla = scene
    page = f"/en/organisations/{polialta.pk}/leave/"
    assert as_actor(carla).get(page).status_code == 404
    client = as_actor(bruno)
    assert "last admin" in client.get(page).content.decode()
    assert client.post(page).status_code == 409
    left = client.post(page, {"without_admin": "1"}, follow=True).content.decode()
    assert "You have left Politecnico di Altariva." in left
    assert f'href="/en/organisations/{polialta.pk}/claim/"' in left  # whoever comes next has a door
    assert not afresh(bruno).scoped


def test_the_people_page_and_the_queue_cost_the_same_for_one_and_many(region, polialta, scene):
    bruno, giulia = as_actor(scene[1]), as_actor(facilitator(region), second_factor=True)

    def cost(client, address):
        # The smaller of two: once in a while a session also writes that it is in use.
        costs = []
        for _time in range(2):
            with CaptureQueriesContext(connection) as seen:
                assert client.get(address).status_code == 200
            costs.append(len(seen))
        return min(costs)

    people = f"/en/organisations/{polialta.pk}/manage/people/"
    before = cost(bruno, people), cost(giulia, "/en/workbench/claims/")
    for number in range(3):
        actor = member(region, f"m{number}@elsewhere.example", f"Member {number}")
        ask_to_join(actor=actor, organisation=polialta, now=NOW)
        claim = claim_actions.ask_claim(actor=actor, organisation=body(region, f"Body {number}"), now=NOW)
        claim_actions.give_claim_document(actor=actor, claim=claim, now=NOW)
    assert (cost(bruno, people), cost(giulia, "/en/workbench/claims/")) == before

# SPDX-License-Identifier: EUPL-1.2
import io
import zipfile

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from filanda.across.privacy.models import Archive, Leaving
from filanda.across.privacy.preparing import prepare_archive
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.models import Event
from filanda.kernel.legal.actions import give_consent
from filanda.kernel.legal.models import Consent
from filanda.kernel.legal.queries import missing_consents, required_texts
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.signin.steps import give_role
from tests.signing import sign_in

PAGES = ["/en/my-data/", "/en/my-data/take-out/", "/en/my-data/leave/", "/en/my-data/archive.zip"]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "files": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }


def make(region, email, *roles):
    account = Account.objects.create_account(email=email, name=email.split("@")[0])
    with transaction.atomic():
        for role in roles:
            give_role(actor=PLATFORM, region=region, account=account, role=role)
    Person.objects.create(region=region, account=account, name=account.name, sort_key=account.name)
    return account


@pytest.fixture
def anna(region):
    return make(region, "anna@example.org", Role.INNOVATOR)


def freshly(client, account):
    """Signed in, and shown again just now."""
    sign_in(client, account)
    session = client.session
    session["fresh"] = {"account": account.pk, "at": int(timezone.now().timestamp())}
    session.save()
    return client


def take_out(client, region, account):
    assert client.post("/en/my-data/take-out/").headers["Location"] == "/en/my-data/"
    with in_region(region):
        archive = Archive.objects.get(account=account)
        prepare_archive(region_id=region.pk, archive_id=archive.pk)
        archive.refresh_from_db()
    return archive


def test_visitors_are_led_to_sign_in_or_told_to(client):
    assert client.get("/en/my-data/").status_code == 403
    for page in PAGES[1:]:
        answer = client.get(page)
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/en/sign-in/")
    assert client.post("/en/my-data/stay/").status_code == 403


def test_taking_out_and_leaving_ask_first_whether_it_is_really_you(client, anna):
    sign_in(client, anna)
    assert client.get("/en/my-data/").status_code == 200
    for page in PAGES[1:]:
        assert client.get(page).status_code == 302
    for page in PAGES[1:3]:
        client.post(page, {"contributions": "stay"})
    assert (Archive.objects.count(), Leaving.objects.count()) == (0, 0)


def test_the_archive_is_prepared_and_downloaded_by_its_owner_alone(client, region, anna):
    freshly(client, anna)
    assert client.get("/en/my-data/archive.zip").status_code == 404
    page = client.get("/en/my-data/take-out/").content.decode()
    assert "Your profile" in page
    archive = take_out(client, region, anna)
    page = client.get("/en/my-data/").content.decode()
    assert "/en/my-data/archive.zip" in page
    answer = client.get("/en/my-data/archive.zip")
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert "anna@example.org" in packed.read("account.json").decode()
    assert answer.headers["Content-Type"] == "application/zip"
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="my-data-test-')
    for other in (
        make(region, "bruno@example.org", Role.INNOVATOR),
        make(region, "boss@example.org", Role.REGION_ADMINISTRATOR, Role.FACILITATOR),
    ):
        assert freshly(client, other).get("/en/my-data/archive.zip").status_code == 404
    archive.expires_at = timezone.now()
    archive.save()
    freshly(client, anna)
    assert client.get("/en/my-data/archive.zip").status_code == 404
    assert "/en/my-data/archive.zip" not in client.get("/en/my-data/").content.decode()


def test_the_archive_of_one_region_is_not_there_in_another(client, region, other_region, anna):
    freshly(client, anna)
    take_out(client, region, anna)
    assert client.get("/en/my-data/archive.zip", headers={"host": "other.example"}).status_code == 404


def test_leaving_is_chosen_and_taken_back_with_one_tap(client, anna):
    freshly(client, anna)
    answer = client.post("/en/my-data/leave/", {})
    assert answer.status_code == 422
    assert "Choose what becomes of what you contributed." in answer.content.decode()
    assert client.post("/en/my-data/leave/", {"contributions": "burn"}).status_code == 422
    assert Leaving.objects.count() == 0
    assert client.post("/en/my-data/leave/", {"contributions": "go"}).status_code == 302
    leaving = Leaving.objects.get()
    assert leaving.keeps_contributions is False
    page = client.get("/en/my-data/").content.decode()
    assert "You are leaving" in page
    assert "What you contributed goes too." in page
    client.post("/en/my-data/leave/", {"contributions": "stay"})
    leaving.refresh_from_db()
    assert leaving.keeps_contributions is True
    sign_in(client, anna)  # an old session may take it back: nothing is lost by staying
    answer = client.post("/en/my-data/stay/")
    assert answer.headers["Location"] == "/en/my-data/?stayed=1"
    assert "Everything is as it was before." in client.get("/en/my-data/?stayed=1").content.decode()
    assert Leaving.objects.count() == 0


def test_leaving_by_a_forged_form_is_refused(client, anna):
    from django.test import Client

    strict = freshly(Client(enforce_csrf_checks=True, headers={"host": "test.example"}), anna)
    assert strict.post("/en/my-data/leave/", {"contributions": "go"}).status_code == 403
    assert strict.post("/en/my-data/take-out/").status_code == 403
    assert (Archive.objects.count(), Leaving.objects.count()) == (0, 0)


def test_whoever_alone_holds_a_role_is_told_what_leaving_means(client, region):
    boss = make(region, "boss@example.org", Role.REGION_ADMINISTRATOR)
    page = freshly(client, boss).get("/en/my-data/leave/").content.decode()
    assert "You are the only administrator of this region" in page
    refused = client.post("/en/my-data/leave/", {"contributions": "go"})
    assert refused.status_code == 422
    assert "Make somebody else one first" in refused.content.decode()
    assert Leaving.objects.count() == 0
    second = make(region, "second@example.org", Role.REGION_ADMINISTRATOR)
    page = client.get("/en/my-data/leave/").content.decode()
    assert "You are the only administrator of this region" not in page
    assert client.post("/en/my-data/leave/", {"contributions": "go"}).status_code == 302
    # One is on their way out: the other stays.
    other = freshly(Client(headers={"host": "test.example"}), second)
    assert other.post("/en/my-data/leave/", {"contributions": "go"}).status_code == 422


def test_a_stranger_with_an_account_alone_can_leave_too(client, region):
    account = Account.objects.create_account(email="nobody@example.org")
    freshly(client, account)
    assert client.get("/en/my-data/").status_code == 200
    assert client.post("/en/my-data/leave/", {"contributions": "go"}).status_code == 302
    assert Leaving.objects.get().account == account


def test_both_languages(client, anna):
    freshly(client, anna)
    for language in ("it", "en"):
        for page in ("", "take-out/", "leave/"):
            answer = client.get(f"/{language}/my-data/{page}")
            assert answer.status_code == 200
            assert f'<html lang="{language}">' in answer.content.decode()


def test_the_page_costs_as_many_queries_with_an_archive_as_without(client, region, anna):
    freshly(client, anna)
    client.get("/en/my-data/")
    with CaptureQueriesContext(
        connection,
    ) as before:
        client.get("/en/my-data/")
    take_out(client, region, anna)
    with CaptureQueriesContext(connection) as after:
        client.get("/en/my-data/")
    assert len(after) == len(before)


def agreed(region, account):
    give_consent(
        actor=Actor(account_id=account.pk, roles=frozenset({"innovator"})),
        region=region,
        seen=",".join(f"{text.kind}:{text.version}" for text in required_texts(region)),
        language="en",
        now=timezone.now(),
    )
    return Consent.objects.filter(account=account).order_by("pk")


def test_a_consent_is_taken_back_with_a_button_and_asked_for_again(client, region, anna):
    consents = agreed(region, anna)
    sign_in(client, anna)
    page = client.get("/en/my-data/").content.decode()
    for one in consents:
        assert f'action="/en/my-data/consents/{one.pk}/withdraw/"' in page
    assert "every page asks you to agree again" in page
    assert missing_consents(anna.pk, region) == []
    first = consents[0]
    answer = client.post(f"/en/my-data/consents/{first.pk}/withdraw/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/en/my-data/?withdrew=1#consents")
    first.refresh_from_db()
    assert first.withdrawn_at is not None
    assert [text.kind for text in missing_consents(anna.pk, region)] == [first.text.kind]
    page = client.get("/en/my-data/?withdrew=1").content.decode()
    assert f'action="/en/my-data/consents/{first.pk}/withdraw/"' not in page
    assert "Your consent is taken back." in page
    assert Event.objects.filter(type="legal.consent.withdrawn").count() == 1
    assert client.post(f"/en/my-data/consents/{first.pk}/withdraw/").status_code == 302
    assert Event.objects.filter(type="legal.consent.withdrawn").count() == 1


def test_nobody_takes_back_the_consent_of_somebody_else(client, region, other_region, anna):
    theirs = agreed(region, anna)[0]
    address = f"/en/my-data/consents/{theirs.pk}/withdraw/"
    assert client.post(address).status_code == 403
    boss = make(region, "boss@example.org", Role.REGION_ADMINISTRATOR)
    sign_in(client, boss)
    assert client.post(address).status_code == 404
    assert client.post(f"/en/my-data/consents/{10**30}/withdraw/").status_code == 404
    sign_in(client, anna)
    assert client.get(address).status_code == 405
    assert client.post(address, headers={"host": "other.example"}).status_code in (403, 404)
    theirs.refresh_from_db()
    assert theirs.withdrawn_at is None

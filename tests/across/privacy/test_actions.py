# SPDX-License-Identifier: EUPL-1.2
"""Taking out and leaving, for real: what is in the archive, and what is left in the database."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone

from filanda.across.privacy import actions, packing
from filanda.across.privacy.manifest import manifest
from filanda.across.privacy.models import Archive, Leaving
from filanda.across.privacy.preparing import prepare_archive
from filanda.across.privacy.queries import kept_for, retention_table, retentions
from filanda.across.privacy.tasks import erase_those_who_left, forget_what_is_over
from filanda.capabilities.files.actions import store as files_store
from filanda.capabilities.needs.actions import ask_for_introduction, save_need
from filanda.capabilities.needs.models import IntroductionRequest, SavedNeed
from filanda.capabilities.search.queries import find_people
from filanda.directory.affiliations.models import Claim, Invitation, JoinRequest, Position, scope_of
from filanda.directory.organisations.models import Organisation, OrganisationState
from filanda.directory.people.models import JoiningDraft, Person
from filanda.kernel.identity.actors import PLATFORM, VISITOR, actor_for
from filanda.kernel.identity.models import Account, Role, RoleGrant, SignInLink
from filanda.kernel.journal import chain
from filanda.kernel.journal.models import Event
from filanda.kernel.legal.actions import give_feedback
from filanda.kernel.legal.models import Feedback
from filanda.kernel.mail.models import Message
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.signin.actions import ask_for_new_address, ask_to_sign_in, change_address
from filanda.kernel.signin.models import EmailCode, Recovery
from filanda.kernel.signin.steps import give_role
from tests.kernel.signin.codes import code_sent_to
from tests.mailing import deliver

MARK = "zqxanna"  # in every word that Anna leaves anywhere
OTHER = "zqxbruno"


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "files": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }


def make_body(region, name, **fields):
    return Organisation.objects.create(region=region, name=name, sort_key=name.lower(), **fields)


def make_somebody(region, mark, *roles):
    """An account with a person, a position, roles, a need and a request, all with `mark` in their words."""
    account = Account.objects.create_account(email=f"{mark}@example.org", name=f"{mark} Rossi")
    person = Person.objects.create(
        region=region,
        account=account,
        name=f"{mark} Rossi",
        sort_key=f"{mark} rossi",
        headline=f"{mark} headline",
        about=f"{mark} about",
        listing="public",
        links=[{"label": f"{mark} link", "url": f"https://{mark}.example/"}],
    )
    body = make_body(region, f"Body of {mark[-4:]}", state=OrganisationState.CLAIMED)
    with transaction.atomic():
        for role in (Role.INNOVATOR, *roles):
            give_role(actor=PLATFORM, region=region, account=account, role=role, reason=f"because of {mark}")
        give_role(
            actor=PLATFORM,
            region=region,
            account=account,
            role=Role.ORGANISATION_ADMIN,
            scope=scope_of(body),
            reason=f"because of {mark}",
        )
    Position.objects.create(region=region, person=person, organisation=body, title=f"{mark} title")
    actor, now = actor_for(account), timezone.now()
    need = save_need(actor=actor, region=region, text=f"{mark} needs a loom", language="en", now=now)
    ask_for_introduction(
        actor=actor,
        organisation=make_body(region, f"Asked by {mark[-4:]}"),
        email=account.email,
        consent="yes",
        language="en",
        now=now,
        need=need,
        name=f"{mark} Rossi",
        message=f"{mark} message",
    )
    return account


def pdf(mark):
    return f"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n% {mark}\ntrailer<</Root 1 0 R>>\n%%EOF\n".encode()


def leave_words_everywhere(region, account, mark):
    """What rooms keep about somebody besides: each a row that holds `mark`."""
    body = make_body(region, f"Claimed by {mark[-4:]}")
    moment = timezone.now()
    claim = Claim.objects.create(
        region=region, organisation=body, account=account, email=f"{mark}@body.example", message=f"{mark} claims"
    )
    JoinRequest.objects.create(region=region, organisation=body, account=account, message=f"{mark} asks")
    Invitation.objects.create(
        region=region,
        organisation=body,
        email=account.email,
        name=f"{mark} Rossi",
        token_hash=mark.encode(),
        expires_at=moment + timedelta(days=1),
    )
    JoiningDraft.objects.create(region=region, account=account, typed={"name": f"{mark} Rossi"})
    files_store(
        actor=actor_for(account),
        region=region,
        subject=("claim", claim.pk),
        kind="document",
        upload=SimpleUploadedFile(f"{mark}.pdf", pdf(mark)),
    )
    EmailCode.objects.create(
        region=region,
        purpose="sign_in",
        address=account.email,
        code_hash=b"x",
        created_at=moment,
        expires_at=moment + timedelta(minutes=10),
    )
    Recovery.objects.create(
        region=region,
        account=account,
        words=f"{mark} lost it",
        asked_at=moment,
        state_changed_at=moment,
        expires_at=moment + timedelta(days=7),
    )
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    SocialAccount.objects.create(user=account, provider="orcid", uid=mark, extra_data={"name": f"{mark} Rossi"})
    Authenticator.objects.create(user=account, type="totp", data={"secret": mark})
    UserSession.objects.create(
        user=account, session_key=f"{mark}-session", ip="192.0.2.1", user_agent=f"{mark} browser"
    )
    SignInLink.objects.create(
        region=region, account=account, token_hash=mark.encode(), expires_at=moment + timedelta(minutes=10)
    )


@pytest.fixture
def anna(region):
    return make_somebody(region, MARK)


@pytest.fixture
def bruno(region):
    return make_somebody(region, OTHER)


def everywhere(mark):
    """Tables and columns in which `mark` occurs, in any case: every column of every table that can hold words."""
    kinds = ["text", "character varying", "character", "json", "jsonb", "ARRAY", "bytea"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type = ANY(%s)",
            [kinds],
        )
        found = []
        for table, column, kind in cursor.fetchall():
            words = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE {words} ILIKE %s', [f"%{mark}%"])
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return sorted(found)


def opened(archive):
    with packing.storage().open(archive.key) as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def prepared(account, region, language="en"):
    actions.ask_for_archive(
        actor=actor_for(account), region=region, account=account, language=language, now=timezone.now()
    )
    archive = Archive.objects.get(account=account)
    prepare_archive(region_id=region.pk, archive_id=archive.pk)
    archive.refresh_from_db()
    return archive


def leave(account, region, keeps=True):
    return actions.ask_to_leave(
        actor=actor_for(account), region=region, account=account, keeps=keeps, language="it", now=timezone.now()
    )


def erase(account, region):
    leaving = Leaving.objects.get(account=account)
    return actions.erase_person(actor=PLATFORM, leaving=leaving, now=leaving.erase_at)


def test_the_archive_holds_what_every_room_has_of_a_person_and_nothing_of_another(region, anna, bruno):
    leave_words_everywhere(region, anna, MARK)
    leave_words_everywhere(region, bruno, OTHER)
    archive = prepared(anna, region)
    packed = opened(archive)
    assert packed.testzip() is None
    assert archive.size > 0
    words = {name: packed.read(name).decode() for name in packed.namelist()}
    holding = {name for name, text in words.items() if MARK in text}
    assert {
        "account.json",
        "roles.json",
        "profile.json",
        "positions.json",
        "introduction-requests.json",
        "journal.json",
        "claims.json",
        "requests-to-join.json",
        "invitations.json",
        "joining-draft.json",
        "files.json",
        "sessions.json",
        "identity-providers.json",
        "recoveries.json",
    } <= holding
    assert [text for name, text in words.items() if name.startswith("files/")] == [pdf(MARK).decode()]
    assert not any("secret" in text for text in words.values())
    assert [name for name, text in words.items() if OTHER in text] == []
    request = json.loads(words["introduction-requests.json"])[0]
    assert (request["message"], request["need"]) == (f"{MARK} message", f"{MARK} needs a loom")
    said = [line.get("said") for line in json.loads(words["journal.json"]) if line["what"] == "identity.role.granted"]
    assert said
    assert all(one["reason"] == f"because of {MARK}" for one in said)
    assert words["README.txt"].startswith("What Test region holds about you")
    assert all(f"  {name}" in words["README.txt"] for name in words if name != "README.txt")


def test_somebody_is_told_when_their_archive_is_ready_and_it_is_prepared_once(region, anna):
    archive = prepared(anna, region, language="it")
    (message,) = deliver(anna.email)
    assert "http://test.example:8000/it/my-data/" in message.text
    assert archive.expires_at - archive.ready_at == timedelta(days=7)
    prepare_archive(region_id=region.pk, archive_id=archive.pk)
    assert len(deliver(anna.email)) == 1


def test_a_newer_archive_takes_the_place_of_the_older_one(region, anna, django_capture_on_commit_callbacks):
    older = prepared(anna, region)
    with django_capture_on_commit_callbacks(execute=True):
        newer = prepared(anna, region)
    assert newer.key != older.key
    assert not packing.storage().exists(older.key)
    assert packing.storage().exists(newer.key)


def test_archives_go_after_seven_days_with_their_files(region, anna, django_capture_on_commit_callbacks):
    archive = prepared(anna, region)
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.purge_archives(actor=PLATFORM, region=region, now=archive.expires_at) == 1
    assert Archive.objects.count() == 0
    assert not packing.storage().exists(archive.key)


def test_what_a_crash_left_is_swept_and_a_ready_archive_is_not(region, anna):
    archive = prepared(anna, region)
    lost, _size = packing.store(anna, region, timezone.now())
    packing.sweep(region, {archive.key}, timezone.now())
    assert packing.storage().exists(lost)
    assert packing.sweep(region, {archive.key}, timezone.now() + timedelta(days=2)) == 1
    assert (packing.storage().exists(lost), packing.storage().exists(archive.key)) == (False, True)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/../../b", "..", "", "x\0y\nz"])
def test_no_name_leads_out_of_the_archive(name):
    taken: set[str] = set()
    places = [packing._place(name, "room", taken) for _ in range(3)]
    assert len(set(places)) == 3
    for place in places:
        assert not place.startswith("/")
        assert ".." not in place.split("/")


def test_nobody_takes_out_or_leaves_for_somebody_else(region, anna, bruno):
    asks = {"region": region, "account": anna, "now": timezone.now()}
    boss = Account.objects.create_account(email="boss@example.org")
    with transaction.atomic():
        give_role(actor=PLATFORM, region=region, account=boss, role=Role.REGION_ADMINISTRATOR)
    for actor in (actor_for(None), actor_for(bruno), actor_for(boss, has_second_factor=True)):
        with pytest.raises(Forbidden):
            actions.ask_for_archive(actor=actor, language="it", **asks)
        with pytest.raises(Forbidden):
            actions.ask_to_leave(actor=actor, language="it", keeps=True, **asks)
        with pytest.raises(Forbidden):
            actions.stay(actor=actor, **asks)
        with pytest.raises(Forbidden):
            actions.purge_archives(actor=actor, region=region, now=timezone.now())
        with pytest.raises(Forbidden):
            actions.apply_retention(actor=actor, region=region, retention=retentions()[0], now=timezone.now())
    leaving = leave(anna, region)
    for actor in (actor_for(anna), actor_for(boss, has_second_factor=True)):
        with pytest.raises(Forbidden):
            actions.erase_person(actor=actor, leaving=leaving, now=leaving.erase_at)


def test_somebody_who_leaves_is_seen_by_nobody_until_they_change_their_mind(region, anna, bruno, indexed):
    indexed()
    reader = actor_for(bruno)
    assert find_people(region, reader, MARK).total == 1
    leave(anna, region)
    indexed()
    assert find_people(region, reader, MARK).total == 0
    assert not Person.objects.visible_to(reader).filter(account=anna).exists()
    (waits,) = manifest.waiting(actor_for(anna))
    assert waits.url_name == "privacy:mine"
    (message,) = deliver(anna.email)
    assert "/it/my-data/" in message.text
    assert actions.stay(actor=actor_for(anna), region=region, account=anna, now=timezone.now()) is True
    assert actions.stay(actor=actor_for(anna), region=region, account=anna, now=timezone.now()) is False
    indexed()
    assert find_people(region, reader, MARK).total == 1
    assert Person.objects.visible_to(reader).filter(account=anna).exists()


def test_the_first_date_holds_and_the_last_choice(region, anna):
    first = leave(anna, region)
    second = leave(anna, region, keeps=False)
    assert (second.pk, second.erase_at, second.keeps_contributions) == (first.pk, first.erase_at, False)
    assert first.erase_at - first.asked_at == timedelta(days=14)


def test_nobody_is_erased_before_their_time_or_twice(region, anna):
    leaving = leave(anna, region)
    too_early = leaving.erase_at - timedelta(seconds=1)
    assert actions.erase_person(actor=PLATFORM, leaving=leaving, now=too_early) is False
    assert everywhere(MARK) != []
    assert actions.erase_person(actor=PLATFORM, leaving=leaving, now=leaving.erase_at) is True
    assert actions.erase_person(actor=PLATFORM, leaving=leaving, now=leaving.erase_at) is False


def test_what_was_sent_to_a_former_address_and_said_of_a_page_goes_too(region, anna):
    region.contact_email = "staff@example.org"
    region.save()
    moment = timezone.now()
    asked = {"region": region, "language": "it", "network": "192.0.2.1", "now": moment}
    ask_to_sign_in(email=anna.email, **asked)
    code = ask_for_new_address(actor=actor_for(anna), account=anna, email=f"new.{MARK}@example.org", **asked)
    text = code_sent_to(code.address)
    change_address(actor=actor_for(anna), account=anna, handle=str(code.pk), text=text, **asked)
    said = {"message": f"{MARK} Rossi cannot read it", "page": "", "language": "it", "now": moment}
    give_feedback(actor=actor_for(anna), region=region, email=f"{MARK}@elsewhere.example", **said)
    give_feedback(actor=VISITOR, region=region, email=anna.email, **said)
    give_feedback(actor=VISITOR, region=region, email="", **said | {"message": "Somebody else’s"})
    deliver()
    packed = opened(prepared(anna, region))
    told = json.loads(packed.read("feedback.json"))
    assert [line["message"] for line in told] == [f"{MARK} Rossi cannot read it"] * 2
    assert json.loads(packed.read("introduction-requests.json"))[0]["message"] == f"{MARK} message"
    leave(anna, region)
    assert {"legal_feedback.message", "mail_message.to", "mail_outboxmessage.text"} <= set(everywhere(MARK))
    erase(anna, region)
    assert everywhere(MARK) == []
    assert Feedback.objects.count() == 1


@pytest.mark.parametrize("keeps", [True, False])
def test_erasing_leaves_no_trace_in_any_table_and_the_chain_verifies(
    region, anna, bruno, indexed, keeps, django_capture_on_commit_callbacks
):
    leave_words_everywhere(region, anna, MARK)
    leave_words_everywhere(region, bruno, OTHER)
    archive = prepared(anna, region)
    deliver()
    with transaction.atomic():  # a role that Anna gave stays Bruno's
        give_role(actor=actor_for(anna), region=region, account=bruno, role=Role.FACILITATOR, reason="skilled")
    leave(anna, region, keeps)
    indexed()
    before = everywhere(MARK)
    assert len({place.split(".")[0] for place in before}) >= 19  # tables
    bruno_before = everywhere(OTHER)
    with django_capture_on_commit_callbacks(execute=True):
        assert erase(anna, region) is True
    assert everywhere(MARK) == []
    # Bruno, a facilitator now, was told that Anna's organisation has nobody.
    assert sorted({*everywhere(OTHER)} - {"mail_message.to"}) == bruno_before
    assert not Account.objects.filter(pk=anna.pk).exists()
    assert not packing.storage().exists(archive.key)
    assert Event.objects.filter(account=anna.pk).count() == 0
    former = Person.objects.get(account=None)
    assert (former.name, former.keeps_contributions, former.erased_at is None) == ("", keeps, False)
    assert IntroductionRequest.objects.filter(email="").get().outcome == "withdrawn"
    assert SavedNeed.objects.count() == 1
    assert RoleGrant.objects.get(account=bruno, role=Role.FACILITATOR).granted_by is None
    chain.extend()
    verified = chain.verify()
    assert (verified.intact, verified.reason) == (True, "")
    indexed()
    assert find_people(region, actor_for(bruno), MARK).total == 0
    assert find_people(region, PLATFORM, MARK).total == 0


def test_somebody_of_two_regions_is_erased_from_one(region, other_region, anna):
    with in_region(other_region), transaction.atomic():
        there = Person.objects.create(region=other_region, account=anna, name="Anna", sort_key="anna")
        give_role(actor=PLATFORM, region=other_region, account=anna, role=Role.INNOVATOR, reason="there")
    leave(anna, region)
    erase(anna, region)
    assert everywhere(f"{MARK} ") == ["identity_account.name"]
    assert not RoleGrant.objects.filter(account=anna).exists()
    with in_region(other_region):
        assert Person.objects.get(pk=there.pk).account_id == anna.pk
        assert RoleGrant.objects.filter(account=anna).count() == 1
        assert Event.objects.get(type="identity.role.granted").payload["reason"] == "there"
    chain.extend()
    assert chain.verify().intact


def test_an_operator_keeps_the_sign_in(region, anna):
    Account.objects.filter(pk=anna.pk).update(is_operator=True)
    anna.refresh_from_db()
    leave(anna, region)
    erase(anna, region)
    assert Account.objects.filter(pk=anna.pk).exists()


def test_when_an_organisation_is_left_without_admins_its_facilitator_is_told(region, anna, bruno):
    with transaction.atomic():
        give_role(actor=PLATFORM, region=region, account=bruno, role=Role.FACILITATOR)
    assert list(manifest.waiting(actor_for(bruno, has_second_factor=True))) == []
    leave(anna, region)
    erase(anna, region)
    messages = deliver(bruno.email)
    assert any("Body of anna" in message.text for message in messages)
    lines = list(manifest.waiting(actor_for(bruno, has_second_factor=True)))
    assert ["Body of anna" in str(line.label) for line in lines] == [True]


def test_the_nightly_job_erases_all_who_are_due(region, anna, bruno):
    for account in (anna, bruno):
        leave(account, region)
    Leaving.objects.filter(account=anna).update(erase_at=timezone.now() - timedelta(hours=1))
    assert erase_those_who_left(region_id=region.pk) == 1
    assert list(Leaving.objects.values_list("account", flat=True)) == [bruno.pk]


def test_periods_are_the_regions_own_where_it_says_so_sanely(region):
    known = {one.name: one for one in retentions()}
    messages = known["mail.messages"]
    assert kept_for(messages, region) == timedelta(days=90)
    for said, days in ((30, 30), (0, 90), (-1, 90), ("30", 90), (True, 90), (10**9, 90)):
        region.settings = {"retention": {"mail.messages": said}}
        assert kept_for(messages, region).days == days
    region.settings = {"retention": {"mail.messages": 30}}
    table = {line.name: line.days for line in retention_table(region)}
    assert table["mail.messages"] == 30
    assert set(table) == set(known)


def test_the_nightly_job_applies_every_rooms_period(region, anna):
    prepared(anna, region)
    deliver()
    Message.objects.update(ended_at=timezone.now() - timedelta(days=40))
    forget_what_is_over(region_id=region.pk)
    assert Message.objects.count() == 1
    region.settings = {"retention": {"mail.messages": 30}}
    region.save()
    forget_what_is_over(region_id=region.pk)
    assert Message.objects.count() == 0
    event = Event.objects.get(type="privacy.retention.applied")
    assert event.payload == {"what": "mail.messages", "deleted": 1}

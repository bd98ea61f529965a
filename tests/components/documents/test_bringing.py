# SPDX-License-Identifier: EUPL-1.2
"""Uploading, versions, names that are taken, the quota, two at once."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.utils.timezone import now

from filanda.capabilities.files.actions import FileRefused, QuotaReached
from filanda.capabilities.files.models import StoredFile
from filanda.components.documents import actions
from filanda.components.documents.models import Document, DocumentVersion, WaitingUpload
from filanda.components.documents.queries import usage
from filanda.components.documents.telling import content_of
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region
from filanda.spaces.actions.looking_after import set_room
from tests.components.documents.conftest import a_file, bring
from tests.signing import sign_in
from tests.spaces.making import a_person, act, staff

pytestmark = pytest.mark.django_db


def newer(account, document, content, version=None):
    return actions.new_version(
        actor=act(account),
        document=document,
        file=a_file(content),
        version=document.version if version is None else version,
        note="  Corrected \x07",
        now=now(),
    )


def test_a_file_is_kept_with_its_words(silk, mia):
    made = bring(mia, silk, b"# Telai\n\nIl **telaio** <script>x</script>", "../../I telai_2026.MD")
    assert (made.title, made.extension, made.version, made.author_id) == ("I telai 2026", "md", 1, mia.pk)
    assert "<strong>telaio</strong>" in made.html
    assert "<script" not in made.html
    kept = StoredFile.objects.get()
    assert (kept.kind, kept.name, kept.subject_id) == ("shared", "I telai_2026.md", made.pk)
    assert (made.bytes_kept, usage(silk)) == (kept.size, kept.size)
    assert "telai" not in str(Event.objects.get(type="documents.document.added").payload)


def test_strangers_readers_and_staff_bring_nothing(region, silk):
    for account in (a_person(region, "Noa Stranger"), staff(region)):
        with pytest.raises(Forbidden):
            bring(account, silk)
    silk.archived_at = now()
    silk.save()
    with pytest.raises(Forbidden, match="rchiv"):
        bring(a_person(region, "Mia Member"), silk)
    assert StoredFile.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.txt"),
        (b"MZ\x90\x00\x03program", "report.pdf"),
        (b"%PDF-1.7 /JavaScript %%EOF", "x.pdf"),
        (b"PK\x03\x04 not really", "x.docx"),
        (b"\xff\xfe\x00bad", "x.txt"),
        (b"GIF89a" + b"\x00" * 40, "x.png"),
    ],
)
def test_what_is_something_else_is_refused(silk, mia, content, name):
    with pytest.raises(FileRefused):
        bring(mia, silk, content, name)
    assert (Document.objects.count(), StoredFile.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("..\\..\\etc\\passwd", "passwd"),
        ("\x00\r\nSet-Cookie: a=b.txt", "Set-Cookie a=b"),
        ("<img src=x onerror=alert(1)>.txt", "img src=x onerror=alert(1)"),
        ("\u202etxt.exe", "txt"),
        ("." * 300, "file"),
        ("名前.txt", "名前"),
        ("x" * 400 + ".txt", "x" * 120),
    ],
)
def test_hostile_names_become_harmless(silk, mia, name, title):
    made = bring(mia, silk, b"words", name)
    assert made.title == title
    assert made.extension == "txt"


def test_a_name_that_is_taken_waits_for_an_answer(silk, mia, ugo):
    first = bring(mia, silk, b"one")
    waiting = bring(ugo, silk, b"two")
    assert isinstance(waiting, WaitingUpload)
    first.refresh_from_db()
    assert first.version == 1
    with pytest.raises(Forbidden):
        actions.settle(actor=act(mia), waiting=waiting, choice="version", now=now())
    done = actions.settle(actor=act(ugo), waiting=waiting, choice="version", now=now())
    assert (done.pk, done.version, done.text) == (first.pk, 2, "two")
    both = actions.settle(actor=act(ugo), waiting=bring(ugo, silk, b"three"), choice="both", now=now())
    assert (both.title, both.version) == ("notes (2)", 1)
    assert actions.settle(actor=act(ugo), waiting=bring(ugo, silk, b"four"), choice="drop", now=now()) is None
    assert (WaitingUpload.objects.count(), StoredFile.objects.count()) == (0, 3)
    assert usage(silk) == len("onetwothree")


def test_nobody_learns_the_name_of_what_they_may_not_see(silk, mia, ugo):
    theirs = bring(ugo, silk, b"pay")
    actions.restrict_document(actor=act(ugo), document=theirs, is_for_managers=True)
    made = bring(mia, silk, b"mine")
    assert isinstance(made, Document)
    assert made.pk != theirs.pk


def test_a_version_based_on_an_old_one_is_not_lost(silk, mia, ugo):
    document = bring(mia, silk, b"one")
    newer(mia, document, b"two", 1)
    late = newer(ugo, document, b"three", 1)
    assert isinstance(late, WaitingUpload)
    done = actions.settle(actor=act(ugo), waiting=late, choice="version", now=now())
    assert [(v.number, content_of(v), v.author_id) for v in done.versions.all()] == [
        (3, b"three", ugo.pk),
        (2, b"two", mia.pk),
        (1, b"one", mia.pk),
    ]
    assert done.versions.get(number=2).note == "Corrected"


def test_an_earlier_version_comes_back_as_the_newest(silk, mia):
    document = bring(mia, silk, b"one")
    document = newer(mia, document, b"two")
    document = actions.restore_version(actor=act(mia), document=document, number=1, now=now())
    assert (document.version, document.text) == (3, "one")
    newest = document.versions.get(number=3)
    assert (newest.restores, content_of(newest)) == (1, b"one")
    assert newest.file_id != document.versions.get(number=1).file_id
    with pytest.raises(ValidationError):
        actions.restore_version(actor=act(mia), document=document, number=9, now=now())


def test_a_locked_document_is_changed_by_its_author_and_those_who_keep_order(region, silk, mia, ugo):
    document = bring(mia, silk, b"one")
    max_ = a_person(region, "Max Member")
    with pytest.raises(Forbidden):
        actions.set_lock(actor=act(max_), document=document, is_on=True)
    actions.set_lock(actor=act(mia), document=document, is_on=True)
    with pytest.raises(Forbidden):
        newer(max_, document, b"two")
    assert newer(mia, document, b"two").version == 2
    document.refresh_from_db()
    assert newer(ugo, document, b"three").version == 3


def test_pages_keep_every_version_and_two_writers_lose_nothing(silk, mia, ugo):
    page = actions.write_page(actor=act(mia), space=silk, folder=None, title="Rules", source="**One**", now=now())
    assert "<strong>One</strong>" in page.html
    edited = {"document": page, "note": "", "version": 1, "now": now()}
    actions.edit_page(actor=act(ugo), source="Two", **edited)
    with pytest.raises(actions.Outdated) as caught:
        actions.edit_page(actor=act(mia), source="Three", **edited)
    assert caught.value.document.text == "Two"
    assert [v.source for v in page.versions.all()] == ["Two", "**One**"]
    for bad in ("", " \n", "x" * 60_001):
        with pytest.raises(ValidationError):
            actions.write_page(actor=act(mia), space=silk, folder=None, title="Else", source=bad, now=now())
    with pytest.raises(actions.NameTaken):
        actions.write_page(actor=act(mia), space=silk, folder=None, title="RULES", source="x", now=now())


def test_the_quota_holds_and_says_so(silk, mia):
    silk.settings = {"documents_mb": 0}
    silk.save()
    with pytest.raises(QuotaReached, match="0 B"):
        bring(mia, silk)
    silk.settings = {"documents_mb": 1}
    silk.save()
    bring(mia, silk, b"x" * 700_000, "a.txt")
    with pytest.raises(QuotaReached):
        bring(mia, silk, b"x" * 700_000, "b.txt")
    document = bring(mia, silk, b"x" * 100_000, "c.txt")
    for _number in range(2):
        document = newer(mia, document, b"x" * 100_000)
    with pytest.raises(QuotaReached):
        newer(mia, document, b"x" * 100_000)


def test_managers_say_how_much_room_there_is(region, silk, ugo, mia, client):
    at = f"/en/communities/{silk.slug}/settings/"
    sign_in(client, ugo)
    assert b"1024 MB" in client.get(at).content
    for wrong in ("-1", "lots", "1025"):
        answer = client.post(f"{at}room/", {"room-documents": wrong})
        assert (answer.status_code, f'value="{wrong}"' in answer.content.decode()) == (422, True)
    for given, kept in (("5", {"documents_mb": 5}), ("", {}), ("0", {"documents_mb": 0})):
        assert client.post(f"{at}room/", {"room-documents": given}).status_code == 302
        silk.refresh_from_db()
        assert silk.settings == kept
    with pytest.raises(QuotaReached):
        bring(mia, silk)
    ada = staff(region)
    set_room(actor=act(ada), space=silk, component="documents", megabytes=5000, now=now())
    silk.refresh_from_db()
    assert silk.settings == {"documents_mb": 5000}
    sign_in(client, ugo)  # what administrators gave is not refused when it is saved as it is, and is not passed
    for given, status in (("5000", 302), ("5001", 422), ("2000", 302), ("5000", 422)):
        assert client.post(f"{at}room/", {"room-documents": given}).status_code == status
    sign_in(client, mia)
    assert client.post(f"{at}room/", {"room-documents": "1"}).status_code == 403


def test_administrators_give_room_to_a_community_that_they_do_not_manage(region, silk, ugo, client):
    ada = staff(region)
    at = f"/en/communities/{silk.slug}/room/"
    sign_in(client, ugo)
    assert client.get(at).status_code == 403
    assert at not in client.get(f"/en/communities/{silk.slug}/about/").content.decode()
    sign_in(client, ada, second_factor=True)
    assert f'href="{at}"' in client.get(f"/en/communities/{silk.slug}/about/").content.decode()
    assert b"1024 MB" in client.get(at).content
    assert client.post(at, {"room-documents": "lots"}).status_code == 422
    assert client.post(at, {"room-documents": "5000"}).status_code == 302
    silk.refresh_from_db()
    assert silk.settings == {"documents_mb": 5000}
    silk.openness = "private"
    silk.save()
    assert client.get(at).status_code == 404
    with pytest.raises(Forbidden):
        set_room(actor=act(ada), space=silk, component="documents", megabytes=6000, now=now())


@pytest.mark.django_db(transaction=True)
def test_two_newer_versions_at_once_are_both_kept_and_the_quota_is_not_passed(region, silk, mia, ugo):
    silk.settings = {"documents_mb": 1}
    silk.save()
    document = bring(mia, silk, b"x" * 100_000)
    ready, results = threading.Barrier(4), []

    def work(account, content, name):
        try:
            with in_region(region):
                ready.wait()
                if name:
                    results.append(bring(account, silk, content, name))
                else:
                    results.append(newer(account, document, content, 1))
        except QuotaReached:
            results.append(None)
        finally:
            connections.close_all()

    jobs = [
        (mia, b"a" * 50_000, ""),
        (ugo, b"b" * 50_000, ""),
        (mia, b"c" * 500_000, "c.txt"),
        (ugo, b"d" * 500_000, "d.txt"),
    ]
    threads = [threading.Thread(target=work, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(results) == 4
    assert DocumentVersion.objects.filter(document=document).count() == 2
    assert WaitingUpload.objects.count() == 1
    assert results.count(None) == 1
    assert usage(silk) <= 1024 * 1024

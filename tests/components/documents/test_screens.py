# SPDX-License-Identifier: EUPL-1.2
"""Documents in the browser: every screen, for those who may and those who may not."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.utils.timezone import now

from filanda.components.documents import actions
from filanda.components.documents.models import Document, Folder, WaitingUpload
from filanda.components.documents.views import reading
from filanda.kernel.identity.models import Role
from tests.components.documents.conftest import a_file, a_folder, bring
from tests.signing import sign_in
from tests.spaces.making import a_person, act, staff

pytestmark = pytest.mark.django_db
AT = "/en/communities/{}/documents/"


@pytest.fixture
def at(silk):
    return AT.format(silk.slug)


def page_of(at, document):
    from filanda.components.documents.queries import address_of

    document = Document.objects.select_related("space").get(pk=document.pk)
    return f"{at}{document.pk}/{address_of(document)[2]}/"


def text_of(answer):
    return answer.content.decode()


def zip_of(answer):
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_uploading_several_files_and_what_is_refused(silk, at, mia, client):
    assert "No documents yet" in text_of(client.get(at))
    sign_in(client, mia)
    answer = client.post(f"{at}upload/", {"files": [a_file(b"one", "one.txt"), a_file(b"two", "two.md")]})
    assert (answer.status_code, answer["Location"]) == (302, at)
    page = text_of(client.get(at))
    assert "2 documents added." in page
    assert 'max="1073741824"' in page
    answer = client.post(f"{at}upload/", {"files": [a_file(b"three", "three.txt"), a_file(b"MZ\x00", "bad.pdf")]})
    assert answer.status_code == 422
    assert "bad.pdf" in text_of(answer)
    assert sorted(Document.objects.values_list("title", flat=True)) == ["one", "three", "two"]
    assert client.post(f"{at}upload/").status_code == 422
    assert client.post(f"{at}upload/", {"files": [a_file()], "folder": "999"}).status_code == 404


def test_a_taken_name_is_asked_about(silk, at, mia, client):
    first = bring(mia, silk, b"one")
    sign_in(client, mia)
    answer = client.post(f"{at}upload/", {"files": [a_file(b"two"), a_file(b"else", "else.txt")]})
    assert answer["Location"] == f"{at}waiting/"
    assert "notes.txt" in text_of(client.get(f"{at}waiting/"))
    assert "name that is taken" in text_of(client.get(at))
    assert client.post(f"{at}waiting/", {"choice-0": "version"}).status_code == 422
    waiting = WaitingUpload.objects.get()
    assert client.post(f"{at}waiting/", {f"choice-{waiting.pk}": "version"}).status_code == 302
    first.refresh_from_db()
    assert (first.version, first.text) == (2, "two")


def test_a_document_has_its_versions_its_readers_and_its_download(silk, at, mia, client):
    made = bring(mia, silk, b"# Weft\n\nIt **crosses** the warp.", "weft.md")
    sign_in(client, mia)
    sent = {"file": a_file(b"Newer **words**", "weft.md"), "version": "1", "note": "Corrected"}
    assert client.post(f"{at}{made.pk}/version", sent).status_code == 302
    client.logout()
    page = text_of(client.get(page_of(at, made)))
    for words in ("<strong>words</strong>", "Corrected", "Everybody can see it", "/files/", "A member"):
        assert words in page, words
    assert "Mia Member" not in page
    assert "Bring back" not in page
    assert client.get(page_of(at, made).replace("weft", "warp"))["Location"] == page_of(at, made)
    sign_in(client, mia)
    assert "Bring back" in text_of(client.get(page_of(at, made)))
    assert client.post(f"{at}{made.pk}/version", {"restore": "1"}).status_code == 302
    assert client.post(f"{at}{made.pk}/version", {"restore": "77"}).status_code == 422
    assert client.post(f"{at}{made.pk}/version", {"version": "3"}).status_code == 422
    made.refresh_from_db()
    assert made.version == 3
    late = client.post(f"{at}{made.pk}/version", {"file": a_file(b"late"), "version": "1"})
    assert late["Location"] == f"{at}waiting/"


def test_writing_a_page_and_two_writers(silk, at, mia, ugo, client):
    sign_in(client, mia)
    wrong = client.post(f"{at}pages/new/", {"title": "", "source": "Kept words"})
    assert (wrong.status_code, "Kept words" in text_of(wrong)) == (422, True)
    shown = client.post(f"{at}pages/new/", {"title": "Rules", "source": "**Bold**", "preview": "1"})
    assert "<strong>Bold</strong>" in text_of(shown)
    where = client.post(f"{at}pages/new/", {"title": "Rules", "source": "First"})["Location"]
    page = Document.objects.get()
    actions.edit_page(actor=act(ugo), document=page, source="Theirs", note="", version=1, now=now())
    late = client.post(f"{at}{page.pk}/edit", {"source": "Mine", "version": "1"})
    assert (late.status_code, "Theirs" in text_of(late), "Mine" in text_of(late)) == (409, True, True)
    assert client.post(f"{at}{page.pk}/edit", {"source": "Mine", "version": "2"}).status_code == 302
    assert "Mine" in text_of(client.get(where))
    assert client.get(f"{at}{bring(mia, silk).pk}/edit").status_code == 404


def test_folders_are_made_renamed_moved_and_removed(silk, at, mia, ugo, client):
    sign_in(client, mia)
    where = client.post(f"{at}folders/new/", {"name": "Minutes 2026"})["Location"]
    assert where.endswith("/minutes-2026/")
    assert client.post(f"{at}folders/new/", {"name": "minutes  2026"}).status_code == 422
    assert client.post(f"{at}folders/new/", {"name": ""}).status_code == 422
    folder = Folder.objects.get()
    assert client.get(f"{at}folders/{folder.pk}/").status_code == 403
    bring(mia, silk, folder=folder)
    sign_in(client, ugo)
    settings = f"{at}folders/{folder.pk}/"
    assert client.get(settings).status_code == 200
    assert client.post(settings, {"wish": "rename", "name": "Old"})["Location"].endswith("/old/")
    assert client.post(settings, {"wish": "move", "folder": str(folder.pk)}).status_code == 422
    assert client.post(settings, {"wish": "remove"}).status_code == 422
    assert client.post(settings, {"wish": "remove", "lifts": "1"}).status_code == 302
    assert Document.objects.get().folder_id is None


def test_several_are_moved_and_removed_and_taken_out_of_the_bin(silk, at, mia, ugo, client):
    folder = a_folder(mia, silk)
    mine, theirs = bring(mia, silk), bring(ugo, silk, b"pay", "pay.txt")
    sign_in(client, mia)
    both = {"document": [mine.pk, theirs.pk], "wish": "remove"}
    assert client.post(f"{at}choose/", both).status_code == 403
    assert Document.objects.standing().count() == 2
    assert client.post(f"{at}choose/", {"wish": "remove"}).status_code == 422
    assert client.post(f"{at}choose/", {"wish": "burn"}).status_code == 404
    moved = {"document": [mine.pk], "wish": "move", "into": str(folder.pk)}
    assert client.post(f"{at}choose/", moved).status_code == 302
    client.post(f"{at}{mine.pk}/change", {"wish": "remove"})
    assert client.get(page_of(at, mine)).status_code == 404
    assert "notes" in text_of(client.get(f"{at}bin/"))
    assert client.post(f"{at}bin/", {"document": str(mine.pk)})["Location"] == page_of(at, mine)
    mine.refresh_from_db()
    assert (mine.deleted_at, mine.folder_id) == (None, folder.pk)


def test_a_document_is_described_locked_and_restricted(silk, at, mia, ugo, client):
    made = bring(mia, silk)
    sign_in(client, mia)
    change = f"{at}{made.pk}/change"
    wrong = client.post(change, {"wish": "describe", "title": "", "description": "Kept"})
    assert (wrong.status_code, "Kept" in text_of(wrong)) == (422, True)
    client.post(change, {"wish": "describe", "title": "Loom notes", "description": "All about looms"})
    client.post(change, {"wish": "lock"})
    assert client.post(change, {"wish": "restrict"}).status_code == 403
    sign_in(client, ugo)
    assert client.post(change, {"wish": "restrict"}).status_code == 302
    made.refresh_from_db()
    assert (made.title, made.is_locked, made.audience) == ("Loom notes", True, f"space:{silk.pk}:managers")
    sign_in(client, mia)
    assert client.get(page_of(at, made)).status_code == 404


def test_an_archive_holds_what_its_reader_sees(silk, at, mia, ugo, client, monkeypatch):
    folder = a_folder(ugo, silk, "Reports: 2026?")
    bring(mia, silk, b"one", "one.txt", folder)
    bring(mia, silk, b"top", "top.txt")
    money = a_folder(ugo, silk, "Money")
    bring(ugo, silk, b"pay", "pay.txt", money)
    actions.restrict_folder(actor=act(ugo), folder=money, is_for_managers=True)
    actions.write_page(actor=act(mia), space=silk, folder=None, title="Rules", source="Be kind.", now=now())
    archive = zip_of(client.get(f"{at}zip"))
    assert sorted(archive.namelist()) == ["Reports 2026/one.txt", "Rules.md", "top.txt"]
    assert archive.read("Rules.md") == b"Be kind."
    assert archive.testzip() is None
    assert zip_of(client.get(f"{at}folders/{folder.pk}/zip")).namelist() == ["one.txt"]
    assert client.get(f"{at}folders/{money.pk}/zip").status_code == 404
    sign_in(client, ugo)
    assert "Money/pay.txt" in zip_of(client.get(f"{at}zip")).namelist()
    monkeypatch.setattr(reading, "ARCHIVE_BYTES", 5)
    assert client.get(f"{at}zip").status_code == 422


def test_nothing_of_a_private_group_shows(region, secret, mia, client):
    at = AT.format(secret.slug)
    folder = a_folder(mia, secret, "Hidden plans")
    made = bring(mia, secret, b"quokka", "plans.txt", folder)
    page = page_of(at, made)
    told = ("quokka", "Mia Member", "Hidden plans")
    for account in (
        None,
        a_person(region, "Noa Stranger"),
        staff(region),
        staff(region, Role.FACILITATOR, "giulia@region.example"),
    ):
        if account is not None:
            sign_in(client, account)
        paths = ["", "zip", f"in/{folder.pk}/hidden-plans/", f"folders/{folder.pk}/zip", "bin/", "waiting/"]
        for address in (page, *(f"{at}{path}" for path in paths)):
            answer = client.get(address)
            assert answer.status_code == 404, address
            assert not any(words in text_of(answer) for words in told), address
        for path in ("upload/", "choose/", f"{made.pk}/change", f"{made.pk}/version", "pages/new/", "folders/new/"):
            assert client.post(f"{at}{path}", {"wish": "remove"}).status_code in (403, 404), path
    assert Document.objects.standing().count() == 1


def test_strangers_and_visitors_change_nothing_of_an_open_one(region, silk, at, mia, client):
    made = bring(mia, silk)
    posts = {
        "upload/": {},
        "pages/new/": {"title": "x", "source": "y"},
        "folders/new/": {"name": "x"},
        "bin/": {"document": made.pk},
        "waiting/": {},
        f"{made.pk}/version": {"restore": "1"},
        f"{made.pk}/change": {"wish": "remove"},
        "choose/": {"wish": "remove", "document": made.pk},
    }
    for account in (None, a_person(region, "Noa Stranger"), staff(region)):
        if account is not None:
            sign_in(client, account)
        for path, data in posts.items():
            assert client.post(f"{at}{path}", data).status_code in (302, 403), path
    made.refresh_from_db()
    assert (Document.objects.standing().count(), Folder.objects.count(), made.version) == (1, 0, 1)


def test_the_same_document_below_another_space_is_not_there(region, silk, at, secret, mia, client):
    made = bring(mia, secret)
    sign_in(client, mia)
    for path in (f"{made.pk}/notes/", f"{made.pk}/edit", "in/99/x/", f"{10**25}/x/"):
        assert client.get(f"{at}{path}").status_code == 404


def test_the_folder_takes_the_same_queries_for_one_and_for_many(
    silk, at, mia, ugo, client, django_assert_max_num_queries
):
    for number in range(12):
        bring(mia if number % 2 else ugo, silk, b"words", f"file {number}.txt")
    a_folder(mia, silk)
    client.get(at)
    with django_assert_max_num_queries(5):
        client.get(at)
    with django_assert_max_num_queries(5):
        client.get(f"{at}?sort=size&page=1")
    for bad in ("?sort=evil&page=x", "?page=-1", "?page=99999999999"):
        assert client.get(f"{at}{bad}").status_code == 200


def test_it_reads_in_italian_too(silk, at, mia, client):
    made = bring(mia, silk)
    for path in ("", f"{made.pk}/notes/"):
        assert client.get(f"{at.replace('/en/', '/it/')}{path}").status_code == 200

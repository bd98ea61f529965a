# SPDX-License-Identifier: EUPL-1.2
"""Previews: the first page of a PDF document by the job, pictures at once; who is told, what leaves and what goes."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.utils.timezone import now
from django.utils.translation import override
from PIL import Image

from filanda.capabilities.files.actions import FileRefused
from filanda.capabilities.files.models import StoredFile
from filanda.capabilities.files.pdf import look_into_pdf
from filanda.capabilities.files.queries import address
from filanda.capabilities.follows.models import Follow
from filanda.capabilities.notifications.following import follow as follow_notices
from filanda.capabilities.notifications.models import Notification
from filanda.capabilities.notifications.queries import notification_page
from filanda.components.documents import actions, telling
from filanda.components.documents.announcing import announce_left
from filanda.components.documents.demo.seeding import seed_documents
from filanda.components.documents.looking import look_into
from filanda.components.documents.models import Document, DocumentVersion
from filanda.components.documents.queries import usage
from filanda.components.documents.steps import text
from filanda.kernel.identity.actors import PLATFORM, VISITOR
from filanda.kernel.journal import chain
from tests.components.documents.conftest import a_file, bring
from tests.signing import sign_in
from tests.spaces.making import a_person, act, make_space

pytestmark = pytest.mark.django_db


def a_pdf(*pages: str) -> bytes:
    """A whole PDF document with these words on its pages."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(count))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {count}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for number, words in enumerate(pages):
        stream = f"BT /F1 24 Tf 72 700 Td ({words}) Tj ET"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {5 + 2 * number} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>"
        )
        objects.append(f"<</Length {len(stream)}>>stream\n{stream}\nendstream")
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj{body}endobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    out += f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    return out.encode()


def test_a_pdf_document_is_read_and_shown(region, silk, mia, client):
    made = bring(mia, silk, a_pdf("Warp tension", "Second page"), "tension.pdf")
    version = made.versions.get()
    assert "within a minute" in client.get(f"/en/communities/{silk.slug}/documents/{made.pk}/tension/").content.decode()
    assert look_into.func(region_id=region.pk, version_id=version.pk)
    assert look_into.func(region_id=region.pk, version_id=version.pk)
    made.refresh_from_db()
    assert made.pages == 2
    assert "Warp tension" in made.text
    assert "Second page" in made.text
    file = StoredFile.objects.get()
    answer = client.get(address(file, "preview"))
    assert (answer["Content-Type"], answer["Content-Disposition"].split(";")[0]) == ("image/webp", "inline")
    picture = Image.open(io.BytesIO(b"".join(answer.streaming_content)))
    assert max(picture.size) == 1200
    assert client.get(address(file))["Content-Disposition"].startswith("attachment")
    page = client.get(f"/en/communities/{silk.slug}/documents/{made.pk}/tension/").content.decode()
    assert address(file, "preview") in page
    assert "2 pages" in page
    assert "<embed" not in page


def test_a_pdf_document_that_cannot_be_read_is_kept_as_it_is(region, silk, mia):
    made = bring(mia, silk, b"%PDF-1.7\nnothing at all\n%%EOF\n", "bad.pdf")
    assert not look_into.func(region_id=region.pk, version_id=made.versions.get().pk)
    assert look_into_pdf(b"%PDF-1.7") is None
    assert not look_into.func(region_id=region.pk, version_id=10**9)
    made.refresh_from_db()
    assert (made.pages, StoredFile.objects.get().variants) == (None, {})


def test_a_picture_has_a_smaller_one_to_look_at(silk, mia, client):
    out = io.BytesIO()
    Image.new("RGB", (2000, 1000), (200, 30, 30)).save(out, "PNG")
    made = bring(mia, silk, out.getvalue(), "loom.png")
    file = StoredFile.objects.get()
    assert file.variants["preview"]["width"] == 1200
    page = client.get(f"/en/communities/{silk.slug}/documents/{made.pk}/loom/").content.decode()
    assert address(file, "preview") in page


def an_archive(*names: str, size: int = 10) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"0" * size)
    return out.getvalue()


def test_office_files_are_taken_and_archives_macros_and_bombs_are_not(silk, mia):
    made = bring(mia, silk, an_archive("[Content_Types].xml", "word/document.xml"), "letter.zip")
    assert (made.title, made.extension) == ("letter", "docx")
    for bad in (
        an_archive("a.txt"),
        an_archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
        an_archive("[Content_Types].xml", "word/document.xml", size=220 * 1024 * 1024),
        an_archive("[Content_Types].xml", "word/document.xml")[:60],
    ):
        with pytest.raises(FileRefused):
            bring(mia, silk, bad, "x.docx")


def test_those_who_follow_are_told_once_each_and_others_not(region, silk, mia, ugo):
    follow_notices(now())
    Follow.objects.all().delete()
    max_ = a_person(region, "Max Member")
    for account in (max_, mia):
        Follow.objects.create(region=region, account=account, thing_kind="space", thing_id=silk.pk)
    made = bring(mia, silk)
    Follow.objects.create(
        region=region, account=max_, thing_kind="document", thing_id=made.pk, level="muted", is_own_choice=True
    )
    chain.extend()
    follow_notices(now())
    Follow.objects.filter(account=max_, thing_kind="document").update(level="following")
    sent = {"document": made, "file": a_file(b"two"), "version": 1, "note": "", "now": now()}
    actions.new_version(actor=act(ugo), **sent)
    chain.extend()
    follow_notices(now())
    told = Notification.objects.filter(kind="documents").values_list("account", flat=True)
    assert sorted(told) == sorted([max_.pk, mia.pk])


def test_of_several_that_come_together_one_is_told_with_how_many(region, silk, mia, client):
    follow_notices(now())
    max_ = a_person(region, "Max Member")
    Follow.objects.create(region=region, account=max_, thing_kind="space", thing_id=silk.pk)
    sign_in(client, mia)
    at = f"/en/communities/{silk.slug}/documents/upload/"
    files = [a_file(b"one", "one.txt"), a_file(b"two", "two.txt"), a_file(b"three", "three.txt")]
    assert client.post(at, {"files": files}).status_code == 302
    assert client.post(at, {"files": [a_file(b"four", "four.txt")]}).status_code == 302
    assert client.post(at, {"files": [a_file(b"five", "five.txt"), a_file(b"MZ\x00", "bad.pdf")]}).status_code == 422
    chain.extend()
    follow_notices(now())
    shown = [line.sentence for line in notification_page(act(max_))[0]]
    assert shown == ["New document: five", "New document: four", "3 new documents, among them one"]


def test_what_came_together_is_announced_though_the_process_died_before_it_said_so(region, silk, mia):
    follow_notices(now())
    max_ = a_person(region, "Max Member")
    Follow.objects.create(region=region, account=max_, thing_kind="space", thing_id=silk.pk)
    brought: list = []
    for name in ("one.txt", "two.txt"):
        given = {
            "file": a_file(name.encode(), name),
            "is_one_of_several": True,
            "after": brought[0] if brought else None,
        }
        brought.append(actions.upload(actor=act(mia), space=silk, folder=None, now=now(), **given))
    assert [announce_left(region_id=region.pk, first=brought[0].pk) for _again in range(2)] == [2, 0]
    actions.announce(actor=act(mia), documents=brought)  # it lived after all
    chain.extend()
    follow_notices(now())
    with override("en"):
        shown = [line.sentence for line in notification_page(act(max_))[0]]
    assert shown == ["2 new documents, among them one"]


def test_words_are_found_by_those_who_may_read_them(region, silk, secret, mia, ugo, indexed):
    from filanda.capabilities.search.engine import search_index
    from filanda.capabilities.search.index import Question, Shard

    everybody, group = (
        bring(mia, silk, b"zanzariera telaio", "a.txt"),
        bring(mia, secret, b"zanzariera segreta", "b.txt"),
    )
    narrow = bring(ugo, silk, b"zanzariera paghe", "c.txt")
    actions.restrict_document(actor=act(ugo), document=narrow, is_for_managers=True)
    indexed()

    def found(actor):
        reader = search_index().reader(Shard(region.pk, "document"))
        return set(reader.search(Question(text="zanzariera", audience=actor.audience_tokens)).ids)

    assert found(VISITOR) == {everybody.pk}
    assert found(act(mia)) == {everybody.pk, group.pk}
    assert found(act(ugo)) == {everybody.pk, group.pk, narrow.pk}
    actions.remove_documents(actor=act(mia), space=silk, documents=[everybody], now=now())
    indexed()
    assert found(VISITOR) == set()


def test_what_somebody_brought_leaves_with_them_and_stays_or_goes(silk, mia, ugo):
    alone, shared = bring(mia, silk, b"mine", "mine.txt"), bring(mia, silk, b"ours", "ours.txt")
    actions.new_version(actor=act(ugo), document=shared, file=a_file(b"newer"), version=1, note="", now=now())
    listed = telling.collect(mia)["documents.json"]
    assert [one["title"] for one in listed] == ["mine", "ours"]
    json.dumps(listed, default=str)
    telling.erase(mia, True)
    assert list(Document.objects.order_by("pk").values_list("title", "author")) == [("mine", None), ("ours", None)]
    DocumentVersion.objects.filter(number=1).update(author=mia)
    telling.erase(mia, False)
    assert list(Document.objects.values_list("pk", flat=True)) == [shared.pk]
    assert [(v.number, v.file_id is not None, v.author_id) for v in shared.versions.all()] == [
        (2, True, ugo.pk),
        (1, False, None),
    ]
    assert usage(silk) == len("newer")
    assert alone.pk


def test_files_of_a_community_outlive_the_account_that_brought_them(silk, mia):
    from filanda.capabilities.files import personal

    bring(mia, silk)
    personal.erase(mia, True)
    telling.erase(mia, True)
    assert StoredFile.objects.get().uploaded_by_id is None
    assert DocumentVersion.objects.get().file_id is not None


def test_the_bin_is_emptied_after_its_time_with_every_file(region, silk, mia, storage_folder):
    old, young = bring(mia, silk, b"old", "old.txt"), bring(mia, silk, b"young", "young.txt")
    for document, days in ((old, 31), (young, 3)):
        actions.remove_documents(actor=act(mia), space=silk, documents=[document], now=now() - timedelta(days=days))
    assert usage(silk) == len("oldyoung")
    assert telling.empty_bin(region, now() - timedelta(days=30), now()) == 1
    assert list(Document.objects.values_list("pk", flat=True)) == [young.pk]
    assert (usage(silk), StoredFile.objects.count()) == (len("young"), 1)


def test_uploads_about_which_nobody_said_anything_go(region, silk, mia):
    bring(mia, silk)
    bring(mia, silk, b"again")
    assert telling.sweep_waiting(region, now() - timedelta(days=2), now()) == 0
    assert telling.sweep_waiting(region, now() + timedelta(seconds=5), now()) == 1
    assert StoredFile.objects.count() == 1


def test_a_report_says_what_it_is_about(silk, mia):
    assert "Looms and threads." in text(bring(mia, silk).pk)
    assert text(10**9) == ""


def test_invented_documents_are_made_once(region, mia):
    from filanda.spaces.demo.texts import communities

    community = communities()[0]
    space = make_space(region, "x", slug=community.slug, members=[mia], is_invented=True)
    seed_documents(PLATFORM, region, now())
    count = Document.objects.count()
    assert 2 <= count <= 6
    assert DocumentVersion.objects.count() == count
    seed_documents(PLATFORM, region, now())
    assert Document.objects.count() == count
    assert usage(space) > 0


def test_the_page_of_a_document_takes_the_same_queries_for_one_version_and_for_many(
    silk, mia, client, django_assert_max_num_queries
):
    made = bring(mia, silk)
    for number in range(1, 6):
        sent = {"document": made, "file": a_file(b"%d" % number), "version": number, "note": "", "now": now()}
        made = actions.new_version(actor=act(mia), **sent)
    sign_in(client, mia)
    at = f"/en/communities/{silk.slug}/documents/{made.pk}/notes/"
    client.get(at)
    with django_assert_max_num_queries(16):
        client.get(at)

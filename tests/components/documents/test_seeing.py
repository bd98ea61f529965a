# SPDX-License-Identifier: EUPL-1.2
"""Who sees documents: in lists, by their address, their files, in the index, in a region beside this one."""

from __future__ import annotations

import re

import pytest
from django.utils.timezone import now

from filanda.capabilities.files.models import StoredFile
from filanda.capabilities.files.queries import address
from filanda.components.documents import actions, steps
from filanda.components.documents.models import Document, Folder
from filanda.components.documents.queries import lines
from filanda.components.documents.telling import documents
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.identity.models import Role
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region
from filanda.spaces.homes import news_of
from tests.components.documents.conftest import a_folder, bring
from tests.signing import sign_in
from tests.spaces.making import a_person, act, staff

pytestmark = pytest.mark.django_db


def test_documents_of_a_private_group_are_for_its_members_alone(region, secret, mia):
    made = bring(mia, secret, b"Plans", "plans.txt")
    nobody = [VISITOR, act(a_person(region, "Noa Stranger")), act(staff(region))]
    nobody.append(act(staff(region, Role.FACILITATOR, "giulia@region.example")))
    for actor in nobody:
        assert lines(actor, [made.pk]) == {}
        assert news_of(actor, secret, None, 5) == []
        assert not StoredFile.objects.visible_to(actor).exists()
    assert set(lines(act(mia), [made.pk])) == {made.pk}
    assert StoredFile.objects.visible_to(act(mia)).count() == 1
    assert [document.audience for document in documents([made.pk])] == [(f"space:{secret.pk}",)]


def test_a_facilitator_who_is_no_member_opens_nothing_of_a_private_group(region, secret, mia, client):
    made = bring(mia, secret, b"Plans", "plans.txt")
    file = made.versions.get().file
    sign_in(client, staff(region, Role.FACILITATOR, "giulia@region.example"))
    answer = client.get(address(file))
    assert answer.status_code == 404
    token = re.compile(r'(name="csrfmiddlewaretoken" value="|csrf[^"]*": *")[^"]*')
    nobody = client.get("/files/999999999/plans.txt")
    same = [
        token.sub("", one.content.decode()).replace(path, "")
        for one, path in ((answer, address(file)), (nobody, "/files/999999999/plans.txt"))
    ]
    assert same[0] == same[1]
    sign_in(client, mia)
    assert b"".join(client.get(address(file)).streaming_content) == b"Plans"


def test_who_brought_a_file_and_left_opens_it_no_longer(secret, mia):
    from tests.spaces.making import go

    bring(mia, secret, b"Plans", "plans.txt")
    go(secret, mia)
    assert not StoredFile.objects.visible_to(act(mia)).exists()


def test_what_is_for_managers_is_for_them_with_all_that_is_in_it(silk, mia, ugo):
    folder = a_folder(ugo, silk, "Money")
    inner = a_folder(ugo, silk, "2026", folder)
    made = bring(ugo, silk, b"sums", "sums.txt", inner)
    with pytest.raises(Forbidden):
        actions.restrict_folder(actor=act(mia), folder=folder, is_for_managers=True)
    actions.restrict_folder(actor=act(ugo), folder=folder, is_for_managers=True)
    for actor in (VISITOR, act(mia)):
        assert lines(actor, [made.pk]) == {}
        assert not Folder.objects.visible_to(actor).exists()
        assert not StoredFile.objects.visible_to(actor).exists()
    assert set(lines(act(ugo), [made.pk])) == {made.pk}
    assert [document.audience for document in documents([made.pk])] == [(f"space:{silk.pk}:managers",)]
    actions.move_documents(actor=act(ugo), space=silk, documents=[made], into=None)
    assert set(lines(VISITOR, [made.pk])) == {made.pk}


def test_a_folder_that_is_lifted_shows_nothing_that_was_for_managers(silk, mia, ugo):
    folder = a_folder(ugo, silk, "Money")
    made = bring(ugo, silk, b"sums", "sums.txt", folder)
    binned = bring(ugo, silk, b"old", "old.txt", folder)
    actions.remove_documents(actor=act(ugo), space=silk, documents=[binned], now=now())
    actions.restrict_folder(actor=act(ugo), folder=folder, is_for_managers=True)
    with pytest.raises(actions.FolderNotEmpty):
        actions.remove_folder(actor=act(ugo), folder=folder, lifts=False)
    actions.remove_folder(actor=act(ugo), folder=folder, lifts=True)
    actions.bring_back(actor=act(ugo), document=binned)
    assert lines(act(mia), [made.pk, binned.pk]) == {}
    assert set(lines(act(ugo), [made.pk, binned.pk])) == {made.pk, binned.pk}


def test_a_space_that_closes_takes_its_documents_with_it(silk, mia, ugo):
    made, narrow = bring(mia, silk), bring(ugo, silk, b"pay", "pay.txt")
    actions.restrict_document(actor=act(ugo), document=narrow, is_for_managers=True)
    silk.openness = "restricted"
    silk.save()
    steps.follow_audience(silk)
    assert lines(VISITOR, [made.pk, narrow.pk]) == {}
    assert set(lines(act(mia), [made.pk, narrow.pk])) == {made.pk}


def test_another_region_sees_none_of_it(silk, mia, other_region):
    made = bring(mia, silk)
    with in_region(other_region):
        assert (Document.objects.count(), lines(act(mia), [made.pk])) == (0, {})


def test_what_moderation_hides_its_author_and_those_who_keep_order_see(region, silk, mia, ugo):
    made = bring(mia, silk)
    steps.hide(act(ugo), made.pk, now())
    assert lines(VISITOR, [made.pk]) == lines(act(a_person(region, "Max Member")), [made.pk]) == {}
    assert set(lines(act(mia), [made.pk])) == set(lines(act(ugo), [made.pk])) == {made.pk}
    assert list(documents([made.pk])) == []
    with pytest.raises(Forbidden):
        actions.restore_version(actor=act(mia), document=made, number=1, now=now())
    steps.restore(act(ugo), made.pk, now())
    assert set(lines(VISITOR, [made.pk])) == {made.pk}


def test_the_public_interface_lists_what_visitors_see(silk, secret, mia, ugo, client):
    folder = a_folder(mia, silk)
    bring(mia, silk, b"words", "words.txt", folder)
    narrow = bring(ugo, silk, b"pay", "pay.txt")
    actions.restrict_document(actor=act(ugo), document=narrow, is_for_managers=True)
    bring(mia, secret, b"Plans", "plans.txt")
    found = client.get(f"/api/v1/communities/{silk.slug}/documents").json()
    assert (found["total"], found["documents"][0]["title"]) == (1, "words")
    assert found["documents"][0]["folder"] == ["Reports"]
    assert found["documents"][0]["author"] != "Mia Member"  # who shows their name to members only
    assert b"".join(client.get(found["documents"][0]["file_url"]).streaming_content) == b"words"
    assert client.get(f"/api/v1/communities/{secret.slug}/documents").status_code == 404
    sign_in(client, mia)
    assert client.get(f"/api/v1/communities/{secret.slug}/documents").status_code == 404
    assert client.get(f"/api/v1/communities/{silk.slug}/documents?pag=2").status_code == 422

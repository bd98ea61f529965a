# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from filanda.capabilities.files import actions, steps
from filanda.capabilities.files.actions import FileRefused, QuotaReached, remove, store, sweep
from filanda.capabilities.files.inspecting import inspect_document
from filanda.capabilities.files.manifest import manifest
from filanda.capabilities.files.models import StoredFile
from filanda.capabilities.files.queries import files_of, logos_of
from filanda.capabilities.files.subjects import register_subject
from filanda.directory.affiliations.models import ClaimState
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.actors import PLATFORM, VISITOR, actor_for
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region
from tests.capabilities.files.conftest import PDF, on_disk, picture, upload


def keep(region, account, subject, kind="document", content=PDF, name="prova.pdf"):
    return store(actor=actor_for(account), region=region, subject=subject, kind=kind, upload=upload(content, name))


def test_a_document_of_a_claim_is_kept_under_a_random_key(stored, folder, anna):
    assert [path.read_bytes() for path in on_disk(folder)] == [PDF]
    assert "prova" not in stored.key
    assert (stored.name, stored.media_type, stored.size) == ("prova.pdf", "application/pdf", len(PDF))
    event = Event.objects.get(type="files.file.stored")
    assert event.account_id == anna.pk
    assert "prova" not in str(event.payload)


def test_type_and_name_come_from_the_bytes(region, anna, claim):
    kept = keep(region, anna, ("claim", claim.pk), content=picture(), name="../../visura.pdf")
    assert (kept.name, kept.media_type) == ("visura.png", "image/png")


def test_what_is_refused_leaves_nothing(region, anna, claim, folder):
    with pytest.raises(FileRefused):
        keep(region, anna, ("claim", claim.pk), content=b"<svg/>", name="x.png")
    assert on_disk(folder) == []
    assert StoredFile.objects.count() == 0


def test_only_whoever_claims_adds_and_only_while_it_is_open(region, person, anna, claim):
    for other in (
        person("bruno"),
        person("giulia", Role.FACILITATOR),
        person("olga", Role.ORGANISATION_ADMIN, ("organisation", claim.organisation_id)),
    ):
        with pytest.raises(Forbidden):
            keep(region, other, ("claim", claim.pk))
    with pytest.raises(Forbidden):
        store(actor=VISITOR, region=region, subject=("claim", claim.pk), kind="document", upload=upload())
    claim.state = ClaimState.GRANTED
    claim.save()
    with pytest.raises(Forbidden):
        keep(region, anna, ("claim", claim.pk))
    assert StoredFile.objects.count() == 0


def test_a_kind_of_thing_that_nobody_declared_takes_no_files(region, anna):
    with pytest.raises(KeyError):
        keep(region, anna, ("sandwich", 1))
    with pytest.raises(ValueError, match="twice"):
        register_subject("claim", may_add=lambda actor, number: None)


def seen_by(account, **options):
    return StoredFile.objects.visible_to(actor_for(account, **options)).count()


def test_who_sees_the_document_of_a_claim(region, stored, anna, person, other_region):
    facilitator = person("giulia", Role.FACILITATOR)
    assert seen_by(anna) == 1
    assert seen_by(person("bruno")) == 0
    assert seen_by(facilitator, has_second_factor=True) == 1
    assert seen_by(facilitator, has_second_factor=False) == 0
    assert seen_by(person("olga", Role.ORGANISATION_ADMIN, ("organisation", 1))) == 0
    assert StoredFile.objects.visible_to(VISITOR).count() == 0
    elsewhere = person("carla", Role.FACILITATOR, region=other_region)
    assert seen_by(elsewhere, has_second_factor=True) == 0
    with in_region(other_region):
        assert seen_by(elsewhere, has_second_factor=True) == 0
        assert seen_by(anna) == 0


def test_a_logo_is_seen_by_whoever_sees_the_organisation_and_replaced_by_the_next(region, person, body, folder):
    olga = person("olga", Role.ORGANISATION_ADMIN, ("organisation", body.pk))
    first = keep(region, olga, ("organisation", body.pk), "logo", picture())
    second = keep(region, olga, ("organisation", body.pk), "logo", picture(size=(60, 60)))
    assert [row.pk for row in StoredFile.objects.all()] == [second.pk]
    assert first.pk != second.pk
    assert StoredFile.objects.visible_to(VISITOR).count() == 1
    body.hidden_at = datetime.now(UTC)
    body.save()
    assert StoredFile.objects.visible_to(VISITOR).count() == 0
    with pytest.raises(Forbidden):
        keep(region, person("bruno"), ("organisation", body.pk), "logo", picture())


def test_replaced_and_removed_bytes_go_after_the_commit(
    region, person, body, folder, django_capture_on_commit_callbacks
):
    olga = person("olga", Role.ORGANISATION_ADMIN, ("organisation", body.pk))
    with django_capture_on_commit_callbacks(execute=True):
        keep(region, olga, ("organisation", body.pk), "logo", picture())
    with django_capture_on_commit_callbacks(execute=True):
        logo = keep(region, olga, ("organisation", body.pk), "logo", picture(size=(60, 60)))
    assert len(on_disk(folder)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        remove(actor=actor_for(olga), file=logo)
        assert len(on_disk(folder)) == 2
    assert on_disk(folder) == []
    remove(actor=actor_for(olga), file=logo)
    assert Event.objects.filter(type="files.file.removed").count() == 1


def test_strangers_remove_nothing(stored, person):
    with pytest.raises(Forbidden):
        remove(actor=actor_for(person("bruno")), file=stored)
    with pytest.raises(Forbidden):
        remove(actor=VISITOR, file=stored)
    assert StoredFile.objects.count() == 1


def test_quotas_of_a_person_and_of_a_thing(region, anna, claim, monkeypatch):
    monkeypatch.setattr(steps, "SUBJECT_FILES", 2)
    keep(region, anna, ("claim", claim.pk))
    keep(region, anna, ("claim", claim.pk))
    with pytest.raises(QuotaReached, match="2"):
        keep(region, anna, ("claim", claim.pk))
    monkeypatch.setattr(steps, "SUBJECT_FILES", 9)
    monkeypatch.setattr(steps, "PERSON_BYTES", 2 * len(PDF) + 1)
    with pytest.raises(QuotaReached):
        keep(region, anna, ("claim", claim.pk))
    assert StoredFile.objects.count() == 2


def test_logos_of_many_in_one_query(region, person, django_assert_num_queries):
    bodies = [Organisation.objects.create(region=region, name=f"O{n}", sort_key=f"o{n}") for n in range(3)]
    olga = person("olga", Role.FACILITATOR)
    actor = actor_for(olga, has_second_factor=True)
    for body in bodies[:2]:
        store(actor=actor, region=region, subject=("organisation", body.pk), kind="logo", upload=upload(picture()))
    with django_assert_num_queries(1):
        found = logos_of("organisation", [body.pk for body in bodies])
    assert set(found) == {bodies[0].pk, bodies[1].pk}
    assert (found[bodies[0].pk].width, found[bodies[0].pk].height) == (40, 20)


def test_a_united_organisation_brings_its_logo_unless_there_is_one(region, person, body):
    other = Organisation.objects.create(region=region, name="Due", sort_key="due")
    actor = actor_for(person("olga", Role.FACILITATOR), has_second_factor=True)
    store(actor=actor, region=region, subject=("organisation", other.pk), kind="logo", upload=upload(picture()))
    assert steps.move_files(kind="organisation", from_id=other.pk, to_id=body.pk) == 1
    assert set(logos_of("organisation", [body.pk, other.pk])) == {body.pk}
    store(actor=actor, region=region, subject=("organisation", other.pk), kind="logo", upload=upload(picture()))
    assert steps.move_files(kind="organisation", from_id=other.pk, to_id=body.pk) == 0


def test_export_holds_the_files_and_erasure_takes_them(
    region, stored, anna, person, body, folder, django_capture_on_commit_callbacks
):
    logo = store(
        actor=actor_for(person("giulia", Role.FACILITATOR), has_second_factor=True),
        region=region,
        subject=("organisation", body.pk),
        kind="logo",
        upload=upload(picture()),
    )
    StoredFile.objects.filter(pk=logo.pk).update(uploaded_by=anna)
    (personal,) = manifest.personal_data
    listed = personal.collect(anna)["files.json"]
    assert [row["name"] for row in listed] == ["prova.pdf", "prova.webp"]
    assert next((name, file.read()[:5]) for name, file in personal.files(anna)) == (
        f"files/{stored.pk}-prova.pdf",
        b"%PDF-",
    )
    assert [row["in_this_archive"] for row in listed] == [name for name, _file in personal.files(anna)]
    with django_capture_on_commit_callbacks(execute=True):
        personal.erase(anna, True)
    assert [(row.pk, row.uploaded_by_id) for row in StoredFile.objects.all()] == [(logo.pk, None)]
    assert len(on_disk(folder)) == 2


@pytest.mark.parametrize(("keeps", "left"), [(True, 1), (False, 0)])
def test_what_somebody_attached_to_what_they_contributed_stays_where_that_stays(
    region, stored, anna, keeps, left, django_capture_on_commit_callbacks
):
    StoredFile.objects.filter(pk=stored.pk).update(subject_kind="post", subject_id=1)
    (personal,) = manifest.personal_data
    with django_capture_on_commit_callbacks(execute=True):
        personal.erase(anna, keeps)
    assert list(StoredFile.objects.values_list("uploaded_by", flat=True)) == [None] * left


def test_documents_of_decided_claims_go_when_their_time_is_over(
    region, stored, claim, django_capture_on_commit_callbacks, folder
):
    (retention,) = manifest.retention
    now = datetime.now(UTC)
    before = now - timedelta(days=retention.days)

    def go():
        with django_capture_on_commit_callbacks(execute=True):
            return retention.apply(region, before, now)

    claim.state_changed_at = before - timedelta(days=1)
    claim.save()
    assert go() == 0  # still open
    claim.state, claim.state_changed_at = ClaimState.REFUSED, before + timedelta(days=1)
    claim.save()
    assert go() == 0  # not long enough ago
    claim.state_changed_at = before - timedelta(days=1)
    claim.save()
    assert go() == 1
    assert on_disk(folder) == []


def test_bytes_without_a_row_are_swept_after_a_day(region, stored, folder):
    (kept,) = on_disk(folder)
    stray = kept.parent / "stray"
    stray.write_bytes(b"left by a crash")
    now = datetime.now(UTC)
    assert sweep(actor=PLATFORM, region=region, before=now - timedelta(days=1)) == 0
    old = (now - timedelta(days=2)).timestamp()
    os.utime(stray, (old, old))
    os.utime(kept, (old, old))
    assert sweep(actor=PLATFORM, region=region, before=now - timedelta(days=1)) == 1
    assert on_disk(folder) == [kept]
    with pytest.raises(Forbidden):
        sweep(actor=VISITOR, region=region, before=now)


def test_a_rolled_back_upload_leaves_no_row(region, anna, claim, monkeypatch, folder):
    def fail(*args, **kwargs):
        raise RuntimeError("after the bytes were written")

    monkeypatch.setattr(steps, "record", fail)
    with pytest.raises(RuntimeError):
        keep(region, anna, ("claim", claim.pk))
    assert StoredFile.objects.count() == 0
    assert len(on_disk(folder)) == 1  # for the sweeper


def test_files_of_a_thing_are_those_the_reader_may_open(stored, claim, anna):
    assert list(files_of(("claim", claim.pk), actor_for(anna))) == [stored]
    assert list(files_of(("claim", claim.pk), VISITOR)) == []
    assert actions.inspect("document", upload()).content == inspect_document(upload()).content

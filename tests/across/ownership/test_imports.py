# SPDX-License-Identifier: EUPL-1.2
"""Lists from files, through the test client and the job."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from filanda.directory.organisations.importers.tables import read_table, write_xlsx
from filanda.directory.organisations.models import Evidence, ImportRun, Organisation
from filanda.directory.organisations.tasks import import_job
from filanda.kernel.identity.models import Role

HEAD = ["name", "vat", "municipality"]
ROWS = [["Filanda Rossi", "IT00743110157", "Como"], ["", "", "Lecco"], ["Tessitura", "IT1", ""]]


def upload(content, name="list.xlsx"):
    return SimpleUploadedFile(name, content)


def test_an_administrator_reads_starts_and_gets_the_wrong_rows_back(signed, region):
    admin = signed(Role.REGION_ADMINISTRATOR)
    answer = admin.post("/en/workbench/import/", {"file": upload(write_xlsx(HEAD, ROWS))}, follow=True)
    run = ImportRun.objects.get()
    page = answer.content.decode()
    assert "The name is missing." in page
    assert not Organisation.objects.filter(name="Filanda Rossi").exists()
    admin.post(f"/en/workbench/import/{run.pk}/start/")
    assert 'http-equiv="refresh"' in admin.get(f"/en/workbench/import/{run.pk}/").content.decode()
    import_job(region_id=region.pk, run_id=run.pk)
    import_job(region_id=region.pk, run_id=run.pk)
    page = admin.get(f"/en/workbench/import/{run.pk}/").content.decode()
    assert 'http-equiv="refresh"' not in page
    run.refresh_from_db()
    assert (run.state, run.created, run.wrong) == ("done", 1, 2)
    table = admin.get(f"/en/workbench/import/{run.pk}/errors.xlsx")
    assert [row[1:] for row in read_table(table.content).rows] == ROWS[1:]
    assert admin.get(f"/en/workbench/import/{run.pk}/errors.exe").status_code == 404
    assert admin.get("/en/workbench/import/template/organisations.csv").status_code == 200


def test_a_role_that_ended_meanwhile_ends_the_import(signed, region):
    admin = signed(Role.REGION_ADMINISTRATOR)
    admin.post("/en/workbench/import/", {"file": upload(write_xlsx(HEAD, ROWS))})
    run = ImportRun.objects.get()
    admin.post(f"/en/workbench/import/{run.pk}/start/")
    run.account.role_grants.update(ended_at="2026-01-01T00:00Z")
    import_job(region_id=region.pk, run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.created, bool(run.failure)) == ("failed", 0, True)


@pytest.mark.parametrize("content", [b"", b"GIF89a\x00\x00", b"colour\nred\n"])
def test_a_file_that_is_no_list_is_refused_in_words(signed, content):
    answer = signed(Role.REGION_ADMINISTRATOR).post("/en/workbench/import/", {"file": upload(content)})
    assert (answer.status_code, ImportRun.objects.count()) == (422, 0)
    assert 'id="file-error"' in answer.content.decode()


@pytest.mark.parametrize("role", [Role.FACILITATOR, Role.ORGANISATION_ADMIN, Role.INNOVATOR])
def test_others_import_no_organisations(signed, role):
    person = signed(role)
    assert person.get("/en/workbench/import/").status_code == 403
    assert person.post("/en/workbench/import/", {"file": upload(b"name\na\n")}).status_code == 403


def test_visitors_send_no_files(client, body):
    assert client.post("/en/workbench/import/", {"file": upload(b"name\na\n")}).status_code in (400, 403)
    assert client.get("/en/workbench/import/").status_code == 403
    address = f"/en/organisations/{body.pk}/manage/evidence/import/"
    assert client.post(address, {"file": upload(b"title\na\n")}).status_code in (400, 403)


def test_a_member_brings_in_publications_and_others_do_not_see_the_run(signed, body, region):
    member = signed(Role.ORGANISATION_MEMBER)
    address = f"/en/organisations/{body.pk}/manage/evidence/import/"
    bib = b"@article{a, title={On silk}, year=2020, doi={10.1000/1}}\n@article{b, year=1999}"
    answer = member.post(address, {"file": upload(bib, "p.bib")}, follow=True)
    run = ImportRun.objects.get()
    assert "On silk" in answer.content.decode()
    member.post(f"{address}{run.pk}/start/")
    import_job(region_id=region.pk, run_id=run.pk)
    assert Evidence.objects.get().source_url == "https://doi.org/10.1000/1"
    assert "The title is missing." in member.get(f"{address}{run.pk}/").content.decode()
    other = signed(Role.INNOVATOR, email="other@example.org")
    assert other.get(f"{address}{run.pk}/").status_code == 403
    assert (
        signed(Role.REGION_ADMINISTRATOR, email="r@example.org").get(f"/en/workbench/import/{run.pk}/").status_code
        == 404
    )

# SPDX-License-Identifier: EUPL-1.2
"""CORDIS exports into a region: what is written, what is rejected, and that interruptions lose and double nothing."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from filanda.directory.organisations.importers.cordis import import_cordis
from filanda.directory.organisations.importers.records import (
    EvidenceRecord,
    OrganisationRecord,
    PartyRecord,
    web_address,
)
from filanda.directory.organisations.importers.reporting import ImportRefused, RejectLog
from filanda.directory.organisations.importers.writing import load
from filanda.directory.organisations.models import (
    Evidence,
    EvidenceConcept,
    EvidenceParty,
    Identifier,
    MergedOrganisation,
    Organisation,
    OrganisationName,
    Site,
    SourceRecord,
)
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.identity.actors import PLATFORM, VISITOR, Actor
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region

PROJECTS = [
    ("101", "RIVA", "River sensors for clean water", "2015-01-01", "2017-12-31", "Sensors watch the river.", "9101"),
    ("102", "", "Nuovi materiali per scarpe da lavoro", "", "", "Una suola più leggera e sicura per tutti.", "102"),
    ("103", "FUORI", "Far away", "2016-02-30", "2015-01-01", "", "9103"),
]  # fmt: skip
# project, id, name, short, SME, activity, postcode, city, country, nuts, role, contribution
PARTS = [
    ("101", "999000001", "ALFA ACQUE SRL", "AA", "true", "PRC", "20121", "MILANO", "IT", "", "coordinator", "1000.50"),
    ("101", "999000002", "UNIVERSITE DE LA MER", "", "", "HES", "29200", "BREST", "FR", "FRH02", "participant", "NA"),
    ("102", "aaaa0000aaaa0000aaaa0000aaaa0000", "ALFA ACQUE S.R.L.", "", "", "", "", "Milan", "IT", "", "", "500"),
    ("103", "999000003", "SECONDA SPA", "", "", "PRC", "00100", "ROMA", "IT", "ITI43", "participant", "7"),
]  # fmt: skip
PROJECT_HEAD = ("id", "acronym", "title", "startDate", "endDate", "objective", "rcn", "frameworkProgramme")
PART_HEAD = (
    *("projectID", "organisationID", "name", "shortName", "SME", "activityType", "postCode", "city", "country"),
    *("nutsCode", "role", "ecContribution"),
)


def write(path, head, rows, **options):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL, **options)
        writer.writerow(head)
        writer.writerows(rows)


@pytest.fixture
def export(tmp_path) -> Path:
    place = tmp_path / "cordis"
    place.mkdir()
    write(place / "project.csv", PROJECT_HEAD, [(*row, "FP7") for row in PROJECTS])
    write(place / "organization.csv", PART_HEAD, PARTS)
    return place


def everything(region):
    """All rows of the region in words that do not depend on row ids, to compare two databases."""
    sources = dict(SourceRecord.objects.values_list("organisation_id", "source_id"))
    return {
        "organisations": sorted(
            Organisation.objects.values_list("name", "helix_role", "legal_kind", "size", "is_external", "website")
        ),
        "names": sorted(OrganisationName.objects.values_list("text", "organisation__name")),
        "sources": sorted(SourceRecord.objects.values_list("source_id", "organisation__name")),
        "identifiers": sorted(Identifier.objects.values_list("value", "organisation__name")),
        "sites": sorted(Site.objects.values_list("organisation__name", "municipality", "province_code")),
        "evidence": sorted(Evidence.objects.values_list("source_id", "title", "text", "language")),
        "parties": sorted(
            (evidence, sources[pk], role)
            for evidence, pk, role in EvidenceParty.objects.values_list(
                "evidence__source_id", "organisation_id", "role"
            )
        ),
    }


def test_one_project_is_one_piece_of_evidence_with_all_its_partners(region, export):
    done = import_cordis(region, export, actor=PLATFORM)
    assert (done.load.evidence_created, done.load.organisations_created, done.load.parties_created) == (3, 3, 4)
    river = Evidence.objects.get(source_id="101")
    assert (river.title, river.acronym, river.language, river.programme) == (
        "River sensors for clean water",
        "RIVA",
        "en",
        "FP7",
    )
    assert river.source_url == "https://cordis.europa.eu/project/id/101"
    assert Evidence.objects.get(source_id="102").source_url == "https://cordis.europa.eu/article/id/102"
    assert Evidence.objects.get(source_id="102").language == "it"
    parties = river.parties.order_by("role").values_list("organisation__name", "role", "contribution")
    assert list(parties) == [
        ("Alfa Acque S.r.l.", "coordinator", Decimal("1000.50")),
        ("Universite de la Mer", "participant", None),
    ]


def test_what_the_export_lost_at_the_edge_of_a_word_is_left_out(region, export):
    row = (
        "104",
        "",
        "All-in-one pillï¿½",
        "",
        "",
        "\ufffdTwo\ufffd – or three \ufffd pills for ca\ufffd\ufffdes.",
        "104",
        "FP7",
    )
    write(export / "project.csv", PROJECT_HEAD, [row])
    write(export / "organization.csv", PART_HEAD, [("104", *PARTS[0][1:])])
    import_cordis(region, export, actor=PLATFORM)
    pill = Evidence.objects.get()
    assert (pill.title, pill.text) == ("All-in-one pill", "Two – or three – pills for ca\ufffd\ufffdes.")


def test_two_ids_of_one_body_become_one_organisation_that_keeps_both(region, export):
    done = import_cordis(region, export, actor=PLATFORM)
    alfa = Organisation.objects.get(name="Alfa Acque S.r.l.")
    assert set(alfa.source_records.values_list("source_id", flat=True)) == {PARTS[0][1], PARTS[2][1]}
    assert set(alfa.names.values_list("text", flat=True)) == {"ALFA ACQUE SRL", "ALFA ACQUE S.R.L."}
    assert [(merge.rule, merge.is_applied) for merge in done.merges] == [("same name", True)]
    assert (alfa.size, alfa.helix_role, alfa.legal_kind) == ("sme", "industry", "company")
    assert list(alfa.identifiers.values_list("scheme", "value")) == [("pic", "999000001")]
    site = alfa.sites.get()
    assert (site.municipality, site.municipality_code, site.province_code) == ("Milano", "015146", "ITC4C")


def test_a_nuts_area_brings_its_projects_and_their_partners_as_external_bodies(region, export):
    done = import_cordis(region, export, actor=PLATFORM, nuts="ITC4")
    assert set(Evidence.objects.values_list("source_id", flat=True)) == {"101", "102"}
    assert dict(Organisation.objects.values_list("name", "is_external")) == {
        "Alfa Acque S.r.l.": False,
        "Universite de la Mer": True,
    }
    assert (done.in_region, done.outside) == (1, 1)
    import_cordis(region, export, actor=PLATFORM)
    assert not Organisation.objects.filter(is_external=True).exists()


def test_a_second_run_changes_nothing_and_says_so(region, export):
    import_cordis(region, export, actor=PLATFORM)
    before, events = everything(region), Event.objects.count()
    done = import_cordis(region, export, actor=PLATFORM)
    assert done.load.changed_nothing
    assert (done.load.organisations_unchanged, done.load.evidence_unchanged) == (3, 3)
    assert (everything(region), Event.objects.count()) == (before, events)


def test_one_event_a_batch_names_what_the_index_must_follow(region, export):
    import_cordis(region, export, actor=PLATFORM)
    touched: dict[str, set[int]] = {}
    for event in Event.objects.filter(type="organisations.import.batch_imported"):
        for kind, ids in event.touches.items():
            touched.setdefault(kind, set()).update(ids)
    assert touched == {
        "organisation": set(Organisation.objects.values_list("pk", flat=True)),
        "evidence": set(Evidence.objects.values_list("pk", flat=True)),
    }


def test_the_source_corrects_its_evidence_but_not_what_people_said_of_an_organisation(region, export):
    import_cordis(region, export, actor=PLATFORM)
    Organisation.objects.filter(name="Alfa Acque S.r.l.").update(name="Alfa", helix_role="civil_society", website="")
    head = (*PART_HEAD, "organizationURL")
    write(export / "organization.csv", head, [(*row, "www.alfa.example") for row in PARTS])
    changed = [("101", "RIVA", "River sensors, second edition", *PROJECTS[0][3:]), *PROJECTS[1:]]
    write(export / "project.csv", PROJECT_HEAD, [(*row, "FP7") for row in changed])
    done = import_cordis(region, export, actor=PLATFORM)
    assert done.load.evidence_changed == 1
    assert Evidence.objects.get(source_id="101").title == "River sensors, second edition"
    alfa = Organisation.objects.get(source_records__source_id="999000001")
    assert (alfa.name, alfa.helix_role, alfa.website) == ("Alfa", "civil_society", "http://www.alfa.example")


def test_the_register_adds_places_and_ids_and_unites(region, export, tmp_path):
    register = tmp_path / "register.csv"
    write(
        register,
        ("name", "fp7OrganisationID", "pic", "city", "istatComune", "postCode", "nutsCode", "activityType"),
        [("SECONDA SPA", "bbbb", "999000003", "LODI", "098031", "26900", "", "PRC")],
    )
    rows = [*PARTS, ("103", "bbbb", "UN ALTRO NOME", "", "", "", "", "", "IT", "", "", "")]
    write(export / "organization.csv", PART_HEAD, rows)
    done = import_cordis(region, export, actor=PLATFORM, nuts="ITC4", register=register)
    second = Organisation.objects.get(source_records__source_id="bbbb")
    assert not second.is_external
    assert set(second.source_records.values_list("source_id", flat=True)) == {"999000003", "bbbb"}
    assert ("register", True) in {(merge.rule, merge.is_applied) for merge in done.merges}
    assert second.parties.get().contribution == Decimal(7)


def test_entries_that_a_register_unites_later_become_one_and_the_old_one_leads_there(region, export, tmp_path):
    rows = [*PARTS, ("103", "bbbb", "UN ALTRO NOME", "", "", "", "", "LODI", "IT", "", "", "3")]
    write(export / "organization.csv", PART_HEAD, rows)
    import_cordis(region, export, actor=PLATFORM)
    ids = set(
        SourceRecord.objects.filter(source_id__in=["bbbb", "999000003"]).values_list("organisation_id", flat=True)
    )
    assert len(ids) == 2
    register = tmp_path / "register.csv"
    write(register, ("name", "fp7OrganisationID", "pic"), [("SECONDA", "bbbb", "999000003")])
    done = import_cordis(region, export, actor=PLATFORM, register=register)
    assert done.load.organisations_merged == 1
    stays = SourceRecord.objects.get(source_id="bbbb").organisation_id
    assert SourceRecord.objects.get(source_id="999000003").organisation_id == stays
    old = MergedOrganisation.objects.get()
    assert {old.old_id, old.organisation_id} == ids
    assert Evidence.objects.get(source_id="103").parties.get().contribution == Decimal(10)
    assert import_cordis(region, export, actor=PLATFORM, register=register).load.changed_nothing


def test_what_cannot_be_used_is_rejected_with_file_line_and_reason(region, export, tmp_path):
    bad = [
        ("101", "", "SENZA ID", *[""] * 9),
        ("", "999000009", "SENZA PROGETTO", *[""] * 9),
        ("555", "999000009", "PROGETTO IGNOTO", *[""] * 9),
        ("101", "999000008", "", *[""] * 9),
        ("101", "999000001", "ALFA ACQUE SRL", *[""] * 9),
        ("103", "999000007", "PAESE IGNOTO", "", "", "XYZ", "", "", "QQ", "", "", "molti"),
    ]
    write(export / "organization.csv", PART_HEAD, [*PARTS, *bad])
    more = [("101", "", "Doppio", *[""] * 4), ("", "", "Senza id", *[""] * 4), ("104", *[""] * 6)]
    lonely = ("105", "", "Nobody takes part", *[""] * 4)
    write(export / "project.csv", PROJECT_HEAD, [(*row, "FP7") for row in [*PROJECTS, *more, lonely]])
    path = tmp_path / "out" / "rejects.csv"
    with RejectLog(path) as log:
        import_cordis(region, export, actor=PLATFORM, rejects=log)
    with path.open(newline="") as file:
        rows = [(row["file"], row["line"], row["what"], row["column"], row["reason"]) for row in csv.DictReader(file)]
    whole = "line left out"
    assert sorted(rows) == sorted(
        [
            ("organization.csv", "6", whole, "", "no organisation id"),
            ("organization.csv", "7", whole, "", "no project id"),
            ("organization.csv", "8", whole, "", "the project is not in the file of projects"),
            ("organization.csv", "9", whole, "", "an organisation without a name"),
            ("organization.csv", "10", whole, "", "the same organisation in the same project again"),
            ("organization.csv", "11", "value left out", "activityType", "unknown kind of activity"),
            ("organization.csv", "11", "value left out", "country", "unknown country"),
            ("organization.csv", "11", "value left out", "ecContribution", "not an amount"),
            ("project.csv", "4", "value left out", "startDate", "not a date"),
            ("project.csv", "5", whole, "", "the same project id again: the first one counts"),
            ("project.csv", "6", whole, "", "no project id"),
            ("project.csv", "7", whole, "", "a project without title"),
            ("project.csv", "8", whole, "", "no organisation takes part in this project"),
        ]
    )
    assert Evidence.objects.count() == 3


def test_fields_of_science_are_linked_when_the_scheme_is_there(region, export):
    write(
        export / "euroSciVoc.csv",
        ("projectID", "euroSciVocCode", "euroSciVocTitle"),
        [("101", "/23/47", "sensors"), ("101", "/99", "?"), ("777", "/23/47", "sensors")],
    )
    done = import_cordis(region, export, actor=PLATFORM)
    assert done.notes == ["euroSciVoc.csv was left aside: the scheme euroscivoc is not loaded."]
    scheme = ConceptScheme.objects.create(slug="euroscivoc", labels={"en": "EuroSciVoc"})
    concept = Concept.objects.create(scheme=scheme, code="/23/47", labels={"en": "sensors"})
    done = import_cordis(region, export, actor=PLATFORM)
    assert list(EvidenceConcept.objects.values_list("evidence__source_id", "concept_id", "origin")) == [
        ("101", concept.pk, "stated")
    ]
    assert done.rejected_by_reason["not a concept of the scheme euroscivoc"] == 1
    assert import_cordis(region, export, actor=PLATFORM).load.changed_nothing


def test_a_zip_with_columns_in_another_order_says_the_same(region, other_region, export, tmp_path):
    import_cordis(region, export, actor=PLATFORM)
    expected = everything(region)
    archive = tmp_path / "export.zip"
    for name in ("organization.csv", "project.csv"):
        with (export / name).open(newline="") as file:
            table = [row[::-1] for row in csv.reader(file, delimiter=";")]
        with (export / name).open("w", newline="") as file:
            csv.writer(file, delimiter=",").writerows(table)
    with zipfile.ZipFile(archive, "w") as packed:
        for name in ("organization.csv", "project.csv"):
            packed.write(export / name, f"cordis/{name}")
    with in_region(other_region):
        import_cordis(other_region, archive, actor=PLATFORM)
        assert everything(other_region) == expected


def test_what_is_no_export_is_refused_in_a_sentence(region, tmp_path):
    with pytest.raises(ImportRefused, match=r"There is no organization.csv"):
        import_cordis(region, tmp_path, actor=PLATFORM)
    (tmp_path / "organization.csv").write_text("projectID;organisationID;name\n")
    with pytest.raises(ImportRefused, match=r"There is no project.csv"):
        import_cordis(region, tmp_path, actor=PLATFORM)
    (tmp_path / "project.csv").write_text("title;objective\n")
    with pytest.raises(ImportRefused, match="has no column id"):
        import_cordis(region, tmp_path, actor=PLATFORM)


@pytest.mark.parametrize("actor", [VISITOR, Actor(account_id=1, roles=frozenset({"facilitator"}))])
def test_only_administrators_import(region, export, actor):
    with pytest.raises(Forbidden):
        import_cordis(region, export, actor=actor)
    assert not Organisation.objects.exists()


def test_another_regions_rows_are_neither_seen_nor_touched(region, other_region, export):
    with in_region(other_region):
        import_cordis(other_region, export, actor=PLATFORM)
        before = everything(other_region)
    done = import_cordis(region, export, actor=PLATFORM)
    assert done.load.organisations_created == 3
    with in_region(other_region):
        assert everything(other_region) == before


def bodies(count):
    return [OrganisationRecord((f"o{number}",), f"Corpo {number}") for number in range(count)]


def pieces(count, bodies_count, *, stop_at=None):
    for number in range(count):
        if number == stop_at:
            raise KeyboardInterrupt
        parties = (
            PartyRecord(f"o{number % bodies_count}", "coordinator"),
            PartyRecord(f"o{(number + 1) % bodies_count}"),
        )
        yield EvidenceRecord(f"e{number}", f"Progetto {number}", parties, language="it")


@pytest.mark.parametrize("stop_at", [0, 1, 7, 10, 24])
def test_an_interrupted_load_is_repeated_without_loss_or_double(region, other_region, stop_at):
    with in_region(other_region):
        load(other_region, bodies(6), pieces(25, 6), source="t", actor=PLATFORM, batch_size=5)
        expected = everything(other_region)
    with pytest.raises(KeyboardInterrupt):
        load(region, bodies(6), pieces(25, 6, stop_at=stop_at), source="t", actor=PLATFORM, batch_size=5)
    assert Evidence.objects.count() == stop_at // 5 * 5
    load(region, bodies(6), pieces(25, 6), source="t", actor=PLATFORM, batch_size=5)
    assert everything(region) == expected
    assert load(region, bodies(6), pieces(25, 6), source="t", actor=PLATFORM).changed_nothing


def test_a_body_that_comes_twice_in_one_batch_is_written_once(region):
    twice = [OrganisationRecord(("a", "b"), "Alfa"), OrganisationRecord(("b",), "Alfa bis")]
    report = load(
        region, twice, [EvidenceRecord("e", "Titolo", (PartyRecord("a"), PartyRecord("b")))], source="t", actor=PLATFORM
    )
    assert (report.organisations_created, report.parties_created) == (1, 1)


def test_parties_that_nobody_knows_are_left_out_and_told(region):
    evidence = [
        EvidenceRecord("e1", "Uno", (PartyRecord("o0"), PartyRecord("nobody"))),
        EvidenceRecord("e2", "Due", (PartyRecord("nobody"),)),
    ]
    report = load(region, bodies(1), evidence, source="t", actor=PLATFORM)
    assert report.unknown_parties == [("e1", "nobody"), ("e2", "nobody")]
    assert (report.evidence_created, report.evidence_without_parties) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_is_repeated_without_loss_or_double(tmp_path, region, other_region):
    """kill -9 in the middle of a batch: the server rolls it back, the next run goes on."""
    write(
        tmp_path / "project.csv", ("id", "title"), [(str(number), f"Project number {number}") for number in range(400)]
    )
    rows = [(str(number // 3), f"o{number % 50}", f"BODY {number % 50} LTD") for number in range(1200)]
    write(tmp_path / "organization.csv", ("projectID", "organisationID", "name"), rows)
    with in_region(other_region):
        import_cordis(other_region, tmp_path, actor=PLATFORM)
        expected = everything(other_region)
    script = """
        import sys, time
        import django
        django.setup()
        from pathlib import Path
        from filanda.directory.organisations.importers.cordis import import_cordis
        from filanda.kernel.identity.actors import PLATFORM
        from filanda.kernel.regions.models import Region
        from filanda.kernel.regions.scoped import in_region

        def told(phase, done, total):
            if phase == "evidence":
                print(done, flush=True)
                time.sleep(0.05)

        region = Region.objects.get(slug="test")
        with in_region(region):
            import_cordis(region, Path(sys.argv[1]), actor=PLATFORM, batch_size=10, progress=told)
    """
    database = connection.settings_dict
    options = f"host={database['HOST']}&user={database['USER']}"
    environment = os.environ | {
        "DATABASE_URL": f"postgresql:///{database['NAME']}?{options}",
        "DJANGO_SETTINGS_MODULE": "filanda.site.settings",
    }
    for batches in (1, 3):
        command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _batch in range(batches):
                assert process.stdout.readline(), "the import ended before it could be killed"
            process.send_signal(signal.SIGKILL)
            process.wait()
        time.sleep(0.2)
        with in_region(region):
            assert 10 <= Evidence.objects.count() < 400
    with in_region(region):
        import_cordis(region, tmp_path, actor=PLATFORM)
        assert everything(region) == expected


@pytest.mark.realdata
def test_the_real_data_of_lombardy(region, shared_data):
    place = shared_data / "cordis" / "lombardy"
    done = import_cordis(region, place, actor=PLATFORM, nuts="ITC4", register=place / "register.csv")
    assert (done.participations, done.ids, done.load.evidence_created) == (1193, 461, 951)
    assert (done.lines_rejected, done.outside) == (0, 0)
    by_id = dict(SourceRecord.objects.values_list("source_id", "organisation_id"))
    assert len(by_id) == 461
    assert by_id["999995796"] != by_id["999923531"], "Milano and Milano-Bicocca are two universities"
    assert by_id["a3167476ba33a0fda4d3c6acdd0bfb7c"] == by_id["999915771"], "the Cattolica has two ids"
    assert not Site.objects.filter(is_main=True, province_code="").exists()
    assert import_cordis(
        region, place, actor=PLATFORM, nuts="ITC4", register=place / "register.csv"
    ).load.changed_nothing


@pytest.mark.realdata
def test_a_part_of_the_real_data_of_europe_by_its_codes_and_places_alone(region, shared_data):
    done = import_cordis(region, shared_data / "cordis" / "europe-h2020", actor=PLATFORM, nuts="ITC4D")
    assert done.in_region == Organisation.objects.filter(is_external=False).count() > 5
    assert set(Site.objects.filter(organisation__is_external=False).values_list("country_code", flat=True)) == {"IT"}
    assert not Organisation.objects.filter(name="").exists()
    assert Site.objects.filter(country_code="GB").exists()
    assert not Site.objects.filter(country_code__in=["UK", "EL"]).exists()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://www.a.example/x?y=1", "http://www.a.example/x?y=1"),
        ("www.a.example", "http://www.a.example"),
        ("http://na; http://b.example", "http://b.example"),
        ("javascript:alert(1)", ""),
        ("http://[", ""),
        ('http://a.example/"><b>', ""),
        ("http://a.example/" + "x" * 500, ""),
        ("", ""),
    ],
)
def test_web_addresses(text, address):
    assert web_address(text) == address

# SPDX-License-Identifier: EUPL-1.2
"""`filanda taxonomies`, from the command line's words to the rows."""

import csv

import pytest
import typer
from typer.testing import CliRunner

from filanda.directory.taxonomies.models import Concept
from filanda.site.commands import taxonomies
from filanda.site.failures import Failure

CSV = "# slug: colours\n# title_en: Colours\ncode,broader,label_en\nw,,Warm\nr,w,Red\nx,nowhere,Lost\n"


@pytest.fixture
def run(transactional_db, region):
    """Run a command on the session's PostgreSQL, as with DATABASE_URL; it commits and closes its connection."""
    app = typer.Typer()
    app.callback()(lambda: None)
    taxonomies.register(app)

    def invoke(*arguments: str):
        result = CliRunner().invoke(app, ["taxonomies", *arguments])
        if isinstance(result.exception, Failure):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result

    return invoke


@pytest.fixture
def colours(tmp_path):
    path = tmp_path / "colours.csv"
    path.write_text(CSV)
    return str(path)


def test_import_says_what_it_did_and_what_it_left_out(run, colours, tmp_path):
    report = tmp_path / "report.csv"
    result = run("import", "csv", colours, "--region", "test", "--report", str(report))
    assert "colours: 2 new, 0 changed, 0 unchanged, 0 deprecated." in result.stdout
    assert "1 rows were left out" in result.stderr
    assert "line 6, x: Its broader concept nowhere is not in the file" in result.stderr
    [row] = csv.DictReader(report.open())
    assert (row["line"], row["code"], row["left_out"]) == ("6", "x", "yes")
    assert "0 new, 0 changed, 2 unchanged" in run("import", "csv", colours, "--region", "test").stdout


def test_check_writes_nothing(run, colours):
    assert "2 concepts of colours could be loaded" in run("import", "csv", colours, "--check").stdout
    assert not Concept.objects.exists()


def test_list_and_export(run, colours, tmp_path):
    assert "No scheme is loaded yet" in run("list").stdout
    run("import", "csv", colours)
    assert "colours" in run("list").stdout
    assert run("export", "colours").stdout.splitlines()[3:5] == [
        "code,broader,label_en,uri,official,deprecated",
        "w,,Warm,,yes,",
    ]
    target = tmp_path / "out.csv"
    run("export", "colours", "--output", str(target))
    assert "unchanged" in run("import", "csv", str(target)).stdout


def test_a_skos_file_becomes_the_scheme_of_a_region(run, region, tmp_path):
    path = tmp_path / "s3.ttl"
    path.write_text(
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> ."
        '<http://e/1> a skos:Concept ; skos:prefLabel "Salute"@it .'
    )
    run("import", "skos", str(path), "--scheme", "s3", "--region", "test")
    assert Concept.objects.get(code="1").scheme.region == region


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["import", "csv", "/nowhere/x.csv", "--scheme", "x"], "cannot be read: No such file"),
        (["import", "skos", "x.ttl"], "--scheme"),
        (["import", "csv", "COLOURS", "--region", "atlantis"], "no region 'atlantis'. Known: test."),
        (["export", "none"], "no scheme 'none'"),
        (["export", "colours", "--output", "/nowhere/x.csv"], "no scheme 'colours'"),
        (["import", "nuts", "COLOURS"], ""),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run, colours, arguments, sentence):
    arguments = [colours if argument == "COLOURS" else argument for argument in arguments]
    if not sentence:
        assert "0 new" in run(*arguments).stdout
        return
    with pytest.raises(Failure, match=sentence.replace(".", r"\.")):
        run(*arguments)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("kind", "name", "count"),
    [("cpv", "cpv_it_en.csv", 9454), ("nuts", "nuts_it_en.csv", 2087), ("euroscivoc", "euroscivoc_used_en.csv", 980)],
)
def test_a_whole_official_file_is_loaded_and_then_unchanged(run, shared_data, kind, name, count):
    path = str(shared_data / "taxonomies" / name)
    assert f"{kind}: {count} new, 0 changed" in run("import", kind, path).stdout
    assert f"0 new, 0 changed, {count} unchanged, 0 deprecated" in run("import", kind, path).stdout

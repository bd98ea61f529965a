# SPDX-License-Identifier: EUPL-1.2
"""`filanda match`, from the command line's words to the table."""

import json
from datetime import date

import pytest
import typer
from typer.testing import CliRunner

from filanda.directory.organisations.models import Evidence, EvidenceParty, Organisation, Site
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import sort_key
from filanda.site.commands import matching
from filanda.site.failures import Failure

NEED = "Cerchiamo chi misura i batteri nel latte"


@pytest.fixture
def run(transactional_db, region):
    """Run the command on the session's PostgreSQL; it closes its connection."""
    app = typer.Typer()
    app.callback()(lambda: None)
    matching.register(app)

    def invoke(*arguments: str, **options):
        result = CliRunner().invoke(app, ["match", *arguments], env={"COLUMNS": "160"}, **options)
        if isinstance(result.exception, Failure):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return invoke


@pytest.fixture
def dairy(run, region, indexed):
    made = Organisation.objects.create(region=region, name="Caseificio [b]", sort_key=sort_key("Caseificio"))
    Site.objects.create(region=region, organisation=made, municipality="Orsago", province_code="XA01")
    evidence = Evidence.objects.create(
        region=region,
        kind="project",
        title="Sensori [link=x] per il latte",
        text="Misuriamo i batteri nel latte.",
        language="it",
        source="test",
        source_id="1",
        started_on=date(2020, 1, 1),
    )
    EvidenceParty.objects.create(region=region, evidence=evidence, organisation=made)
    indexed()
    return made


def test_a_table_of_who_could_help_and_why(run, dairy):
    shown = run(NEED, "--region", "test")
    assert "Caseificio [b]" in shown
    assert "Orsago, Valdorsa" in shown
    assert "100%  Sensori [link=x] per il latte (2020)" in shown
    assert "1 of 1 organisations of test, by words alone" in shown


def test_json_is_what_the_api_answers(run, dairy, client):
    printed = json.loads(run("-", "--json", "--lang", "it", input=NEED))
    answered = client.post("/api/v1/matches", {"text": NEED}, content_type="application/json").json()
    address = f"/it/organisations/{dairy.pk}/caseificio-b/"
    assert printed["organisations"][0].pop("url") == f"http://test.example:8000{address}"
    assert answered["organisations"][0].pop("url") == f"http://test.example{address}"
    for one in (printed, answered):
        del one["took_ms"], one["organisations"][0]["evidence"][0]["url"]
    assert printed == answered


def test_nothing_near_says_what_to_do(run, dairy):
    assert "Say it in other words" in run("astronautica")


@pytest.mark.parametrize("need", ["", "!", "x" * 20_001])
def test_a_need_that_is_none_is_one_sentence(run, need):
    with pytest.raises(Failure, match=r"\.$"):
        run(need)


def test_bytes_that_are_no_text_are_read_as_far_as_they_go(run, dairy):
    assert "Caseificio" in run("-", input=b"batteri \xff\xfe nel latte")


def test_the_region_is_the_only_real_one_else_the_only_invented_one(run, dairy):
    assert "of test," in run(NEED)
    scratch = Region.objects.create(slug="scratch", names={"en": "Scratch"})
    assert "of test," in run(NEED)  # a region without a host name has no pages
    scratch.hosts.create(host="scratch.example", is_primary=True)
    assert "No organisation" in run(NEED)
    second = Region.objects.create(slug="second", names={"en": "Second"})
    second.hosts.create(host="second.example", is_primary=True)
    with pytest.raises(Failure, match=r"scratch, second.*--region"):
        run(NEED)
    with pytest.raises(Failure, match="no region 'nowhere'"):
        run(NEED, "--region", "nowhere")
    with pytest.raises(Failure, match="labels are not kept in 'fr'"):
        run(NEED, "--lang", "fr")

# SPDX-License-Identifier: EUPL-1.2
"""Lists that people upload: whole, wrong, broken and hostile ones."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.utils.timezone import now
from django.utils.translation import override

from filanda.directory.organisations.actions import create_organisation
from filanda.directory.organisations.actions.importing import (
    corrections,
    preview_of,
    receive_import,
    run_import,
    start_import,
    template,
)
from filanda.directory.organisations.importers.references import is_references, read_references
from filanda.directory.organisations.importers.tables import TableRefused, read_table, write_csv, write_xlsx
from filanda.directory.organisations.models import Evidence, Identifier, ImportRun, Organisation, Site
from filanda.directory.organisations.queries.history import changes_of
from filanda.kernel.identity.actors import PLATFORM, VISITOR, Actor
from filanda.kernel.policies import Forbidden

ADMINISTRATOR = Actor(account_id=None, roles=frozenset({"region_administrator"}))
HEAD = ["name", "vat", "municipality", "size"]


def received(region, rows, head=HEAD, form="xlsx", **more):
    content = write_xlsx(head, rows) if form == "xlsx" else write_csv(head, rows)
    given = {"kind": "organisations", "language": "en", "file_name": f"list.{form}", "now": now()} | more
    return receive_import(actor=given.pop("actor", ADMINISTRATOR), region=region, content=content, **given)


def written(run, actor=ADMINISTRATOR):
    return run_import(actor=actor, run=run, now=now)


ROWS = [
    ["Filanda Rossi S.r.l.", "00743110157", "Como", "piccola"],
    ["", "", "Lecco", ""],
    ["Tessitura Verde", "IT00743110158", "Lecco", "huge"],
    ["Senza numeri", "", "Lecco", ""],
    ["FILANDA ROSSI", "IT00743110157", "Como", ""],
]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_right_rows_are_written_and_wrong_ones_told_by_row_and_column(region, form):
    run = written(received(region, ROWS, form=form))
    assert (run.state, run.total, run.done, run.created, run.wrong) == ("done", 5, 5, 2, 3)
    assert [(error["row"], error["column"]) for error in run.errors] == [(3, "name"), (4, "vat"), (4, "size"), (6, "")]
    rossi = Organisation.objects.get(name="Filanda Rossi S.r.l.")
    assert (rossi.size, rossi.sort_key) == ("small", "filanda rossi s r l")
    assert (Site.objects.get(organisation=rossi).province_code, Identifier.objects.get().value) == (
        "ITC42",
        "IT00743110157",
    )


def test_of_ten_thousand_rows_one_in_twenty_is_wrong(region):
    """Four kinds of wrong rows in turn; the others are written, and the wrong ones given back, in their order."""
    wrong = [
        ["", "", "Como", ""],
        ["Numero {}", "IT00743110158", "", ""],
        ["Misura {}", "", "", "huge"],
        ["Riga 1", "", "Lecco", ""],
    ]
    rows = [
        [part.format(n) for part in wrong[n // 20 % 4]] if n % 20 == 19 else [f"Riga {n}", "", "Lecco", "piccola"]
        for n in range(10_000)
    ]
    run = written(received(region, rows))
    assert (run.state, run.total, run.done, run.created, run.wrong) == ("done", 10_000, 10_000, 9_500, 500)
    assert Organisation.objects.count() == 9_500
    table = read_table(corrections(run, "xlsx"))
    assert [row[1:] for row in table.rows] == [row for n, row in enumerate(rows) if n % 20 == 19]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_corrections_hold_the_wrong_rows_alone_and_can_be_sent_again(region, form):
    run = written(received(region, ROWS, form=form))
    table = read_table(corrections(run, form))
    assert table.head == ["errors", *HEAD]
    assert [row[1:] for row in table.rows] == [ROWS[1], ROWS[2], ROWS[4]]
    assert "Name: The name is missing." in table.rows[0][0]
    mended = [[row[0], row[1] or "Nuova", "", *row[3:4], ""] for row in table.rows]
    again = written(received(region, mended, head=table.head, form=form))
    assert (again.created, again.wrong) == (3, 0)


def test_the_same_list_twice_changes_nothing(region):
    rows = [ROWS[0], ROWS[3]]
    written(received(region, rows))
    again = written(received(region, rows))
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)
    richer = written(received(region, [["senza NUMERI", "", "Lecco", "small"]]))
    assert (richer.created, richer.changed) == (0, 1)
    assert Organisation.objects.get(name="Senza numeri").size == "small"


def test_a_row_with_the_numbers_of_two_bodies_is_wrong_and_unites_nothing(region):
    first, second = (create_organisation(actor=PLATFORM, region=region, name=name) for name in ("Alfa", "Beta"))
    Identifier.objects.create(region=region, organisation=first, scheme="vat", value="IT00743110157")
    Identifier.objects.create(region=region, organisation=second, scheme="pic", value="999979500")
    run = written(received(region, [["Alfa", "00743110157", "999979500"]], head=["name", "vat", "pic"]))
    assert (run.wrong, Organisation.objects.count()) == (1, 2)


def test_an_interrupted_run_goes_on_where_it_was(region, monkeypatch):
    monkeypatch.setattr("filanda.directory.organisations.actions.importing.CHUNK", 2)
    run = received(region, [[f"Ditta {n}", "", "Como", ""] for n in range(5)])
    answers = iter([False, True])
    monkeypatch.setattr("filanda.directory.organisations.actions.importing.stop_requested", lambda: next(answers))
    assert (written(run).state, run.done) == ("running", 2)
    monkeypatch.setattr("filanda.directory.organisations.actions.importing.stop_requested", lambda: False)
    done = written(ImportRun.objects.get(pk=run.pk))
    assert (done.state, done.created, Organisation.objects.count()) == ("done", 5, 5)


def test_italian_heads_are_known_and_unknown_ones_are_named(region):
    run = received(region, [["Alfa", "Como", "x"]], head=["Ragione sociale", "Comune", "Colore"])
    seen = preview_of(run)
    assert (seen.head, seen.unknown) == (["Name", "Municipality"], ["Colore"]) or seen.unknown == ["Colore"]
    with pytest.raises(TableRefused, match=r"(?i)column|colonna"):
        received(region, [["x"]], head=["Colore"])


@pytest.mark.parametrize("kind", ["organisations", "evidence"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_template_can_be_sent_as_it_is(region, kind, form):
    table = read_table(template(kind, form))
    assert len(table.rows) == 1
    body = create_organisation(actor=PLATFORM, region=region, name="Alfa")
    run = receive_import(
        actor=ADMINISTRATOR,
        region=region,
        kind=kind,
        content=template(kind, form),
        file_name=f"t.{form}",
        language="en",
        now=now(),
        organisation=body if kind == "evidence" else None,
    )
    assert (written(run).wrong, run.created) == (0, 1)


def test_only_administrators_import_organisations_and_only_its_people_evidence(region):
    for actor in (VISITOR, Actor(account_id=3, roles=frozenset({"facilitator"}))):
        with pytest.raises(Forbidden):
            received(region, ROWS, actor=actor)
    body = create_organisation(actor=PLATFORM, region=region, name="Alfa")
    run = received(region, [["product", "Telaio"]], head=["kind", "title"], kind="evidence", organisation=body)
    with pytest.raises(Forbidden):
        start_import(actor=Actor(account_id=3, roles=frozenset({"innovator"})), run=run)
    with pytest.raises(Forbidden):
        written(run, actor=VISITOR)
    assert not Evidence.objects.exists()


def test_evidence_that_is_there_already_is_recognised_and_the_rest_can_be_undone(region):
    body = create_organisation(actor=PLATFORM, region=region, name="Alfa")
    rows = [
        ["product", "Telaio", "", "2024"],
        ["Brevetto", "Navetta", "", ""],
        ["publication", "On silk", "10.1000/182", ""],
        ["", "telaio", "", ""],
        ["product", "Date sbagliate", "", "ieri"],
    ]
    head = ["kind", "title", "doi", "started_on"]
    member = Actor(account_id=9, scoped=frozenset({("organisation_member", "organisation", body.pk)}))
    content = write_csv(head, rows)
    given = {"actor": member, "region": region, "kind": "evidence", "organisation": body, "language": "en"}
    run = ImportRun(
        region=region, organisation=body, kind="evidence", file_name="e.csv", language="en", content=content
    )
    run.total = 5
    run.save()
    written(run, actor=member)
    assert (run.created, run.wrong) == (3, 2)
    assert sorted(Evidence.objects.values_list("kind", "source_url")) == [
        ("patent", ""),
        ("product", ""),
        ("publication", "https://doi.org/10.1000/182"),
    ]
    again = ImportRun(
        region=region, organisation=body, kind="evidence", file_name="e.csv", language="en", content=content
    )
    again.save()
    assert (written(again, actor=member).created, again.unchanged) == (0, 4)
    assert given["organisation"] == body
    assert len(changes_of(body, member)[0].lines) >= 3


def test_publications_come_from_bibtex_and_ris(region):
    bib = """@article{a, title={Sulla {S}eta di Citt{\\`a}}, year=2021, doi={10.1000/182}, journal={Filati},
        abstract={Testo}}
    @misc{b, title = "Senza anno"}
    @article{rotto, title={non chiuso"""
    table = read_references(bib.encode(), "x.bib")
    assert table.format == "bibtex"
    first = dict(zip(table.head, table.rows[0], strict=True))
    assert (first["title"], first["started_on"], first["doi"]) == ("Sulla Seta di Città", "2021", "10.1000/182")
    ris = "TY  - JOUR\nTI  - On wool\nPY  - 2019/05/12/\nDO  - 10.1000/7\nJO  - Yarn\nER  - \n"
    table = read_references(ris.encode(), "x.ris")
    first = dict(zip(table.head, table.rows[0], strict=True))
    assert (table.format, first["title"], first["started_on"]) == ("ris", "On wool", "2019-05-12")
    for broken in (b"", b"hello", b"@", b"\xff\xfe\x00"):
        with pytest.raises(TableRefused):
            read_references(broken, "x.bib")


def zipped(**entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name.replace("__", "/"), content)
    return out.getvalue()


BROKEN = {
    "empty": b"",
    "nothing in it": b"\n\n;;;\n",
    "no zip": b"PK\x03\x04 and then nothing",
    "a zip of something else": zipped(readme="hello"),
    "old": b"\xd0\xcf\x11\xe0rest",
    "binary": b"GIF89a\x00\x00\x01\x00",
    "sheet that is no xml": zipped(**{"xl__worksheets__sheet1.xml": "<broken", "xl__workbook.xml": "<broken"}),
    "bomb": zipped(**{"xl__worksheets__sheet1.xml": b"0" * (130 * 1024 * 1024)}),
    "a cell far out": zipped(**{"xl__worksheets__sheet1.xml": '<c r="XFD1048576"><v>1</v></c>'}),
    "too many rows": b"name\n" + b"a\n" * 20_001,
    "too many columns": b";".join([b"a"] * 101) + b"\n1\n",
    "too large": b"a" * (10 * 1024 * 1024 + 1),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_broken_and_hostile_files_are_refused_with_a_sentence(content):
    with pytest.raises(TableRefused) as refused:
        read_table(content, "x.xlsx")
    assert len(str(refused.value)) > 20


def test_what_is_written_is_never_a_formula_and_reads_back_as_it_was():
    cells = ["=1+1", "+39 02", "-1", "@a", '=HYPERLINK("http://x")', "plain", "'already"]
    head = [f"c{n}" for n in range(len(cells))]
    assert read_table(write_csv(head, [cells])).rows[0] == cells
    assert b"\n=1" not in write_csv(head, [cells])
    book = write_xlsx(head, [cells])
    assert read_table(book).rows[0] == cells
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


BIBTEX = r"""@comment{jabref-meta: databaseType:bibtex;}
@string{jms = "Journal of Membrane Science"}
@article{a, title = {{Caff{\`e}} e citt\'a: perch\'e l'{\O}resund \& il 5\,\% conta -- $\alpha$-Fe$_2$O$_3$ e $10^{3}$},
  journal = jms # " A", year = "c. 2021", url = {https://x.example/~u/p%20q\_r}, doi = {10.1000/a{\_}b}}
@article{a, title = "The same key {GPU}", year = "in press", url = "x.example", url = "y.example"}
@phdthesis{b, title = {Never closed, year = 2020

@book{c, title = {After the broken one}, date = {2019-03}}
"""


def test_letters_addresses_and_broken_entries_of_bibtex(region):
    rows = [dict(zip(t.head, row, strict=True)) for t in [read_references(BIBTEX.encode())] for row in t.rows]
    assert rows[0]["title"] == "Caffè e cittá: perché l'Øresund & il 5 % conta – α-Fe₂O₃ e 10³"
    assert (rows[0]["programme"], rows[0]["started_on"]) == ("Journal of Membrane Science A", "2021")
    assert (rows[0]["source_url"], rows[0]["doi"]) == ("https://x.example/~u/p%20q_r", "10.1000/a_b")
    assert (rows[1]["title"], rows[1]["started_on"], rows[1]["source_url"]) == ("The same key GPU", "", "x.example")
    assert (rows[2]["title"], rows[2]["text"][:16]) == ("", "@phdthesis{k2, t")  # found again by how it begins
    assert rows[3]["title"] == "After the broken one"
    deep = "@misc{x, title = {" + "{" * 5000 + "a" + "}" * 5000 + "}}"
    assert [row[1] for row in read_references(deep.encode()).rows] == ["a"]


def test_an_entry_of_ris_without_an_end_is_not_made_one_with_the_next(region):
    ris = "\ufeffTY  - JOUR\r\nTI  - No end\r\nTY  - BOOK\r\nTI  - A book\r\nPY  - 2011\r\nER  - \r\n"
    assert is_references(ris.encode(), "list.txt")
    table = read_references(ris.encode(), "list.txt")
    assert [(row[1], row[5]) for row in table.rows] == [("No end", ""), ("A book", "2011")]
    assert not is_references(b"title;kind\nTY - a;product\n", "list.csv")


@pytest.mark.parametrize(
    "content",
    [b'title;kind\n"open;product\nlost;product\n', b"%PDF-1.4\n", b"\xef\xbb\xbf\n<html>a</html>", b'{"a":1}'],
)
def test_what_would_be_lost_or_is_no_table_is_refused(content):
    with pytest.raises(TableRefused) as refused:
        read_table(content, "x.csv")
    assert "title" not in str(refused.value).lower()


def test_delimiters_are_said_found_out_and_given_back():
    assert read_table(b"sep=;\r\ntitle;kind\r\na, b, c;product\r\n").rows == [["a, b, c", "product"]]
    assert read_table(b'title;kind\n"a" b;product\n').rows == [["a b", "product"]]  # no spreadsheet minds
    assert read_table(b"title\tkind\na\tproduct\n").delimiter == "\t"
    with override("it"):
        assert b"a;b" in write_csv(["a", "b"], [])
    with override("en"):
        assert b"a,b" in write_csv(["a", "b"], [])

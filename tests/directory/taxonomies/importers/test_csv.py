# SPDX-License-Identifier: EUPL-1.2
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filanda.directory.taxonomies.importers import csv as reader
from filanda.directory.taxonomies.importers.csv import read_csv
from filanda.directory.taxonomies.records import SchemeData, UnreadableFile, check

HEADER = "code,broader,label_it,label_en,alt_it,alt_en,definition_it,definition_en\n"


def read(tmp_path: Path, content: str | bytes, **options) -> SchemeData:
    path = tmp_path / "scheme.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return check(read_csv(path, slug=options.pop("slug", "test"), **options))


def left_out(data: SchemeData) -> list[tuple[int | None, str]]:
    return [(problem.line, problem.code) for problem in data.problems if problem.is_left_out]


def codes(data: SchemeData) -> list[str]:
    return [record.code for record in data.concepts]


def test_a_row_is_a_concept(tmp_path):
    [top, below] = read(
        tmp_path, HEADER + 'A,,Cibo,Food,alimenti | vivande|alimenti,,"Ciò che si ""mangia"".",\nA1,A,Pane,Bread,,,,\n'
    ).concepts
    assert top.labels == {"it": "Cibo", "en": "Food"}
    assert top.alt_labels == {"it": ["alimenti", "vivande"]}
    assert top.definitions == {"it": 'Ciò che si "mangia".'}
    assert (below.code, below.broader, below.line) == ("A1", "A", 3)


def test_lines_before_the_header_describe_the_scheme(tmp_path):
    data = read(
        tmp_path,
        "# slug: colours\n# title_it: Colori\n# title_en: Colours\n# licence: CC0\n# official: no\n\n"
        + HEADER
        + "r,,Rosso,Red,,,,\n",
        slug="",
    )
    assert (data.slug, data.labels, data.licence, data.is_official) == (
        "colours",
        {"it": "Colori", "en": "Colours"},
        "CC0",
        False,
    )


@pytest.mark.parametrize(
    "content",
    [
        "Codice;Padre;Etichetta_IT;Label@en\nA;;Cibo;Food\nA1;A;Pane;Bread\n",
        "notation\tparent\tprefLabel_it\tname_en\nA\t\tCibo\tFood\nA1\tA\tPane\tBread\n",
        "\ufeffcode,broader,label_it,label_en\r\nA,,Cibo,Food\r\nA1,A,Pane,Bread\r\n",
        "label_en,label_it,junk,broader,code\nFood,Cibo,x,,A\nBread,Pane,,A,A1",
    ],
)
def test_columns_have_other_names_orders_and_delimiters(tmp_path, content):
    data = read(tmp_path, content)
    assert data.problems == []
    assert [(r.code, r.broader, r.labels) for r in data.concepts] == [
        ("A", "", {"it": "Cibo", "en": "Food"}),
        ("A1", "A", {"it": "Pane", "en": "Bread"}),
    ]


def test_the_broader_concept_may_come_later(tmp_path):
    assert read(tmp_path, "code,broader,label_it\nA1,A,Pane\nA,,Cibo\n").problems == []


def test_bad_rows_are_left_out_with_line_and_reason(tmp_path):
    data = read(
        tmp_path,
        "code,broader,label_it\n"
        "A,,Cibo\n"  # 2
        "A,,Altro\n"  # 3: duplicate
        ",,Senza codice\n"  # 4
        "B,,\n"  # 5: no label
        "C,Z,Orfano\n"  # 6: broader missing
        "D,C,Figlio di orfano\n"  # 7
        "\n"
        "E,B,Sotto uno scartato\n"  # 9
        "F,A,Buono\n",
    )
    assert codes(data) == ["A", "F"]
    assert left_out(data) == [(3, "A"), (4, ""), (5, "B"), (6, "C"), (7, "D"), (9, "E")]
    assert all(problem.reason and problem.advice for problem in data.problems)


def test_circles_are_left_out_with_what_is_below_them(tmp_path):
    data = read(tmp_path, "code,broader,label_it\nA,C,a\nB,A,b\nC,B,c\nD,C,d\nS,S,s\nT,,t\nU,T,u\n")
    assert codes(data) == ["T", "U"]
    assert left_out(data) == [(2, "A"), (3, "B"), (4, "C"), (5, "D"), (6, "S")]
    assert "A > C > B > A" in data.problems[0].reason


def test_a_chain_of_thousands_is_refused_below_a_depth_and_does_not_recurse(tmp_path):
    rows = "".join(f"c{n},{f'c{n - 1}' if n else ''},x\n" for n in range(5000))
    data = read(tmp_path, "code,broader,label_it\n" + rows)
    assert len(data.concepts) == 30
    assert len(data.problems) == 4970


def test_a_file_in_windows_1252_is_read_with_a_doubt(tmp_path):
    data = read(tmp_path, "code,label_it\nA,Attività €\n".encode("cp1252"))
    assert data.concepts[0].labels == {"it": "Attività €"}
    assert [(problem.is_left_out, problem.line) for problem in data.problems] == [(False, None)]


def test_a_row_in_another_encoding_is_left_out(tmp_path):
    content = "code,label_it\nA,Città\n".encode() + "B,Attività\n".encode("latin-1") + "C,Però\n".encode()
    data = read(tmp_path, content)
    assert codes(data) == ["A", "C"]
    assert left_out(data) == [(3, "B")]


def test_utf_16_from_a_spreadsheet_is_read(tmp_path):
    assert read(tmp_path, "code\tlabel_it\nA\tCittà\n".encode("utf-16")).concepts[0].labels == {"it": "Città"}


def test_control_characters_are_removed(tmp_path):
    assert read(tmp_path, "code,label_it\nA\x00,Ci\x00bo\x07\n").concepts[0].labels == {"it": "Cibo"}


def test_a_quote_in_the_wrong_place_costs_one_row(tmp_path):
    data = read(tmp_path, 'code,label_it\nA,Cibo\nB,"Pane" fresco\nC,Vino\n')
    assert codes(data) == ["A", "C"]
    assert left_out(data) == [(3, "")]


def test_lines_are_counted_through_texts_of_several_lines(tmp_path):
    data = read(tmp_path, 'code,label_it,definition_it\nA,Cibo,"una\ndue\ntre"\nB,,\n')
    assert left_out(data) == [(5, "B")]
    assert data.concepts[0].definitions == {"it": "una\ndue\ntre"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "empty"),
        ("  \n\n", "empty"),
        ("# slug: x\n", "no header row"),
        ("a,b,c\n1,2,3\n", "must name a column"),
        ("code,label_it,etichetta_it\nA,x,y\n", "mean the same"),
        ('code,label_it\nA,Cibo\nB,"Pane\nC,Vino\n', "line 3 is never closed"),
        ('code,label_it\nA,"' + "x" * 200_000, "line 2 is never closed"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_sentence(tmp_path, content, sentence):
    with pytest.raises(UnreadableFile, match=sentence):
        read(tmp_path, content)


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(UnreadableFile, match="cannot be read: No such file"):
        read_csv(tmp_path / "nothing.csv", slug="x")


def test_a_file_over_the_limits_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "MAX_ROWS", 2)
    with pytest.raises(UnreadableFile, match="more than 2 rows"):
        read(tmp_path, "code,label_it\nA,a\nB,b\nC,c\n")
    path = tmp_path / "large.csv"
    path.write_bytes(b"x" * 2_000_000)
    with pytest.raises(UnreadableFile, match="larger than 1 MiB"):
        reader.read_bytes(path, limit=1024 * 1024)


@pytest.mark.parametrize("slug", ["", "Ateco", "a b", "../x", "x" * 41, "à"])
def test_a_scheme_needs_a_short_name(tmp_path, slug):
    with pytest.raises(UnreadableFile, match="Name the scheme"):
        read(tmp_path, "code,label_it\nA,a\n", slug=slug)


def test_long_codes_and_labels_are_left_out(tmp_path):
    data = read(tmp_path, f"code,label_it\n{'x' * 81},a\nB,{'y' * 1001}\nC,c\n")
    assert codes(data) == ["C"]


def test_cells_that_the_header_does_not_name_are_a_doubt(tmp_path):
    data = read(tmp_path, "code,label_it\nA,Cibo, vino e pane\n")
    assert codes(data) == ["A"]
    assert [problem.is_left_out for problem in data.problems] == [False]


def test_mappings_and_flags_are_read(tmp_path):
    [record] = read(
        tmp_path, "code,label_it,official,deprecated,exactMatch,broad_match\nA,a,no,sì,ateco:62|http://x/1,nuts:IT\n"
    ).concepts
    assert (record.is_official, record.is_deprecated) == (False, True)
    assert record.mappings == [("exactMatch", "ateco:62"), ("exactMatch", "http://x/1"), ("broadMatch", "nuts:IT")]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(tmp_path, junk):
    try:
        data = read(tmp_path, b"code,broader,label_it\n" + junk)
    except UnreadableFile:
        return
    kept = set(codes(data))
    assert all(not record.broader or record.broader in kept for record in data.concepts)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from("ABCDEFG"), st.sampled_from(" ABCDEFGZ")), max_size=12))
def test_what_is_kept_is_always_a_forest_and_every_row_is_accounted_for(tmp_path, rows):
    data = read(tmp_path, "code,broader,label_it\n" + "".join(f"{code},{above.strip()},x\n" for code, above in rows))
    above = {record.code: record.broader for record in data.concepts}
    for code in above:
        seen = set()
        while code:
            assert code not in seen
            seen.add(code)
            code = above[code]
    assert len(data.concepts) + len(left_out(data)) == len(rows)

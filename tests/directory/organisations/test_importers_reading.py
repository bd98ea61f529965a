# SPDX-License-Identifier: EUPL-1.2
"""Broken files: every line is either read or rejected with its number, and reading never crashes."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filanda.directory.organisations.importers.reading import Source, find_sources, read_rows
from filanda.directory.organisations.importers.reporting import ImportRefused

COLUMNS = {"id": ("id",), "name": ("name", "legalName"), "town": ("city",)}


def read(tmp_path, content, *, name="organization.csv", required=("id",)):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    rejects = []
    rows = list(read_rows(Source(name, path), COLUMNS, required, rejects.append))
    return rows, [(reject.line, reject.reason) for reject in rejects]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_delimiters_marks_and_line_ends(tmp_path, delimiter, start, end):
    lines = [delimiter.join(cells).encode() for cells in (("city", "legal_Name", "ID"), ("Orsago", "Alfa", "1"))]
    rows, rejects = read(tmp_path, start + end.join(lines) + end)
    assert [row for _line, row in rows] == [{"id": "1", "name": "Alfa", "town": "Orsago"}]
    assert rejects == []


def test_missing_columns_are_empty_and_a_needed_one_refuses(tmp_path):
    rows, _rejects = read(tmp_path, "id;city\n1;Orsago\n")
    assert rows == [(2, {"id": "1", "name": "", "town": "Orsago"})]
    with pytest.raises(ImportRefused, match=r"organization.csv has no column id; it has: name, city"):
        read(tmp_path, "name;city\nAlfa;Orsago\n")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_refuses_with_a_sentence(tmp_path, content):
    with pytest.raises(ImportRefused, match="is empty"):
        read(tmp_path, content)


def test_a_lost_quotation_mark_costs_its_own_line_only(tmp_path):
    text = '"id";"name";"city"\n"1";"Alfa";"A"\n"2";"Be"ta;"B\n"3";"Gamma";"C"\n"4";"Delta";"D"\n'
    rows, rejects = read(tmp_path, text)
    assert [row["id"] for _line, row in rows] == ["1", "3", "4"]
    assert rejects == [(3, "broken quotation marks")]


def test_a_quotation_that_never_ends_does_not_swallow_the_file(tmp_path):
    text = "id;name;city\n" + '1;"Alfa;A\n' + "".join(f"{number};N;T\n" for number in range(2, 500))
    rows, rejects = read(tmp_path, text)
    assert len(rows) == 498
    assert rejects == [(2, "broken quotation marks")]


def test_text_over_several_lines_is_one_record(tmp_path):
    rows, rejects = read(tmp_path, '"id";"name";"city"\n"1";"Alfa\nche continua; qui\n";"A"\n"2";"Beta";"B"\n')
    assert [(line, row["name"]) for line, row in rows] == [(2, "Alfa\nche continua; qui"), (5, "Beta")]
    assert rejects == []


def test_too_few_and_too_many_columns_are_rejected(tmp_path):
    rows, rejects = read(tmp_path, "id;name;city\n1;A\n2;B;C;D\n3;E;F;\n")
    assert [row["id"] for _line, row in rows] == ["3"]
    assert rejects == [(2, "2 columns where the header has 3"), (3, "4 columns where the header has 3")]


def test_windows_1252_among_utf8_and_nul_bytes(tmp_path):
    content = "id;name;city\n1;Università;Cantù\n".encode() + "2;Società;Forlì\n".encode("cp1252") + b"3;Al\x00fa;X\n"
    rows, rejects = read(tmp_path, content)
    assert [row["name"] for _line, row in rows] == ["Università", "Società", "Alfa"]
    assert rejects == [(3, "not UTF-8: read as Windows-1252"), (4, "NUL bytes were removed")]


def test_text_that_was_decoded_wrongly_is_mended(tmp_path):
    rows, _rejects = read(tmp_path, "id;name;city\n1;ZENTRUM FÃœR INNOVATION;CantÃ¹\n2;SÃO PAULO;x\n")
    assert [(row["name"], row["town"]) for _line, row in rows] == [
        ("ZENTRUM FÜR INNOVATION", "Cantù"),
        ("SÃO PAULO", "x"),
    ]


def test_utf16_is_read(tmp_path):
    rows, _rejects = read(tmp_path, "id;name;city\n1;Città;A\n".encode("utf-16"))
    assert rows == [(2, {"id": "1", "name": "Città", "town": "A"})]


def test_a_line_without_end_is_rejected_and_reading_goes_on(tmp_path):
    rows, rejects = read(tmp_path, "id;name;city\n1;" + "x" * 2_500_000 + ";A\n2;B;C\n")
    assert [row["id"] for _line, row in rows] == ["2"]
    assert rejects == [(2, "a line longer than 1,000,000 bytes")]


def test_a_gzip_file_that_breaks_off_is_read_as_far_as_it_goes(tmp_path):
    whole = "id;name;city\n" + "".join(f"{number};Nome {number * 7919};Città {number}\n" for number in range(20_000))
    packed = gzip.compress(whole.encode())
    rows, rejects = read(tmp_path, packed[: len(packed) // 2], name="organization.csv.gz")
    assert 1000 < len(rows) < 20_000
    assert "the file breaks off here" in rejects[-1][1]


def test_what_is_no_gzip_file_refuses(tmp_path):
    with pytest.raises(ImportRefused, match="cannot be read"):
        read(tmp_path, "id;name\n", name="organization.csv.gz")


def test_sources_are_found_in_directories_and_archives(tmp_path):
    wanted = {"organisations": ("organization", "organisation"), "projects": ("project",)}
    with zipfile.ZipFile(tmp_path / "cordis-h2020.zip", "w") as archive:
        archive.writestr("csv/Organization.csv", "id;name;city\n1;A;B\n")
        archive.writestr("csv/project.csv.gz", gzip.compress(b"id\n1\n"))
    for place in (tmp_path, tmp_path / "cordis-h2020.zip"):
        found = find_sources(place, wanted)
        assert {word: source.member for word, source in found.items()} == {
            "organisations": "csv/Organization.csv",
            "projects": "csv/project.csv.gz",
        }
        rows = list(read_rows(found["projects"], {"id": ("id",)}, ("id",), lambda _reject: None))
        assert rows == [(2, {"id": "1"})]
    with pytest.raises(ImportRefused, match="There is nothing at"):
        find_sources(tmp_path / "missing", wanted)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_rejected_and_never_crash(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "organization.csv"
    path.write_bytes(b"id;name;city\n" + content)
    rejects = []
    for line, row in read_rows(Source(path.name, path), COLUMNS, ("id",), rejects.append):
        assert line >= 2
        assert set(row) == set(COLUMNS)
        assert not any("\x00" in cell for cell in row.values())


cells = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(cells, cells, cells), max_size=8),
    st.permutations(["id", "name", "city"]),
    st.sampled_from([";", ","]),
)
def test_what_was_written_is_read_whatever_the_order_of_columns(tmp_path_factory, table, order, delimiter):
    """The csv module writes, our reader reads: the same cells, apart from blanks around them and mended text."""
    from ftfy import fix_encoding

    from filanda.kernel.text.folding import clean

    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(order)
    for row in table:
        values = dict(zip(("id", "name", "city"), row, strict=True))
        writer.writerow([values[word] for word in order])
    path = tmp_path_factory.mktemp("table") / "organization.csv"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    rejects = []
    rows = [row for _line, row in read_rows(Source(path.name, path), COLUMNS, ("id",), rejects.append)]
    expected = [
        dict(zip(("id", "name", "town"), (clean(fix_encoding(cell)) for cell in row), strict=True)) for row in table
    ]
    assert [row for row in rows if any(row.values())] == [row for row in expected if any(row.values())]
    assert rejects == []

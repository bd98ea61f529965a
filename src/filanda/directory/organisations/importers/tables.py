# SPDX-License-Identifier: EUPL-1.2
"""Reading tables that people upload (XLSX, ODS, CSV) and writing tables for them (XLSX, CSV).

Everything is bounded before it is unpacked: bytes, rows, columns, and what a compressed file says that it holds, so
that neither a zip bomb nor a single cell in the last row of a sheet takes the memory. Nothing that is written is ever a
formula: XLSX cells are strings, CSV cells that a spreadsheet would run get a quote in front, which reading takes away.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from filanda.kernel.text.cells import harmless, unguarded
from filanda.kernel.text.folding import clean

__all__ = ["MOST_BYTES", "MOST_ROWS", "Table", "TableRefused", "read_table", "write_csv", "write_xlsx"]

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 100
_UNPACKED = 120 * 1024 * 1024
_LONGEST_CELL = 32_000
_POSITION = re.compile(rb"""[\s<]r\s*=\s*["']([A-Za-z]{0,4})(\d{1,9})["']""")
_REPEATED = re.compile(rb"""number-(rows|columns)-repeated\s*=\s*["'](\d{1,9})["']""")


class TableRefused(ValueError):
    """The file as a whole cannot be read. `str()` is a sentence for the person who sent it."""


@dataclass(frozen=True)
class Table:
    """`rows` have as many cells as `head`; `numbers` are their lines in the file, from 1. `format`: xlsx, ods, csv.
    `delimiter`: of the cells of a CSV file, "" for others.
    """

    format: str
    head: list[str]
    rows: list[list[str]]
    numbers: list[int]
    delimiter: str = ""


def read_table(content: bytes, name: str = "") -> Table:
    """The first sheet of `content`, whose first row with anything in it is the head; empty rows are left out.

    Raises TableRefused.
    """
    if len(content) > MOST_BYTES:
        raise TableRefused(_("The file is larger than 10 MB. Cut it into parts, each with its head."))
    delimiter = ""
    if content[:4] == b"PK\x03\x04":
        found, lines = _sheet(content)
    elif content[:4] == b"\xd0\xcf\x11\xe0":
        raise TableRefused(_("This is a spreadsheet of before 2007, or one with a password. Save it as XLSX or CSV."))
    else:
        found, (delimiter, lines) = "csv", _csv(content)
    filled = [
        (number, [_text(cell) for cell in cells])
        for number, cells in enumerate(lines, start=1)
        if any(str(cell).strip() for cell in cells if cell is not None)
    ]
    if not filled:
        raise TableRefused(_("There is nothing in the first sheet of this file."))
    head = [" ".join(cell.split()) for cell in filled[0][1]]
    while head and not head[-1]:
        head.pop()
    if len(head) > MOST_COLUMNS:
        raise TableRefused(_("The file has more than %(most)d columns.") % {"most": MOST_COLUMNS})
    body = filled[1:]
    if len(body) > MOST_ROWS:
        raise TableRefused(
            _("The file has more than %(most)d rows. Cut it into parts, each with its head.") % {"most": MOST_ROWS}
        )
    width = len(head)
    rows = [(cells + [""] * width)[:width] for _n, cells in body]
    return Table(found, head, rows, [number for number, _c in body], delimiter)


def write_xlsx(head: Sequence[str], rows: Iterable[Sequence[str]], *, sheet: str = "") -> bytes:
    """A workbook of strings, its head fixed and bold."""
    import xlsxwriter  # not for every process that starts

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    page = book.add_worksheet(sheet[:31] or None)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for column, words in enumerate(head):
        page.write_string(0, column, words, bold)
        page.set_column(column, column, min(50, max(12, len(words) + 2)))
    for line, cells in enumerate(rows, start=1):
        for column, words in enumerate(cells):
            if words:
                page.write_string(line, column, words[:_LONGEST_CELL])
    page.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def write_csv(head: Sequence[str], rows: Iterable[Sequence[str]], *, delimiter: str = "") -> bytes:
    """UTF-8 with a mark, as spreadsheets expect it; cells that they would run are quoted. `delimiter`: if none is
    given, the one at which a spreadsheet of the active language parts the cells when such a file is opened.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter or ("," if (get_language() or "").startswith("en") else ";"))
    writer.writerow(head)
    writer.writerows([harmless(cell) for cell in cells] for cells in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _sheet(content: bytes) -> tuple[str, list[list[Any]]]:
    """The cells of an XLSX or ODS file, after it was looked over."""
    damaged = TableRefused(_("The file cannot be opened: it is damaged, or not a spreadsheet. Save it again as XLSX."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
            if len(entries) > 2000 or sum(entry.file_size for entry in entries) > _UNPACKED:
                raise TableRefused(_("The file unpacks to far more than a table of this kind holds. It is not opened."))
            names = {entry.filename for entry in entries}
            if "content.xml" in names:
                found = "ods"
                _look_over_ods(_unpack(packed, "content.xml"))
            elif any(name.startswith("xl/worksheets/") for name in names):
                found = "xlsx"
                for name in names:
                    if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                        _look_over_sheet(_unpack(packed, name))
            else:
                raise damaged
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, KeyError) as error:
        raise damaged from error
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        return found, sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise damaged from error


def _unpack(packed: zipfile.ZipFile, name: str) -> bytes:
    """One entry; what its head says of its size is not believed."""
    with packed.open(name) as entry:
        unpacked = entry.read(_UNPACKED + 1)
    if len(unpacked) > _UNPACKED:
        raise TableRefused(_("The file unpacks to far more than a table of this kind holds. It is not opened."))
    return unpacked


def _look_over_sheet(xml: bytes) -> None:
    """A single cell far out makes the reader hold all cells before it: looked for first."""
    for match in _POSITION.finditer(xml):
        letters, line = match[1].decode().upper(), int(match[2])
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        if column > MOST_COLUMNS or line > MOST_ROWS + 1000:
            raise TableRefused(
                _("Something stands in cell %(cell)s. A table here has %(rows)d rows and %(columns)d columns at most.")
                % {"cell": f"{letters}{line}", "rows": MOST_ROWS, "columns": MOST_COLUMNS}
            )


def _look_over_ods(xml: bytes) -> None:
    """Repeated cells and rows count; the empty ones that fill a sheet to its end are left out by the reader."""
    rows = columns = 0
    for match in _REPEATED.finditer(xml):
        number = int(match[2])
        if number < 1_000_000 and match[1] == b"rows":
            rows += number
        elif number < 1000:
            columns = max(columns, number)
        if rows > 10 * MOST_ROWS or (number >= 1_048_577):
            raise TableRefused(_("The file unpacks to far more than a table of this kind holds. It is not opened."))


def _csv(content: bytes) -> tuple[str, list[list[str]]]:
    """The delimiter, and the cells of every line."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:4].startswith((b"%PDF", b"<", b"{", b"[")):
        raise TableRefused(_("This is not a table. Send an XLSX, ODS or CSV file."))
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TableRefused(_("This is not a table. Send an XLSX, ODS or CSV file."))
    for encoding in ("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise TableRefused(_("The letters of this file cannot be read. Save it as CSV in UTF-8."))
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    if said := re.fullmatch(r"sep=([;,\t])\s*", first, re.IGNORECASE):  # a line for spreadsheets, which hide it
        delimiter, text = said[1], text.replace(first, "", 1)
    lines: list[list[str]] = []
    # Nobody is strict with a quotation mark inside a cell; one that nobody closes swallows all lines after it.
    for strict in (True, False):
        lines.clear()
        try:
            for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict):
                lines.append(cells[: MOST_COLUMNS + 1])
                if len(lines) > MOST_ROWS + 1001:
                    break
            break
        except csv.Error as error:
            if strict and "unexpected end" not in str(error):
                continue
            raise TableRefused(
                _("Line %(line)d of this file cannot be read: a quotation mark is open, perhaps.")
                % {"line": len(lines) + 1}
            ) from error
    return delimiter, lines


def _text(cell: Any) -> str:
    """A cell as a person would write it; the quote that guards a formula is taken away."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return unguarded(clean(str(cell))[:_LONGEST_CELL])

# SPDX-License-Identifier: EUPL-1.2
"""Reading CSV files as they are: plain, .gz or in a .zip; UTF-8 with Windows-1252 lines among it; broken quotes.

A file is read as a stream, line by line. A line that cannot be understood is rejected with its number and the reason,
and reading goes on behind it: one lost quotation mark does not swallow the rest of the file.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ftfy import fix_encoding

from filanda.directory.organisations.importers.reporting import ImportRefused, Reject
from filanda.kernel.text.folding import clean

__all__ = ["OnReject", "Row", "Source", "find_sources", "read_rows"]

LINE_LIMIT = 1_000_000  # bytes of one physical line; a longer one is rejected
RECORD_LINES = 200  # physical lines that one record may span

OnReject = Callable[[Reject], None]


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read: its name as a person knows it, and how to open it as bytes."""

    name: str
    path: Path
    member: str = ""

    @contextmanager
    def open(self) -> Iterator[io.BufferedReader]:
        """The file's bytes, decompressed."""
        if self.member:
            with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as stream:
                yield io.BufferedReader(_gunzipped(self.member, stream))  # type: ignore[arg-type]
        else:
            with self.path.open("rb") as stream:
                yield io.BufferedReader(_gunzipped(self.path.name, stream))  # type: ignore[arg-type]


def _gunzipped(name: str, stream: IO[bytes]) -> IO[bytes]:
    return gzip.GzipFile(fileobj=stream) if name.lower().endswith(".gz") else stream  # type: ignore[return-value]


# One record: the number of its first line, and the cells that were asked for, cleaned ("" where there is none).
Row = tuple[int, dict[str, str]]


def find_sources(place: Path, wanted: Mapping[str, tuple[str, ...]]) -> dict[str, Source]:
    """Find files below `place` (a directory, a .zip, or one of the files) by their stems, in any case.

    wanted: our word for a file -> the stems it may have. The shallowest, then first by name, is taken.
    Raises ImportRefused when `place` cannot be read.
    """
    candidates: list[tuple[int, str, Source]] = []
    try:
        if place.is_dir():
            for path in sorted(place.rglob("*")):
                if path.is_file() and path.suffix.lower() == ".zip":
                    candidates += _members(path)
                elif path.is_file():
                    relative = path.relative_to(place)
                    candidates.append((len(relative.parts), str(relative), Source(path.name, path)))
        elif zipfile.is_zipfile(place):
            candidates += _members(place)
        elif place.is_file():
            candidates.append((0, place.name, Source(place.name, place)))
        else:
            raise ImportRefused(f"There is nothing at {place}: give the directory or the .zip of the CSV files.")
    except (OSError, zipfile.BadZipFile) as error:
        raise ImportRefused(f"{place} cannot be read: {_reason(error)}.") from error
    found: dict[str, Source] = {}
    for _depth, name, source in sorted(candidates, key=lambda candidate: candidate[:2]):
        file = re.split(r"[/\\]", name)[-1].lower()
        match = re.fullmatch(r"(?P<stem>.+?)\.(csv|txt|tsv)(\.gz)?", file)
        for word, stems in wanted.items():
            if match and match["stem"] in {stem.lower() for stem in stems}:
                found.setdefault(word, source)
    return found


def _members(path: Path) -> list[tuple[int, str, Source]]:
    with zipfile.ZipFile(path) as archive:
        return [
            (name.count("/") + 1, name, Source(f"{path.name}/{name}", path, name))
            for name in archive.namelist()
            if not name.endswith("/")
        ]


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return str(error) or type(error).__name__


def read_rows(
    source: Source, columns: Mapping[str, tuple[str, ...]], required: tuple[str, ...], on_reject: OnReject
) -> Iterator[Row]:
    """Yield the rows of `source` with the cells of `columns`, each with the number of its first line.

    columns: our word for a column -> the headings it may have (case, spaces, "_" and "-" do not matter).
    required: our words that must be there as columns. Raises ImportRefused when one is missing or the file has no
    header; everything else that is wrong goes to `on_reject`.
    """
    lines = _lines(source, on_reject)
    _number, header = next(((number, text) for number, text in lines if text.strip()), (0, ""))
    if not header:
        raise ImportRefused(f"{source.name} is empty: it should begin with a line of column names.")
    delimiter = max(";,\t", key=header.count)
    headings = [_heading(cell) for cell in _parse(header, delimiter)]
    places = {
        word: next((headings.index(_heading(name)) for name in names if _heading(name) in headings), None)
        for word, names in columns.items()
    }
    if missing := [columns[word][0] for word in required if places[word] is None]:
        known = ", ".join(cell.strip() for cell in _parse(header, delimiter) if cell.strip())[:300]
        raise ImportRefused(
            f"{source.name} has no column {' and no column '.join(missing)}; it has: {known or 'none'}."
        )
    for number, cells in _records(source.name, lines, delimiter, len(headings), on_reject):
        yield number, {word: "" if place is None else _tidy(cells[place]) for word, place in places.items()}


def _heading(text: str) -> str:
    return re.sub(r"[\s_-]+", "", text).casefold()


def _parse(text: str, delimiter: str) -> list[str]:
    """The cells of one record; an empty list where even a lenient reader gives up."""
    try:
        return next(csv.reader([text.rstrip("\r\n")], delimiter=delimiter), [])
    except csv.Error:
        return []


def _tidy(cell: str) -> str:
    """Without control characters and outer blanks, with text mended that was decoded wrongly ("UniversitÃ ")."""
    if not cell:
        return cell
    if cell.isascii() and cell.isprintable():
        return cell.strip()
    return clean(fix_encoding(cell))


def _records(
    name: str, lines: Iterator[tuple[int, str]], delimiter: str, width: int, on_reject: OnReject
) -> Iterator[tuple[int, list[str]]]:
    """Join physical lines to records and split them into exactly `width` cells; reject what does not fit."""

    def fitted(text: str) -> list[str] | None:
        cells = _parse(text, delimiter)
        if len(cells) > width and not any(cells[width:]):
            return cells[:width]
        return cells if len(cells) == width else None

    def refuse(parts: list[tuple[int, str]], reason: str) -> None:
        for number, part in parts:
            on_reject(Reject(name, number, reason, value=part.strip()))

    open_lines: list[tuple[int, str]] = []  # of a record inside a quotation that has not ended yet
    for number, text in lines:
        is_balanced = text.count('"') % 2 == 0
        if not open_lines and is_balanced:
            cells = fitted(text)
            if cells is not None:
                yield number, cells
            elif text.strip():
                found = len(_parse(text, delimiter))
                refuse([(number, text)], f"{found} columns where the header has {width}")
            continue
        if open_lines and is_balanced and width > 2 and (cells := fitted(text)) is not None:
            # A whole record within an open quotation: a quotation mark was lost above, not here.
            refuse(open_lines, "broken quotation marks")
            open_lines = []
            yield number, cells
            continue
        open_lines.append((number, text))
        if not is_balanced and len(open_lines) > 1:
            cells = fitted("".join(part for _number, part in open_lines))
            if cells is None:
                refuse(open_lines, "broken quotation marks")
            else:
                yield open_lines[0][0], cells
            open_lines = []
        elif len(open_lines) > RECORD_LINES:
            refuse(open_lines, "broken quotation marks")
            open_lines = []
    refuse(open_lines, "broken quotation marks")


def _lines(source: Source, on_reject: OnReject) -> Iterator[tuple[int, str]]:
    """Physical lines with their numbers, decoded. A file that breaks off is read as far as it goes."""
    number = 0
    try:
        with source.open() as stream:
            for number, text in _decoded(source.name, stream, stream.peek(65536), on_reject):
                yield number, text
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        if number == 0:
            raise ImportRefused(f"{source.name} cannot be read: {_reason(error)}.") from error
        on_reject(Reject(source.name, number + 1, f"the file breaks off here ({_reason(error)})"))
    except (RuntimeError, NotImplementedError) as error:  # zipfile: encrypted, or a method it does not know
        raise ImportRefused(f"{source.name} cannot be read: {_reason(error)}.") from error


def _decoded(name: str, stream: io.BufferedReader, start: bytes, on_reject: OnReject) -> Iterator[tuple[int, str]]:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield from enumerate(io.TextIOWrapper(stream, "utf-16", errors="replace", newline="\n"), 1)
        return
    if b"\r" in start and b"\n" not in start:  # line ends of old Macintosh programs
        yield from enumerate(io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline=None), 1)
        return
    number = 0
    while raw := stream.readline(LINE_LIMIT):
        number += 1
        if len(raw) >= LINE_LIMIT and not raw.endswith(b"\n"):
            while (rest := stream.readline(LINE_LIMIT)) and not rest.endswith(b"\n"):
                continue
            on_reject(Reject(name, number, f"a line longer than {LINE_LIMIT:,} bytes"))
            continue
        if b"\x00" in raw:
            raw = raw.replace(b"\x00", b"")
            on_reject(Reject(name, number, "NUL bytes were removed", column="(whole line)"))
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            text = "".join(_WINDOWS_1252[byte] for byte in raw)
            on_reject(Reject(name, number, "not UTF-8: read as Windows-1252", column="(whole line)"))
        yield number, text


# Windows-1252 with Latin-1 for the five bytes that it leaves undefined.
_WINDOWS_1252 = [
    bytes([byte]).decode("latin-1" if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else "cp1252") for byte in range(256)
]

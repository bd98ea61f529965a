# SPDX-License-Identifier: EUPL-1.2
"""Schemes in CSV: a row a concept, columns code, broader, label_it, label_en, alt_it, alt_en, definition_it …

Any language may follow the underscore. Lines `# key: value` before the header say what the scheme is (see
`_SCHEME_KEYS`); `exporting.write_csv` writes the same, so what is exported can be loaded again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from filanda.directory.taxonomies.models import ConceptMapping
from filanda.directory.taxonomies.records import ConceptRecord, Problem, SchemeData, UnreadableFile
from filanda.kernel.text.folding import clean

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 250_000
MAX_FIELD = 100_000
SEPARATOR = "|"

_ALIASES = {
    "notation": "code",
    "codice": "code",
    "id": "code",
    "parent": "broader",
    "parent_code": "broader",
    "parentcode": "broader",
    "padre": "broader",
    "url": "uri",
    "iri": "uri",
}
_TEXT_ALIASES = {
    "label": "label",
    "preflabel": "label",
    "pref_label": "label",
    "name": "label",
    "etichetta": "label",
    "alt": "alt",
    "altlabel": "alt",
    "alt_label": "alt",
    "altlabels": "alt",
    "sinonimi": "alt",
    "definition": "definition",
    "definizione": "definition",
    "description": "definition",
}
_TEXT_COLUMN = re.compile(r"^(?P<kind>[a-z_]+?)[_@-](?P<language>[a-z]{2,3})$")
_SCHEME_KEYS = ("slug", "uri", "version", "publisher", "licence", "source", "official")
_SCHEME_LINE = re.compile(r"^#\s*(?P<key>[a-z_]+)\s*:\s*(?P<value>.*)$")
_MAPPINGS = {kind.value.lower(): kind.value for kind in ConceptMapping.Kind}
_NO = {"no", "false", "0", "n"}
_YES = {"yes", "true", "1", "si", "sì", "y", "s"}


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of the header means: a field of the concept, and the language of a text."""

    kind: str
    language: str = ""


@dataclass(slots=True)
class Decoded:
    """The text of a file and what was doubtful about its encoding."""

    text: str
    problems: list[Problem]
    bad_lines: set[int]


def read_csv(path: Path, *, slug: str = "", text_without_language: str = "it") -> SchemeData:
    """Read the scheme in `path`. `slug` overrides the file's; a plain `label` column is in `text_without_language`.

    Raises UnreadableFile: not there, too large (64 MiB, 250,000 rows), no code or label column, a quote that is
    never closed, no name for the scheme.
    """
    decoded = decode(read_bytes(path))
    return _read(decoded, slug=slug, text_without_language=text_without_language)


def read_bytes(path: Path, *, limit: int = MAX_BYTES) -> bytes:
    """The content of `path`, at most `limit` bytes. Raises UnreadableFile."""
    try:
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except OSError as error:
        raise UnreadableFile(
            _("The file %(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror or error}
        ) from None
    if len(content) > limit:
        raise UnreadableFile(
            _("The file is larger than %(limit)d MiB. Split it, or leave out the languages you do not need.")
            % {"limit": limit // 1024 // 1024}
        )
    if not content.strip():
        raise UnreadableFile(_("The file is empty."))
    return content


def decode(content: bytes) -> Decoded:
    """UTF-8 (with or without mark), UTF-16 with mark, else Windows-1252; lines in a mixture of these are bad lines."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return Decoded(content.decode(encoding, errors="replace"), [], set())
    try:
        return Decoded(content.decode("utf-8-sig"), [], set())
    except UnicodeDecodeError:
        pass
    text = content.decode("utf-8-sig", errors="surrogateescape")
    if not any("\x80" <= character < "\ud800" for character in text):
        doubt = Problem(
            None,
            "",
            _("The file is not in UTF-8; it was read as Windows-1252."),
            _("Look at the accented letters. To be sure, save it as “CSV UTF-8”."),
            is_left_out=False,
        )
        return Decoded(content.decode("cp1252", errors="replace"), [doubt], set())
    lines = io.StringIO(text, newline="")
    bad = {n for n, line in enumerate(lines, 1) if any("\udc80" <= character <= "\udcff" for character in line)}
    return Decoded(text.encode("utf-8", errors="replace").decode("utf-8"), [], bad)


def _read(decoded: Decoded, *, slug: str, text_without_language: str) -> SchemeData:
    lines = list(io.StringIO(decoded.text, newline=""))
    about: dict[str, str] = {}
    skipped = 0
    while skipped < len(lines) and (lines[skipped].startswith("#") or not lines[skipped].strip(" ,;\t\r\n")):
        found = _SCHEME_LINE.match(lines[skipped].strip().strip(",;\t"))
        if found is not None:
            about[found["key"]] = clean(found["value"])
        skipped += 1
    if skipped == len(lines):
        raise UnreadableFile(_("There is no header row. The first row names the columns: code, broader, label_it …"))
    delimiter = max(";,\t", key=lines[skipped].count)
    rows = csv.reader(io.StringIO("".join(lines[skipped:]), newline=""), delimiter=delimiter, strict=True)
    data = _scheme(about, slug)
    data.problems.extend(decoded.problems)
    header: dict[int, Column] = {}
    width = 0
    for first, last, row in _numbered(rows, skipped, data.problems):
        if not header:
            header, width = _header(row, text_without_language), len(row)
            continue
        if not any(cell.strip() for cell in row):
            continue
        if len(data.concepts) >= MAX_ROWS:
            raise UnreadableFile(_("There are more than %(limit)d rows. Split the file.") % {"limit": MAX_ROWS})
        if decoded.bad_lines.intersection(range(first, last + 1)):
            advice = _("Save the whole file as “CSV UTF-8” and load it again.")
            data.problems.append(Problem(first, _cell(row, header, "code"), _("The row is not in UTF-8."), advice))
            continue
        if any(cell.strip() for cell in row[width:]):
            reason = _("The row has more cells than the header names.")
            advice = _("Put texts that contain the delimiter in quotes.")
            data.problems.append(Problem(first, _cell(row, header, "code"), reason, advice, is_left_out=False))
        data.concepts.append(_concept(row, header, first))
    return data


def _numbered(rows: Iterator[list[str]], skipped: int, problems: list[Problem]) -> Iterator[tuple[int, int, list[str]]]:
    """Rows with their first and last line in the file; a row that cannot be parsed is a problem, not the end."""
    csv.field_size_limit(max(csv.field_size_limit(), MAX_FIELD))
    last = skipped
    while True:
        first = last + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            last = skipped + rows.line_num  # type: ignore[attr-defined]
            if "unexpected end" in str(error) or "field larger" in str(error):
                raise UnreadableFile(
                    _("A quote that opens in the row of line %(line)d is never closed. Close it and load again.")
                    % {"line": first}
                ) from None
            reason = _("The row cannot be parsed: a quote stands where it should not.")
            problems.append(Problem(first, "", reason, _('Double every quote inside a text: "" instead of ".')))
            continue
        last = skipped + rows.line_num  # type: ignore[attr-defined]
        yield first, last, row


def _scheme(about: dict[str, str], slug: str) -> SchemeData:
    named = slug or about.get("slug", "")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", named):
        raise UnreadableFile(
            _("Name the scheme (--scheme, or a line “# slug: …”): small letters, digits and hyphens, at most 40.")
        )
    return SchemeData(
        slug=named,
        concepts=[],
        labels={key[6:]: value for key, value in about.items() if key.startswith("title_") and value},
        descriptions={key[12:]: value for key, value in about.items() if key.startswith("description_") and value},
        uri=about.get("uri", "")[:300],
        version=about.get("version", "")[:60],
        publisher=about.get("publisher", "")[:200],
        licence=about.get("licence", "")[:200],
        source=about.get("source", "")[:300],
        is_official=about.get("official", "").casefold() not in _NO,
    )


def _header(row: list[str], text_without_language: str) -> dict[int, Column]:
    columns: dict[int, Column] = {}
    for index, cell in enumerate(row):
        name = clean(cell).casefold().replace(" ", "_")
        name = _ALIASES.get(name, name)
        text = _TEXT_COLUMN.match(name)
        if text is not None and text["kind"] in _TEXT_ALIASES:
            columns[index] = Column(_TEXT_ALIASES[text["kind"]], text["language"])
        elif name in _TEXT_ALIASES:
            columns[index] = Column(_TEXT_ALIASES[name], text_without_language)
        elif name in {"code", "broader", "uri", "official", "deprecated"}:
            columns[index] = Column(name)
        elif name.replace("_", "") in _MAPPINGS:
            columns[index] = Column(_MAPPINGS[name.replace("_", "")])
    kinds = [column.kind for column in columns.values()]
    if "code" not in kinds or "label" not in kinds:
        raise UnreadableFile(
            _(
                "The header must name a column “code” and at least one “label_it” or “label_en”; it names: %(columns)s."
                " Is the delimiter a comma, a semicolon or a tab?"
            )
            % {"columns": ", ".join(clean(cell)[:40] for cell in row[:12]) or "-"}
        )
    if len(set(columns.values())) < len(columns):
        raise UnreadableFile(_("Two columns of the header mean the same. Leave one of them out."))
    return columns


def _cell(row: list[str], header: dict[int, Column], kind: str) -> str:
    return next((clean(row[n]) for n, column in header.items() if column.kind == kind and n < len(row)), "")


def _concept(row: list[str], header: dict[int, Column], line: int) -> ConceptRecord:
    record = ConceptRecord(code="", labels={}, line=line)
    for index, column in header.items():
        value = clean(row[index]) if index < len(row) else ""
        if not value:
            continue
        match column.kind:
            case "code":
                record.code = value
            case "broader":
                record.broader = value
            case "uri":
                record.uri = value[:300]
            case "label":
                record.labels[column.language] = " ".join(value.split())
            case "alt":
                record.alt_labels[column.language] = split(value)
            case "definition":
                record.definitions[column.language] = value
            case "official":
                record.is_official = value.casefold() not in _NO
            case "deprecated":
                record.is_deprecated = value.casefold() in _YES
            case kind:
                record.mappings += [(kind, target) for target in split(value)]
    return record


def split(value: str) -> list[str]:
    """The texts of a cell that holds several, separated by “|”."""
    parts = (" ".join(part.split()) for part in value.split(SEPARATOR))
    return list(dict.fromkeys(part for part in parts if part))

# SPDX-License-Identifier: EUPL-1.2
"""Publications from BibTeX and RIS files, as the rows of a list of evidence (see `columns.EVIDENCE`)."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Mapping
from typing import Any

import bibtexparser
import rispy
from bibtexparser.model import Entry, ParsingFailedBlock
from django.utils.translation import gettext as _
from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexwalker import LatexWalkerError

from filanda.directory.organisations.importers.columns import EVIDENCE
from filanda.directory.organisations.importers.tables import MOST_BYTES, MOST_ROWS, Table, TableRefused
from filanda.kernel.text.folding import clean

__all__ = ["is_references", "read_references"]

_HEAD = [column.name for column in EVIDENCE]
_KINDS_OF_BIBTEX = {"patent": "patent", "dataset": "dataset", "data": "dataset", "software": "software"}
_KINDS_OF_RIS = {"PAT": "patent", "DATA": "dataset", "DBASE": "dataset", "COMP": "software", "STAND": "standard"}
_SHOWN = 300  # letters of an entry that cannot be read, by which whoever sent it finds it again
_RIS = re.compile(r"\s*(?:\d+\.\s*)?TY  ?-")
_BIBTEX = re.compile(r"\s*(?:%[^\n]*\n\s*)*@[A-Za-z]+\s*[{(]")
# The key of an entry. Keys are of no use here, and two alike would make the parser give up the second entry.
_KEY = re.compile(r"^([ \t]*@(?!string|comment|preamble)[A-Za-z]+\s*[{(]\s*)[^,={}\"]*,", re.IGNORECASE | re.MULTILINE)
_BRACES = re.compile(r"[{}]")
_ESCAPED = re.compile(r"\\([_%&#~$])")
_LOWERED, _RAISED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"), str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_NEW_RIS = re.compile(r"TY  ?-")
_END_RIS = re.compile(r"ER  ?-")


def is_references(content: bytes, name: str = "") -> bool:
    """Whether this is to be read as publications: by its name, or by how it begins."""
    begins = content[:4000].decode("utf-8-sig", errors="replace")
    return name.lower().endswith((".bib", ".bibtex", ".ris")) or bool(_RIS.match(begins) or _BIBTEX.match(begins))


def read_references(content: bytes, name: str = "") -> Table:
    """A table of what a .bib or .ris file holds; `numbers` count its entries from 1. Raises TableRefused."""
    if len(content) > MOST_BYTES:
        raise TableRefused(_("The file is larger than 10 MB. Cut it into parts."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    is_ris = bool(_RIS.match(text)) or (name.lower().endswith(".ris") and "@" not in text[:200])
    rows = _ris(text) if is_ris else _bibtex(text)
    if not rows:
        raise TableRefused(_("No publication was found in this file. It has to be BibTeX (.bib) or RIS (.ris)."))
    if len(rows) > MOST_ROWS:
        raise TableRefused(_("The file has more than %(most)d publications.") % {"most": MOST_ROWS})
    cells = [[clean(row.get(column, "")) for column in _HEAD] for row in rows]
    return Table("ris" if is_ris else "bibtex", list(_HEAD), cells, list(range(1, len(cells) + 1)))


def _bibtex(text: str) -> list[dict[str, str]]:
    """An entry that cannot be read is a row without a title that shows how it begins, not one that is lost."""
    numbers = itertools.count()
    keyed = _KEY.sub(lambda found: f"{found[1]}k{next(numbers)},", text)
    try:
        library = bibtexparser.parse_string(keyed, parse_stack=[])
    except Exception as error:  # the parser has no error of its own for what it cannot read
        raise TableRefused(_("This BibTeX file cannot be read: %(why)s") % {"why": str(error)[:200]}) from error
    strings = {string.key.lower(): _bare(str(string.value), {}) for string in library.strings}
    rows = []
    for block in library.blocks:
        if isinstance(block, ParsingFailedBlock) and block.ignore_error_block is not None:
            block = block.ignore_error_block  # such as one with a field twice
        if isinstance(block, Entry):
            rows.append(_entry(block, strings))
        elif isinstance(block, ParsingFailedBlock):
            rows.append({"kind": "publication", "title": "", "text": " ".join((block.raw or "").split())[:_SHOWN]})
    return rows


def _entry(entry: Entry, strings: Mapping[str, str]) -> dict[str, str]:
    raw: dict[str, str] = {}
    for field in entry.fields:
        raw.setdefault(field.key.lower(), _bare(str(field.value), strings))
    return {
        "kind": _KINDS_OF_BIBTEX.get(entry.entry_type.lower(), "publication"),
        "title": _readable(raw.get("title", "")),
        "text": _readable(raw.get("abstract", "")),
        "started_on": _day(raw.get("date") or raw.get("year", "")),
        "programme": _readable(raw.get("journal") or raw.get("journaltitle") or raw.get("booktitle", "")),
        "source_url": _verbatim(raw.get("url", "")),
        "doi": _verbatim(raw.get("doi", "")),
    }


def _bare(value: str, strings: Mapping[str, str]) -> str:
    """A value without what encloses it: {…}, "…", or the name of an @string; parts that # joins are put together."""
    value = value.strip()
    if value[:1] == "{" and value[-1:] == "}":
        return value[1:-1]
    parts = [part.strip() for part in re.split(r"\s+#\s+", value)]
    return "".join(
        part[1:-1] if len(part) > 1 and part[0] == part[-1] == '"' else strings.get(part.lower(), part)
        for part in parts
    )


def _readable(latex: str) -> str:
    """Letters instead of LaTeX: "Caff{\\`e}" -> "Caffè", "Fe$_2$O$_3$" -> "Fe₂O₃"."""
    try:
        text = str(_decoder().latex_to_text(latex))
    except (LatexWalkerError, ValueError, IndexError, RecursionError):  # what cannot be made out stays as it was
        text = latex
    text = _BRACES.sub("", text)
    if "$" in latex:
        text = re.sub(r"_(\d+)", lambda found: found[1].translate(_LOWERED), text)
        text = re.sub(r"\^(\d+)", lambda found: found[1].translate(_RAISED), text)
    return re.sub(r"[ \t\xa0]+", " ", text)


def _verbatim(latex: str) -> str:
    """An address: "~", "%" and "_" mean themselves there, with or without a backslash in front."""
    return _ESCAPED.sub(r"\1", _BRACES.sub("", latex.replace("\\url", ""))).strip()


@functools.cache
def _decoder() -> LatexNodes2Text:
    return LatexNodes2Text(math_mode="text", keep_braced_groups=False)


def _ris(text: str) -> list[dict[str, str]]:
    lines: list[str] = []
    is_open = False
    for line in text.splitlines():
        is_new = bool(_NEW_RIS.match(line))
        if is_new and is_open:  # the entry before has no end: without one, the parser makes one entry of the two
            lines.append("ER  - ")
        is_open = is_new or (is_open and not _END_RIS.match(line))
        lines.append(line)
    try:
        entries: list[dict[str, Any]] = rispy.loads("\n".join(lines) + "\n")
    except Exception as error:  # the parser has no common error
        raise TableRefused(_("This RIS file cannot be read: %(why)s") % {"why": str(error)[:200]}) from error
    return [
        {
            "kind": _KINDS_OF_RIS.get(str(entry.get("type_of_reference", "")), "publication"),
            "title": str(entry.get("title") or entry.get("primary_title") or ""),
            "text": str(entry.get("abstract") or entry.get("notes_abstract") or ""),
            "started_on": _day(str(entry.get("date") or entry.get("year") or entry.get("publication_year") or "")),
            "programme": str(entry.get("journal_name") or entry.get("secondary_title") or ""),
            "source_url": str((entry.get("urls") or [""])[0]),
            "doi": str(entry.get("doi") or ""),
        }
        for entry in entries
    ]


def _day(text: str) -> str:
    """ "2021/05/12/", "2021-05", "2021", "c. 2021": what of it is a date; "" for "in press"."""
    found = re.match(r"(\d{4})(?:[/-](\d{1,2}))?(?:[/-](\d{1,2}))?", text.strip())
    if found is not None:
        return "-".join(part for part in (found[1], found[2], found[3]) if part)
    year = re.search(r"\b(?:1[89]|20)\d\d\b", text)
    if year is not None:
        return year[0]
    return text.strip() if re.search(r"\d", text) else ""

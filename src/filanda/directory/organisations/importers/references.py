# SPDX-License-Identifier: EUPL-1.2
"""Publications from BibTeX and RIS files, as the rows of a list of evidence (see `columns.EVIDENCE`)."""

from __future__ import annotations

import re
from typing import Any

import bibtexparser
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware, RemoveEnclosingMiddleware
from django.utils.translation import gettext as _

from filanda.directory.organisations.importers.columns import EVIDENCE
from filanda.directory.organisations.importers.tables import MOST_BYTES, MOST_ROWS, Table, TableRefused
from filanda.kernel.text.folding import clean

__all__ = ["read_references"]

_HEAD = [column.name for column in EVIDENCE]
_BRACES = re.compile(r"[{}]")
_KINDS_OF_BIBTEX = {"patent": "patent", "dataset": "dataset", "data": "dataset", "software": "software"}
_KINDS_OF_RIS = {"PAT": "patent", "DATA": "dataset", "DBASE": "dataset", "COMP": "software", "STAND": "standard"}


def read_references(content: bytes, name: str = "") -> Table:
    """A table of what a .bib or .ris file holds; `numbers` count its entries from 1. Raises TableRefused."""
    if len(content) > MOST_BYTES:
        raise TableRefused(_("The file is larger than 10 MB. Cut it into parts."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    is_ris = bool(re.match(r"\s*(?:\d+\.\s*)?TY  ?-", text)) or (
        name.lower().endswith(".ris") and "@" not in text[:200]
    )
    rows = _ris(text) if is_ris else _bibtex(text)
    if not rows:
        raise TableRefused(_("No publication was found in this file. It has to be BibTeX (.bib) or RIS (.ris)."))
    if len(rows) > MOST_ROWS:
        raise TableRefused(_("The file has more than %(most)d publications.") % {"most": MOST_ROWS})
    cells = [[clean(row.get(column, "")) for column in _HEAD] for row in rows]
    return Table("ris" if is_ris else "bibtex", list(_HEAD), cells, list(range(1, len(cells) + 1)))


def _bibtex(text: str) -> list[dict[str, str]]:
    try:
        library = bibtexparser.parse_string(
            text, parse_stack=[RemoveEnclosingMiddleware(), LatexDecodingMiddleware(allow_inplace_modification=True)]
        )
    except Exception as error:  # the parser has no error of its own for what it cannot read
        raise TableRefused(_("This BibTeX file cannot be read: %(why)s") % {"why": str(error)[:200]}) from error
    rows = []
    for entry in library.entries:
        fields = {field.key.lower(): _BRACES.sub("", str(field.value)) for field in entry.fields}
        rows.append(
            {
                "kind": _KINDS_OF_BIBTEX.get(entry.entry_type.lower(), "publication"),
                "title": fields.get("title", ""),
                "text": fields.get("abstract", ""),
                "started_on": _day(fields.get("date") or fields.get("year", "")),
                "programme": fields.get("journal") or fields.get("booktitle", ""),
                "source_url": fields.get("url", ""),
                "doi": fields.get("doi", ""),
            }
        )
    # An entry that cannot be read is a row that says so, not one that is lost.
    rows += [{"kind": "publication", "title": ""} for _block in library.failed_blocks]
    return rows


def _ris(text: str) -> list[dict[str, str]]:
    try:
        entries: list[dict[str, Any]] = rispy.loads(text)
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
    """ "2021/05/12/", "2021-05", "2021": what of it is a date."""
    found = re.match(r"(\d{4})(?:[/-](\d{1,2}))?(?:[/-](\d{1,2}))?", text.strip())
    if found is None:
        return text.strip()
    return "-".join(part for part in (found[1], found[2], found[3]) if part)

# SPDX-License-Identifier: EUPL-1.2
"""CPV, NUTS and EuroSciVoc: CSV files with a code and labels, where the code itself says what is broader."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from django.utils.translation import gettext as _

from filanda.directory.taxonomies.importers.csv import decode, read_bytes, read_csv
from filanda.directory.taxonomies.records import ConceptRecord, Problem, SchemeData

__all__ = ["READERS", "read_cpv", "read_euroscivoc", "read_nuts"]


def read_cpv(path: Path) -> SchemeData:
    """Common Procurement Vocabulary 2008 (Regulation (EC) 213/2008): eight digits, zeros at the end mean broader."""
    data = read_csv(path, slug="cpv")
    data.concepts = [replace(record, code=re.sub(r"-\d$", "", record.code)) for record in data.concepts]
    _keep_well_formed(data, r"\d{8}", _("A CPV code has eight digits, and may have a check digit after a hyphen."))
    codes = {record.code for record in data.concepts}

    def broader(code: str) -> str:
        digits = code.rstrip("0")
        for length in range(len(digits) - 1, 1, -1):
            candidate = digits[:length].ljust(8, "0")
            if candidate in codes and candidate != code:
                return candidate
        return ""

    return _described(
        data,
        broader,
        labels={"it": "Vocabolario comune per gli appalti (CPV)", "en": "Common Procurement Vocabulary (CPV)"},
        uri="http://data.europa.eu/cpv/cpv",
        version="2008",
    )


def read_nuts(path: Path) -> SchemeData:
    """NUTS (Regulation (EC) 1059/2003): two letters of the country, then a character a level."""
    data = read_csv(path, slug="nuts")
    _keep_well_formed(data, r"[A-Z]{2}[0-9A-Z]{0,3}", _("A NUTS code has two capital letters and up to three more."))
    codes = {record.code for record in data.concepts}

    def broader(code: str) -> str:
        return code[:-1] if code[:-1] in codes else ""

    return _described(
        data,
        broader,
        labels={"it": "NUTS: unità territoriali per la statistica", "en": "NUTS: territorial units for statistics"},
        uri="http://data.europa.eu/nuts",
    )


def read_euroscivoc(path: Path) -> SchemeData:
    """EuroSciVoc: codes are paths of numbers (/21/33/117); where a step is missing its label is taken from `path`.

    The file needs columns code and label_en; `path` (labels from the top, after slashes) gives the missing steps.
    """
    data = read_csv(path, slug="euroscivoc", text_without_language="en")
    _keep_well_formed(data, r"(/\d+)+", _("A EuroSciVoc code is a path of numbers such as /21/33/117."))
    known = {record.code for record in data.concepts}
    steps: list[ConceptRecord] = []
    for code, labels in _paths(path).items():
        numbers = code.split("/")[1:]
        if len(labels) != len(numbers):
            continue
        for depth in range(1, len(numbers)):
            above = "/" + "/".join(numbers[:depth])
            if above not in known:
                known.add(above)
                steps.append(ConceptRecord(code=above, labels={"en": labels[depth - 1]}))
    data.concepts = sorted([*data.concepts, *steps], key=lambda record: [int(n) for n in record.code.split("/")[1:]])

    def broader(code: str) -> str:
        above = code.rsplit("/", 1)[0]
        while above and above not in known:
            above = above.rsplit("/", 1)[0]
        return above

    return _described(
        data,
        broader,
        labels={
            "it": "EuroSciVoc: vocabolario europeo delle scienze",
            "en": "EuroSciVoc: European Science Vocabulary",
        },
        uri="http://data.europa.eu/8mn/euroscivoc",
    )


def _paths(path: Path) -> dict[str, list[str]]:
    """The column `path` of a EuroSciVoc file by code: the labels from the top down."""
    import csv
    import io

    rows = csv.reader(io.StringIO(decode(read_bytes(path)).text, newline=""))
    try:
        header = [cell.strip().casefold() for cell in next(rows)]
        code_at, path_at = header.index("code"), header.index("path")
        return {
            row[code_at].strip(): row[path_at].strip().strip("/").split("/")
            for row in rows
            if len(row) > max(code_at, path_at)
        }
    except (csv.Error, ValueError, StopIteration):
        return {}


def _keep_well_formed(data: SchemeData, pattern: str, advice: str) -> None:
    """Leave out records whose code does not fit `pattern`."""
    kept: list[ConceptRecord] = []
    for record in data.concepts:
        if record.code and not re.fullmatch(pattern, record.code):
            data.problems.append(Problem(record.line, record.code[:40], _("The code is malformed."), advice))
        else:
            kept.append(record)
    data.concepts = kept


def _described(
    data: SchemeData, broader: Callable[[str], str], *, labels: dict[str, str], uri: str, version: str = ""
) -> SchemeData:
    return replace(
        data,
        concepts=[replace(record, broader=record.broader or broader(record.code)) for record in data.concepts],
        labels=data.labels or labels,
        uri=data.uri or uri,
        version=data.version or version,
        publisher=data.publisher or "European Union",
        licence=data.licence or "CC BY 4.0",
    )


READERS: dict[str, Callable[[Path], SchemeData]] = {
    "cpv": read_cpv,
    "nuts": read_nuts,
    "euroscivoc": read_euroscivoc,
}

# SPDX-License-Identifier: EUPL-1.2
"""The schemes that come with Filanda, and a fingerprint of each so that start-up skips what is loaded already.

General: TRL, helix roles, kinds of evidence, NUTS for Italy, ATECO 2025. A region's own: its S3 list (Lombardy's
eight ecosystems with working topics; a copy of them for an invented region; none for others, who load theirs).
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from filanda.directory.taxonomies.importers.csv import read_csv
from filanda.directory.taxonomies.places import SHIPPED
from filanda.directory.taxonomies.records import ConceptRecord, SchemeData
from filanda.kernel.regions.models import Region

LOMBARDY = "ITC4"
_READER = "1"  # raise when what the readers below make of the same files changes
_NACE_LEVELS = {"section", "division", "group", "class"}


@dataclass(frozen=True, slots=True)
class Shipped:
    """A scheme that can be read when it is needed."""

    slug: str
    fingerprint: str
    read: Callable[[], SchemeData]
    is_regional: bool = False


def general() -> list[Shipped]:
    """The shipped schemes that serve all regions."""
    files = ("trl", "helix-roles", "evidence-kinds", "nuts-italy")
    return [*(_file(SHIPPED / f"{name}.csv") for name in files), _ateco()]


def regional(region: Region) -> list[Shipped]:
    """The shipped schemes of one region: its S3 list where we have one."""
    if region.nuts_code.startswith(LOMBARDY):
        return [_file(SHIPPED / "s3-lombardy.csv", is_regional=True)]
    if region.is_invented:
        return [_copy_of_s3(region)]
    return []


def _file(path: Path, *, is_regional: bool = False) -> Shipped:
    content = path.read_bytes()
    slug = next(line for line in content.decode().splitlines() if line.startswith("# slug: ")).removeprefix("# slug: ")
    fingerprint = hashlib.sha256(_READER.encode() + content).hexdigest()

    def read() -> SchemeData:
        return replace(read_csv(path), fingerprint=fingerprint)

    return Shipped(slug, fingerprint, read, is_regional)


def _copy_of_s3(region: Region) -> Shipped:
    """Lombardy's ecosystems under the invented region's own name."""
    original = _file(SHIPPED / "s3-lombardy.csv", is_regional=True)
    fingerprint = hashlib.sha256(f"{original.fingerprint} {sorted(region.names.items())}".encode()).hexdigest()

    def read() -> SchemeData:
        name = region.names
        return replace(
            original.read(),
            labels={
                "it": f"Priorità S3 di {name.get('it', region.slug)} (inventata)",
                "en": f"S3 priorities of {name.get('en', region.slug)} (invented)",
            },
            descriptions={
                "it": "Copia dei temi di lavoro usati per la Lombardia, per una regione inventata.",
                "en": "A copy of the working topics used for Lombardy, for an invented region.",
            },
            publisher="Filanda",
            concepts=[replace(record, is_official=False) for record in original.read().concepts],
            fingerprint=fingerprint,
        )

    return Shipped("s3", fingerprint, read, is_regional=True)


def _ateco() -> Shipped:
    versions = f"{_READER} ateco {metadata.version('ateco')} naceconverter {metadata.version('naceconverter')}"
    fingerprint = hashlib.sha256(versions.encode()).hexdigest()
    return Shipped("ateco", fingerprint, lambda: replace(read_ateco(), fingerprint=fingerprint))


def read_ateco() -> SchemeData:
    """ATECO 2025 in Italian (package `ateco`, ISTAT) with the English of NACE Rev. 2.1 (package `naceconverter`).

    The two have the same sections, divisions, groups and classes. Categories and subcategories are Italy's own
    and have no official English: there the English label is missing, and readers get the Italian one. The five-digit
    codes of `naceconverter` are another country's and are not used.
    """
    content = resources.files("ateco").joinpath("data", "2025", "nodes.json").read_text(encoding="utf-8")
    nodes: list[dict[str, Any]] = json.loads(content)["nodes"]
    english = _nace_labels()
    return SchemeData(
        slug="ateco",
        concepts=[_activity(node, english) for node in nodes],
        labels={"it": "ATECO 2025: attività economiche", "en": "ATECO 2025: economic activities"},
        descriptions={
            "it": "Classificazione ISTAT; fino alle classi coincide con la NACE Rev. 2.1.",
            "en": "ISTAT's classification; down to classes it is NACE Rev. 2.1. Below them labels are Italian only.",
        },
        version="2025",
        publisher="ISTAT; English labels: European Union (NACE Rev. 2.1)",
        licence="CC BY 4.0",
        source="Python packages ateco and naceconverter (code: MIT)",
    )


def _nace_labels() -> dict[str, str]:
    content = resources.files("naceconverter").joinpath("nacecodes.csv").read_text(encoding="utf-8-sig")
    rows = csv.DictReader(content.splitlines(), delimiter=";")
    return {row["code"]: row["name"].strip() for row in rows if row["level"] in {"1", "2", "3", "4"}}


def _activity(node: dict[str, Any], english: dict[str, str]) -> ConceptRecord:
    title = " ".join(node["title"].split())
    labels = {"it": title.capitalize() if node["level"] == "section" else title}
    if node["level"] in _NACE_LEVELS and node["code"] in english:
        labels["en"] = english[node["code"]]
    note = " ".join(node["notes"].get("centrale", "").split())
    return ConceptRecord(
        code=node["code"],
        labels=labels,
        definitions={"it": note} if note else {},
        broader=node["parent"] or "",
    )

# SPDX-License-Identifier: EUPL-1.2
"""A scheme as read from a file, before it is written: records, and what is wrong with them.

Readers (importers/) make a SchemeData; `check` leaves out what cannot stand (duplicates, empty labels, a broader
concept that is not there, circles) and says of each: where, why, what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

MAX_CODE = 80
MAX_LABEL = 1000
MAX_DEPTH = 30


class UnreadableFile(Exception):
    """The file as a whole cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file. `line` counts from 1 and is None where the format has no lines (RDF)."""

    line: int | None
    code: str
    reason: str
    advice: str
    is_left_out: bool = True


@dataclass(slots=True)
class ConceptRecord:
    """`broader` is a code of the same scheme, "" at the top. `mappings`: (kind of SKOS match, URI or "slug:code")."""

    code: str
    labels: dict[str, str]
    uri: str = ""
    alt_labels: dict[str, list[str]] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    broader: str = ""
    is_official: bool = True
    is_deprecated: bool = False
    mappings: list[tuple[str, str]] = field(default_factory=list)
    line: int | None = None


@dataclass(slots=True)
class SchemeData:
    """A scheme and its concepts in the order in which they are to be shown.

    `fingerprint` is set for shipped schemes only (see shipping.py): it marks them as ours to renew.
    """

    slug: str
    concepts: list[ConceptRecord]
    labels: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    uri: str = ""
    version: str = ""
    publisher: str = ""
    licence: str = ""
    source: str = ""
    is_official: bool = True
    fingerprint: str = ""
    problems: list[Problem] = field(default_factory=list)


def check(data: SchemeData) -> SchemeData:
    """Return `data` without the concepts that cannot be loaded; each left-out one is in `problems`."""
    problems = list(data.problems)
    standing = _without_duplicates(_without_malformed(data.concepts, problems), problems)
    standing = _without_orphans(_without_circles(standing, problems), problems)
    problems.sort(key=lambda problem: (problem.line or 0, problem.code))
    return replace(data, concepts=list(standing.values()), problems=problems)


def _without_malformed(concepts: Iterable[ConceptRecord], problems: list[Problem]) -> Iterable[ConceptRecord]:
    for record in concepts:
        if not record.code:
            problems.append(
                Problem(record.line, "", _("There is no code."), _("Give each row a code, unique in the file."))
            )
        elif len(record.code) > MAX_CODE:
            reason = _("The code is longer than %(limit)d characters.") % {"limit": MAX_CODE}
            problems.append(Problem(record.line, record.code[:40], reason, _("Shorten it.")))
        elif not any(record.labels.values()):
            problems.append(
                Problem(
                    record.line,
                    record.code,
                    _("There is no label in any language."),
                    _("Write a label in at least one language."),
                )
            )
        elif any(len(label) > MAX_LABEL for label in record.labels.values()):
            reason = _("A label is longer than %(limit)d characters.") % {"limit": MAX_LABEL}
            advice = _("Shorten it; long explanations belong in the definition. A missing quote may also be the cause.")
            problems.append(Problem(record.line, record.code, reason, advice))
        else:
            yield record


def _without_duplicates(concepts: Iterable[ConceptRecord], problems: list[Problem]) -> dict[str, ConceptRecord]:
    kept: dict[str, ConceptRecord] = {}
    for record in concepts:
        first = kept.setdefault(record.code, record)
        if first is not record:
            where = first.line if first.line is not None else first.uri or "?"
            reason = _("The code was already used (line %(first)s); the first one was kept.") % {"first": where}
            problems.append(Problem(record.line, record.code, reason, _("Give this one a code of its own.")))
    return kept


def _without_circles(concepts: dict[str, ConceptRecord], problems: list[Problem]) -> dict[str, ConceptRecord]:
    """Leave out the members of circles (a broader concept that is below itself), however long."""
    done: set[str] = set()
    in_circle: set[str] = set()
    for start in concepts:
        path: dict[str, int] = {}
        code = start
        while code in concepts and code not in done and code not in path:
            path[code] = len(path)
            code = concepts[code].broader
        if code in path:
            circle = [member for member, step in path.items() if step >= path[code]]
            in_circle.update(circle)
            shown = " > ".join([*circle[:6], *(["…"] if len(circle) > 6 else []), code])
            for member in circle:
                problems.append(
                    Problem(
                        concepts[member].line,
                        member,
                        _("It is broader than itself: %(circle)s.") % {"circle": shown},
                        _("Correct the broader concept of one of them."),
                    )
                )
        done.update(path)
    return {code: record for code, record in concepts.items() if code not in in_circle}


def _without_orphans(concepts: dict[str, ConceptRecord], problems: list[Problem]) -> dict[str, ConceptRecord]:
    """Leave out concepts whose broader one is missing, was left out, or lies deeper than MAX_DEPTH."""
    depths: dict[str, int | None] = {"": 0}

    def depth(code: str) -> int | None:
        """How deep `code` lies, from 1; None when something above it is missing. No recursion: chains may be long."""
        chain: list[str] = []
        while code not in depths:
            if code not in concepts:
                depths[code] = None
                break
            chain.append(code)
            code = concepts[code].broader
        below = depths[code]
        for member in reversed(chain):
            below = None if below is None or below >= MAX_DEPTH else below + 1
            depths[member] = below
        return below

    standing: dict[str, ConceptRecord] = {}
    for code, record in concepts.items():
        if depth(code) is not None:
            standing[code] = record
            continue
        if record.broader in concepts:
            reason = _("Its broader concept %(broader)s was left out, or lies more than %(limit)d levels deep.")
            advice = _("Mend that one first, then load the file again.")
        else:
            reason = _("Its broader concept %(broader)s is not in the file, or was left out.")
            advice = _("Add that concept, correct the code, or leave the cell empty for a top concept.")
        values = {"broader": record.broader, "limit": MAX_DEPTH}
        problems.append(Problem(record.line, code, reason % values, advice))
    return standing


def in_order(concepts: Iterable[ConceptRecord]) -> list[list[ConceptRecord]]:
    """The levels of a checked scheme, top first: the broader concept of each record lies in the level above."""
    children: dict[str, list[ConceptRecord]] = {}
    for record in concepts:
        children.setdefault(record.broader, []).append(record)
    levels: list[list[ConceptRecord]] = []
    level = children.get("", [])
    while level:
        levels.append(level)
        level = [child for record in level for child in children.get(record.code, [])]
    return levels

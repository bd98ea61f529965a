# SPDX-License-Identifier: EUPL-1.2
"""Funding calls of the EU Funding & Tenders portal, as JSON lines: one object a line, plain or .gz.

Nothing is read of contacts, and e-mail addresses are taken out of texts. What is broken in a line is told with its
number and the reason; a value that cannot be used is left out, and the rest of its line is used.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

from ftfy import fix_encoding

from filanda.directory.funding.models import FundingState
from filanda.directory.funding.values import EARLIEST, LATEST, plain, without_addresses, wrongs
from filanda.directory.organisations.importers.reading import OnReject
from filanda.directory.organisations.importers.reporting import ImportRefused, Reject
from filanda.kernel.text.folding import clean

__all__ = ["LICENCE", "SOURCE", "SOURCE_NAME", "CallRecord", "lines_in", "read_calls"]

SOURCE = "ft"
SOURCE_NAME = "EU Funding & Tenders Portal"
LICENCE = "CC BY 4.0"
LINE_LIMIT = 2_000_000  # bytes of one line
_NUMBER_MOST = 120
# Headings that the portal's export has glued to the sentences around them.
_HEADING = re.compile(
    r"\s*\b(Expected Outcomes?|Expected Impacts?|Specific Challenge|Objectives?|Scope|Activities|Background)\s*:\s*"
)
_GLUED = re.compile(r"(?<=[a-z0-9)]\.)(?=[A-Z][a-z])")
_BULLET = re.compile(r"\s*[▪•●]\s*")


@dataclass(frozen=True)
class CallRecord:
    """One call as it was read. `fields`: as a FundingCall keeps them; `said_state`: what the source says."""

    source_id: str
    fields: Mapping[str, Any]
    said_state: str = ""
    line: int = 0
    wrong: tuple[str, ...] = field(default_factory=tuple)


def lines_in(path: Path) -> int:
    """How many lines a file has, for progress. Raises ImportRefused."""
    try:
        with _opened(path) as stream:
            return sum(1 for _line in stream)
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno:
            raise ImportRefused(f"{path} cannot be read: {os.strerror(error.errno)}.") from error
        return 0  # broken off: reading says where


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb")  # type: ignore[return-value]


def read_calls(path: Path, on_reject: OnReject) -> Iterator[CallRecord]:
    """The calls of a file. Raises ImportRefused when it cannot be read at all."""
    number = 0
    try:
        with _opened(path) as stream:
            while raw := stream.readline(LINE_LIMIT):
                number += 1
                if len(raw) >= LINE_LIMIT and not raw.endswith(b"\n"):
                    while (rest := stream.readline(LINE_LIMIT)) and not rest.endswith(b"\n"):
                        continue
                    on_reject(Reject(path.name, number, f"a line longer than {LINE_LIMIT:,} bytes"))
                    continue
                if raw.strip(b"\xef\xbb\xbf \t\r\n"):
                    found = _read(path.name, number, raw, on_reject)
                    if found is not None:
                        yield found
    except (OSError, EOFError, zlib.error) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        if number == 0:
            raise ImportRefused(f"{path} cannot be read: {reason}.") from error
        on_reject(Reject(path.name, number + 1, f"the file breaks off here ({reason})"))


def _read(name: str, number: int, raw: bytes, on_reject: OnReject) -> CallRecord | None:
    try:
        given = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        on_reject(Reject(name, number, "not UTF-8"))
        return None
    except (ValueError, RecursionError):
        on_reject(Reject(name, number, "not JSON", value=raw[:300].decode("utf-8", "replace")))
        return None
    if not isinstance(given, dict):
        on_reject(Reject(name, number, "not a JSON object", value=str(given)[:300]))
        return None

    def leave_out(column: str, value: object, reason: str) -> None:
        on_reject(Reject(name, number, reason, column=column, value=str(value)[:300]))

    source_id = plain(_text(given, "topicId", leave_out) or _text(given, "reference", leave_out))
    title = plain(_text(given, "title", leave_out))
    if not source_id or len(source_id) > _NUMBER_MOST:
        on_reject(Reject(name, number, "no identifier (topicId, reference)" if not source_id else "too long an id"))
        return None
    if not title:
        on_reject(Reject(name, number, "no title"))
        return None
    day = _day(given.get("deadline"), leave_out)
    fields: dict[str, Any] = {
        "title": title,
        "text": _body(given, leave_out),
        "programme": plain(_text(given, "programme", leave_out)),
        "identifier": source_id,
        "action_kind": plain(_text(given, "typesOfAction", leave_out) or _text(given, "actionType", leave_out)),
        "opens_on": _day(given.get("openingDate"), leave_out, "openingDate"),
        "deadlines": [day] if day is not None else [],
        "budget": _money(given.get("budget"), "budget", leave_out),
        "grant_min": _money(given.get("budgetMin"), "budgetMin", leave_out),
        "grant_max": _money(given.get("budgetMax"), "budgetMax", leave_out),
        "link": clean(_text(given, "portalUrl", leave_out)).strip(),
        "source_name": SOURCE_NAME,
        "licence": LICENCE,
    }
    for column, reason in wrongs(fields).items():
        if column == "title":
            on_reject(Reject(name, number, "too long a title", value=title[:300]))
            return None
        leave_out(column, fields[column], reason)
        fields[column] = [] if column == "deadlines" else "" if isinstance(fields[column], str) else None
    said = given.get("callStatus")
    return CallRecord(source_id, fields, said if said in FundingState.values else "", number)


def _text(given: Mapping[str, Any], name: str, leave_out: Any) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        leave_out(name, value, "not a text")
        return ""
    return fix_encoding(value)


def _body(given: Mapping[str, Any], leave_out: Any) -> str:
    """What the topic is about, else what its call is for; paragraphs where the source's headings stand."""
    text = _text(given, "description", leave_out) or _text(given, "objectives", leave_out)
    text = clean(text.replace("\r\n", "\n").replace("\r", "\n"))
    # Sentences are taken apart first: an address ends where the next one begins.
    text = _GLUED.sub(" ", _BULLET.sub("\n\n• ", _HEADING.sub(lambda found: f"\n\n{found[1]}: ", text)))
    text = without_addresses(text)
    return re.sub(r"[ \t]+", " ", text).strip()[:40_000]


def _day(value: object, leave_out: Any, column: str = "deadline") -> date | None:
    if value in (None, ""):
        return None
    try:
        found = date.fromisoformat(str(value)[:10])
    except ValueError:
        leave_out(column, value, "not a day (2026-09-30)")
        return None
    if not EARLIEST <= found <= LATEST:
        leave_out(column, value, "a day before 2000 or after 2100")
        return None
    return found


def _money(value: object, column: str, leave_out: Any) -> int | None:
    if value in (None, "", 0):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 10**12:
        leave_out(column, value, "not an amount in euros")
        return None
    return int(value)

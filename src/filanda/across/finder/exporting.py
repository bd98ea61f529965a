# SPDX-License-Identifier: EUPL-1.2
"""Lists as CSV (RFC 4180, UTF-8 with a byte order mark for spreadsheets), made while they are sent."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from django.http import StreamingHttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.text.cells import harmless

__all__ = ["csv_lines", "csv_response", "settled"]

Row = TypeVar("Row")


def settled(actor: Actor) -> Actor:
    """The actor itself: the lazy one looks roles up in the active region, which is left when rows are sent."""
    return Actor(
        account_id=actor.account_id,
        roles=actor.roles,
        is_operator=actor.is_operator,
        is_platform=actor.is_platform,
        scoped=actor.scoped,
        withheld=actor.withheld,
        has_second_factor=actor.has_second_factor,
    )


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(
    region: Region,
    language: str,
    batches: Iterable[Iterable[Row]],
    heading: Callable[[], list[object]],
    cells: Callable[[Row], list[object]],
    *,
    total: int,
    most: int,
) -> Iterator[bytes]:
    """The file in pieces: a heading, a line a row of `batches`, and a notice when `total` is more than `most`.

    Rows are made while they are sent, after the middleware has left the region: it is entered again here. For each
    batch, and left before what was made is sent: whoever hangs up in between leaves this behind unfinished, in a
    thread that by then may answer in another region.
    """
    writer = csv.writer(_Echo())
    pieces = iter(batches)
    yield b"\xef\xbb\xbf"
    is_first = is_last = True
    while is_first or not is_last:
        with in_region(region), translation.override(language):
            batch = next(pieces, None)
            is_last = batch is None
            lines = [heading()] if is_first else []
            lines += [cells(row) for row in batch or ()]
            if is_last and total > most:
                notice = _(
                    "The list goes on: these are the first %(most)s of %(total)s. Narrow it down to get the others."
                )
                lines.append([notice % {"most": most, "total": total}])
            made = b"".join(_line(writer, line) for line in lines)
        is_first = False
        if made:
            yield made


def csv_response(stream: Iterable[bytes], name: str, *, total: int, most: int) -> StreamingHttpResponse:
    """The answer with its file name, which says when it is a part only."""
    response = StreamingHttpResponse(stream, content_type="text/csv; charset=utf-8")
    name = name if total <= most else f"{name}-first-{most}-of-{total}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["X-Total-Count"] = str(total)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _line(writer: Any, cells: list[Any]) -> bytes:
    line: str = writer.writerow([harmless(cell) for cell in cells])
    return line.encode()

# SPDX-License-Identifier: EUPL-1.2
"""Records -> rows: the one way in which importers, the demo seeds and the benchmark write in bulk.

`load` works in batches, each one transaction with one journal event. Rows are found again by their natural keys
(source and source id), so a run that was interrupted is simply repeated: what is there stays, what is missing is added,
and a run that finds nothing new changes nothing. Where something exists already:

- an organisation keeps what it says; only what is empty or unknown is filled in, because people correct these rows;
- evidence belongs to its source, and follows it;
- partners, concepts, links, names and ids are added, never taken away: two files may each know a part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from django.db import transaction

from filanda.directory.organisations.importers.records import EvidenceRecord, LoadReport, OrganisationRecord, Progress
from filanda.directory.organisations.importers.writing_evidence import EvidenceWriter
from filanda.directory.organisations.importers.writing_organisations import OrganisationWriter
from filanda.directory.organisations.steps import lock_imports
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region

__all__ = ["load"]

BATCH = 1000
T = TypeVar("T")


def load(
    region: Region,
    organisations: Iterable[OrganisationRecord],
    evidence: Iterable[EvidenceRecord],
    *,
    source: str,
    actor: Actor,
    batch_size: int = BATCH,
    progress: Progress | None = None,
) -> LoadReport:
    """Write organisations, then evidence, of `source` into `region`; see the module for what happens to known rows.

    The region must be active. Both iterables are read once, a batch at a time. Parties whose organisation `source` does
    not know are left out and counted; evidence that has no party left is left out too. progress(phase, done) is called
    after each batch, phase "organisations" or "evidence". Raises Forbidden.
    """
    require(actor, "organisations.import")
    report = LoadReport()
    done = 0
    for bodies in _batches(organisations, batch_size):
        with transaction.atomic(durable=True):
            lock_imports(region)
            OrganisationWriter(region, source, actor, report).write(bodies)
        done += len(bodies)
        if progress is not None:
            progress("organisations", done)
    done = 0
    for pieces in _batches(evidence, batch_size):
        with transaction.atomic(durable=True):
            lock_imports(region)
            EvidenceWriter(region, source, actor, report).write(pieces)
        done += len(pieces)
        if progress is not None:
            progress("evidence", done)
    return report


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch

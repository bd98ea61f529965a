# SPDX-License-Identifier: EUPL-1.2
"""Writing imported funding calls: a batch a commit, what is there already is left as it is. Stopped, the next run goes
on; run again, it changes nothing. What staff changed by hand is never overwritten.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from filanda.directory.funding.importers.reading import SOURCE, CallRecord, lines_in, read_calls
from filanda.directory.funding.models import FundingCall
from filanda.directory.funding.steps import derive
from filanda.directory.organisations.importers.reading import OnReject
from filanda.directory.organisations.importers.reporting import Reject
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region

__all__ = ["BATCH", "Done", "import_calls"]

BATCH = 200


@dataclass
class Done:
    """What became of the lines of a file."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def read(self) -> int:
        return self.created + self.changed + self.unchanged


def import_calls(
    *,
    actor: Actor,
    region: Region,
    path: Path,
    on_reject: OnReject,
    now: datetime,
    told: Callable[[int, int], None] = lambda _done, _total: None,
) -> Done:
    """Read a file of funding calls into `region`. `told(lines read, lines)` after each batch. Raises ImportRefused,
    Forbidden.
    """
    require(actor, "funding.import")
    total = lines_in(path)
    done, seen = Done(), dict[str, int]()
    waiting = _once(read_calls(path, on_reject), seen, path.name, on_reject)
    while some := list(islice(waiting, BATCH)):
        _write(actor, region, some, done, now)
        told(some[-1].line, max(total, some[-1].line))
    told(total, total)
    return done


def _once(records: Iterable[CallRecord], seen: dict[str, int], name: str, on_reject: OnReject) -> Iterable[CallRecord]:
    for one in records:
        if one.source_id in seen:
            reason = f"the same identifier as in line {seen[one.source_id]}"
            on_reject(Reject(name, one.line, reason, value=one.source_id))
            continue
        seen[one.source_id] = one.line
        yield one


def _write(actor: Actor, region: Region, records: Sequence[CallRecord], done: Done, now: datetime) -> None:
    with transaction.atomic(durable=True):
        require(actor, "funding.import")
        ids = [one.source_id for one in records]
        known = {
            row.source_id: row
            for row in FundingCall.objects.select_for_update().filter(source=SOURCE, source_id__in=ids)
        }
        new: list[FundingCall] = []
        touched: list[int] = []
        for one in records:
            print_ = _fingerprint(one)
            row = known.get(one.source_id)
            if row is None:
                made = FundingCall(
                    region=region, source=SOURCE, source_id=one.source_id, said_state=one.said_state,
                    fingerprint=print_, created_at=now, **one.fields,
                )  # fmt: skip
                derive(made, now)
                new.append(made)
            elif row.fingerprint == print_:
                done.unchanged += 1
            else:
                for name, value in one.fields.items():
                    if name not in row.kept_fields:
                        setattr(row, name, value)
                if not {"opens_on", "deadlines"} & set(row.kept_fields):
                    row.said_state = one.said_state
                row.fingerprint = print_
                row.version += 1
                row.region = region
                derive(row, now)
                row.save()
                touched.append(row.pk)
                done.changed += 1
        touched += [row.pk for row in FundingCall.objects.bulk_create(new)]
        done.created += len(new)
        if touched:
            record(
                "funding.import.batch_imported",
                region=region,
                actor=actor,
                payload={"created": len(new), "changed": len(touched) - len(new)},
                touches={"funding_call": touched},
            )


def _fingerprint(one: CallRecord) -> str:
    told = json.dumps([one.fields, one.said_state], sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()

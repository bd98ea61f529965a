# SPDX-License-Identifier: EUPL-1.2
"""Funding calls as search documents: four queries for any number of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from filanda.directory.funding.models import FundingCall, FundingCallConcept, FundingState
from filanda.directory.organisations.search import concept_topics, grouped, topic_codes, topic_labels
from filanda.kernel.manifests import SearchSource
from filanda.kernel.manifests.documents import PUBLIC, STAFF, LanguageText, SearchDocument
from filanda.kernel.text.folding import sort_key

__all__ = ["NO_DEADLINE", "SEARCH_SOURCES"]

NO_DEADLINE = "none"
_LONGEST_TEXT = 20_000
# Sorted by deadline: first what ends first, then what has no deadline, then what is over, the latest first.
_SOON, _ANY_TIME = 9_000_000, 5_000_000


def _documents(ids: Sequence[int]) -> Iterator[SearchDocument]:
    rows = list(FundingCall.objects.filter(pk__in=ids).order_by("pk"))
    links = grouped(FundingCallConcept.objects.filter(call__in=[row.pk for row in rows]).values_list("call", "concept"))
    topics = concept_topics({concept for some in links.values() for concept in some})
    for row in rows:
        about = [topics[one] for one in links[row.pk] if one in topics]
        facets = {
            "state": [row.told_state],
            "programme": [row.programme[:80]] if row.programme else [],
            "s3": topic_codes(about, "s3"),
            "deadline": [_month(row)] if row.told_state != FundingState.CLOSED else [],
        }
        yield SearchDocument(
            kind="funding_call",
            id=row.pk,
            region_id=row.region_id,
            audience=STAFF if row.withdrawn_at is not None else (PUBLIC,),
            label=row.title,
            sort_key=sort_key(row.title),
            language=row.language,
            names=[one for one in (row.identifier,) if one],
            titles=[LanguageText(row.language, row.title), LanguageText("", row.identifier), *topic_labels(about)],
            texts=[
                LanguageText(row.language, row.text[:_LONGEST_TEXT]),
                LanguageText("", f"{row.programme} {row.action_kind}"),
            ],
            facets=facets,
            weight=_weight(row),
            shared=_digest([row.version, row.fingerprint, facets, row.withdrawn_at is None]),
        )


def _month(row: FundingCall) -> str:
    return row.next_deadline.isoformat()[:7] if row.next_deadline is not None else NO_DEADLINE


def _weight(row: FundingCall) -> int:
    if row.told_state == FundingState.CLOSED:
        return row.closes_on.toordinal() if row.closes_on is not None else 0
    return _SOON - row.next_deadline.toordinal() if row.next_deadline is not None else _ANY_TIME


def _digest(content: Any) -> str:
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=8).hexdigest()


def _all_ids() -> Iterator[int]:
    ids: Iterator[int] = FundingCall.objects.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=10_000)
    return ids


SEARCH_SOURCES = (SearchSource("funding_call", _documents, _all_ids),)

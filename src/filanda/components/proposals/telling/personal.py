# SPDX-License-Identifier: EUPL-1.2
"""What the room keeps about people, how it leaves with them, and how it is erased: proposals, versions, reviews, who
was let in, kept searches. Answers to proposals: see telling.answering.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.timezone import now as clock

from filanda.capabilities.files.models import StoredFile
from filanda.capabilities.files.steps import delete_files
from filanda.components.proposals.models import (
    OPEN_STATES,
    Admission,
    ClosedAs,
    Proposal,
    ProposalState,
    ProposalVersion,
    Review,
    SavedSearch,
)
from filanda.components.proposals.steps.ending import end_proposal
from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.actions import record

__all__ = ["collect", "erase"]

_P = ProposalState


def collect(account: Account) -> Mapping[str, Any]:
    """What they wrote, in whatever state; which full texts they asked for and what they undertook; what they keep."""
    written = Proposal.objects.filter(owner=account).select_related("organisation", "space").order_by("pk")
    admissions = Admission.objects.filter(account=account).select_related("proposal").order_by("pk")
    versions = ProposalVersion.objects.filter(by=account).order_by("proposal", "number")
    reviews = Review.objects.filter(reviewer=account).order_by("pk")
    found: dict[str, list[Any]] = {
        "proposals.json": [
            {
                "number": row.pk,
                "kind": row.kind,
                "organisation": row.organisation.name if row.organisation is not None else None,
                "community": row.space.name,
                "title": row.title,
                "summary": row.summary,
                "text": row.source,
                "partners_bring": row.partners_bring,
                "language": row.language,
                "summary_for": row.summary_for,
                "text_for": row.text_for,
                "state": row.state,
                "closed_as": row.closed_as,
                "reason": row.reason,
                "created_at": row.created_at,
                "published_at": row.published_at,
                "expires_at": row.expires_at,
            }
            for row in written
        ],
        "proposal-versions.json": [
            {"proposal": row.proposal_id, "number": row.number, "at": row.at, "fields": row.fields} for row in versions
        ],
        "proposal-reviews.json": [
            {
                "proposal": row.proposal_id,
                "outcome": row.outcome,
                "checklist": row.checklist,
                "remarks": row.remarks,
                "words": row.words,
                "at": row.at,
            }
            for row in reviews
        ],
        "proposals-read.json": [
            {
                "proposal": row.proposal_id,
                "title": row.proposal.title,
                "state": row.state,
                "asked_why": row.asked_why,
                "undertaking": row.undertaking,
                "undertaken_at": row.undertaken_at,
                "reason": row.reason,
                "asked_at": row.created_at,
                "state_changed_at": row.state_changed_at,
            }
            for row in admissions
        ],
        "proposal-searches.json": list(
            SavedSearch.objects.filter(account=account).values("name", "query", "frequency", "created_at", "sent_at")
        ),
    }
    return {name: rows for name, rows in found.items() if rows}


def erase(account: Account, keeps: bool) -> None:
    """Proposals of an organisation stay with it, without a name, where contributions stay. Those of a person alone end,
    and their open answers lapse; where nothing stays their words go, in all versions. Drafts go.
    """
    now = clock()
    touched: list[int] = []
    region = None
    for row in Proposal.objects.filter(owner=account).select_related("region").order_by("pk"):
        region = row.region
        stays = keeps and row.organisation_id is not None
        is_read_by_others = row.published_at is not None or row.interests.exists()
        if not stays and not is_read_by_others:
            delete_files(StoredFile.objects.filter(subject_kind="proposal", subject_id=row.pk))
            touched.append(row.pk)
            row.delete()
            continue
        if not stays and row.state in OPEN_STATES:
            end_proposal(actor=PLATFORM, proposal=row, closed_as=ClosedAs.WITHDRAWN, reason="", now=now)
        Proposal.objects.filter(pk=row.pk).update(owner=None)
        if not keeps:
            _empty(row.pk, now)
            touched.append(row.pk)
    Admission.objects.filter(account=account).delete()
    Admission.objects.filter(decided_by=account).update(decided_by=None)
    ProposalVersion.objects.filter(by=account).update(by=None)
    Review.objects.filter(reviewer=account).update(reviewer=None)
    Proposal.objects.filter(facilitator=account).update(facilitator=None)
    SavedSearch.objects.filter(account=account).delete()
    if touched and region is not None:
        record(
            "proposals.author.left",
            region=region,
            actor=PLATFORM,
            payload={"proposals": len(touched)},
            touches={"proposal": touched},
        )


def _empty(number: int, now: Any) -> None:
    """Take the words away. What others answered to it is theirs, so that the row stays, out of sight."""
    ProposalVersion.objects.filter(proposal=number).delete()
    Review.objects.filter(proposal=number).update(words="", remarks={})
    delete_files(StoredFile.objects.filter(subject_kind="proposal", subject_id=number))
    Proposal.objects.filter(pk=number).update(
        title="", summary="", source="", html="", partners_bring="", reason="", language="", hidden_at=now, key=""
    )

# SPDX-License-Identifier: EUPL-1.2
"""What went before in the demonstration: conversations about answers, and versions that a facilitator returned. In
batches, within the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from filanda.capabilities.follows.models import Follow
from filanda.capabilities.threads.models import Post, Thread
from filanda.components.proposals.actions.reviewing import Check
from filanda.components.proposals.contents import stored
from filanda.components.proposals.demo.talks import AUTHOR, OWNER, returned, talk
from filanda.components.proposals.demo.texts import PLACES, slots_of
from filanda.components.proposals.models import (
    ExpressionOfInterest,
    InterestState,
    Proposal,
    ProposalState,
    ProposalVersion,
    Review,
    ReviewOutcome,
)
from filanda.components.proposals.policies.answering import PLACE
from filanda.components.proposals.timing import review_due
from filanda.kernel.regions.models import Region
from filanda.kernel.text.markdown import to_html
from filanda.spaces.demo.texts import CommunityText

__all__ = ["seed_talks", "seed_versions"]

_S = InterestState
# How often an answer in a state was talked about.
_TALKED = {
    _S.READ: 0.6,
    _S.SHORTLISTED: 1.0,
    _S.ACCEPTED: 1.0,
    _S.DECLINED: 0.5,
    _S.WITHDRAWN: 0.4,
    _S.LAPSED: 0.3,
}
_ENDS = (_S.ACCEPTED, _S.SHORTLISTED, _S.DECLINED, _S.WITHDRAWN)
# Of those shown and of those that wait for a review, how many had been returned.
_RETURNED = {ProposalState.PUBLISHED: 10, ProposalState.IN_TALKS: 4, ProposalState.IN_REVIEW: 5, ProposalState.DRAFT: 3}


def seed_talks(
    region: Region,
    answers: Sequence[tuple[ExpressionOfInterest, CommunityText]],
    now: datetime,
    chance: Random,
) -> int:
    """A conversation for some of the answers, whose rows are written; the rows get its id. Returns how many posts."""
    said: set[str] = set()
    heads: list[tuple[ExpressionOfInterest, Thread]] = []
    posts: list[Post] = []
    for row, community in answers:
        state = InterestState(row.state)
        if row.sent_at is None or chance.random() >= _TALKED.get(state, 0.0):
            continue
        end = state if state in _ENDS else ""
        slots = slots_of(community, row.language, chance)
        length = chance.choice((2, 3, 4, 4, 5, 6))
        messages = talk(slots, PLACES, row.language, chance, length=length, end=end, said=said)
        who = {OWNER: row.proposal.owner_id, AUTHOR: row.author_id}
        messages = [one for one in messages if who.get(one.side, row.proposal.facilitator_id) is not None]
        times = _times(row, len(messages), now, chance, is_ended=bool(end))
        head = Thread(
            region=region,
            place_kind=PLACE,
            place_id=row.pk,
            audience=f"{PLACE}:{row.pk}",
            title=row.proposal.title,
            language=row.language,
            author_id=row.author_id,
            created_at=row.sent_at,
            posts_count=len(messages),
            last_number=len(messages),
            numbers_given=len(messages),
            last_post_at=times[-1],
            version=len(messages),
        )
        heads.append((row, head))
        for number, (one, at) in enumerate(zip(messages, times, strict=True), 1):
            author = who.get(one.side, row.proposal.facilitator_id)
            head.last_author_id = author
            posts.append(
                Post(
                    region=region,
                    thread=head,
                    number=number,
                    author_id=author,
                    source=one.source,
                    html=str(to_html(one.source)),
                    language=row.language,
                    created_at=at,
                    state_changed_at=at,
                )
            )
            if head.first_reply_at is None and author != head.author_id:
                head.first_reply_at = at
    Thread.objects.bulk_create([head for _row, head in heads])
    Post.objects.bulk_create(posts, batch_size=1000)
    for row, head in heads:
        row.thread_id = head.pk
    ExpressionOfInterest.objects.bulk_update([row for row, _head in heads], ["thread_id"])
    Follow.objects.bulk_create(
        [
            Follow(region=region, account_id=account, thing_kind="thread", thing_id=head.pk, is_own_choice=False)
            for row, head in heads
            for account in {row.author_id, row.proposal.owner_id, row.proposal.facilitator_id}
            if account is not None
        ],
        ignore_conflicts=True,
    )
    return len(posts)


def _times(row: ExpressionOfInterest, count: int, now: datetime, chance: Random, *, is_ended: bool) -> list[datetime]:
    """When each message was written: after it was read, the last one with the decision, none in the future."""
    sent = row.sent_at or row.created_at
    first = min(row.read_at or sent + timedelta(hours=20), now - timedelta(minutes=40))
    last = now - timedelta(minutes=20)
    if is_ended and row.state != _S.SHORTLISTED:
        last = min(last, row.state_changed_at + timedelta(minutes=12))
    last = max(first, min(last, first + timedelta(days=1.5 * count)))
    return [first + (last - first) * (place / max(1, count - 1)) for place in range(count)]


def seed_versions(
    region: Region,
    made: Sequence[tuple[Proposal, CommunityText]],
    reviewers: Sequence[int],
    now: datetime,
    chance: Random,
) -> int:
    """Some had been returned once, a few twice; and how each read then. Returns how many reviews."""
    left = dict(_RETURNED)
    versions: list[ProposalVersion] = []
    found: list[Review] = []
    changed: list[Proposal] = []
    for row, community in made:
        state = ProposalState(row.state)
        if left.get(state, 0) <= 0 or not reviewers:
            continue
        left[state] -= 1
        times = 2 if left[state] % 4 == 0 else 1
        present = stored(row)
        submitted = row.submitted_at or row.state_changed_at
        slots = slots_of(community, row.language, chance)
        able = [one for one in reviewers if one != row.owner_id] or list(reviewers)
        reviewer = row.facilitator_id if row.facilitator_id is not None else chance.choice(able)
        for number in range(1, times + 1):
            back = returned(slots, PLACES, row.language, chance)
            at = submitted - timedelta(days=3 * (times - number) + chance.uniform(1, 2.5))
            fields = present | {"summary": back.summary, "partners_bring": "" if number == 1 else row.partners_bring}
            if number == 1:
                fields["source"] = row.source.partition("\n\n## ")[0]
            by = row.owner_id
            versions.append(ProposalVersion(region=region, proposal=row, number=number, fields=fields, by_id=by, at=at))
            checklist = dict.fromkeys(Check.values, True) | {Check.NEED_CLEAR.value: False}
            if "partners_bring" in back.remarks:
                checklist[Check.PARTNER_DESCRIBED.value] = False
            found.append(
                Review(
                    region=region,
                    proposal=row,
                    number=number,
                    reviewer_id=reviewer,
                    outcome=ReviewOutcome.RETURNED,
                    checklist=checklist,
                    remarks=dict(back.remarks),
                    words=back.words,
                    submitted_at=at,
                    due_at=review_due(region, at),
                    at=at + timedelta(hours=chance.uniform(1, 7)),
                )
            )
        row.version = times + 1
        if state == ProposalState.DRAFT:  # returned, and not yet written anew
            row.summary, row.version = versions[-1].fields["summary"], times
            row.reason, row.state_changed_at = found[-1].words, found[-1].at
        else:
            versions.append(
                ProposalVersion(
                    region=region, proposal=row, number=row.version, fields=present, by_id=row.owner_id, at=submitted
                )
            )
        if state in (ProposalState.PUBLISHED, ProposalState.IN_TALKS) and row.published_at is not None:
            found.append(
                Review(
                    region=region,
                    proposal=row,
                    number=row.version,
                    reviewer_id=reviewer,
                    outcome=ReviewOutcome.APPROVED,
                    checklist=dict.fromkeys(Check.values, True),
                    submitted_at=submitted,
                    due_at=review_due(region, submitted),
                    at=row.published_at,
                )
            )
        row.created_at = min(row.created_at, *(one.at for one in versions if one.proposal is row)) - timedelta(hours=3)
        changed.append(row)
    Proposal.objects.bulk_update(
        changed, ["version", "summary", "reason", "state_changed_at", "created_at"], batch_size=100
    )
    ProposalVersion.objects.bulk_create(versions)
    Review.objects.bulk_create(found)
    return len(found)

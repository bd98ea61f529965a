# SPDX-License-Identifier: EUPL-1.2
"""A discussion becomes a proposal in the same space; the discussion is told once its readers can read it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from filanda.across.journeys.models import THREAD, Journey
from filanda.capabilities.threads.models import Post, PostState, Thread
from filanda.capabilities.threads.rendering import literal, plain, render
from filanda.capabilities.threads.steps.posts import lock_place_of, write_answer
from filanda.components.proposals.actions.writing import create_draft
from filanda.components.proposals.models import OPEN_STATES, SUMMARY_MOST, Proposal, ProposalKind
from filanda.components.proposals.queries.reading import KIND, address_of
from filanda.kernel.identity.actors import Actor, actor_for
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import Decision, Forbidden, decide, require
from filanda.kernel.regions.models import Region
from filanda.spaces.models import Space

__all__ = ["tell", "to_proposal"]

KEEPS_ORDER = "discussions.keep_order"


def to_proposal(*, actor: Actor, space: Space, thread: Thread, now: datetime) -> Proposal:
    """Begin a proposal with the title of `thread`, and with how it began if that is the actor's own: others' words are
    theirs. A second time gives the same draft back. Nobody else learns of it until it is published.

    Raises Forbidden to whoever neither began the discussion nor keeps order there, or may not propose in `space`.
    """
    if thread.author_id != actor.account_id and not decide(actor, KEEPS_ORDER, space).allowed:
        raise Forbidden(
            Decision(False, _("A proposal is made of a discussion by whoever began it, or by who keeps order there."))
        )
    own = Post.objects.filter(thread=thread, number=1, author=actor.account_id, state=PostState.SHOWN).first()
    made = create_draft(
        actor=actor,
        region=thread.region,
        space=space,
        kind=ProposalKind.LOOK_FOR,
        fields={"title": thread.title, "summary": plain(own.source, SUMMARY_MOST) if own is not None else ""},
        key=f"thread-{thread.pk}",
        now=now,
    )
    with transaction.atomic(durable=True):
        require(actor, "proposals.write", made)
        _journey, is_new = Journey.objects.get_or_create(
            source_kind=THREAD,
            source_id=thread.pk,
            target_kind=KIND,
            target_id=made.pk,
            defaults={
                "region": thread.region,
                "space": space,
                "parts": [own.pk] if own is not None else [],
                "made_by_id": actor.account_id,
                "made_at": now,
            },
        )
        if is_new:
            record(
                "journeys.thread.proposed",
                region=thread.region,
                actor=actor,
                subject=thread,
                payload={"space": space.pk, "proposal": made.pk},
            )
    return made


def tell(region: Region, now: datetime) -> int:
    """Say in discussions which proposal came of them, each once, in the name of whoever made it, as soon as it is
    published to all who read the discussion. Returns how many were told.
    """
    told = 0
    waiting = Journey.objects.filter(source_kind=THREAD, target_kind=KIND, told_at=None).exclude(made_by=None)
    for journey in waiting.select_related("made_by").order_by("pk")[:200]:
        proposal = Proposal.objects.filter(pk=journey.target_id).first()
        thread = Thread.objects.filter(pk=journey.source_id, moved_to=None).first()
        if proposal is None or thread is None:
            journey.delete()
        elif proposal.state in OPEN_STATES and proposal.audience in ("public", thread.audience):
            told += _tell_one(region, journey, thread, proposal, now)
    return told


def _tell_one(region: Region, journey: Journey, thread: Thread, proposal: Proposal, now: datetime) -> bool:
    actor = actor_for(journey.made_by)
    first = Post.objects.filter(thread=thread, number=1).values_list("language", flat=True).first()
    with transaction.atomic(durable=True), override(first if first in region.languages else region.default_language):
        locked = lock_place_of(thread)
        kept = Journey.objects.select_for_update().get(pk=journey.pk)
        if kept.told_at is not None:
            return False
        kept.told_at = now
        kept.save(update_fields=["told_at"])
        if locked.closed_at is not None or not decide(actor, "threads.answer", locked).allowed:
            return False
        said = _("What began here is a proposal now: [%(title)s](%(address)s)") % {
            "title": literal(proposal.title),
            "address": reverse("proposals:proposal", args=address_of(proposal)),
        }
        rendered = render(said, actor=actor, audience=locked.audience)
        write_answer(actor=actor, thread=locked, source=said, rendered=rendered, now=now)
    return True

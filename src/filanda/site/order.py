# SPDX-License-Identifier: EUPL-1.2
"""What moderation has to show in a demonstration: reports that wait for the community's manager, one that was decided
and appealed, which waits for the facilitator, and what a member was told.

Everything is made through the actions that people use, once: what somebody has dealt with does not come back.
"""

from __future__ import annotations

from contextlib import suppress

from django.utils.timezone import now as clock
from django.utils.translation import override

from filanda.capabilities.moderation.actions import appeal, decide, report
from filanda.capabilities.moderation.models import Category, Measure, Report
from filanda.capabilities.notifications.following import follow
from filanda.capabilities.threads.actions import answer
from filanda.capabilities.threads.errors import SaidAlready
from filanda.capabilities.threads.models import Post, PostState
from filanda.kernel.identity.actors import Actor, actor_for
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal import chain
from filanda.kernel.policies import decide as may
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.spaces.models import SCOPE

ASKED = "Grazie, è quello che cercavo. Qualcuno l’ha già provato su lotti piccoli, sotto i cento pezzi?"
TOLD = "Noi sì, da marzo: conviene dai sessanta pezzi in su. Se serve, mando le schede."

__all__ = ["seed_order"]

REPORTS = (
    (Category.ADVERTISING, "Mi sembra pubblicità: ripete il nome di un prodotto e non risponde alla domanda."),
    (Category.CONFIDENTIAL, "Cita prezzi di un fornitore che ci erano stati dati in via riservata."),
    (Category.OFF_TOPIC, "Non riguarda questa comunità: forse va spostato in quella sull’energia."),
)
REASONS = "Nel messaggio c’è un numero di telefono personale, pubblicato senza consenso: la regola 2 lo esclude."
APPEAL = "Il numero è quello del centralino, è sul sito dell’azienda: non è un dato personale."


def seed_order(actor: Actor, region: Region, manager: Account, facilitator: Account, member: Account) -> None:
    """Let there be something to decide for `manager` and for `facilitator`, and something told to `member`, once. The
    region must be active, and invented. Raises Forbidden, and ValueError for a region of real people.
    """
    require(actor, "discussions.seed")
    if not region.is_invented:
        raise ValueError("Invented reports belong into an invented region.")
    if Report.objects.filter(reporter=member).exists():
        return
    chain.extend()
    follow(clock())  # from here on people are told, though no worker has run here yet
    keeper = actor_for(manager, has_second_factor=True)
    kept = keeper.scope_ids(SCOPE, Role.SPACE_MANAGER)
    posts = _posts_of_others(sorted(kept), {manager.pk, member.pk, facilitator.pk})
    with override("it"):
        for post, (category, text) in zip(posts[1:], REPORTS, strict=False):
            _report(region, member, post, category, text)
        if posts:
            _decided_and_appealed(region, member, keeper, posts[0])
            # Whoever was the member before may have been answered the same today, and have left since.
            with suppress(SaidAlready):
                _answered(member, posts)


def _posts_of_others(space_ids: list[int], not_by: set[int]) -> list[Post]:
    """Shown posts of different people in the open among those communities, the newest first."""
    rows = Post.objects.filter(
        thread__place_kind=SCOPE,
        thread__place_id__in=space_ids,
        thread__audience="public",
        thread__closed_at=None,
        thread__hidden_at=None,
        state=PostState.SHOWN,
        number__gt=1,
        author__isnull=False,
        author__is_active=True,
    )
    found: dict[int, Post] = {}
    for post in rows.exclude(author__in=not_by).select_related("thread", "author").order_by("-pk")[:200]:
        found.setdefault(post.author_id or 0, post)
    return list(found.values())[: len(REPORTS) + 1]


def _report(region: Region, by: Account, post: Post, category: str, text: str) -> Report:
    return report(
        actor=actor_for(by),
        region=region,
        thing=("post", post.pk),
        category=category,
        text=text,
        language="it",
        now=clock(),
    )


def _decided_and_appealed(region: Region, member: Account, keeper: Actor, post: Post) -> None:
    """A post was hidden, and its author says that this is wrong."""
    made = _report(region, member, post, Category.PERSONAL_DATA, "C’è il numero di telefono di una persona.")
    decision = decide(actor=keeper, report=made, measure=Measure.HIDDEN, reasons=REASONS, rule="Regola 2", now=clock())
    appeal(actor=actor_for(post.author), decision=decision, text=APPEAL, now=clock())


def _answered(member: Account, posts: list[Post]) -> None:
    """`member` answers where others write, and those answer in turn: so they are told something."""
    mine: Post | None = None
    for post in posts[1:]:
        thread = post.thread if mine is None else mine.thread
        if post.author is None or not all(
            may(actor_for(one), "threads.answer", thread) for one in (member, post.author)
        ):
            continue
        if mine is None:
            mine = answer(actor=actor_for(member), thread=thread, source=ASKED, now=clock())
        answer(actor=actor_for(post.author), thread=thread, source=TOLD, reply_to=mine, now=clock())
        if thread.pk != post.thread_id:
            return

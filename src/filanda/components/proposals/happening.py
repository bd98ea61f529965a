# SPDX-License-Identifier: EUPL-1.2
"""What the homes of spaces show of proposals, and what their managers should do about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, F, Min, Q, QuerySet, TextField, Value, When
from django.utils.translation import ngettext

from filanda.components.proposals.models import OPEN_STATES, Proposal, ProposalKind, ProposalState, Rung
from filanda.components.proposals.queries.reading import as_line
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import ThingLine
from filanda.spaces.components import Lines, Task, as_columns
from filanda.spaces.models import Space

__all__ = ["NEWS", "tasks"]

OPEN_FOR = timedelta(days=14)
NOT_OLDER = timedelta(days=60)  # by then managers have been asked often enough


def _published(actor: Actor, space_id: int, _now: Any) -> QuerySet[Any, Any]:
    # Of the ladder only what does not depend on who was let in: these lines are the same for all of a kind of reader.
    rows = Proposal.objects.filter(
        space=space_id, audience__in=actor.audience_tokens, state__in=OPEN_STATES, hidden_at=None
    ).order_by("-published_at", "-pk")
    reaches = [Rung.PUBLIC, *([Rung.MEMBERS] if actor.is_member else [])]
    read = Q(summary_for__in=reaches) | Q(text_for__in=reaches)
    summary = Case(When(read, then=F("summary")), default=Value(""), output_field=TextField())
    return as_columns(rows, at="published_at", author="owner_id", text=summary, more={"kind": "kind"})


def _line(row: Mapping[str, Any], space: Space, _names: Mapping[int, str]) -> ThingLine:
    proposal = Proposal(
        pk=row["line_id"],
        space=space,
        title=row["line_title"],
        summary=row["line_text"],
        language=row["line_language"],
        audience=row["line_audience"],
        owner_id=row["line_author"],
        published_at=row["line_at"],
        kind=ProposalKind(row["line_more"]["kind"]),
    )
    return as_line(proposal, summary=bool(proposal.summary))


NEWS = Lines(_published, _line)


def tasks(space: Space, now: datetime) -> Iterator[Task]:
    """Proposals that have been open for some weeks: managers know who could answer. Whether anybody has is between the
    owner, who answered and the facilitator: managers of a space must not learn it, so it makes no difference here. One
    query.
    """
    rows = Proposal.objects.filter(
        space=space,
        state=ProposalState.PUBLISHED,
        hidden_at=None,
        published_at__lt=now - OPEN_FOR,
        published_at__gt=now - NOT_OLDER,
    )
    found = rows.aggregate(since=Min("published_at"))
    count = rows.count() if found["since"] is not None else 0
    if count:
        sentence = ngettext(
            "A proposal has been open for two weeks: do you know somebody who could answer it?",
            "%(count)s proposals have been open for two weeks: do you know somebody who could answer them?",
            count,
        ) % {"count": count}
        yield Task(sentence, "proposals:space", (space.slug,), "", count, found["since"])

# SPDX-License-Identifier: EUPL-1.2
"""What the homes of spaces show of proposals, and what their managers should do about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, F, Min, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat, JSONObject, Left
from django.utils.translation import ngettext

from filanda.components.proposals.models import OPEN_STATES, SHOWN_STATES, Proposal, ProposalKind, ProposalState, Rung
from filanda.components.proposals.queries.reading import line_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import ThingLine
from filanda.spaces.components import Lines, Task, as_columns
from filanda.spaces.models import Space

__all__ = ["FOUND", "NEWS", "tasks"]

OPEN_FOR = timedelta(days=14)
NOT_OLDER = timedelta(days=60)  # by then managers have been asked often enough


def _published(actor: Actor, space_id: int, _now: Any) -> QuerySet[Any, Any]:
    # Of the ladder only what does not depend on who was let in: these lines are the same for all of a kind of reader.
    return _all(actor, space_id, _now).filter(state__in=OPEN_STATES)


def _all(actor: Actor, space_id: int, _now: Any) -> QuerySet[Any, Any]:
    rows = Proposal.objects.filter(
        space=space_id, audience__in=actor.audience_tokens, state__in=SHOWN_STATES, hidden_at=None
    ).order_by("-published_at", "-pk")
    summary = Case(When(_reads_summary(actor), then=F("summary")), default=Value(""), output_field=TextField())
    return as_columns(rows, at="published_at", author="owner_id", text=summary, more={"kind": "kind"})


def _reaches(actor: Actor) -> list[str]:
    return [Rung.PUBLIC, *([Rung.MEMBERS] if actor.is_member or actor.is_platform else [])]


def _reads_summary(actor: Actor) -> Q:
    return Q(summary_for__in=_reaches(actor)) | Q(text_for__in=_reaches(actor))


def _body(actor: Actor, _words: Sequence[Sequence[Any]]) -> Any:
    """The words that its documents of the search index hold for this kind of reader."""
    nothing = Value("", TextField())
    summary = Concat("summary", Value("\n"), "partners_bring", output_field=TextField())
    return JSONObject(
        text=Case(When(_reads_summary(actor), then=summary), default=nothing, output_field=TextField()),
        html=Case(
            When(text_for__in=_reaches(actor), then=Left("html", SEARCHED)), default=nothing, output_field=TextField()
        ),
    )


def _line(row: Mapping[str, Any], space: Space, _names: Mapping[int, str]) -> ThingLine:
    return line_of(
        row["line_id"],
        ProposalKind(row["line_more"]["kind"]),
        row["line_title"],
        row["line_text"] or None,
        language=row["line_language"],
        audience=row["line_audience"],
        owner_id=row["line_author"],
        space_id=space.pk,
        at=row["line_at"],
    )


SEARCHED = 20_000  # characters of a proposal in which words are marked
NEWS = Lines(_published, _line)
FOUND = Lines(_all, _line, body=_body)


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

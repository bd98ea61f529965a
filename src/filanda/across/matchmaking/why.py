# SPDX-License-Identifier: EUPL-1.2
"""Why something is suggested, from the signals that carried it: what is near, then what else speaks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filanda.across.matchmaking.features import WEIGHTS
from filanda.components.proposals.models import ProposalKind

__all__ = ["sentence_of_body", "sentence_of_call", "sentence_of_person", "sentence_of_proposal"]

TITLE_MOST = 90
REASONS = 2  # besides the first
NEAR = 0.4  # nearness of texts (similarity .33) from which they are called near
CLEAR = 0.5  # from which part of its most a signal is worth a word


def sentence_of_body(
    features: Mapping[str, float],
    title: str,
    *,
    is_close: bool,
    days: float | None,
    partners: int,
    topics: Sequence[str],
    is_rotated: bool = False,
) -> str:
    """Of an organisation; `title` of the piece of evidence that is nearest, "" where the reader sees none."""
    if is_rotated and title:
        first = _("New here, and its work is near to this: %(title)s") % {"title": _quoted(title)}
    elif title and is_close:
        first = _("It has done something close to this: %(title)s") % {"title": _quoted(title)}
    elif title:
        first = _("It works in this field; nearest is %(title)s") % {"title": _quoted(title)}
    else:
        first = _("Its evidence is near to this")
    return _joined(first, _more(features, topics=topics, days=days, partners=partners))


def sentence_of_person(features: Mapping[str, float], *, topics: Sequence[str], is_rotated: bool = False) -> str:
    """Of a person."""
    if is_rotated:
        first = _("New here, and what they say of themselves is near to this")
    elif topics:
        first = _("Their skills and interests include %(topics)s") % {"topics": _both(topics)}
        topics = ()
    elif features.get("evidence", 0.0) >= NEAR:
        first = _("What they say of themselves is near to this")
    else:
        first = _("What they say of themselves touches on this")
    return _joined(first, _more(features, topics=topics))


def sentence_of_proposal(
    kind: str,
    features: Mapping[str, float],
    *,
    topics: Sequence[str],
    evidence: str = "",
    is_for_reader: bool = False,
    is_rotated: bool = False,
) -> str:
    """Of a proposal; `evidence`: the title of one's own piece of evidence that is nearest to it, if that is why.
    `is_for_reader`: it is near to what the reader does, not to another proposal.
    """
    if features.get("evidence", 0.0) >= NEAR:
        first = {
            ProposalKind.OFFER: _("It offers something near to this"),
            ProposalKind.LOOK_FOR: _("It looks for something near to this"),
            ProposalKind.TOGETHER: _("It wants to build something near to this together"),
        }[ProposalKind(kind)]
    else:
        first = {
            ProposalKind.OFFER: _("What it offers touches on this"),
            ProposalKind.LOOK_FOR: _("What it looks for touches on this"),
            ProposalKind.TOGETHER: _("What it wants to build together touches on this"),
        }[ProposalKind(kind)]
    if is_for_reader:
        first = {
            ProposalKind.OFFER: _("It offers something near to what you do"),
            ProposalKind.LOOK_FOR: _("It looks for something near to what you do"),
            ProposalKind.TOGETHER: _("It wants to build something together, near to what you do"),
        }[ProposalKind(kind)]
    if evidence:
        first = {
            ProposalKind.OFFER: _("It offers something near to your %(title)s"),
            ProposalKind.LOOK_FOR: _("It looks for what your %(title)s is about"),
            ProposalKind.TOGETHER: _("It wants to build something together, near to your %(title)s"),
        }[ProposalKind(kind)] % {"title": _quoted(evidence)}
    more = _more(features, topics=topics, is_proposal=True)
    return _joined(first, [_("it is new"), *more][: REASONS + 1] if is_rotated else more)


def sentence_of_call(
    features: Mapping[str, float], *, topics: Sequence[str], evidence: str = "", is_for_reader: bool = False
) -> str:
    """Of a funding call; `evidence`: the title of one's own piece of evidence that is nearest to it, if that is why."""
    is_near = features.get("evidence", 0.0) >= NEAR
    if evidence:
        first = _("It funds work near to your %(title)s") % {"title": _quoted(evidence)}
    elif is_for_reader:
        first = _("It funds work near to what you do") if is_near else _("What it funds touches on what you do")
    else:
        first = _("It funds work near to this") if is_near else _("What it funds touches on this")
    return _joined(first, _more(features, topics=topics))


def _quoted(title: str) -> str:
    short = title if len(title) <= TITLE_MOST else title[:TITLE_MOST].rsplit(" ", 1)[0] + "…"
    return _("“%(title)s”") % {"title": short}


def _both(topics: Sequence[str]) -> str:
    """One or two topics, told apart by quotation marks: many have commas of their own."""
    if len(topics) == 1:
        return _quoted(topics[0])
    return _("%(one)s and %(other)s") % {"one": _quoted(topics[0]), "other": _quoted(topics[1])}


def _more(
    features: Mapping[str, float],
    *,
    topics: Sequence[str] = (),
    days: float | None = None,
    partners: int = 0,
    is_proposal: bool = False,
) -> list[str]:
    """What else speaks for it, the strongest first."""
    said = {
        "topics": _("both are about %(topics)s") % {"topics": _both(topics)} if topics else "",
        "kind": (
            _("both want the same kind of cooperation")
            if is_proposal
            else _("what it has done suits the kind of cooperation wanted")
        ),
        "stage": _("the stage of development fits"),
        "place": _("it is near the place named"),
        "helix": _("the two have different roles in innovation"),
        "answers": (
            ngettext(
                "it usually answers within %(days)s day", "it usually answers within %(days)s days", max(1, round(days))
            )
            % {"days": max(1, round(days))}
            if days is not None
            else ""
        ),
        "partners": (
            ngettext("the two share %(n)s partner", "the two share %(n)s partners", partners) % {"n": partners}
            if partners
            else ""
        ),
    }
    strong = sorted(
        (name for name, value in features.items() if name in said and said[name] and value >= CLEAR),
        key=lambda name: -WEIGHTS[name] * features[name],
    )
    return [said[name] for name in strong[:REASONS]]


def _joined(first: str, more: Sequence[str]) -> str:
    also = _("Also: %(reasons)s.") % {"reasons": "; ".join(more)}
    return f"{first}. {also}" if more else f"{first}."

# SPDX-License-Identifier: EUPL-1.2
"""What a proposal says of itself: which fields, what can be wrong with them, how a version keeps them, how much of them
changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from filanda.capabilities.collaborations.models import Cooperation, ValueBand
from filanda.components.proposals import models as m
from filanda.kernel.text import language
from filanda.kernel.text.folding import clean
from filanda.kernel.text.markdown import to_html

__all__ = [
    "CONCEPTS_MOST",
    "FIELDS",
    "LANGUAGES_MOST",
    "Locked",
    "Outdated",
    "checked",
    "is_substantial",
    "stored",
    "words_of",
    "wrongs",
]

CONCEPTS_MOST = 12
LANGUAGES_MOST = 12
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_LINES = {"title": m.TITLE_MOST}  # one line each
_TEXTS = {"summary": m.SUMMARY_MOST, "source": m.TEXT_MOST, "partners_bring": m.BRING_MOST}
_CHOICES = {
    "kind": m.ProposalKind,
    "summary_for": m.Rung,
    "text_for": m.Rung,
    "ipr": m.IprPosition,
    "budget": ValueBand,
}
_STAGES = ("trl_now", "trl_wanted")
_FLAGS = ("needs_undertaking", "is_for_other_regions")
_LINKS = ("place", "funding_call", "organisation", "space")  # rows, which the action checks against who acts
FIELDS = (*_LINES, *_TEXTS, *_CHOICES, *_STAGES, *_FLAGS, *_LINKS, "cooperation", "languages", "months", "concepts")
WORDS = ("title", "summary", "source", "partners_bring")
ALIKE = 0.75  # of the words; less alike, and it is another text


class Outdated(Exception):
    """Somebody has saved meanwhile, perhaps in another window. `proposal`: as it stands now."""

    def __init__(self, proposal: m.Proposal) -> None:
        super().__init__(_("This was changed in another window, or by somebody of your side. Both texts are shown."))
        self.proposal = proposal


class Locked(Exception):
    """In this state nothing is written in it. `str()` says what to do."""

    def __init__(self, state: str) -> None:
        self.state = state
        told = {
            m.ProposalState.IN_REVIEW.value: _("A facilitator is reading it. Take it back first to change it."),
            m.ProposalState.EXPIRED.value: _("Its time is over. Renew it first to change it."),
            m.ProposalState.SUSPENDED.value: _("It is suspended. The decision says why, and how to object."),
            m.ProposalState.CLOSED.value: _("It is closed, and stays as it was."),
        }
        super().__init__(told.get(state, _("It is no draft any more: it can be read, and changed in its form.")))


def wrongs(given: Mapping[str, Any]) -> dict[str, str]:
    """A sentence for each of the given fields that cannot be kept. Nothing is missing from a draft."""
    errors: dict[str, str] = {}
    long = _("That is too long: %(most)d characters at most.")
    for name, most in (_LINES | _TEXTS).items():
        if name in given and len(_plain(name, given[name])) > most:
            errors[name] = long % {"most": most}
    for name, choices in _CHOICES.items():
        if name in given and given[name] not in choices.values:
            errors[name] = _("Choose one from the list.")
    for name in _STAGES:
        if given.get(name) is not None and given[name] not in range(1, 10):
            errors[name] = _("A stage is a number from 1 to 9.")
    if any(one not in Cooperation.values for one in given.get("cooperation", ())):
        errors["cooperation"] = _("Choose from the list.")
    languages = given.get("languages", ())
    if len(languages) > LANGUAGES_MOST or any(not _LANGUAGE.fullmatch(one) for one in languages):
        errors["languages"] = _("Choose from the list, %(most)d at most.") % {"most": LANGUAGES_MOST}
    if "months" in given and given["months"] not in range(1, m.MONTHS_MOST + 1):
        errors["months"] = _("Give a number of months from 1 to %(most)d.") % {"most": m.MONTHS_MOST}
    if len(given.get("concepts", ())) > CONCEPTS_MOST:
        errors["concepts"] = _("Choose %(most)d at most: those that matter.") % {"most": CONCEPTS_MOST}
    return errors


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """The given fields as a Proposal keeps them, "concepts" apart. Raises ValidationError by field, TypeError for a
    field that a proposal does not have.
    """
    unknown = set(given) - set(FIELDS)
    if unknown:
        raise TypeError(f"A proposal has no field {', '.join(sorted(unknown))}.")
    errors = wrongs(given)
    if errors:
        raise ValidationError(errors)
    kept: dict[str, Any] = {name: value for name, value in given.items() if name != "concepts"}
    for name in _LINES | _TEXTS:
        if name in kept:
            kept[name] = _plain(name, kept[name])
    for name in ("cooperation", "languages"):
        if name in kept:
            kept[name] = list(dict.fromkeys(kept[name]))
    for name in _FLAGS:
        if name in kept:
            kept[name] = bool(kept[name])
    return kept


def derive(proposal: m.Proposal) -> None:
    """What follows from its words: the HTML, and their language."""
    proposal.html = str(to_html(proposal.source)) if proposal.source else ""
    words = f"{proposal.title}. {proposal.summary} {proposal.source[:500]}"
    proposal.language = language.detect(words) if words.strip(". ") else ""


def stored(proposal: m.Proposal) -> dict[str, Any]:
    """Its fields as a version keeps them. One query for its concepts."""
    plain = {name: getattr(proposal, name) for name in FIELDS if name not in (*_LINKS, "concepts")}
    links = {name: getattr(proposal, f"{name}_id") for name in _LINKS}
    confirmed = proposal.concept_links.filter(origin="confirmed").order_by("concept")
    return plain | links | {"concepts": list(confirmed.values_list("concept", flat=True))}


def is_substantial(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether `after` says something else: another kind, or another quarter of its words."""
    if before.get("kind") != after.get("kind"):
        return True
    old, new = ([word for name in WORDS for word in words_of(str(one.get(name, "")))] for one in (before, after))
    if old == new:
        return False
    return SequenceMatcher(None, old, new, autojunk=False).quick_ratio() < ALIKE or _ratio(old, new) < ALIKE


def words_of(text: str) -> list[str]:
    """The words of `text`, with what stands between them, so that joining gives it back."""
    return re.findall(r"\s+|[^\s]+", text)


def _ratio(old: list[str], new: list[str]) -> float:
    """How alike two lists of words are; of very long ones, their beginnings."""
    return SequenceMatcher(None, old[:4_000], new[:4_000], autojunk=False).ratio()


def _plain(name: str, value: Any) -> str:
    text = clean(str(value).replace("\r\n", "\n").replace("\r", "\n"))
    return " ".join(text.split()) if name in _LINES else text

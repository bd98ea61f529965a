# SPDX-License-Identifier: EUPL-1.2
"""What a suggestion is judged by, and how much each signal counts: one table, `WEIGHTS`, and one sum.

Every feature is a number from 0 (says nothing for it) to 1. Unknown is 0: what nobody said about themselves is not
held against them, it only does not help. docs/matching.md tells how the weights came about.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from filanda.across.matchmaking.models import NotForMe
from filanda.capabilities.collaborations.models import Cooperation
from filanda.components.proposals.models import ProposalKind
from filanda.directory.organisations.models import EvidenceKind, HelixRole

__all__ = [
    "COMPLEMENTS",
    "LEARNED_MOST",
    "REASONS",
    "WEIGHTS",
    "Area",
    "Topic",
    "complement",
    "helix",
    "kinds",
    "learned",
    "nearness",
    "overlap",
    "place",
    "responsiveness",
    "score",
    "shared",
    "stage",
    "stages",
    "topics",
]

# What each signal adds at most. Evidence leads by far: the others decide between those whose evidence is about alike.
WEIGHTS: Mapping[str, float] = {
    "evidence": 1.00,  # text and meaning of what they have done, or of what they say
    "topics": 0.20,  # concepts in common, by their distance in the taxonomy
    "kind": 0.08,  # the cooperation that is wanted fits what they have shown, or want themselves
    "stage": 0.06,  # so does the stage of development
    "place": 0.06,  # near the place that was named
    "helix": 0.05,  # another role in the quadruple helix than one's own
    "answers": 0.05,  # they answer soon, where they have answered at all
    "partners": 0.04,  # they have worked with those one has worked with
}

# "Not for me" says which signal counts for more, for this seeker, from now on.
REASONS: Mapping[str, tuple[str, ...]] = {
    NotForMe.FIELD: ("topics",),
    NotForMe.STAGE: ("stage", "kind"),
    NotForMe.PLACE: ("place",),
    NotForMe.SILENT: ("answers",),
    NotForMe.KNOWN: (),
    NotForMe.OTHER: (),
}
LEARNED_STEP = 0.25  # of its weight, for each time the reason was given
LEARNED_MOST = 1.0  # at most: no signal counts more than twice its weight

COMPLEMENTS: Mapping[str, tuple[str, ...]] = {
    ProposalKind.LOOK_FOR: (ProposalKind.OFFER,),
    ProposalKind.OFFER: (ProposalKind.LOOK_FOR,),
    ProposalKind.TOGETHER: (ProposalKind.TOGETHER,),
}

# Which evidence shows that somebody can do a kind of cooperation.
_SHOWS: Mapping[str, frozenset[str]] = {
    Cooperation.RESEARCH: frozenset({EvidenceKind.PROJECT, EvidenceKind.PUBLICATION, EvidenceKind.DATASET}),
    Cooperation.TECHNICAL: frozenset(
        {EvidenceKind.SERVICE, EvidenceKind.PRODUCT, EvidenceKind.PROTOTYPE, EvidenceKind.SOFTWARE}
    ),
    Cooperation.LICENCE: frozenset({EvidenceKind.PATENT, EvidenceKind.SOFTWARE, EvidenceKind.PROTOTYPE}),
    Cooperation.JOINT_VENTURE: frozenset({EvidenceKind.PRODUCT, EvidenceKind.SPIN_OFF, EvidenceKind.SERVICE}),
    Cooperation.SUPPLY: frozenset({EvidenceKind.PRODUCT, EvidenceKind.SERVICE}),
    Cooperation.PILOT: frozenset({EvidenceKind.PROTOTYPE, EvidenceKind.PRODUCT, EvidenceKind.PROJECT}),
    Cooperation.CONSORTIUM: frozenset({EvidenceKind.PROJECT}),
}
# Readiness levels (TRL) that a kind of evidence usually stands for.
_STANDS_FOR: Mapping[str, tuple[int, int]] = {
    EvidenceKind.PUBLICATION: (1, 4),
    EvidenceKind.DATASET: (2, 6),
    EvidenceKind.PATENT: (3, 6),
    EvidenceKind.PROJECT: (2, 7),
    EvidenceKind.PROTOTYPE: (4, 7),
    EvidenceKind.SOFTWARE: (5, 9),
    EvidenceKind.SPIN_OFF: (6, 9),
    EvidenceKind.STANDARD: (7, 9),
    EvidenceKind.SERVICE: (8, 9),
    EvidenceKind.PRODUCT: (8, 9),
}

SIMILAR_LEAST, SIMILAR_MOST = 0.15, 0.60  # similarities of texts that say nothing, and all
SOON_DAYS, LATE_DAYS = 2.0, 30.0  # median time of answers that is worth 1, and 0
PARTNERS_MOST = 3  # shared partners beyond which more say no more


@dataclass(frozen=True, slots=True)
class Topic:
    """A concept with all that is above it, top first."""

    id: int
    ancestors: tuple[int, ...] = ()

    @property
    def path(self) -> tuple[int, ...]:
        return (*self.ancestors, self.id)


@dataclass(frozen=True, slots=True)
class Area:
    """Where something is: ISTAT code of the municipality, plate of the province, NUTS code; "" where unknown."""

    municipality: str = ""
    province: str = ""
    nuts: str = ""


def score(features: Mapping[str, float], weights: Mapping[str, float] = WEIGHTS) -> float:
    """The weighted sum."""
    return sum(weights[name] * value for name, value in features.items())


def learned(reasons: Iterable[str]) -> dict[str, float]:
    """The weights of a seeker who said "not for me" for these reasons (one for each time), within bounds."""
    raised: dict[str, float] = {}
    for reason in reasons:
        for name in REASONS.get(reason, ()):
            raised[name] = min(LEARNED_MOST, raised.get(name, 0.0) + LEARNED_STEP)
    return {name: weight * (1 + raised.get(name, 0.0)) for name, weight in WEIGHTS.items()}


def nearness(similarity: float) -> float:
    """A similarity of two texts in the region's space as a feature."""
    return min(1.0, max(0.0, (similarity - SIMILAR_LEAST) / (SIMILAR_MOST - SIMILAR_LEAST)))


def topics(wanted: Sequence[Topic], had: Collection[Topic]) -> float:
    """How near the topics of two sides are: for each that is wanted the nearest that the other has, on average.

    Two concepts of one tree are as near as the part of their paths that they share (Wu and Palmer 1994): 1 for the
    same, less for one broader or beside it, 0 for those of different trees.
    """
    if not wanted or not had:
        return 0.0
    return sum(max(shared(one, other) for other in had) for one in wanted) / len(wanted)


def shared(one: Topic, other: Topic) -> float:
    """How near two concepts are, 0..1."""
    if one.id == other.id:
        return 1.0
    mine, theirs = one.path, other.path
    common = 0
    for here, there in zip(mine, theirs, strict=False):
        if here != there:
            break
        common += 1
    return 2 * common / (len(mine) + len(theirs))


def kinds(cooperation: Collection[str], evidence: Sequence[tuple[str, float]]) -> float:
    """Which part of the evidence, (kind, share), shows a kind of cooperation that is wanted."""
    if not cooperation or not evidence:
        return 0.0
    fitting = frozenset().union(*(_SHOWS[one] for one in cooperation if one in _SHOWS))
    total = sum(share for _kind, share in evidence)
    return sum(share for kind, share in evidence if kind in fitting) / total if total > 0 else 0.0


def overlap(one: Collection[str], other: Collection[str]) -> float:
    """How much two sets have in common, of all that either has (Jaccard)."""
    both = set(one) | set(other)
    return len(set(one) & set(other)) / len(both) if both else 0.0


def stage(wanted: int | None, evidence: Sequence[tuple[str, float]]) -> float:
    """How near the readiness that is wanted is to what the evidence, (kind, share), stands for."""
    if wanted is None or not evidence:
        return 0.0
    total = sum(share for _kind, share in evidence)
    fits = 0.0
    for kind, share in evidence:
        low, high = _STANDS_FOR.get(kind, (1, 9))
        gap = max(0, low - wanted, wanted - high)
        fits += share * max(0.0, 1 - gap / 4)
    return fits / total if total > 0 else 0.0


def stages(now: int | None, wanted: int | None) -> float:
    """Whether what one has (a readiness level) reaches what the other wants, or how near it is."""
    if now is None or wanted is None:
        return 0.0
    return 1.0 if now >= wanted else max(0.0, 1 - (wanted - now) / 4)


def place(wanted: Area | None, other: Area | None) -> float:
    """1 in the same municipality, less in the same province, region, country."""
    if wanted is None or other is None:
        return 0.0
    if wanted.municipality and wanted.municipality == other.municipality:
        return 1.0
    if wanted.province and wanted.province == other.province:
        return 0.8
    common = 0
    for here, there in zip(wanted.nuts, other.nuts, strict=False):
        if here != there:
            break
        common += 1
    if common < 2:
        return 0.0
    return 0.8 if common == 5 else 0.2 * (common - 1)  # IT .2, ITC .4, ITC4 .6, ITC4C .8


def helix(one: str, other: str) -> float:
    """Whether two bodies have different roles of the quadruple helix, both known."""
    known = {one, other} - {"", HelixRole.UNKNOWN}
    return 1.0 if len(known) == 2 else 0.0


def responsiveness(days: float | None) -> float:
    """Of the median time of answers in days: 1 up to SOON_DAYS, 0 from LATE_DAYS on, even steps of ratio between."""
    if days is None:
        return 0.0
    return min(1.0, max(0.0, 1 - math.log(max(days, SOON_DAYS) / SOON_DAYS) / math.log(LATE_DAYS / SOON_DAYS)))


def complement(kind: str, other: str) -> bool:
    """Whether a proposal of `other` kind answers one of `kind`."""
    return other in COMPLEMENTS.get(kind, ())

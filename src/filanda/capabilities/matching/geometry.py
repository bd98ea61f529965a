# SPDX-License-Identifier: EUPL-1.2
"""The space that needs and evidence are compared in. Pure functions over arrays; no database.

Two things are done to the embedder's vectors, both measured in docs/matching.md:

- *Centring*: the mean of the region's evidence is subtracted from both sides and the rest renormalised. The vectors of
  one embedder crowd into a narrow cone; what they all share says nothing (Mu and Viswanath 2018, "All-but-the-top").
- *Partner smoothing*: a piece of evidence moves towards the other pieces of the bodies that take part in it. What a
  body did elsewhere says what its part in a project was (a graph convolution of one step, cf. Wu et al. 2019, SGC).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

PARTNER_WEIGHT = 0.4


def unit(vectors: Array) -> Array:
    """Rows of `vectors` at unit length; rows of zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)


@dataclass(frozen=True)
class Geometry:
    """Where the middle is. `mean` has shape (dim,)."""

    mean: Array

    def questions(self, raw: Array) -> Array:
        """Place embedded needs, shape (n, dim) or (dim,)."""
        return unit(raw - self.mean)

    def evidence(self, raw: Array) -> Array:
        """Place embedded evidence whose partners are not known, shape (n, dim)."""
        return unit(raw - self.mean)


def fit(raw: Array) -> Geometry:
    """The geometry of a region's evidence, from its embedded pieces, shape (n, dim), n >= 1."""
    return Geometry(mean=np.asarray(raw.mean(axis=0), dtype=np.float32))


def smooth(vectors: Array, groups: Sequence[Sequence[int]], *, weight: float = PARTNER_WEIGHT) -> Array:
    """Move placed evidence towards the other evidence of its partners.

    `vectors`: unit rows, shape (n, dim). `groups`: for each body with at least two pieces, their row numbers. For
    piece d, the other pieces d' weigh the sum over shared bodies o of 1/n_o, normalised to 1; u = unit of that mean;
    the result is unit(v + weight * u). Time is linear in the number of parts.
    """
    total = np.zeros_like(vectors)
    for group in groups:
        rows = np.asarray(group)
        if len(rows) < 2:
            continue
        members = vectors[rows]
        # sum over the others, each weighing 1/n_o; the normalisation to 1 falls away in the unit vector
        np.add.at(total, rows, (members.sum(axis=0) - members) / len(rows))
    return unit(vectors + weight * unit(total))

# SPDX-License-Identifier: EUPL-1.2
"""The space that needs and evidence are compared in. Pure functions over arrays; no database.

Four things are done to the embedder's vectors, each measured in docs/matching.md:

- *Centring*: the mean of the region's evidence is subtracted from both sides and the rest renormalised. The vectors of
  one embedder crowd into a narrow cone; what they all share says nothing (Mu and Viswanath 2018, "All-but-the-top").
- *Projection*: directions in which the evidence of one body scatters count less, those that tell bodies apart count
  more: a shrunk linear discriminant analysis in closed form (Fisher 1936; shrinkage: Friedman 1989).
- *Leaning*: a piece of evidence leans towards the other pieces of the bodies that take part in it. What a body did
  elsewhere says what its part in a project was (a graph convolution of one step, cf. Wu et al. 2019, SGC).
- *Specificity*: texts that many pieces share count a little less.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Positions = NDArray[np.int64]

RECIPE = 3  # raise it when spaces made by older code should be fitted anew
LEAN = 0.2
SHARED = 0.1  # a text that k pieces of evidence share counts k ** -SHARED
SHRINK = 1.0  # of the scatter within bodies, in units of its mean variance; more for few pieces:
SHRINK_PIECES = 4000.0  # SHRINK + SHRINK_PIECES / pieces
SPREAD = 0.4  # power of the spread that is left once the scatter within bodies is evened out

CHUNK = 8192  # rows worked on at once


def unit(vectors: Array) -> Array:
    """Rows of `vectors` at unit length; rows of zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)


@dataclass(frozen=True)
class Parts:
    """Who takes part in what: `piece[i]` has a part of `body[i]`. Positions, each from 0; both of shape (parts,)."""

    piece: Positions
    body: Positions

    def of_bodies_with_several(self) -> Parts:
        """Only the parts of bodies that have at least two pieces; these bodies are numbered anew."""
        keep = np.bincount(self.body)[self.body] >= 2 if len(self.body) else np.zeros(0, dtype=bool)
        _bodies, numbered = np.unique(self.body[keep], return_inverse=True)
        return Parts(self.piece[keep], numbered)


@dataclass(frozen=True)
class Geometry:
    """What turns an embedding into a vector that can be compared. `mean`: shape (dim,); `projection`: (dim, dim)."""

    mean: Array
    projection: Array

    def place(self, raw: Array) -> Array:
        """Place embedded needs or evidence, shape (n, dim) or (dim,): unit length."""
        return unit(unit(raw - self.mean) @ self.projection)


def fit(raw: Array, parts: Parts) -> Geometry:
    """The geometry of a region's evidence: `raw` are its embedded pieces, shape (n, dim), n >= 1.

    Dimensions come in order of their spread, largest first. Without bodies that have several pieces there is nothing
    to learn from, and the projection only turns.
    """
    mean = np.asarray(raw.mean(axis=0, dtype=np.float64), dtype=np.float32)
    within, spread = _scatters(raw, mean, parts.of_bodies_with_several())
    dim = len(mean)
    level = float(np.trace(within)) / dim
    if level <= 0:
        _values, axes = np.linalg.eigh(spread)
        return Geometry(mean, np.asarray(axes[:, ::-1], dtype=np.float32))
    values, axes = np.linalg.eigh(within)
    shrink = SHRINK + SHRINK_PIECES / len(raw)
    even = axes * (np.maximum(values, 0) + shrink * level) ** -0.5
    values, axes = np.linalg.eigh(even.T @ spread @ even)
    found = even @ (axes * np.maximum(values, 1e-9) ** SPREAD)
    return Geometry(mean, np.asarray(found[:, ::-1], dtype=np.float32))


def lean(placed: Array, parts: Parts, *, weight: float = LEAN) -> Array:
    """Placed evidence, shape (n, dim), leaning towards the other evidence of its bodies.

    A body with n pieces pulls each with 1/n of the sum of its others, so one that does everything pulls no harder than
    one that does two things; the pulls are added, scaled to unit length and weighed. Linear in the number of parts.
    """
    several = parts.of_bodies_with_several()
    if not len(several.piece):
        return placed
    counts = np.bincount(several.body).astype(np.float32)
    middles = np.zeros((len(counts), placed.shape[1]), dtype=np.float32)
    _add_up(placed, several.piece, several.body, middles)
    middles /= counts[:, None]
    # The pull of a body on its piece, (sum - piece) / count, is its middle less the piece's own share.
    leaning = np.zeros_like(placed)
    _add_up(middles, several.body, several.piece, leaning)
    own = np.bincount(several.piece, weights=1 / counts[several.body], minlength=len(placed)).astype(np.float32)
    for some in _chunks(len(placed)):
        pulls = leaning[some] - own[some, None] * placed[some]
        leaning[some] = unit(placed[some] + weight * unit(pulls))
    return leaning


def specific(placed: Array, sharing: NDArray[np.int64]) -> Array:
    """Placed evidence, shortened where its text says little of it.

    `sharing`: how many pieces have the same text, itself included, shape (n,). The label of a funding line stands under
    dozens of projects and would answer every need a little.
    """
    return np.asarray(placed * (sharing[:, None].astype(np.float32) ** -SHARED), dtype=np.float32)


def _chunks(count: int) -> Iterator[slice]:
    """Slices of `count` rows. What is made of rows is made of so many at once: memory stays bounded."""
    for start in range(0, count, CHUNK):
        yield slice(start, min(start + CHUNK, count))


def _add_up(rows: Array, take: Positions, owner: Positions, totals: Array) -> None:
    """Add `rows[take[i]]` to `totals[owner[i]]`, for every i."""
    order = np.argsort(owner, kind="stable")
    for some in _chunks(len(order)):
        chosen = order[some]
        owners = owner[chosen]
        starts = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]])
        totals[owners[starts]] += np.add.reduceat(rows[take[chosen]], starts, axis=0)


def _scatters(raw: Array, mean: Array, several: Parts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Covariances of centred evidence, shape (dim, dim): around the middle of its body, each body counted once; all."""
    dim = raw.shape[1]
    within, spread = np.zeros((dim, dim)), np.zeros((dim, dim))
    counts = np.bincount(several.body)
    middles = np.zeros((len(counts), dim), dtype=np.float32)
    weight = np.bincount(several.piece, weights=1 / counts[several.body], minlength=len(raw))
    centred = np.empty_like(raw)
    for some in _chunks(len(raw)):
        centred[some] = unit(raw[some] - mean)
        rows = centred[some].astype(np.float64)
        spread += rows.T @ rows
        within += (rows * weight[some, None]).T @ rows
    spread /= len(raw)
    if not len(counts):
        return np.zeros((dim, dim)), spread
    _add_up(centred, several.piece, several.body, middles)
    for some in _chunks(len(counts)):
        rows = middles[some] / counts[some, None]
        within -= rows.T @ rows
    return within / (weight.sum() - (1.0 / counts).sum()), spread

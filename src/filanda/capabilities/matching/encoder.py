# SPDX-License-Identifier: EUPL-1.2
"""The encoder that both readers are: BERT (Devlin et al. 2019), in whole numbers of 8 bits, run by onnxruntime.

The packages that bring the weights bring an engine too, or none; this takes a third to two thirds of their CPU. Weights
and activations are rounded in blocks of 32: a few values are a hundred times the others, and would leave nothing of
these if all of a text or a column were rounded together.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filanda.capabilities.matching.graphs import OWN, Graph

Array = NDArray[np.float32]

BLOCK = 32
_MOST = 127  # the largest weight of a block, in steps


@dataclass(frozen=True)
class Dense:
    """`weight`: shape (out, in); `bias`: shape (out,)."""

    weight: Array
    bias: Array


@dataclass(frozen=True)
class Norm:
    """A layer norm: what each value is multiplied with, and what is added."""

    scale: Array
    shift: Array


@dataclass(frozen=True)
class Layer:
    query: Dense
    key: Dense
    value: Dense
    after: Dense  # attention
    after_norm: Norm
    inner: Dense
    outer: Dense
    outer_norm: Norm


class Encoder:
    """Embedded tokens -> the mean of what the layers make of them. Any number of threads may ask."""

    def __init__(self, first: Norm, layers: Iterable[Layer], *, heads: int, epsilon: float) -> None:
        """`layers` is read once, so that only one needs to be in memory in 32 bits. Raises RuntimeError."""
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        import onnxruntime

        graph = Graph()

        def normed(values: list[str], norm: Norm) -> str:
            weights = [graph.constant(norm.scale), graph.constant(norm.shift)]
            if len(values) == 1:
                return graph.step("LayerNormalization", [*values, *weights], epsilon=epsilon)
            return graph.step("SkipLayerNormalization", [*values, *weights], domain=OWN, epsilon=epsilon)

        now = normed(["tokens"], first)
        for layer in layers:
            asked = [_rounded(graph, now, dense) for dense in (layer.query, layer.key, layer.value)]
            seen = graph.step("MultiHeadAttention", asked, domain=OWN, num_heads=heads)
            now = normed([_rounded(graph, seen, layer.after), now], layer.after_norm)
            inner = graph.step("Gelu", [_rounded(graph, now, layer.inner)], domain=OWN)
            now = normed([_rounded(graph, inner, layer.outer), now], layer.outer_norm)
        shape = (1, "length", len(first.scale))
        chosen = onnxruntime.SessionOptions()
        chosen.intra_op_num_threads = chosen.inter_op_num_threads = 1  # more cost more CPU than they save time
        chosen.enable_cpu_mem_arena = False  # it would keep what the longest text took
        try:
            self._session = onnxruntime.InferenceSession(
                graph.finished({"tokens": shape}, now, shape), chosen, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its exceptions have no class of their own in common
            raise RuntimeError(f"the model does not load: {error}") from error

    def mean(self, tokens: Array) -> Array:
        """`tokens`: shape (length, dim), with what position and kind add; -> shape (dim,)."""
        found = self._session.run(None, {"tokens": tokens[None].astype(np.float32)})[0]
        return np.asarray(found[0].mean(axis=0), dtype=np.float32)


def _rounded(graph: Graph, values: str, dense: Dense) -> str:
    """`values` times a weight of which each BLOCK of inputs has a step of its own."""
    count, inputs = dense.weight.shape
    blocks = dense.weight.reshape(count, inputs // BLOCK, BLOCK)
    steps = np.maximum(np.abs(blocks).max(axis=2), 1e-12).astype(np.float32) / _MOST
    weight = (np.rint(blocks / steps[:, :, None]) + 128).astype(np.uint8)
    constants = [graph.constant(weight), graph.constant(steps.reshape(-1)), "", "", graph.constant(dense.bias)]
    options = {"K": inputs, "N": count, "bits": 8, "block_size": BLOCK, "accuracy_level": 4}
    return graph.step("MatMulNBits", [values, *constants], domain=OWN, **options)

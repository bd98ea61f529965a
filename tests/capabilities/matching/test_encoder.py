# SPDX-License-Identifier: EUPL-1.2
"""The encoder against the same written out in numpy, and models written and read back."""

from __future__ import annotations

from math import erf

import numpy as np
import pytest

from filanda.capabilities.matching.encoder import Dense, Encoder, Layer, Norm
from filanda.capabilities.matching.graphs import Graph, read

DIM, INNER, HEADS, EPSILON = 64, 128, 4, 1e-6


def made(seed):
    chance = np.random.default_rng(seed)

    def dense(inputs, outputs):
        weight = chance.standard_normal((outputs, inputs)) / inputs**0.5
        return Dense(weight.astype(np.float32), chance.standard_normal(outputs).astype(np.float32) / 10)

    def norm():
        return Norm((1 + chance.random(DIM) / 5).astype(np.float32), (chance.random(DIM) / 5).astype(np.float32))

    def layer():
        return Layer(
            *(dense(DIM, DIM) for _ in range(4)), norm(), dense(DIM, INNER), dense(INNER, DIM), norm()
        )  # fmt: skip

    return norm(), [layer(), layer()], chance.standard_normal((9, DIM)).astype(np.float32)


def written_out(first, layers, tokens):
    def normed(values, norm):
        centred = values - values.mean(axis=1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + EPSILON) * norm.scale + norm.shift

    def through(values, dense):
        return values @ dense.weight.T + dense.bias

    now = normed(tokens, first)
    for layer in layers:
        heads = [through(now, part).reshape(-1, HEADS, DIM // HEADS) for part in (layer.query, layer.key, layer.value)]
        near = np.einsum("qhd,khd->hqk", heads[0], heads[1]) / np.sqrt(DIM // HEADS)
        share = np.exp(near - near.max(axis=2, keepdims=True))
        share /= share.sum(axis=2, keepdims=True)
        seen = np.einsum("hqk,khd->qhd", share, heads[2]).reshape(-1, DIM)
        now = normed(through(seen, layer.after) + now, layer.after_norm)
        inner = through(now, layer.inner)
        inner = inner / 2 * (1 + np.vectorize(erf)(inner / 2**0.5))
        now = normed(through(inner, layer.outer) + now, layer.outer_norm)
    return now.mean(axis=0)


@pytest.mark.parametrize("seed", [1, 2])
def test_it_is_the_encoder_that_the_papers_describe(seed):
    first, layers, tokens = made(seed)
    found = Encoder(first, layers, heads=HEADS, epsilon=EPSILON).mean(tokens)
    wanted = written_out(first, layers, tokens)
    assert found @ wanted / np.linalg.norm(found) / np.linalg.norm(wanted) > 0.999
    assert np.linalg.norm(found - wanted) < 0.05 * np.linalg.norm(wanted)


def test_a_model_is_read_as_it_was_written(tmp_path):
    graph = Graph()
    weight = np.arange(6, dtype=np.float32).reshape(2, 3)
    steps = np.arange(-3, 3, dtype=np.int8)
    name, other = graph.constant(weight), graph.constant(steps)
    result = graph.step("MatMul", ["given", name])
    path = tmp_path / "model.onnx"
    path.write_bytes(graph.finished({"given": ("rows", 2)}, result, ("rows", 3)))
    constants, nodes = read(path)
    assert (constants[name] == weight).all()
    assert (constants[other] == steps).all()
    assert [(node.operator, node.takes, node.gives) for node in nodes] == [("MatMul", ("given", name), (result,))]

    import onnxruntime

    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"given": np.ones((1, 2), dtype=np.float32)})
    assert found.tolist() == [[3.0, 5.0, 7.0]]


def test_what_is_no_model_is_refused(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"\x0f" * 40)
    with pytest.raises(ValueError, match="no model"):
        read(path)

# SPDX-License-Identifier: EUPL-1.2
"""ONNX models read and written without the package that is made for it: the handful of messages that we use.

The form is that of protocol buffers (protobuf.dev/programming-guides/encoding); the numbers of fields are those of
onnx.proto (github.com/onnx/onnx, Apache-2.0).
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

OWN = "com.microsoft"  # operators that onnxruntime adds to the standard
_TYPES: dict[int, np.dtype[Any]] = {1: np.dtype("<f4"), 2: np.dtype("u1"), 3: np.dtype("i1"), 7: np.dtype("<i8")}
_NUMBERS = {dtype: number for number, dtype in _TYPES.items()}
_VARINT, _LONG, _BYTES, _WORD = 0, 1, 2, 5


@dataclass(frozen=True)
class Node:
    """One step of a model: what it does, and the names of what it takes and gives."""

    operator: str
    takes: tuple[str, ...]
    gives: tuple[str, ...]


def mapped(path: Path) -> mmap.mmap:
    """A file as bytes that are read when they are used."""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def read(path: Path) -> tuple[dict[str, Array], list[Node]]:
    """The constants of a model, by name and left in the file until they are used; and its nodes in order."""
    graph = next(value for field, value in _fields(memoryview(mapped(path))) if field == 7)
    constants: dict[str, Array] = {}
    nodes = []
    for field, value in _fields(graph):
        if field == 5:
            name, array = _constant(value)
            constants[name] = array
        elif field == 1:
            parts: dict[int, list[str]] = {1: [], 2: [], 4: []}
            for inner, said in _fields(value):
                if inner in parts:
                    parts[inner].append(bytes(said).decode())
            nodes.append(Node(parts[4][0], tuple(parts[1]), tuple(parts[2])))
    return constants, nodes


def _constant(message: memoryview) -> tuple[str, Array]:
    shape: list[int] = []
    dtype: np.dtype[Any] | None = None
    name, raw = "", memoryview(b"")
    for field, value in _fields(message):
        if field == 1:
            shape.append(value)
        elif field == 2:
            dtype = _TYPES.get(value)
        elif field == 8:
            name = bytes(value).decode()
        elif field == 9:
            raw = value
    if not raw or dtype is None:  # single numbers and truth values: none that we use
        return name, np.empty(0)
    return name, np.frombuffer(raw, dtype=dtype).reshape(shape)


def _fields(message: memoryview) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        field, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _number(message, at)
            yield field, value
            continue
        if kind == _BYTES:
            length, at = _number(message, at)
        elif kind in (_LONG, _WORD):
            length = 8 if kind == _LONG else 4
        else:
            raise ValueError("this is no model")
        yield field, message[at : at + length]
        at += length


def _number(message: memoryview, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = message[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
        shift += 7


class Graph:
    """A model being written: `step` adds a node and says what its result is called, `constant` adds a constant."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []
        self._named = 0

    def constant(self, values: Array) -> str:
        name = self._name()
        values = np.ascontiguousarray(values)
        dims = b"".join(_varint(1, size) for size in values.shape)
        said = dims + _varint(2, _NUMBERS[values.dtype]) + _bytes(8, name) + _bytes(9, values.tobytes())
        self._constants.append(_bytes(5, said))
        return name

    def step(self, operator: str, takes: Sequence[str], *, domain: str = "", **options: float) -> str:
        """`takes`: names, "" for what is left out. `options`: whole numbers and floats."""
        name = self._name()
        said = b"".join(_bytes(1, one) for one in takes) + _bytes(2, name) + _bytes(4, operator)
        said += b"".join(_bytes(5, _option(key, value)) for key, value in options.items())
        self._nodes.append(_bytes(1, said + (_bytes(7, domain) if domain else b"")))
        return name

    def finished(self, given: Mapping[str, Sequence[int | str]], result: str, shape: Sequence[int | str]) -> bytes:
        """The model. `given`: name -> shape of what it is asked with; sizes that vary are names."""
        values = b"".join(_bytes(11, _value(name, sizes)) for name, sizes in given.items())
        values += _bytes(12, _value(result, shape))
        graph = b"".join(self._nodes) + _bytes(2, "graph") + b"".join(self._constants) + values
        versions = _bytes(8, _bytes(1, "") + _varint(2, 17)) + _bytes(8, _bytes(1, OWN) + _varint(2, 1))
        return _varint(1, 8) + versions + _bytes(7, graph)

    def _name(self) -> str:
        self._named += 1
        return f"v{self._named}"


def _option(name: str, value: float) -> bytes:
    if isinstance(value, float):
        return _bytes(1, name) + _key(2, _WORD) + struct.pack("<f", value) + _varint(20, 1)
    return _bytes(1, name) + _varint(3, value) + _varint(20, 2)


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    """A name with its type: float32 of a shape."""
    sizes = b"".join(_bytes(1, _varint(1, one) if isinstance(one, int) else _bytes(2, one)) for one in shape)
    return _bytes(1, name) + _bytes(2, _bytes(1, _varint(1, 1) + _bytes(2, sizes)))


def _key(field: int, kind: int) -> bytes:
    return _packed(field << 3 | kind)


def _varint(field: int, value: int) -> bytes:
    return _key(field, _VARINT) + _packed(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    plain = value.encode() if isinstance(value, str) else value
    return _key(field, _BYTES) + _packed(len(plain)) + plain


def _packed(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    found.append(number)
    return bytes(found)

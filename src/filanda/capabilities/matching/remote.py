# SPDX-License-Identifier: EUPL-1.2
"""Asking the embedder process (`serving`), which holds the models once for all processes of an installation.

A request is a header and nothing else, an answer a header and then the vectors: float32, little-endian. A header is
JSON, preceded by its length in 4 bytes, big-endian. Both ends run as the same user, and each asks the kernel who the
other one is: a socket in a directory that others can write to could be anybody's.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from filanda.capabilities.matching.embedding import Embedder, EmbedderAway, Vectors

LONGEST_FRAME = 16 * 2**20  # bytes of a header
MOST_TEXTS = 4096  # of one request
LONGEST_PATH = 107  # bytes that the kernel allows the path of a socket

QUESTION, PASSAGE = "question", "passage"
_PATIENCE = {QUESTION: 1.0, PASSAGE: 5.0}  # seconds until an embedder that ended must be back
_ANSWER = {QUESTION: 4.0, PASSAGE: 60.0}  # seconds that an answer may take,
_ANSWER_A_PASSAGE = 2.0  # and as many more for each passage
_PAUSE = 0.05  # seconds between two attempts
_GONE = 2.0  # seconds for which questions are not even tried after one waited in vain


class NotAFrame(ValueError):
    """The other end does not speak as we do."""


def socket_path(data_dir: Path) -> Path:
    """Where the embedder process of an installation listens; in /tmp when the data directory's name is too long."""
    beside = data_dir.absolute() / "embedder.sock"
    if len(os.fsencode(beside)) + len(".new") <= LONGEST_PATH:
        return beside
    name = hashlib.sha256(os.fsencode(beside)).hexdigest()[:16]
    return Path("/tmp") / f"filanda-{os.getuid()}-{name}.sock"  # noqa: S108 each end looks who the other one is


def is_ours(connection: socket.socket) -> bool:
    """Whether the process at the other end runs as this user or as root (SO_PEERCRED: pid, uid, gid)."""
    size = struct.calcsize("3i")
    _pid, uid, _gid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return uid in {os.getuid(), 0}


def send(connection: socket.socket, header: dict[str, Any], body: bytes = b"") -> None:
    """Write a header, and the vectors that belong to it."""
    packed = json.dumps(header).encode()
    connection.sendall(struct.pack(">I", len(packed)) + packed + body)


def receive(connection: socket.socket) -> dict[str, Any]:
    """Read a header. Raises NotAFrame, and EOFError when the other end has closed."""
    (length,) = struct.unpack(">I", read(connection, 4))
    if length > LONGEST_FRAME:
        raise NotAFrame(f"a header of {length} bytes")
    try:
        header = json.loads(read(connection, length))
    except ValueError as error:
        raise NotAFrame("a header that is not JSON") from error
    if not isinstance(header, dict):
        raise NotAFrame("a header that is not an object")
    return header


def read(connection: socket.socket, length: int) -> bytes:
    """Exactly `length` bytes. Raises EOFError when the other end closes before."""
    parts = bytearray()
    while len(parts) < length:
        some = connection.recv(min(length - len(parts), 2**20))
        if not some:
            raise EOFError("the other end closed the connection")
        parts += some
    return bytes(parts)


class Remote:
    """An embedder in another process. Any number of threads may use one; each request has a connection of its own.

    A process that ended is waited for a moment, as it is started again within a second. `load`: makes the model in
    this process when the other one stays away (commands that outlive `filanda run`); without it EmbedderAway is raised.
    """

    def __init__(self, path: Path, model_id: str, dim: int, *, load: Callable[[], Embedder] | None = None) -> None:
        self.model_id = model_id
        self.dim = dim
        self._path = path
        self._load = load
        self._local: Embedder | None = None
        self._loading = threading.Lock()
        self._idle: list[socket.socket] = []
        self._gone_until = 0.0

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, QUESTION)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, PASSAGE)

    def answers(self) -> bool:
        """Whether the process is there now and has this model."""
        try:
            return len(self._try(PASSAGE, [], seconds=2.0)) == 0
        except (OSError, EOFError, NotAFrame, EmbedderAway):
            return False

    def _embed(self, texts: Sequence[str], kind: str) -> Vectors:
        if self._local is None and texts:
            try:
                return np.concatenate(
                    [self._ask(kind, texts[at : at + MOST_TEXTS]) for at in range(0, len(texts), MOST_TEXTS)]
                )
            except EmbedderAway:
                if self._load is None:
                    raise
                with self._loading:
                    self._local = self._local or self._load()
        if self._local is not None:
            return self._local.embed_queries(texts) if kind == QUESTION else self._local.embed_passages(texts)
        return np.empty((0, self.dim), dtype=np.float32)

    def _ask(self, kind: str, texts: Sequence[str]) -> Vectors:
        """Try until the embedder answers or patience ends. Asking twice does no harm."""
        if kind == QUESTION and time.monotonic() < self._gone_until:
            raise EmbedderAway("the embedder did not come back")
        deadline = time.monotonic() + _PATIENCE[kind]
        seconds = _ANSWER[kind] + (_ANSWER_A_PASSAGE * len(texts) if kind == PASSAGE else 0)
        while True:
            try:
                return self._try(kind, texts, seconds=seconds)
            except (OSError, EOFError, NotAFrame) as error:
                self._forget_connections()
                if time.monotonic() > deadline:
                    self._gone_until = time.monotonic() + _GONE
                    raise EmbedderAway(f"the embedder does not answer: {error or type(error).__name__}") from error
            time.sleep(_PAUSE)

    def _try(self, kind: str, texts: Sequence[str], *, seconds: float) -> Vectors:
        connection = self._connection()
        try:
            connection.settimeout(seconds)
            plain = [text.encode("utf-8", "replace").decode() for text in texts]  # lone surrogates are no text
            send(connection, {"model": self.model_id, "kind": kind, "texts": plain})
            answer = receive(connection)
            if "refused" in answer:
                raise EmbedderAway(str(answer["refused"]))
            if answer.get("shape") != [len(texts), self.dim]:
                raise NotAFrame(f"vectors of shape {answer.get('shape')}")
            vectors = np.frombuffer(read(connection, 4 * len(texts) * self.dim), dtype="<f4")
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return vectors.reshape(len(texts), self.dim).astype(np.float32)

    def _connection(self) -> socket.socket:
        with suppress(IndexError):
            return self._idle.pop()
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(2.0)
            connection.connect(os.fspath(self._path))
            if not is_ours(connection):
                raise ConnectionRefusedError("the embedder's socket belongs to another user")
        except BaseException:
            connection.close()
            raise
        return connection

    def _forget_connections(self) -> None:
        """Those that wait were made with a process that has ended, most likely."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

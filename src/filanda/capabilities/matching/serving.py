# SPDX-License-Identifier: EUPL-1.2
"""The embedder process: it loads the models once and embeds for every other process of the installation.

It knows no database and keeps nothing, so it can be killed at any moment. `remote` has the other end and the form of
what is said. A model works on one text at a time; whoever brings many texts lets others in between any two of them,
and questions, for which somebody is waiting, come first.
"""

from __future__ import annotations

import ctypes
import os
import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from filanda.capabilities.matching.embedding import Embedder, Vectors
from filanda.capabilities.matching.remote import MOST_TEXTS, PASSAGE, QUESTION, NotAFrame, is_ours, receive, send

LOADING = 3.0  # seconds that a request waits for a model that is being loaded
QUESTIONS_IN_A_ROW = 8  # after so many, a passage that waits has its turn: indexing goes on however much is asked


class Turns:
    """Who may use a model next: questions first, passages after QUESTIONS_IN_A_ROW of them at the latest."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_taken = False
        self._questions = 0  # that wait
        self._passages = 0
        self._in_a_row = 0

    @contextmanager
    def turn(self, *, is_question: bool) -> Iterator[None]:
        """Hold the model for one text."""
        with self._changed:
            self._count(is_question, 1)
            self._changed.wait_for(lambda: not self._is_taken and self._is_next(is_question))
            self._count(is_question, -1)
            self._is_taken = True
            self._in_a_row = self._in_a_row + 1 if is_question else 0
        try:
            yield
        finally:
            with self._changed:
                self._is_taken = False
                self._changed.notify_all()

    def _count(self, is_question: bool, change: int) -> None:
        if is_question:
            self._questions += change
        else:
            self._passages += change

    def _is_next(self, is_question: bool) -> bool:
        tired = self._in_a_row >= QUESTIONS_IN_A_ROW
        if is_question:
            return not (tired and self._passages)
        return tired or not self._questions


class Refused(ValueError):
    """A request that cannot be answered; the sentence goes back to who made it."""


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Listens at `path` and answers from `models`; those of `expected` are added while it runs.

    The socket comes into its place whole, over one that a killed process left.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, path: Path, models: Mapping[str, Embedder] | None = None, expected: Iterable[str] = ()) -> None:
        self._models: dict[str, tuple[Embedder, Turns]] = {}
        self._loaded = {model_id: threading.Event() for model_id in expected}
        for model_id, model in (models or {}).items():
            self.add(model_id, model)
        self.path = path
        fresh = path.with_name(f"{path.name}.new")
        fresh.unlink(missing_ok=True)
        super().__init__(os.fspath(fresh), _Conversation)
        fresh.replace(path)

    def server_bind(self) -> None:
        before = os.umask(0o177)  # for this user only
        try:
            super().server_bind()
        finally:
            os.umask(before)

    def add(self, model_id: str, model: Embedder | None) -> None:
        """Answer for one more model; None: it is not to be had, so nobody waits for it any longer."""
        if model is not None:
            self._models[model_id] = (model, Turns())
        if model_id in self._loaded:
            self._loaded[model_id].set()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        return is_ours(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        sys.stderr.write(f"filanda embedder: {type(sys.exception()).__name__} while answering\n")  # never the text

    def embed(self, asked: Mapping[str, Any]) -> Vectors:
        """Vectors of the texts of a request, one at a time. Raises Refused."""
        kind, texts = asked.get("kind"), asked.get("texts")
        if kind not in (QUESTION, PASSAGE) or not isinstance(texts, list) or len(texts) > MOST_TEXTS:
            raise Refused("this is no request for vectors")
        if not all(isinstance(text, str) for text in texts):
            raise Refused("a text is not text")
        model_id = str(asked.get("model"))
        if model_id in self._loaded:
            self._loaded[model_id].wait(LOADING)
        known = self._models.get(model_id)
        if known is None:
            raise Refused(f"the embedder has no model {model_id!r}")
        model, turns = known
        is_question = kind == QUESTION
        vectors = np.empty((len(texts), model.dim), dtype="<f4")
        for at, text in enumerate(texts):
            with turns.turn(is_question=is_question):
                found = model.embed_queries([text]) if is_question else model.embed_passages([text])
            vectors[at] = found[0]
        return vectors


class _Conversation(socketserver.BaseRequestHandler):
    """One connection: requests and answers in turn, until the other end closes or says what we do not understand."""

    server: Server
    request: socket.socket

    def handle(self) -> None:
        with suppress(EOFError, ConnectionError):
            while True:
                try:
                    asked = receive(self.request)
                    vectors = self.server.embed(asked)
                except NotAFrame as error:
                    send(self.request, {"refused": str(error)})
                    return  # where the next frame begins is not known
                except Refused as refused:
                    send(self.request, {"refused": str(refused)})
                else:
                    send(self.request, {"shape": list(vectors.shape)}, vectors.tobytes())


def serve(path: Path, load: Mapping[str, Callable[[], Embedder]]) -> None:
    """Listen at `path`, load the models one after the other, and answer for each from then on; does not return.

    A model that does not load is said and left out: questions for it are refused, and search goes on without.
    """
    server = Server(path, expected=load)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for model_id, loaded in load.items():
        try:
            server.add(model_id, loaded())
        except (ImportError, OSError, RuntimeError, ValueError) as error:
            server.add(model_id, None)
            sys.stderr.write(
                f"filanda embedder: the model {model_id} does not load ({type(error).__name__}: {error})\n"
            )
    _give_back()
    threading.Event().wait()


def _give_back() -> None:
    """What loading took and freed, to the system: a fifth of this process, which glibc would keep."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)

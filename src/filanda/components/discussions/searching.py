# SPDX-License-Identifier: EUPL-1.2
"""Search inside a space: posts with the words, each with the piece of it that holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from filanda.components.discussions.framing import Room

__all__ = ["Found", "Hit", "search_threads"]


@dataclass(frozen=True)
class Found:
    hits: list[dict[str, Any]]
    total: int
    page: int
    pages: int
    is_rebuilding: bool = False
    is_loosened: bool = False


def search_threads(room: Room, q: str, page: int) -> Found:
    raise NotImplementedError

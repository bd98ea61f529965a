# SPDX-License-Identifier: EUPL-1.2
"""Marking the words of a query in a text."""

from __future__ import annotations

from markupsafe import Markup


def mark(text: str, query: str, language: str = "") -> Markup:
    """`text`, escaped, with the words that share a stem with a word of `query` inside <mark>.

    `language`: ISO 639-1 of `text`; "" compares without stemming. Words that say nothing ("the", "di") stay unmarked.
    """
    raise NotImplementedError

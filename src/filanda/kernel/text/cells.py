# SPDX-License-Identifier: EUPL-1.2
"""Cells of CSV files that no spreadsheet takes for a formula (OWASP, CSV injection)."""

from __future__ import annotations

__all__ = ["harmless", "unguarded"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(cell: object) -> str:
    """`cell` as text, with a quote in front if a spreadsheet would run it."""
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def unguarded(text: str) -> str:
    """`text` of a cell without the quote that `harmless` puts in front."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text

# SPDX-License-Identifier: EUPL-1.2
"""In which of several texts most words of a query stand, asked of the database."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce
from operator import add, or_
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When

from filanda.capabilities.search.analysis import query_words

__all__ = ["held_by", "words_held"]


def words_held(q: str) -> list[list[str]]:
    """The words of `q`, each in the forms that it may have in any language, as parts of patterns of LIKE."""
    words = [[one for one in word.variants if len(one) > 1] for word in query_words(q, most=8)]
    return [[re.sub(r"([\\%_])", r"\\\1", one) for one in variants] for variants in words if variants]


def held_by(column: str, words: Sequence[Sequence[Any]]) -> Any:
    """How many of `words` (as `words_held` gives them, or what stands in for them) stand in `column`."""
    zero = Value(0, output_field=IntegerField())
    counted = [
        Case(
            When(reduce(or_, (Q(**{f"{column}__icontains": form}) for form in forms)), then=Value(1)),
            default=zero,
            output_field=IntegerField(),
        )
        for forms in words
    ]
    return reduce(add, counted) if counted else zero

# SPDX-License-Identifier: EUPL-1.2
"""Queries that pages ask all the time, written as querysets and turned into SQL once a process.

Building a queryset with a dozen subqueries and compiling it costs several times what asking it does (measured on the
page of an organisation: 60 % of all its CPU). `rows` keeps what came of it, and puts other numbers in next time.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django_scopes import get_scope
from psycopg.sql import Literal

__all__ = ["forget", "made", "padded", "rows"]

# Ids stand in for others while a query is compiled: numbers that no row has and that fit a bigint. So do texts.
_FIRST_STAND_IN = 7_000_000_000_000_000_000
_WITHIN = re.compile(str(_FIRST_STAND_IN)[:-6] + r"\d{6}")
_PLACEHOLDER = re.compile("(%[%s])")
_KEPT = 600
_SIZES = (1, 4, 10, 20, 50)

M = TypeVar("M", bound=Model)
Build = Callable[[Sequence[Any]], "QuerySet[Any, Any]"]


@dataclass(frozen=True)
class _Compiled:
    """SQL in pieces, and what stands after each but the last: the place of one of the numbers, or a text of which they
    are a part ("space:{0}"). Then how the columns of a row are read.

    All other parameters are in the pieces: psycopg would take a long query apart anew each time and write each of its
    parameters, which costs it more than all else.
    """

    pieces: tuple[str, ...]
    between: tuple[int | str, ...]
    names: tuple[str, ...]
    converters: tuple[tuple[int, list[Any], Any], ...]


_kept: OrderedDict[Hashable, _Compiled | None] = OrderedDict()


def padded(ids: Sequence[int]) -> list[int]:
    """`ids` (one at least) with the last repeated, so that lists of any length need few compiled queries: 1, 4, 10, 20
    (as many as a page of most lists has), 50, then hundreds.
    """
    size = next((size for size in _SIZES if len(ids) <= size), -(-len(ids) // 100) * 100)
    return list(ids) + list(ids[-1:]) * (size - len(ids))


def made(model: type[M], names: Sequence[str], values: Iterable[Any]) -> M:
    """A saved row of `model` with the columns `names` (as attributes are called: "owner_id") and no others, as
    ``Model.from_db`` makes one, without its loop over all fields and its signals, which nobody hears here: a third of
    its cost. Other columns are read when they are asked for.
    """
    row = model.__new__(model)
    state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    row.__dict__ = {"_state": state, **dict(zip(names, values, strict=True))}
    return row


def forget() -> None:
    """Drop what was compiled."""
    _kept.clear()


def rows(key: Hashable, build: Build, numbers: Sequence[int | str]) -> list[dict[str, Any]]:
    """What ``build(numbers)`` finds, as dictionaries. One query. ``numbers``: ids, and texts such as audience tokens.

    build: returns a queryset with ``values()``. It is called with stand-ins for ``numbers`` and not every time, so
    the queryset may depend on the numbers only by holding each as a parameter, or as a part of one such as the token
    "space:17", and on everything else only through ``key``: what the actor may see, slices; the active region, which
    scoped managers ask for, is part of it anyway. A number that is compared with a column smaller than bigint has to
    be a Value, or Django sees that no row can have it.
    """
    if not numbers:
        return []
    # The filter of scoped managers is part of what is built: another one is another query, whatever `key` says.
    scope = get_scope()
    region = scope.get("region") if scope.get("_enabled", True) else None
    known = (key, getattr(region, "pk", None), tuple(isinstance(number, str) for number in numbers))
    try:
        compiled = _kept[known]
    except KeyError:
        compiled = _kept[known] = _compile(build, known[2])
        while len(_kept) > _KEPT:
            with suppress(KeyError):
                _kept.popitem(last=False)
    else:
        with suppress(KeyError):  # another thread may have dropped it
            _kept.move_to_end(known)
    return _ask(compiled, numbers) if compiled is not None else []


def _compile(build: Build, are_texts: Sequence[bool]) -> _Compiled | None:
    """None for a query that can find nothing."""
    stand_ins: list[int | str] = [
        f"{_FIRST_STAND_IN + at}" if is_text else _FIRST_STAND_IN + at for at, is_text in enumerate(are_texts)
    ]
    query = build(stand_ins).query
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    known = {value: number for number, value in enumerate(stand_ins)}
    found: set[int] = set()
    pieces = [""]
    between: list[int | str] = []
    values = iter(params)
    for part in _PLACEHOLDER.split(sql):
        value = next(values) if part == "%s" else None
        if part != "%s":
            pieces[-1] += "%" if part == "%%" else part
        elif isinstance(value, (int, str)) and value in known:
            found.add(known[value])
            between.append(known[value])
            pieces.append("")
        elif isinstance(value, str) and (within := [int(match) - _FIRST_STAND_IN for match in _WITHIN.findall(value)]):
            found.update(within)
            plain = value.replace("{", "{{").replace("}", "}}")
            between.append(_WITHIN.sub(lambda match: f"{{{int(match[0]) - _FIRST_STAND_IN}}}", plain))
            pieces.append("")
        else:
            pieces[-1] += _quoted(value)
    if found != set(known.values()):
        raise ValueError("A query that is compiled once must hold each of its numbers as a parameter.")
    names = query.selected or (*query.extra_select, *query.values_select, *query.annotation_select)
    converters = compiler.get_converters([column[0] for column in compiler.select])
    return _Compiled(
        pieces=tuple(pieces),
        between=tuple(between),
        names=tuple(names),
        converters=tuple((at, how, expression) for at, (how, expression) in converters.items()),
    )


def _ask(compiled: _Compiled, numbers: Sequence[int | str]) -> list[dict[str, Any]]:
    connection = connections[DEFAULT_DB_ALIAS]
    sql = [compiled.pieces[0]]
    for piece, put in zip(compiled.pieces[1:], compiled.between, strict=True):
        value = numbers[put] if isinstance(put, int) else put.format(*numbers)
        sql += (_quoted(value) if isinstance(value, str) else f" {int(value)}", piece)
    with connection.cursor() as cursor:
        cursor.execute("".join(sql))
        found = cursor.fetchall()
    answers = []
    for row in found:
        values = list(row)
        for at, converters, expression in compiled.converters:
            for convert in converters:
                values[at] = convert(values[at], expression, connection)
        answers.append(dict(zip(compiled.names, values, strict=False)))
    return answers


def _quoted(value: Any) -> str:
    """`value` as psycopg writes it into a query."""
    if type(value) is str and "\\" not in value and "\0" not in value:  # nearly all, without a dozen calls
        return "'" + value.replace("'", "''") + "'"
    connection = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    return Literal(value).as_string(connection.connection)

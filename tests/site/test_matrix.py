# SPDX-License-Identifier: EUPL-1.2
"""Every address and every operation x everybody who might ask: what each is answered, and that nothing leaks.

matrix.txt holds the answers expected: a line for each route and method, a status for each of ACTORS. A route without
a line fails, so whoever adds one says what each may. `405` lines are left out where nobody may use the method.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver

from tests.site import matrix_world as w

STAFF = {"facilitator", "administrator"}
ORGANISATION = STAFF | {"organisation_admin"}
MEMBERS = ORGANISATION | {"member"}
# Who may read what; all others never do, wherever they look.
MAY_READ = {
    w.HIDDEN_BODY: STAFF,
    w.HIDDEN_EVIDENCE: STAFF,
    w.MEMBERS_TEXT: MEMBERS,
    w.PRIVATE_TEXT: {"facilitator"},
    w.PRIVATE_PERSON: STAFF,
    w.MEMBER_PERSON: MEMBERS,
    w.LEAVING_PERSON: set(),
    w.CLAIM_TEXT: STAFF,
    w.REQUEST_TEXT: ORGANISATION,
    w.INTRODUCTION_TEXT: STAFF,
    w.FEEDBACK_TEXT: STAFF,
    w.OBJECTION_TEXT: STAFF,
    w.IMPORT_TEXT: ORGANISATION,
    w.FILE_TEXT: STAFF,
    w.INVITED: ORGANISATION,
    w.GROUP: set(),
    w.GROUP_TEXT: set(),
    w.CIRCLE_TEXT: {"member"},
    w.SUMMARY_TEXT: MEMBERS,
    w.LADDER_TEXT: {"organisation_admin", "facilitator"},
    w.DRAFT_TEXT: set(),
    w.INTEREST_TEXT: {"organisation_admin", "facilitator"},
    w.OWN_INTEREST_TEXT: {"member", "organisation_admin", "facilitator"},
    w.INTRODUCED_TEXT: {"member", "facilitator"},
    w.COLLABORATION_TEXT: {"organisation_admin", "facilitator"},
    w.WITHDRAWN_TEXT: STAFF,
    w.NOTE_TEXT: STAFF,
    w.ELSEWHERE: set(),
    w.ELSEWHERE_PERSON: set(),
}
OUTSIDE: frozenset[str] = frozenset()  # routes below a space's address that are not of one space
# Addresses of searches and lists, which take words.
SEARCHES = (
    "/it/organisations/?q={}",
    "/it/organisations/suggest?q={}",
    "/it/organisations.csv?q={}",
    "/it/people/?q={}",
    "/it/people/suggest?q={}",
    "/it/people.csv?q={}",
    "/api/v1/organisations?q={}",
    "/api/v1/suggestions?q={}",
    "/api/v1/people?q={}",
    "/it/communities/?q={}",
    "/it/communities/seta-e-fibre/discussions/?q={}",
    "/it/communities/seta-e-fibre/search/?q={}",
    "/api/v1/communities?q={}",
    "/it/proposals/?q={}",
    "/api/v1/proposals?q={}",
    "/it/funding/?q={}",
    "/api/v1/funding?q={}",
)


def routes(resolver: Any, prefix: str = "/", namespace: str = "") -> Iterator[tuple[str, str]]:
    """Every route below `resolver`, as (name, address with its parameters)."""
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern, address, inner)
        else:
            yield f"{namespace}{pattern.name}", address


def expected() -> dict[tuple[str, str], list[int]]:
    """Statuses by (route, method), in the order of ACTORS; one status stands for all."""
    table = {}
    for line in (Path(__file__).parent / "matrix.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, method, statuses = (part.strip() for part in line.split("|"))
            found = [int(status) for status in statuses.split()]
            table[name, method] = found * len(w.ACTORS) if len(found) == 1 else found
    return table


def fill(name: str, address: str, ids: dict[str, Any]) -> str:
    """The address with an id for each of its parameters."""

    def value(match: re.Match[str]) -> str:
        parameter = match[1]
        room = name.partition(":")[0]
        known = ids.get(f"{name}:{parameter}", ids.get(f"{room}:{parameter}", ids.get(parameter)))
        assert known is not None, f"{name} takes {parameter}: say which one in matrix_world.ids"
        return str(known)

    if "^" in address:  # written as an expression
        address = re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", address).replace("^", "").replace("$", "").replace("\\.", ".")
    return re.sub(r"<(?:\w+:)?(\w+)>", value, address)


def ask(client: Client, method: str, address: str) -> tuple[int, str]:
    """Ask, and undo what it did. Returns status and body."""
    cookies = client.cookies.copy()
    undone = transaction.atomic()
    undone._from_testcase = True  # actions insist on being outermost, but for tests
    with undone:
        response: HttpResponse = getattr(client, method)(address)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    client.cookies = cookies  # signing out, too, is undone
    return response.status_code, body.decode("utf-8", "replace")


@pytest.fixture
def world(region, other_region, indexed, settings, tmp_path) -> w.World:
    settings.STORAGES = settings.STORAGES | {
        "files": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    made = w.make_world(region, other_region, datetime.now(UTC))
    indexed()
    return made


@pytest.mark.timeout(600)
def test_everybody_gets_at_every_address_what_they_may(world):
    clients = {actor: world.client(actor) for actor in w.ACTORS}
    table, wrong, leaks = expected(), [], []
    asked = set()
    for name, address in routes(get_resolver()):
        if (name, "get") in asked:
            continue
        filled = fill(name, address, world.ids)
        for method in ("get", "post"):
            asked.add((name, method))
            found = []
            for actor in w.ACTORS:
                status, body = ask(clients[actor], method, filled)
                found.append(status)
                own = world.accounts[actor].email if actor in world.accounts else ""
                leaks += [f"{actor} reads {marker} at {filled}" for marker in unfit(actor, body, own)]
                if method == "post" and actor == "anonymous" and status == 405:
                    found = [405] * len(w.ACTORS)
                    break
            if found != table.get((name, method), [405] * len(w.ACTORS) if method == "post" else None):
                short = [found[0]] if len(set(found)) == 1 else found
                wrong.append(f"{name} | {method} | {' '.join(map(str, short))}")
    gone = [f"{name} | {method}" for name, method in table if (name, method) not in asked]
    assert not leaks
    assert not wrong, "\n".join(wrong)
    assert not gone


def unfit(actor: str, body: str, own: str) -> list[str]:
    """What stands in `body` that `actor` may not read. `own`: their address, which only they and staff read."""
    said = body.lower()
    found = [marker for marker, readers in MAY_READ.items() if actor not in readers and marker.lower() in said]
    if actor not in ORGANISATION and w.ADDRESSES in (said.replace(own, "") if own else said):
        found.append("somebody's address")
    return found


@pytest.mark.timeout(600)
def test_a_private_group_is_for_nobody_else_there_at_any_address(world):
    """Whatever lies below a space's address answers as for a space that does not exist, word by word, to everybody who
    is not in it: staff, managers of other spaces and administrators too.
    """
    ids = world.ids | {"slug": world.private["slug"]}
    ids |= {key: value for key, value in world.private.items() if ":" in key}
    compared = 0
    for name, address in routes(get_resolver()):
        if "<slug:slug>" not in address or not address.startswith("/it/communities/") or name in OUTSIDE:
            continue
        there, nowhere = fill(name, address, ids), fill(name, address, ids | {"slug": "gruppo-inesistente"})
        for actor in w.ACTORS:
            client = world.client(actor)
            for method in ("get", "post"):
                status, body = ask(client, method, there)
                other_status, other_body = ask(client, method, nowhere)
                assert status == other_status, (name, method, actor)
                assert without(body, world.private["slug"]) == without(other_body, "gruppo-inesistente"), (name, actor)
                compared += status == 404
    assert compared > 300


@pytest.mark.timeout(300)
def test_no_search_finds_counts_or_completes_what_its_reader_may_not_see(world):
    for actor in w.ACTORS:
        client = world.client(actor)
        for marker, readers in MAY_READ.items():
            if actor in readers:
                continue
            for search in SEARCHES:
                address = search.format(marker)
                status, body = ask(client, "get", address)
                assert status == 200, (actor, address)
                # What was typed is said back; nothing else of it is there.
                nothing = ask(client, "get", search.format("Qwrtzpsdf"))[1]
                assert without(body, marker) == without(nothing, "Qwrtzpsdf"), (actor, address)


def without(body: str, word: str) -> str:
    """A body without the word that was asked for, nor what changes with each answer."""
    for changing in (word, word.lower(), word.upper()):
        body = body.replace(changing, "…")
    return re.sub(r'value="[A-Za-z0-9]{64}"|"[0-9a-f-]{36}"', "", body)


def test_a_need_finds_nothing_that_is_hidden(world):
    for actor in ("anonymous", "stranger", "member", "foreign_administrator"):
        for text in (f"Cerchiamo {w.HIDDEN_EVIDENCE} e formaggi", f"Chi conosce {w.ELSEWHERE} progetto"):
            response = world.client(actor).post("/api/v1/matches", json.dumps({"text": text}), "application/json")
            assert response.status_code == 200
            answered = response.json()
            answered.pop("text", None)
            said = json.dumps(answered)
            assert w.HIDDEN_BODY not in said
            assert w.ELSEWHERE not in said.replace(text, "")

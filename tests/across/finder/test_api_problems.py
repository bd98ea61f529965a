# SPDX-License-Identifier: EUPL-1.2
"""Whatever goes wrong is told as a problem document that says what to do, and never repeats a need."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from filanda.capabilities.needs.limits import LIMITS
from filanda.site.api import KINDS, LARGEST_BODY

MATCHES, LIST = "/api/v1/matches", "/api/v1/organisations"
TITLES = {kind.uri: (kind.status, str(kind.title)) for kind in KINDS}


def problem(answer, status, slug):
    """The problem document, after checking what all have in common."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    told = answer.json()
    assert told["type"] == f"/api/v1/docs#{slug}"
    assert told["status"] == status
    assert told["title"]
    assert told["detail"].endswith(".")
    return told


def send(client, body, **options):
    data = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return client.post(MATCHES, data, **{"content_type": "application/json", **options})


@pytest.mark.parametrize(
    "body",
    ["", "   ", "{", "{'text': 'x'}", '{"text": "x",}', "not json", b"\xff\xfe", b'{"text": "\xe0"}', "[" * 100_000],
)
def test_what_is_not_json(client, place, body):
    problem(send(client, body), 400, "malformed-json")


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ([], ["#"]),
        ("null", ["#"]),
        ('"text"', ["#"]),
        ({}, ["#/text"]),
        ({"text": None}, ["#/text"]),
        ({"text": ["a"]}, ["#/text"]),
        ({"text": "un bisogno", "limit": 0}, ["#/limit"]),
        ({"text": "un bisogno", "limit": 51}, ["#/limit"]),
        ({"text": "un bisogno", "limit": "many"}, ["#/limit"]),
        ({"text": "un bisogno", "limit": 10**400}, ["#/limit"]),
        ({"text": "un bisogno", "language": "italiano"}, ["#/language"]),
        ({"text": "un bisogno", "filters": []}, ["#/filters"]),
        ({"text": "un bisogno", "filters": {"helix_role": "academia"}}, ["#/filters/helix_role"]),
        ({"text": "un bisogno", "filters": {"helix_role": ["wizard"]}}, ["#/filters/helix_role/0"]),
        ({"text": "un bisogno", "filters": {"a/b~c": 1}}, ["#/filters/a~1b~0c"]),
        ({"text": "un bisogno", "filtres": {}}, ["#/filtres"]),
        ('{"text": "un bisogno", "\\ud800": 1}', ["#"]),
        ({"text": "un bisogno", "filters": {"province": ["\x00"]}}, ["#/filters/province/0"]),
        ({"text": "un bisogno", "filters": {"s3": ["", "FOOD"]}}, ["#/filters/s3/0"]),
    ],
)
def test_wrong_members_are_pointed_at(client, place, body, pointers):
    told = problem(send(client, body), 422, "invalid")
    assert [error["pointer"] for error in told["errors"]] == pointers
    assert all(error["detail"].endswith(".") for error in told["errors"])
    assert "un bisogno" not in json.dumps(told)


@pytest.mark.parametrize("text", ["", "a", "  \n ", "!?", "🧀", "\x00\x00"])
def test_a_need_with_hardly_a_word(client, place, text):
    told = problem(send(client, {"text": text}), 422, "need-too-short")
    assert told["errors"] == [{"detail": told["detail"], "pointer": "#/text"}]


@pytest.mark.parametrize("text", ['"\\ud800 batteri nel latte \\udfff"', '"batteri\\u0000 nel latte"'])
def test_what_no_text_can_hold_is_left_out(client, place, text):
    assert send(client, f'{{"text": {text}}}').json()["total"] == 2


@pytest.mark.parametrize("text", ["a" * 100_000, "🧀è " * 33_333])
def test_a_need_of_a_hundred_thousand_characters(client, place, text):
    told = problem(send(client, {"text": text}), 422, "need-too-long")
    assert "20000" in told["detail"]
    assert text[:50] not in json.dumps(told, ensure_ascii=False)


def test_too_short_and_too_long_needs_are_not_counted(client, place):
    for _ in range(LIMITS["need"].most + 1):
        send(client, {"text": ""})
    assert send(client, {"text": "batteri nel latte"}).status_code == 200


def test_a_body_over_a_mebibyte_is_not_read(client, place):
    told = problem(send(client, {"text": "a" * LARGEST_BODY}), 413, "body-too-large")
    assert str(LARGEST_BODY) in told["detail"]
    assert send(client, {"text": "a" * (LARGEST_BODY - 100)}).status_code == 422


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_another_content_type(client, place, kind):
    answer = send(client, '{"text": "batteri nel latte"}', content_type=kind)
    problem(answer, 415, "unsupported-media-type")
    assert answer.headers["Accept-Post"] == "application/json"


def test_a_charset_beside_the_content_type_is_fine(client, place):
    answer = send(client, {"text": "batteri nel latte"}, content_type="application/json; charset=utf-8")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("get", MATCHES, "OPTIONS, POST"),
        ("delete", LIST, "GET, HEAD, OPTIONS"),
        ("put", f"{LIST}/1", "GET, HEAD, OPTIONS"),
        ("trace", "/api/v1/concepts", "GET, HEAD, OPTIONS"),
        ("put", "/api/v1/openapi.json", "GET, HEAD, OPTIONS"),
    ],
)
def test_another_method(client, place, method, path, allowed):
    answer = getattr(client, method)(path)
    told = problem(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == allowed
    assert allowed in told["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nothing",
        "/api/v2/organisations",
        f"{LIST}/abc",
        f"{LIST}/0",
        f"{LIST}/-1",
        f"{LIST}/{10**30}",
        f"{LIST}/{'9' * 5000}",
        f"{MATCHES}/",
    ],
)
def test_what_is_not_there(client, place, path):
    problem(client.get(path), 404, "not-found")


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("limit=0", ["limit"]),
        ("limit=101", ["limit"]),
        ("limit=ten", ["limit"]),
        ("offset=-1", ["offset"]),
        ("offset=10001", ["offset"]),
        ("sort=price", ["sort"]),
        ("helix_role=wizard", ["helix_role"]),
        ("helix_rol=academia", ["helix_rol"]),
        ("lang=fr", ["lang"]),
        ("q=" + "a" * 201, ["q"]),
        ("limit=0&offset=x", ["offset", "limit"]),
    ],
)
def test_wrong_parameters_are_named(client, place, query, parameters):
    told = problem(client.get(f"{LIST}?{query}"), 422, "invalid")
    assert [error["parameter"] for error in told["errors"]] == parameters


def test_required_parameters_and_pages_of_a_search(client, place):
    told = problem(client.get("/api/v1/concepts"), 422, "invalid")
    assert [error["parameter"] for error in told["errors"]] == ["scheme"]
    told = problem(client.get("/api/v1/concepts?scheme=s3&q=a&offset=5"), 422, "invalid")
    assert [error["parameter"] for error in told["errors"]] == ["offset"]


def test_too_many_parameters(client, place):
    problem(client.get(f"{LIST}?" + "&".join(["province=MI"] * 300)), 400, "bad-request")


def test_too_many_needs_from_one_connection_pages_and_programs_together(client, place):
    client.post("/it/needs/", {"text": "batteri nel latte"})
    for _ in range(LIMITS["need"].most - 1):
        assert send(client, {"text": "batteri nel latte"}).status_code == 200
    answer = send(client, {"text": "batteri nel latte"})
    problem(answer, 429, "too-many-requests")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert client.post("/it/needs/", {"text": "batteri nel latte"}).status_code == 429
    assert send(client, {"text": "batteri nel latte"}, REMOTE_ADDR="192.0.2.77").status_code == 200
    assert client.get(LIST).status_code == 200


@pytest.mark.parametrize("host", ["unknown.example", "bad host", "a" * 300])
@pytest.mark.parametrize("path", [LIST, "/api/v1/openapi.json", "/api/v1/nothing"])
def test_a_host_of_no_region(region, host, path):
    problem(Client(headers={"host": host}).get(path), 400, "unknown-host")


@pytest.mark.urls("tests.across.finder.failing_urls")
def test_a_fault_of_ours(region):
    client = Client(headers={"host": "test.example"}, raise_request_exception=False)
    told = problem(client.get("/api/broken"), 500, "server-error")
    assert "secret" not in json.dumps(told)


def test_the_language_of_problems(client, place):
    from django.utils import translation

    asked = client.get(f"{LIST}/999999", headers={"Accept-Language": "en"})
    assert asked.headers["Content-Language"] == "en"
    with translation.override("it"):
        expected = translation.gettext("Not found")
    assert client.get(f"{LIST}/999999").json()["title"] == expected
    client.cookies["language"] = "en"
    assert client.get("/api/v1/nothing").headers["Content-Language"] == "it"


@pytest.mark.parametrize("uri", TITLES)
def test_every_kind_leads_to_its_meaning(client, place, uri):
    answer = client.get(uri.split("#")[0], headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/en/api/")
    assert f'id="{uri.split("#")[1]}"' in client.get("/en/api/").content.decode()

# SPDX-License-Identifier: EUPL-1.2
import io
import json
import logging
from contextlib import contextmanager

import pytest
from django.test import Client

from filanda.site.logs import configure

pytestmark = pytest.mark.urls("tests.site.broken_urls")


@pytest.fixture
def client(region):
    return Client(headers={"host": "test.example"}, raise_request_exception=False)


@pytest.mark.parametrize("path", ["/it/", "/it/organisations/", "/broken/fails", "/nothing", "/"])
def test_an_unknown_host_gets_a_sentence(region, path):
    answer = Client(headers={"host": "unknown.example"}).get(path)
    assert answer.status_code == 400
    assert "belongs to no region" in answer.content.decode()


@pytest.mark.parametrize("host", ["test.example:8000", "TEST.example", "test.example."])
def test_a_host_is_known_by_name_whatever_its_port_or_case(region, host):
    assert Client(headers={"host": host}).get("/nothing").status_code == 404


@pytest.mark.parametrize("host", ["bad host", "a" * 300, "x/../y", "[::1", ""])
def test_what_is_no_host_name_is_a_bad_request(region, host):
    assert Client(headers={"host": host}).get("/it/").status_code == 400


@pytest.mark.parametrize("path", ["/it/nothing-here/", "/nothing-here", "/en/organisations/999999/x/"])
def test_not_found_is_a_page(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "<main" in answer.content.decode()


def test_a_refusal_shows_its_reason_escaped(client):
    answer = client.get("/broken/forbidden")
    assert answer.status_code == 403
    assert "A reason &lt;b&gt;." in answer.content.decode()


def test_a_policy_s_refusal_is_a_403_with_its_reason(client):
    answer = client.get("/broken/staff", headers={"accept-language": "en"})
    assert answer.status_code == 403
    assert "<h1>" in answer.content.decode()


@pytest.mark.parametrize("path", ["/broken/fails", "/broken/sql"])
def test_a_fault_says_nothing_of_its_cause(client, path):
    answer = client.get(path)
    assert answer.status_code == 500
    text = answer.content.decode()
    assert "Something went wrong" in text
    assert "secret" not in text
    assert "no_such_thing" not in text
    assert "Traceback" not in text
    assert answer.headers["X-Request-Id"]


def test_files_are_refused_before_they_are_stored(client):
    answer = client.post("/it/needs/", {"text": "Cerchiamo un sensore", "file": io.BytesIO(b"a" * 3_000_000)})
    assert answer.status_code == 400
    assert "<main" in answer.content.decode()


def test_another_method_is_refused(client):
    assert client.get("/broken/post").status_code == 405
    assert client.post("/broken/post").status_code == 200


@pytest.mark.parametrize("path", ["/it/", "/broken/forbidden", "/nothing", "/broken/fails", "/health/live"])
def test_every_answer_carries_the_security_headers(client, path):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]


def test_request_ids_are_taken_over_when_sane(client):
    assert client.get("/it/", headers={"x-request-id": "abcdef-123456"}).headers["X-Request-Id"] == "abcdef-123456"
    for strange in ("x", "a b c d e f g h", "é" * 10, "a" * 65, "<script>1"):
        assert client.get("/it/", headers={"x-request-id": strange}).headers["X-Request-Id"] != strange


@contextmanager
def logging_as_in_production(monkeypatch):
    monkeypatch.setenv("FILANDA_LOG_LEVEL", "INFO")
    root = logging.getLogger()
    before = root.handlers, root.level
    configure()
    try:
        yield
    finally:
        root.handlers, root.level = before


def read_lines(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_the_log_names_the_view_and_never_what_was_typed(client, capfd, monkeypatch):
    with logging_as_in_production(monkeypatch):
        client.get("/it/organisations/?q=una+cosa+segreta", headers={"x-request-id": "abcdef-123456"})
        client.get("/broken/fails", headers={"x-request-id": "fedcba-654321"})
    text = capfd.readouterr().err
    lines = read_lines(text)
    seen = next(line for line in lines if line["event"] == "request")
    assert (seen["view"], seen["request_id"], seen["status"]) == ("finder:organisations", "abcdef-123456", 200)
    fault = next(line for line in lines if "ZeroDivisionError" in json.dumps(line))
    assert fault["request_id"] == "fedcba-654321"
    assert "segreta" not in text


def test_the_log_keeps_no_token_and_no_row_when_something_fails(client, capfd, monkeypatch):
    client.get("/nothing")  # what a page needs is kept: the transaction of this test ends with the first failure
    with logging_as_in_production(monkeypatch):
        client.get("/broken/rule/un-segreto")
        Client(headers={"host": "test.example"}, enforce_csrf_checks=True).post("/it/sign-in/un-segreto/")
    text = capfd.readouterr().err
    assert [line["event"] for line in read_lines(text) if line["event"] != "request"] == [
        "Internal Server Error: view breaks-a-rule",
        "Forbidden (CSRF cookie not set.): view signin:sign-in",
    ]
    assert "IntegrityError" in text
    assert "segret" not in text


def test_made_up_methods_are_counted_as_one(client):
    for method in ("BREW", "WHEN", "PROPFIND"):
        client.generic(method, "/it/")
    counted = client.get("/metrics").content.decode()
    assert 'method="other"' in counted
    assert "BREW" not in counted

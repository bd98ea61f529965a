# SPDX-License-Identifier: EUPL-1.2
"""The OpenAPI document is valid, and every answer is one that it declares, whatever is sent."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from filanda.site.api import KINDS, openapi_document

EN, IT = (openapi_document(language, "http://test.example") for language in ("en", "it"))
OPERATIONS = [(method, path) for path, operations in EN["paths"].items() for method in operations]


def test_the_document_is_valid_openapi_3_1(client, place):
    answer = client.get("/api/v1/openapi.json")
    document = answer.json()
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "http://test.example"}]
    assert document == json.loads(json.dumps(EN))
    validate(document)
    validate(json.loads(json.dumps(IT)))


def test_every_operation_declares_how_it_fails():
    for method, path in OPERATIONS:
        responses = EN["paths"][path][method]["responses"]
        assert {"200", "400", "422", "default"} <= set(responses)
    needs = EN["paths"]["/api/v1/matches"]["post"]["responses"]
    assert set(needs) == {"200", "400", "413", "415", "422", "429", "default"}
    for kind in KINDS:
        assert set(EN["components"]["responses"][kind.slug]["content"]) == {"application/problem+json"}


def test_the_example_of_a_need_can_be_sent(client, place):
    [example] = EN["components"]["schemas"]["MatchRequest"]["examples"]
    answer = client.post("/api/v1/matches", example, content_type="application/json")
    assert answer.status_code == 200
    conforms(answer, "post", "/api/v1/matches")


def conforms(answer, method: str, path: str) -> None:
    """The answer's status, media type and body are declared."""
    assert answer.status_code < 500
    responses = EN["paths"][path][method]["responses"]
    declared = responses.get(str(answer.status_code))
    assert declared is not None, answer.status_code
    if answer.status_code == 301:
        return
    if "$ref" in declared:
        declared = EN["components"]["responses"][declared["$ref"].rsplit("/", 1)[1]]
    schema = declared["content"][answer.headers["Content-Type"].split(";")[0]]["schema"]
    Draft202012Validator({**schema, "components": EN["components"]}).validate(answer.json())


@pytest.mark.parametrize("query", ["", "?q=latte&helix_role=industry", "?limit=1&offset=2&sort=evidence"])
def test_lists_conform(client, place, query):
    conforms(client.get(f"/api/v1/organisations{query}"), "get", "/api/v1/organisations")


def test_an_organisation_conforms(client, place):
    for pk in (place.dairy.pk, place.town.pk):
        conforms(client.get(f"/api/v1/organisations/{pk}"), "get", "/api/v1/organisations/{organisation_id}")


# What programs can send: any text, and what looks like trouble.
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
hostile = st.sampled_from(
    ["", "'; DROP TABLE x; --", "%s %(a)s {0}", "\x00", "‮", "1e9", "-1", "9" * 30, "null", "a" * 300, "🧀", "ＮＡＮ"]
)


def drawn_from(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a schema allows, as far as this document's schemas go."""
    if "$ref" in schema:
        return drawn_from(EN["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of(*(drawn_from(one) for one in schema["anyOf"]))
    if "allOf" in schema:
        return drawn_from(schema["allOf"][0])
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True)
    match schema.get("type"):
        case "integer":
            return st.integers(schema.get("minimum", 0), schema.get("maximum", 2**70))
        case "array":
            return st.lists(drawn_from(schema["items"]), max_size=3)
        case "object":
            required = {name: drawn_from(schema["properties"][name]) for name in schema.get("required", ())}
            others = {name: drawn_from(one) for name, one in schema["properties"].items() if name not in required}
            return st.fixed_dictionaries(required, optional=others)
        case "null":
            return st.none()
    return st.text(
        st.characters(exclude_categories=["Cs"]), min_size=schema.get("minLength", 0), max_size=60
    ) | st.sampled_from(["batteri nel latte", "FOOD", "s3"])


get_requests = st.sampled_from([path for method, path in OPERATIONS if method == "get"]).flatmap(
    lambda path: st.tuples(
        st.just(path),
        st.fixed_dictionaries(
            {},
            optional={
                parameter["name"]: drawn_from(parameter["schema"]) | hostile | st.lists(hostile, max_size=2)
                for parameter in EN["paths"][path]["get"]["parameters"]
            },
        ),
        st.integers(0, 6).map(str) | hostile.filter(bool),
        st.dictionaries(anything.filter(bool), anything, max_size=1),
    )
)
quick = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(asked=get_requests)
def test_any_query_gets_an_answer_that_is_declared(client, place, asked):
    path, parameters, number, unknown = asked
    names = {name: value for name, value in parameters.items() if "{" + name + "}" not in path and value is not None}
    query = urlencode({**names, **(unknown if len(number) > 1 else {})}, doseq=True)
    answer = client.get(path.replace("{organisation_id}", quote(number, safe="")) + f"?{query}")
    conforms(answer, "get", path)


# JSON can carry lone surrogates too.
any_text = st.text(max_size=40)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text | hostile,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)
member = st.sampled_from(["text", "language", "limit", "filters", "filtres"])
bodies = st.one_of(
    drawn_from(EN["components"]["schemas"]["MatchRequest"]).map(json.dumps),
    st.dictionaries(member, any_json, max_size=4).map(json.dumps),
    any_json.map(json.dumps),
    st.binary(max_size=60),
    st.tuples(any_text, hostile).map(lambda pair: json.dumps({"text": "".join(pair)})),
)


@quick
@given(body=bodies, sender=st.integers(1, 2**32 - 2))
def test_any_body_gets_an_answer_that_is_declared(client, place, body, sender):
    address = ".".join(str(sender >> shift & 255) for shift in (24, 16, 8, 0))
    answer = client.post("/api/v1/matches", body, content_type="application/json", REMOTE_ADDR=address)
    conforms(answer, "post", "/api/v1/matches")


def test_the_page_shows_every_operation_and_schema(client, place):
    page = client.get("/it/api/")
    shown = page.content.decode()
    assert page.status_code == 200
    for method, path in OPERATIONS:
        assert f"<code>{method.upper()} {path}</code>" in shown
    for name in EN["components"]["schemas"]:
        assert f'id="{name}"' in shown
    assert "<script>" not in shown
    assert " style=" not in shown
    assert 'lang="it"' in shown


def test_the_page_is_found_from_the_way_in(client, place):
    start = client.get("/api/v1/").json()
    assert client.get(start["openapi"].removeprefix("http://test.example")).status_code == 200
    assert client.get("/api/").headers["Location"] == "/it/api/"
    assert client.get(start["documentation"].removeprefix("http://test.example")).status_code == 200

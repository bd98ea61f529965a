# SPDX-License-Identifier: EUPL-1.2
"""The OpenAPI document as a page of tables, for people."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

__all__ = ["described"]

_SCHEMAS = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter or a member. `schema`: name of the schema that describes it further, or ""."""

    name: str
    type: str
    is_required: bool
    description: str
    schema: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class OperationPart:
    """An operation with what it takes, gives and how it fails. `example`: a command to try it with."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Row]
    body_schema: str
    answer_schema: str
    failures: list[tuple[str, str]]
    example: str


@dataclass(frozen=True, slots=True)
class SchemaPart:
    name: str
    description: str
    rows: list[Row] = field(default_factory=list)


def described(document: dict[str, Any]) -> dict[str, Any]:
    """The context of site/api.html, but for the kinds of problems."""
    schemas = document["components"]["schemas"]
    server = document["servers"][0]["url"]
    operations = [
        _operation(path, method, operation, schemas, server)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    taken = {operation.body_schema for operation in operations}
    return {
        "description": document["info"]["description"],
        "operations": operations,
        "schemas": [
            SchemaPart(name, schema.get("description", ""), _members(schema, is_taken=name in taken))
            for name, schema in sorted(schemas.items())
        ],
    }


def _operation(
    path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any], server: str
) -> OperationPart:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    body_schema = _schema_name(body)
    return OperationPart(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        parameters=[
            Row(
                name=parameter["name"],
                type=_type(parameter["schema"])[0],
                is_required=parameter.get("required", False),
                description=parameter.get("description", ""),
                place=parameter["in"],
            )
            for parameter in operation.get("parameters", ())
        ],
        body_schema=body_schema,
        answer_schema=_schema_name(answer),
        failures=[
            (status, response["$ref"].rsplit("/", 1)[-1])
            for status, response in operation["responses"].items()
            if "$ref" in response and status != "default"
        ],
        example=_example(server + path, method, operation, schemas.get(body_schema, {})),
    )


def _example(address: str, method: str, operation: dict[str, Any], body: dict[str, Any]) -> str:
    if method == "post":
        sent = json.dumps(body["examples"][0], ensure_ascii=False, indent=2)
        return f"curl {address} \\\n  -H 'Content-Type: application/json' \\\n  -d '{sent}'"
    pairs = []
    for parameter in operation.get("parameters", ()):
        examples = parameter["schema"].get("examples")
        if parameter["in"] == "path":
            address = address.replace(f"{{{parameter['name']}}}", "1")
        elif examples:
            pairs.append(f"{parameter['name']}={examples[0]}")
    return f"curl '{address}{'?' if pairs else ''}{'&'.join(pairs)}'"


def _members(schema: dict[str, Any], *, is_taken: bool) -> list[Row]:
    """Of what is answered all members are always there: only what is taken says which are required."""
    required = schema.get("required", ()) if is_taken else ()
    rows = []
    for name, member in schema.get("properties", {}).items():
        type_, reference = _type(member)
        rows.append(Row(name, type_, name in required, member.get("description", ""), reference))
    return rows


def _schema_name(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).removeprefix(_SCHEMAS)


def _type(schema: dict[str, Any]) -> tuple[str, str]:
    """A type in words, and the schema it refers to ("" for none)."""
    if name := _schema_name(schema):
        return name, name
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            parts = [_type(one) for one in schema[several]]
            words = _(" or ").join(word for word, _reference in parts)
            words = _one_of(schema["enum"]) if "enum" in schema else words
            return words, next((reference for _word, reference in parts if reference), "")
    if "enum" in schema:
        return _one_of(schema["enum"]), ""
    if "const" in schema:
        return _one_of([schema["const"]]), ""
    if schema.get("type") == "array":
        words, reference = _type(schema.get("items", {}))
        return _("list of %(type)s") % {"type": words}, reference
    return _plain(schema), ""


def _plain(schema: dict[str, Any]) -> str:
    words = {
        "string": _("text"),
        "integer": _("whole number"),
        "number": _("number"),
        "boolean": _("true or false"),
        "object": _("object"),
        "null": "null",
    }
    formats = {"date": _("date"), "date-time": _("date and time")}
    word = formats.get(schema.get("format", "")) or words.get(schema.get("type", ""), _("anything"))
    least, most = schema.get("minimum", schema.get("minLength")), schema.get("maximum", schema.get("maxLength"))
    if most is not None:
        return f"{word}, {least}–{most}" if least is not None else f"{word}, ≤ {most}"
    return word


def _one_of(values: list[Any]) -> str:
    return " | ".join(str(value) for value in values)

"""The page that shows the JSON interface to people who write programs for it, drawn from its OpenAPI description.

In English, as that description is. Needs no script and nothing from elsewhere.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Response

from certification.access.permissions import Act
from certification.resources.openapi import description
from certification.web.frame.pages import shown
from certification.web.open import pages

__all__ = ["PATH"]

PATH = "/api/docs"

_METHODS = ("get", "post", "put", "patch", "delete")
_REFERENCE = "#/components/schemas/"
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Type:
    """What a value is: `words`, where `shape` is the name of the shape that it ends in, if any."""

    words: str
    shape: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of a shape."""

    name: str
    where: str
    type: Type
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A route and what may be said of it."""

    id: str
    method: str
    path: str
    summary: str
    paragraphs: tuple[str, ...]
    who_may: str
    parameters: tuple[Field, ...]
    bodies: tuple[tuple[str, Type], ...]
    body_about: str
    answers: tuple[tuple[str, str, Type | None], ...]
    refusals: tuple[tuple[str, str], ...]
    curl: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A schema with a name."""

    name: str
    about: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """All of the page. `sections`: heading, a sentence, operations."""

    title: str
    paragraphs: tuple[str, ...]
    sections: tuple[tuple[str, str, tuple[Operation, ...]], ...]
    shapes: tuple[Shape, ...]


@pages.page(PATH, Act.READ_API_DESCRIPTION)
def show_api() -> Response:
    """The whole interface on one page."""
    return shown("open/api.html", page=build(), pieces=pieces)


@cache
def build() -> Page:
    """The page of this version's interface."""
    document = description()
    operations = list(_operations(document))
    return Page(
        document["info"]["title"],
        _paragraphs(document["info"]["description"]),
        tuple(
            (tag["name"], tag["description"], tuple(one for heading, one in operations if heading == tag["name"]))
            for tag in document["tags"]
        ),
        tuple(_shape(name, schema) for name, schema in sorted(document["components"]["schemas"].items())),
    )


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, found in document["paths"].items():
        for method in _METHODS:
            if method in found:
                told = found[method]
                yield told["tags"][0], _operation(document, method, path, told, found.get("parameters", []))


def _operation(
    document: Mapping[str, Any], method: str, path: str, told: Mapping[str, Any], of_path: list[Any]
) -> Operation:
    *paragraphs, who = _paragraphs(told["description"])
    body = told.get("requestBody", {})
    answers, refusals = [], []
    for status, answer in sorted(told["responses"].items()):
        if "$ref" in answer:
            name = answer["$ref"].rpartition("/")[2]
            refusals.append((status, document["components"]["responses"][name]["description"]))
        else:
            contents = answer.get("content", {}).items()
            types = [(kind, _type(one["schema"]) if one.get("schema") else None) for kind, one in contents]
            answers += [(status, kind, type_) for kind, type_ in types] or [(status, "no body", None)]
    return Operation(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told["summary"],
        paragraphs=tuple(paragraphs),
        who_may=who.removeprefix("**Who may:** "),
        parameters=tuple(
            Field(one["name"], one["in"], _type(one["schema"]), one.get("required", False), one.get("description", ""))
            for one in [*of_path, *told.get("parameters", [])]
        ),
        bodies=tuple(
            (kind, _type(one["schema"]) if one.get("schema", {}).get("$ref") else Type("the file"))
            for kind, one in body.get("content", {}).items()
        ),
        body_about=body.get("description", ""),
        answers=tuple(answers),
        refusals=tuple(refusals),
        curl=_curl(document, method, path, told),
    )


def _curl(document: Mapping[str, Any], method: str, path: str, told: Mapping[str, Any]) -> str:
    words = ["curl"]
    if {"key": []} in told["security"]:
        words.append('--user "$KEY:$SECRET"')
    elif any(told["security"]):
        words.append('--header "Authorization: Bearer $TOKEN"')
    if method not in ("get", "post") or (method == "post" and "requestBody" not in told):
        words.append(f"--request {method.upper()}")
    contents = told.get("requestBody", {}).get("content", {})
    if "application/json" in contents:
        sample = _sample(document, contents["application/json"]["schema"], depth=3)
        words.append(f"--json {shlex.quote(json.dumps(sample, ensure_ascii=False))}")
    elif contents:
        kind = next(iter(contents))
        words.append(f"--header {shlex.quote(f'Content-Type: {kind}')} --data-binary @FILE")
    needed = "&".join(
        f"{one['name']}={_sample(document, one['schema'], depth=0)}"
        for one in told.get("parameters", [])
        if one.get("required") and one["in"] == "query"
    )
    address = "$URL" + path.replace("{", "").replace("}", "") + (f"?{needed}" if needed else "")
    return " ".join([*words, f'"{address}"'])


def _sample(document: Mapping[str, Any], schema: Mapping[str, Any], *, depth: int) -> Any:
    """A value of the shape, with what must be there."""
    if "$ref" in schema:
        return _sample(
            document, document["components"]["schemas"][schema["$ref"].removeprefix(_REFERENCE)], depth=depth
        )
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        required = schema.get("required", []) if depth else []
        return {name: _sample(document, schema["properties"][name], depth=depth - 1) for name in required}
    if kind == "array":
        return [_sample(document, schema["items"], depth=depth - 1)] if depth else []
    texts = {"date": "2026-11-25", "date-time": "2026-11-25T05:00:00Z"}
    plain: dict[str, Any] = {"integer": 1, "number": 1, "boolean": True}
    return plain.get(kind, texts.get(schema.get("format", ""), "…"))


def _shape(name: str, schema: Mapping[str, Any]) -> Shape:
    required = schema.get("required", [])
    return Shape(
        name,
        schema.get("description", ""),
        tuple(
            Field(key, "", _type(value), key in required, value.get("description", ""))
            for key, value in schema.get("properties", {}).items()
        ),
    )


def _type(schema: Mapping[str, Any]) -> Type:
    if "$ref" in schema:
        return Type("", schema["$ref"].removeprefix(_REFERENCE))
    for key in ("anyOf", "allOf", "oneOf"):
        if key in schema:
            parts = [_type(one) for one in schema[key] if one.get("type") != "null"]
            null = " or null" if len(parts) < len(schema[key]) else ""
            return Type(f"{parts[0].words}{null}", parts[0].shape) if parts else Type("null")
    kinds = schema.get("type", "any value")
    listed = [kinds] if isinstance(kinds, str) else list(kinds)
    null = " or null" if "null" in listed else ""
    first = next((one for one in listed if one != "null"), "null")
    if first == "array":
        inner = _type(schema.get("items", {}))
        return Type(f"list of {inner.words}{null}".rstrip(), inner.shape)
    words = f"{first} ({schema['format']})" if "format" in schema else first
    if "enum" in schema:
        words += ": " + ", ".join(json.dumps(one, ensure_ascii=False) for one in schema["enum"])
    return Type(words + null)


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split("\n\n") if one.strip())


def pieces(text: str) -> list[tuple[bool, str]]:
    """Text with what stands between backticks apart: (is it code, words)."""
    return [(number % 2 == 1, piece) for number, piece in enumerate(_CODE.split(text)) if piece]

"""Query strings and JSON bodies: checked whole, by marshmallow schemas that stand beside the view.

All faults of a request are told at once: those of its query by the parameter's name, those of its body by JSON pointer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from flask import request
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from werkzeug.exceptions import RequestEntityTooLarge

from certification.resources.errors import BadRequest, Fault, TooLarge, Unsupported
from lrs import api

__all__ = [
    "DAY",
    "MOST_BODY_BYTES",
    "REASON",
    "YEAR",
    "Body",
    "DryRun",
    "Paging",
    "Parameters",
    "parameters",
    "parameters_and_body",
]

DAY = validate.Range(min=date(2000, 1, 1), max=date(2100, 12, 31))
YEAR = validate.Range(min=2000, max=2100)
REASON = validate.Regexp(r"(?s)(?=.*\S).{1,2000}\Z", error="say it in 1 to 2000 characters")

MOST_BODY_BYTES = 1024 * 1024
"""The longest JSON body read, where a view does not say otherwise."""


class Parameters(Schema):
    """The parameters one view takes: every other name is a fault."""

    class Meta:
        unknown = RAISE


class Paging(Parameters):
    """Parameters of a list that is given in parts."""

    limit = fields.Integer(
        load_default=100,
        validate=validate.Range(min=1, max=1000),
        metadata={"description": "How many at most, 1 to 1000."},
        error_messages={"invalid": "not a number; write it as 100"},
    )
    cursor = fields.String(metadata={"description": "Where to go on: `next` of the answer before."})


class DryRun(Parameters):
    """For what changes something: what would become of it, without changing anything."""

    dry_run = fields.Boolean(
        load_default=False,
        metadata={"description": "true: everything is checked and told, and nothing is kept."},
        error_messages={"invalid": "neither true nor false"},
    )


class Body(Schema):
    """A JSON object that a view takes: every other field is a fault. Numbers are numbers: `Integer(strict=True)`."""

    class Meta:
        unknown = RAISE


def parameters(schema: type[Schema]) -> Mapping[str, Any]:
    """The request's parameters, typed. Raises BadRequest with every fault: unknown, repeated, ill-formed, missing."""
    faults: list[Fault] = []
    loaded = _query(schema, faults)
    if faults:
        raise BadRequest(*faults)
    return loaded


def parameters_and_body(
    query: type[Schema], body: type[Schema], *, most_bytes: int = MOST_BODY_BYTES
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Both, typed. Raises BadRequest with every fault of both; Unsupported or TooLarge for what cannot be read."""
    faults: list[Fault] = []
    wanted = _query(query, faults)
    try:
        document = api.decode(_json(most_bytes))
    except api.InvalidRequest as error:
        raise BadRequest(*faults, *error.faults) from None
    sent = _load(body, document, faults)
    if faults:
        raise BadRequest(*faults)
    return wanted, sent


def _query(schema: type[Schema], faults: list[Fault]) -> Mapping[str, Any]:
    faults += [
        Fault(name, f"given {len(values)} times; give it once")
        for name, values in request.args.lists()
        if len(values) > 1
    ]
    try:
        loaded: Mapping[str, Any] = schema().load(request.args.to_dict())
    except ValidationError as error:
        faults += _query_faults(schema, error.messages_dict)
        return {}
    return loaded


def _query_faults(schema: type[Schema], messages: Mapping[str, Any]) -> Iterator[Fault]:
    known = sorted(schema._declared_fields)
    for place, said in sorted(messages.items()):
        for message in said:
            if place not in known and place != "_schema":
                taken = ", ".join(known) if known else "none"
                message = f"unknown parameter; those taken here: {taken}"
            yield Fault("" if place == "_schema" else place, message)


def _json(most_bytes: int) -> bytes:
    if request.mimetype != "application/json":
        raise Unsupported(
            Fault("Content-Type", f"send the body as application/json, not as {request.mimetype or 'nothing'}")
        )
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Unsupported(Fault("Content-Encoding", "send the body as it is, not compressed"))
    request.max_content_length = most_bytes
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise TooLarge(Fault("", f"the body may be {most_bytes} bytes long, and no more")) from None


def _load(schema: type[Schema], document: Any, faults: list[Fault]) -> Mapping[str, Any]:
    try:
        loaded: Mapping[str, Any] = schema().load(document)
    except ValidationError as error:
        faults += _body_faults(schema(), error.messages, "")
        return {}
    return loaded


def _body_faults(shape: Schema | fields.Field[Any] | None, said: Any, place: str) -> Iterator[Fault]:
    """Faults by JSON pointer (RFC 6901), in the order of the document's schema."""
    if isinstance(said, Mapping):
        for key, below in said.items():
            if key == "_schema":
                yield from _body_faults(shape, below, place)
                continue
            inner = _within(shape, key)
            pointer = f"{place}/{str(key).replace('~', '~0').replace('/', '~1')}"
            if inner is None and isinstance(shape, Schema):
                taken = ", ".join(sorted(shape.fields)) or "none"
                yield Fault(pointer, f"unknown field; those taken here: {taken}")
            else:
                yield from _body_faults(inner, below, pointer)
    else:
        for message in said if isinstance(said, list) else [said]:
            yield Fault(place, "an object is needed here" if message == "Invalid input type." else str(message))


def _within(shape: Schema | fields.Field[Any] | None, key: Any) -> Schema | fields.Field[Any] | None:
    """What stands under `key`, so that unknown fields can be told which ones there are."""
    if isinstance(shape, fields.Nested) and shape.many and isinstance(key, int):
        return shape.schema
    if isinstance(shape, fields.Nested):
        shape = shape.schema
    if isinstance(shape, fields.List):
        inner = shape.inner
        return inner.schema if isinstance(inner, fields.Nested) else inner
    if isinstance(shape, Schema):
        found = shape.fields.get(str(key))
        return found.schema if isinstance(found, fields.Nested) and not found.many else found
    return shape

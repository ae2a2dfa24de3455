"""Query strings and JSON bodies: checked whole, by marshmallow schemas that stand beside the view.

All faults of a request are told at once: those of its query by the parameter's name, those of its body by JSON pointer.
"""

from __future__ import annotations

import re
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

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """A number is one that a database has room for."""
        _bound(field_obj)


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
    """A JSON object that a view takes: every other field is a fault. A whole number is written as one, wherever it
    stands, and a text that must be there says something."""

    class Meta:
        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """A text that must be there is not blanks alone; a number is one that a database has room for, neither 1.5 nor
        a text."""
        _bound(field_obj)
        for one in _held(field_obj):
            one.strict = True
        if isinstance(field_obj, fields.String) and field_obj.required and REASON not in field_obj.validators:
            field_obj.validators = [*field_obj.validators, _said]


def _held(field: fields.Field[Any]) -> Iterator[fields.Integer]:
    """The field where it is of whole numbers, and those that a list or an object of such holds."""
    if isinstance(field, fields.Integer):
        yield field
    elif isinstance(field, fields.List):
        yield from _held(field.inner)
    elif isinstance(field, fields.Mapping) and field.value_field is not None:
        yield from _held(field.value_field)


def _bound(field: fields.Field[Any]) -> None:
    bounded = any(isinstance(one, validate.Range) and one.max is not None for one in field.validators)
    if isinstance(field, fields.Integer) and not bounded:
        field.validators = [*field.validators, _kept]


def _kept(number: int) -> None:
    if not -(2**63) <= number < 2**63:
        raise ValidationError("so large a number is not kept here; check it")


def _said(text: str) -> None:
    if text and not text.strip():
        raise ValidationError("there are only blanks here; write something")


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
    faults += [Fault(place, _NUL) for place in _with_nul(document, "")]
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
    faults += [Fault(name, "not UTF-8 text; encode it in UTF-8 first") for name in api.not_utf8(request.query_string)]
    with_nul = [name for name, text in request.args.items(multi=True) if "\0" in name + text]
    faults += [Fault("" if "\0" in name else name, _NUL) for name in with_nul]
    made = schema()
    try:
        loaded: Mapping[str, Any] = made.load({name: _written(made, name, text) for name, text in request.args.items()})
    except ValidationError as error:
        faults += _query_faults(schema, error.messages_dict)
        return {}
    return loaded


def _written(schema: Schema, name: str, text: str) -> str:
    """The text; "", which is no number, for a number that Python would read and nobody writes (+7, 1_000)."""
    is_number = isinstance(schema.fields.get(name), fields.Integer)
    return text if not is_number or _WHOLE.fullmatch(text) else ""


_WHOLE = re.compile("-?[0-9]+")
_NUL = "there is a NUL character here, which no text has; leave it out"


def _with_nul(document: Any, place: str) -> Iterator[str]:
    """Where a text holds NUL, which PostgreSQL keeps in none; by JSON pointer."""
    if isinstance(document, str):
        if "\0" in document:
            yield place
    elif isinstance(document, Mapping):
        for key, below in document.items():
            pointer = f"{place}/{_escaped(key)}"
            yield from [place] if "\0" in key else _with_nul(below, pointer)
    elif isinstance(document, list):
        for number, one in enumerate(document):
            yield from _with_nul(one, f"{place}/{number}")


def _escaped(key: str) -> str:
    """A key as JSON pointers write it (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


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
            pointer = f"{place}/{_escaped(str(key))}"
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

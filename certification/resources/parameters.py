"""Query strings: checked whole, by a marshmallow schema that stands beside the view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from flask import request
from marshmallow import RAISE, Schema, ValidationError, validate

from certification.resources.errors import BadRequest, Fault

__all__ = ["DAY", "YEAR", "Parameters", "parameters"]

DAY = validate.Range(min=date(2000, 1, 1), max=date(2100, 12, 31))
YEAR = validate.Range(min=2000, max=2100)


class Parameters(Schema):
    """The parameters one view takes: every other name is a fault."""

    class Meta:
        unknown = RAISE


def parameters(schema: type[Parameters]) -> Mapping[str, Any]:
    """The request's parameters, typed. Raises BadRequest with every fault: unknown, repeated, ill-formed, missing."""
    faults = [
        Fault(name, f"given {len(values)} times; give it once")
        for name, values in request.args.lists()
        if len(values) > 1
    ]
    try:
        loaded: Mapping[str, Any] = schema().load(request.args.to_dict())
    except ValidationError as error:
        raise BadRequest(*faults, *_faults(schema, error.messages_dict)) from None
    if faults:
        raise BadRequest(*faults)
    return loaded


def _faults(schema: type[Parameters], messages: Mapping[str, Any]) -> Iterator[Fault]:
    known = sorted(schema._declared_fields)
    for place, said in sorted(messages.items()):
        for message in said:
            if place not in known:
                taken = ", ".join(known) if known else "none"
                message = f"unknown parameter; those taken here: {taken}"
            yield Fault(place, message)

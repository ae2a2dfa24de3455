"""Query strings that name what is asked for: every parameter by its exact name, once, checked by its own rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, request
from werkzeug.datastructures import MultiDict

from lrs.content_types import not_utf8
from lrs.errors import Fault, InvalidRequest
from lrs.statements.validate import check_actor, decode

__all__ = ["Parser", "read", "read_agent", "read_identifier", "register"]

Parser = Callable[[str, str], Any]
"""Takes a parameter's text and its name; gives its value or raises InvalidRequest."""

_UNKNOWN = "xAPI 1.0.3 Communication 3.2"


def register(blueprint: Blueprint) -> None:
    """Refuse, before each view, parameters that are not UTF-8: they would be read as another text than was meant."""

    @blueprint.before_request
    def require_utf8() -> None:
        if names := not_utf8(request.query_string):
            message = "not UTF-8 text; encode its bytes in UTF-8 first, then as %.."
            raise InvalidRequest([Fault(name, message, _UNKNOWN) for name in names])


def read(
    arguments: MultiDict[str, str], clause: str, *, needed: Mapping[str, Parser], allowed: Mapping[str, Parser]
) -> dict[str, Any]:
    """The values by name, None for those allowed that were not sent.

    Raises InvalidRequest with every parameter that is missing, ill-formed, repeated, or of no meaning here (in another
    letter case, say); `clause` is where xAPI lists those of this request.
    """
    faults: list[Fault] = []
    known = {**needed, **allowed}
    values: dict[str, Any] = dict.fromkeys(known)
    for name in arguments:
        if name not in known:
            message = f"unknown parameter; known here (letter case counts): {', '.join(known)}"
            faults.append(Fault(name, message, _UNKNOWN))
        elif len(arguments.getlist(name)) > 1:
            faults.append(Fault(name, "this parameter stands more than once", clause))
        else:
            try:
                values[name] = known[name](arguments[name], name)
            except InvalidRequest as error:
                faults += error.faults
    faults += [Fault(name, "this parameter is required", clause) for name in needed if name not in arguments]
    if faults:
        raise InvalidRequest(faults)
    return values


def read_agent(text: str, name: str) -> dict[str, Any]:
    """The Agent or identified Group written there as JSON."""
    return check_actor(decode(text.encode("utf-8", "surrogatepass"), name), name)


def read_identifier(text: str, name: str) -> str:
    """The same text, which identifies a document and is not empty."""
    if not text:
        raise InvalidRequest.at(name, "must not be empty")
    return text

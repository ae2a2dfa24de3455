"""Shapes of what answers say. The same marshmallow schemas describe the interface in OpenAPI (`openapi`).

They describe and are not run over what goes out: a thousand results would cost more to dump than to read. That answers
have the shape they promise is checked by the tests, each time one of them calls anything under /api.
"""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields

__all__ = ["Answer", "AsOf", "Page", "Refused", "TellingAnswer"]


class Answer(Schema):
    """An object of an answer: all of its fields are there, and no others. `allow_none=True` for what may be null."""

    class Meta:
        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """In OpenAPI, every field is required unless its metadata say `optional`."""
        field_obj.required = not field_obj.metadata.get("optional", False)


class AsOf(Answer):
    """An answer says of which day it speaks."""

    as_of = fields.Date(metadata={"description": "The day in Vietnam that the answer speaks of."})


class Page(AsOf):
    """Part of a list. A subclass adds `items`; `resources.cursors.page` makes such an answer."""

    next = fields.String(
        allow_none=True,
        metadata={"description": "Send this as `cursor` for what follows; null when nothing does."},
    )


class FaultListed(Answer):
    """One fault of a request."""

    place = fields.String(
        metadata={
            "description": "The parameter or header at fault, `path/…` for a part of the address, a JSON pointer into"
            " the body, `row …` of a file; empty for the request as a whole."
        }
    )
    message = fields.String(metadata={"description": "What is wrong and what to do."})
    clause = fields.String(metadata={"description": "The clause of a specification that asks for it, or empty."})


class Refused(Answer):
    """Every refusal has this form, and names all faults that were found."""

    errors = fields.List(fields.Nested(FaultListed))


class TellingAnswer(Answer):
    """A Statement, and who said it first."""

    statement = fields.UUID()
    day = fields.Date()
    about = fields.String(metadata={"description": "The activity's name, or its id."})
    said_by = fields.String(metadata={"description": "The name of the key, or of the authority."})

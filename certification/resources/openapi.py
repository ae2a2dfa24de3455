"""GET /api/openapi.json: the description of this interface in OpenAPI 3.1, made of what the views declare (`frame`)."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

from flask import Flask, Response
from flask_smorest import Api
from marshmallow import Schema

from certification.access.permissions import Act
from certification.resources.access import COOKIE
from certification.resources.answers import answer
from certification.resources.frame import REFUSALS, TAGS, Resource, api
from certification.resources.shapes import Refused

__all__ = ["description"]

_ABOUT = """Status of workers, figures of units, and what goes into them, for other systems.

Days are days in Vietnam (Asia/Ho_Chi_Minh), written as `2026-11-25`; instants are in UTC. Every answer says `as_of`, \
the day it speaks of. Answers to GET carry an `ETag`; sent back as `If-None-Match` it brings 304 when nothing has \
changed. Lists come in parts: send `next` back as `cursor`. Every refusal has the form `Refused` and names all faults \
at once."""

resource = Resource("description", "This description.")


class OpenApiDocument(Schema):
    """An OpenAPI 3.1 document."""

    class Meta:
        unknown = "include"


@resource.get("/openapi.json", Act.READ_API_DESCRIPTION, answers=OpenApiDocument)
def show_openapi() -> Response:
    """This description, as JSON"""
    return answer(description())


@cache
def description() -> dict[str, Any]:
    """The whole description. It is the same for every process of this version: worked out once, and not changed."""
    bare = Flask("description", static_folder=None)
    bare.config.update(API_TITLE="Công dân học tập", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    options = {"info": {"description": _ABOUT}, "tags": sorted(TAGS, key=lambda tag: tag["name"])}
    made = Api(bare, spec_kwargs=options)
    made.DEFAULT_ERROR_RESPONSE_NAME = None
    made.spec.components.security_scheme(
        "key", {"type": "http", "scheme": "basic", "description": "Key and secret, as a name and a password."}
    )
    made.spec.components.security_scheme(
        "session", {"type": "http", "scheme": "bearer", "description": "The token of a session (POST /api/sign-in)."}
    )
    made.spec.components.security_scheme(
        "cookie", {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "The same token, for pages."}
    )
    for code, words in REFUSALS.items():
        content = {"application/json": {"schema": Refused}}
        made.spec.components.response(f"Refused{code}", {"description": words, "content": content})
    with warnings.catch_warnings():
        # A schema that is used with other modifiers elsewhere would get a second name by itself; here that is an error.
        warnings.simplefilter("error")
        made.register_blueprint(api)
    found: dict[str, Any] = made.spec.to_dict()
    return found

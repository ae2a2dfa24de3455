"""A test client that holds every answer under /api against what /api/openapi.json says of it.

So whatever test calls the interface also shows that the description of it is true.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema_rs
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from certification.resources.openapi import description

PAGES = ("/api/docs",)
"""What stands under /api and is no JSON."""


class DescribedClient(FlaskClient):
    """Raises AssertionError for an answer that the description does not allow."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.request.path.startswith("/api/") and response.request.path not in PAGES:
            self._check(response)
        return response

    def _check(self, response: TestResponse) -> None:
        try:
            rule, _ = self.application.url_map.bind("localhost").match(
                response.request.path, response.request.method, return_rule=True
            )
        except HTTPException:
            path = ""
        else:
            path = rule.rule
        method = "get" if response.request.method == "HEAD" else response.request.method.lower()
        if method == "options" or response.status_code == 304:
            return
        if response.mimetype == "text/html" and response.status_code >= 400:
            assert "text/html" in response.request.headers["Accept"], "a page is for whoever asks for one"
            return
        where = f"{response.request.method} {response.request.path} answers {response.status_code}"
        if not path or response.mimetype == "application/json":
            assert response.mimetype == "application/json", f"{where} with {response.mimetype}"
            if response.request.method != "HEAD":
                faults = [
                    str(fault) for fault in _checker(path, method, response.status_code).iter_errors(response.json)
                ]
                assert not faults, f"{where}, which is not as described: {faults[:3]}"
        else:
            contents = _answer(path, method, response.status_code).get("content", {})
            assert response.mimetype in contents or not (contents or response.data), f"{where}: not as described"


def _answer(path: str, method: str, status: int) -> dict[str, Any]:
    """What is said of this answer; of one that comes before any view, that it is a refusal."""
    document = description()
    found = document["paths"].get(_openapi(path), {}).get(method, {}).get("responses", {})
    answer: dict[str, Any] = found.get(str(status), {})
    if not answer and (not path or status == 405):
        answer = {"$ref": "#/components/responses/Refused400"}
    if "$ref" in answer:
        answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    assert answer, f"{method} {path} is not said to answer {status}"
    return answer


@cache
def _checker(path: str, method: str, status: int) -> jsonschema_rs.Draft202012Validator:
    schema = _answer(path, method, status)["content"]["application/json"]["schema"]
    whole = {**schema, "components": {"schemas": description()["components"]["schemas"]}}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def _openapi(rule: str) -> str:
    """A Werkzeug rule as OpenAPI writes it."""
    parts = rule.replace(">", "}").split("<")
    return parts[0] + "".join("{" + part.rpartition(":")[2] for part in parts[1:])

"""The description of the JSON interface is whole, valid, and true.

That answers are as described, every test that calls anything under /api shows (`tests.described`).
"""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from certification.access.permissions import TABLE, Act, WithoutKey, act_of
from certification.resources.openapi import description
from tests.described import PAGES

OPERATIONS = [
    (path, method, told)
    for path, found in description()["paths"].items()
    for method, told in found.items()
    if method != "parameters"
]


def test_the_description_is_open_to_everybody_and_valid_openapi_3_1(client: FlaskClient) -> None:
    response = client.get("/api/openapi.json")
    assert response.status_code == 200
    document = json.loads(response.data)
    assert document["openapi"] == "3.1.0"
    assert [str(fault) for fault in OpenAPIV31SpecValidator(document).iter_errors()] == []
    again = client.get("/api/openapi.json", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_every_route_of_the_interface_is_described_and_nothing_else(app: Flask) -> None:
    routes = {
        (re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api") and rule.rule not in PAGES
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, method, _ in OPERATIONS} == routes


@pytest.mark.parametrize(("path", "method", "told"), OPERATIONS, ids=lambda value: str(value)[:60])
def test_every_route_says_its_guard_as_the_table_has_it(
    app: Flask, path: str, method: str, told: dict[str, object]
) -> None:
    act = Act[str(told["x-guard"])]
    of_views = {act_of(view) for name, view in app.view_functions.items() if name.split("-")[-1] == told["operationId"]}
    assert of_views == {act}
    assert "**Who may:** " in str(told["description"])
    assert told["summary"]
    rule = TABLE[act]
    security = told["security"]
    assert isinstance(security, list)
    assert ({} in security) == (rule.without_key is not WithoutKey.REFUSED)
    assert ({"key": []} in security) == (rule.scope is not None or bool(rule.roles))
    assert ({"session": []} in security) == (rule.any_account or bool(rule.roles))


SIGNED = {"/api/received-roll-ups/{id}", "/api/roll-ups/{id}/file"}


@pytest.mark.parametrize(("path", "method", "told"), OPERATIONS, ids=lambda value: str(value)[:60])
def test_every_answer_says_of_which_day_it_speaks(
    path: str, method: str, told: dict[str, dict[str, dict[str, object]]]
) -> None:
    if path == "/api/openapi.json":
        return
    for status, answer in told["responses"].items():
        content = answer.get("content")
        if status.startswith("2") and isinstance(content, dict) and "application/json" in content:
            schema = content["application/json"]["schema"]
            if path in SIGNED:
                assert not schema, "what was signed is given as it was signed; in it stands when it was counted"
                continue
            name = schema["$ref"].rpartition("/")[2]
            assert "as_of" in description()["components"]["schemas"][name]["required"], f"{path}: {name} has no as_of"


def test_names_of_operations_are_unique() -> None:
    names = [told["operationId"] for _, _, told in OPERATIONS]
    assert len(names) == len(set(names))

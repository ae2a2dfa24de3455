"""schemathesis asks every operation of /api/openapi.json as everybody: no answer is a 5xx, and each has a status, a
kind and a shape that the description says.

Twenty times as much, and what chance makes, with FAULTS_SCALE=20; how much it was is printed with -rP.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from itertools import cycle, islice

import pytest
import schemathesis
from flask import Flask
from schemathesis import checks
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks as of_openapi
from schemathesis.transport.wsgi import WSGI_TRANSPORT

from lrs.db import Database
from tests.faults.operations.asked import about, by_chance, edges
from tests.faults.serving import scaled
from tests.walls import table
from tests.walls.asking import operations, sent
from tests.walls.callers import COLUMNS, Caller
from tests.walls.objects import Place

pytestmark = pytest.mark.slow

AT_EDGES = scaled(6)
BY_CHANCE = 10 * (scaled(1) - 1)
"""Of each operation, beside the edges; none in a run of all tests."""

HELD = [
    checks.not_a_server_error,
    of_openapi.status_code_conformance,
    of_openapi.content_type_conformance,
    of_openapi.response_headers_conformance,
    of_openapi.response_schema_conformance,
]


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_operation_answers_everybody_as_the_description_says(
    app: Flask, database: Database, places: list[Place], everybody: dict[str, Caller]
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    schema.config.generation.update(with_security_parameters=False)  # who asks, we say
    rules = {_as_described(rule): rule for _, rule in operations(app)}
    asked, wrong = Counter[str](), list[str]()
    with table.nothing_stays(database):
        for at, operation in enumerate(one.ok() for one in schema.get_all_operations()):
            key = operation.method.upper(), rules[operation.path]
            good, chance = sent(*key, places[0]), random.Random(at)
            may = [name for name, cell in table.read()[key].items() if cell not in ("x", "-")]
            chosen = [*islice(cycle(edges(operation)), AT_EDGES), *by_chance(operation, BY_CHANCE)]
            for number, case in enumerate(chosen, start=at):
                those = may if may and number % 4 else COLUMNS  # who may not is always answered alike
                name = those[number // 4 % len(those)]
                try:
                    sending = WSGI_TRANSPORT.serialize_case(about(case, good, chance), headers=everybody[name].headers)
                    answer = everybody[name].client.open(**sending)
                    asked[str(answer.status_code)] += 1
                    case.validate_response(answer, checks=HELD)
                except FailureGroup as error:
                    wrong.append(f"{name}: {error}")
    print(f"{sum(asked.values())} requests to {at + 1} operations, answered with {dict(sorted(asked.items()))}")
    assert wrong == []


def _as_described(rule: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)

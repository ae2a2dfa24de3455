"""What schemathesis makes of one operation of the description: each case is wholly known by its number."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode

from tests.walls.asking import Sent

__all__ = ["about", "by_chance", "edges"]

FILES = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/zip",
)
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@schemathesis.serializer(*FILES)
def _file(_context: Any, value: Any) -> bytes:
    """A packed file: whatever was made, as bytes. How tables and templates are broken is tried where they are read."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def edges(operation: Any) -> list[Case]:
    """Those at the edges of what the description says, in an order of chance that is always the same."""
    schema = operation.schema
    config = schema.config.generation_for(operation=operation)
    made = schema.iter_coverage_cases(operation, generation_modes=MODES, generation_config=config)
    found = [case for case in made if case.method.lower() == operation.method]
    random.Random(operation.label).shuffle(found)
    return found


def by_chance(operation: Any, wanted: int) -> Iterator[Case]:
    """As many by chance, half of them as the description says and half not."""
    for mode in MODES if wanted else ():
        yield from _by_chance(operation, mode, wanted // 2)


def _by_chance(operation: Any, mode: GenerationMode, wanted: int) -> list[Case]:
    made: list[Case] = []

    @seed(20261122)
    @settings(
        max_examples=wanted, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(operation.as_strategy(generation_mode=mode))
    def make(case: Case) -> None:
        made.append(case)

    try:
        make()
    except Unsatisfiable:
        return []  # where everything is allowed, nothing can be made that is not
    return made


def about(case: Case, good: Sent, chance: random.Random) -> Case:
    """The same of something that is there, more often than not: otherwise nearly all would ask for nothing."""
    if chance.random() < 0.7:
        parts = dict(_parts(case.path, good.path))
        case.path_parameters = {name: parts.get(name, value) for name, value in (case.path_parameters or {}).items()}
    if isinstance(case.body, dict) and isinstance(good.json, dict):
        case.body = {
            name: good.json[name] if name in good.json and chance.random() < 0.5 else value
            for name, value in case.body.items()
        }
    return case


def _parts(rule: str, path: str) -> Iterator[tuple[str, str]]:
    """What stands in the address for each of its parts; the parts of a code are quoted as one."""
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(rule))
    found = re.fullmatch(pattern, path)
    assert found, f"{path} is no address of {rule}"
    for name, value in found.groupdict().items():
        yield name, unquote(value)

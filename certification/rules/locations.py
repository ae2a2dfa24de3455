"""Where in a Statement something stands: the JSONPath that xAPI Profiles allow (Structure 8.1), and no more of it.

`$.result.score.scaled`, `$.context.contextActivities.category[*].id`, `$.context.extensions['https://…/level']`, unions
inside brackets (`['a','b']`, `[0,1]`), and several of these joined by `|`. No filters, no scripts, no descent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

__all__ = ["Location", "NoLocation", "as_compared", "as_number", "location", "with_lists"]

_EVERY = None
"""The star: every member of a list, every value of an object."""

_Step = tuple[str | int | None, ...]

_FIRST = re.compile(r"[^\s.\[\]'\"|,()?@*$]+")
_NAME = re.compile(rf"\.(\*|{_FIRST.pattern})")
_BRACKET = re.compile(r"\[\s*")
_ITEM = re.compile(r"""(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<number>[0-9]{1,6})|(?P<star>\*)""")
_AFTER = re.compile(r"\s*(,|\])\s*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class NoLocation(ValueError):
    """Text that is no location; the message says from which character on."""


@dataclass(frozen=True, slots=True)
class Location:
    """A location as it was written, and its paths."""

    text: str
    paths: tuple[tuple[_Step, ...], ...]

    def values(self, document: Any) -> list[Any]:
        """What stands there, in the order of the document; nothing where there is no such place."""
        found: list[Any] = []
        for path in self.paths:
            here = [document]
            for step in path:
                here = [value for one in here for name in step for value in _below(one, name)]
            found += here
        return found


@lru_cache(maxsize=1024)
def location(text: str) -> Location:
    """Reads a location. Raises NoLocation."""
    paths: list[tuple[_Step, ...]] = []
    place = 0
    while True:
        path, place = _path(text, place)
        paths.append(path)
        if place == len(text):
            return Location(text, tuple(paths))
        if text[place] != "|":
            raise NoLocation(f"cannot be read from character {place + 1} on: {text[place : place + 20]!r}")
        place += 1


def as_compared(value: Any) -> Any:
    """A JSON value in a form that can be compared and kept in a set: true is not 1, and 1.0 is 1."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return (type(value).__name__, value)
    if isinstance(value, int | float | Decimal):
        return ("number", Decimal(str(value)) if isinstance(value, float) else Decimal(value))
    if isinstance(value, Mapping):
        return ("object", frozenset((name, as_compared(inner)) for name, inner in value.items()))
    return ("list", tuple(map(as_compared, value)))


def with_lists(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    """The Statement with every context activity in a list, as xAPI Profiles want it before anything is looked for."""
    around = (statement.get("context") or {}).get("contextActivities") or {}
    if all(isinstance(value, list) for value in around.values()):
        return statement
    listed = {name: value if isinstance(value, list) else [value] for name, value in around.items()}
    return {**statement, "context": {**statement["context"], "contextActivities": listed}}


def _path(text: str, place: int) -> tuple[tuple[_Step, ...], int]:
    while place < len(text) and text[place].isspace():
        place += 1
    steps: list[_Step] = []
    if text[place : place + 1] == "$":
        place += 1
    elif found := _FIRST.match(text, place):  # the specification's own example leaves the $ out
        steps.append((found[0],))
        place = found.end()
    while place < len(text):
        if found := _NAME.match(text, place):
            steps.append((_EVERY if found[1] == "*" else found[1],))
            place = found.end()
        elif found := _BRACKET.match(text, place):
            step, place = _bracket(text, found.end())
            steps.append(step)
        else:
            break
    while place < len(text) and text[place].isspace():
        place += 1
    if not steps:
        raise NoLocation(f"cannot be read from character {place + 1} on: a place such as $.result.success is wanted")
    return tuple(steps), place


def _bracket(text: str, place: int) -> tuple[_Step, int]:
    items: list[str | int | None] = []
    while True:
        found = _ITEM.match(text, place)
        after = _AFTER.match(text, found.end()) if found else None
        if found is None or after is None:
            raise NoLocation(
                f"cannot be read from character {place + 1} on: within brackets stand names in quotes, numbers and *"
            )
        if found["star"]:
            items.append(_EVERY)
        elif found["number"]:
            items.append(int(found["number"]))
        else:
            items.append(_ESCAPED.sub(r"\1", found["text"][1:-1]))
        place = after.end() if after[1] == "," else after.start() + after[0].index("]") + 1
        if after[1] == "]":
            return tuple(items), place


def _below(value: Any, name: str | int | None) -> Iterable[Any]:
    if name is _EVERY:
        return value.values() if isinstance(value, Mapping) else value if _is_list(value) else ()
    if isinstance(name, int):
        return (value[name],) if _is_list(value) and name < len(value) else ()
    return (value[name],) if isinstance(value, Mapping) and name in value else ()


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def as_number(value: Any) -> Decimal | None:
    """A JSON number as a finite Decimal (0.29 as it was written, not as a float holds it); None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(str(value))
    return number if number.is_finite() else None

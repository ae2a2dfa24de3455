"""Regular expressions are the program's own: none is made of what somebody sends or a file says, and none takes
exponentially long over any text."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import certification
import lrs
from tests.ambiguity import is_exponential

HERE = Path(__file__).resolve().parent.parent
SOURCES = [
    HERE / "wsgi.py",
    *(one for part in ("lrs", "certification", "schemas") for one in (HERE / part).rglob("*.py")),
]
CALLS = frozenset({"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"})

MADE: dict[str, str] = {
    "certification/documents/long_pdf.py": "letters that a font of ours lacks",
    "certification/people/identifiers.py": "the kinds of identifiers, which the module names",
    "certification/web/frame/answered.py": "what other systems answer, one constant a line of the module's table",
    "certification/web/frame/fields.py": "what a form of ours says by `pattern=`, which is read here as well",
    "certification/web/frame/statement_faults.py": "what the store says of Statements, a constant a line",
    "certification/web/officers/reports/typed.py": "codes of a report form, escaped",
    "schemas/__init__.py": "patterns of our schemas, which are read here as well",
}
"""Where an expression is put together of more than constants and what is escaped, with the reason."""


@cache
def _patterns() -> list[tuple[str, ast.expr]]:
    """Every expression that is handed to `re`, to marshmallow or to a field as one, with its file."""
    found: list[tuple[str, ast.expr]] = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                of = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
                if (of == "re" and node.func.attr in CALLS) or (of == "validate" and node.func.attr == "Regexp"):
                    found.append((str(path.relative_to(HERE)), node.args[0]))
            if isinstance(node, ast.keyword) and node.arg == "pattern":
                found.append((str(path.relative_to(HERE)), node.value))
    return found


def _is_fixed(node: ast.expr) -> bool:
    """A constant, the name of one, or put together of such and of what is escaped."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name):
        return node.id.isupper()
    if isinstance(node, ast.Attribute):
        return node.attr.isupper() or (node.attr == "pattern" and _is_fixed(node.value))
    if isinstance(node, ast.JoinedStr):
        return all(_is_fixed(one.value if isinstance(one, ast.FormattedValue) else one) for one in node.values)
    if isinstance(node, ast.BinOp):
        return _is_fixed(node.left) and _is_fixed(node.right)
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) == "re.escape" or ast.unparse(node).startswith("'|'.join(map(re.escape, ")
    return False


def test_no_expression_is_made_of_what_somebody_sends() -> None:
    found = _patterns()
    assert len(found) > 80
    assert {file for file, node in found if not _is_fixed(node)} == set(MADE)


def _schemas() -> Iterator[str]:
    def within(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("pattern"), str):
                yield value["pattern"]
            yield from value.get("patternProperties") or ()
            yield from (one for inner in value.values() for one in within(inner))
        elif isinstance(value, list):
            yield from (one for inner in value for one in within(inner))

    for path in sorted((HERE / "schemas").rglob("*.json")):
        yield from within(json.loads(path.read_text()))


def _compiled() -> Iterator[str | bytes]:
    """Those that modules keep, whatever they are made of."""
    for package in (lrs, certification):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                kept = vars(importlib.import_module(module.name))
                yield from (one.pattern for one in kept.values() if isinstance(one, re.Pattern))


def test_no_expression_of_ours_takes_exponentially_long() -> None:
    written = {node.value for _, node in _patterns() if isinstance(node, ast.Constant)}
    ours = {one for one in (*written, *_schemas(), *_compiled()) if isinstance(one, str | bytes)}
    assert len(ours) > 120
    assert [one for one in sorted(ours, key=str) if is_exponential(one)] == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$", r"(a*)*b", r"(a|a)*b", r"(a|aa)+$", r"(\d+\.?)*x", r"^(\w+\s?)*$", r"(.*)*=", r"(x+x+)+y",
        r"(?:\s*\w*)*;", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(?=(a+)+b)c", rb"(\xff+)*\x00",
        ],
)  # fmt: skip
def test_known_bad_ones_are_found(pattern: str | bytes) -> None:
    assert is_exponential(pattern)


@pytest.mark.parametrize(
    "pattern", [r"^[a-z]+$", r"a*b*c", r"(ab|cd)*", r"[A-Za-z0-9]+([-._/][A-Za-z0-9]+)*", r"(a|b)*c"]
)
def test_those_that_are_not_are_not(pattern: str) -> None:
    assert not is_exponential(pattern)

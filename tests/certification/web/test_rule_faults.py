"""Faults of rule files are told in Vietnamese: every sentence that schemas and checks have is looked for, none is left
out."""

from __future__ import annotations

import ast
import inspect
import json
import tomllib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from certification.errors import RuleFileFaults
from certification.rules import (
    check_parts,
    criteria_checks,
    locations,
    mapping_checks,
    plan_checks,
    report_form_checks,
    rule_checks,
    rule_files,
)
from certification.rules.rule_files import KINDS
from certification.web.operators.rule_faults import in_vietnamese
from schemas import FOLDER

CHECKS = (criteria_checks, mapping_checks, plan_checks, report_form_checks, rule_checks, check_parts, locations)
PART = "'x'"


def said_by_schemas() -> Iterator[str]:
    def walk(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "x-message":
                    yield from [inner] if isinstance(inner, str) else inner.values()
                else:
                    yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    for kind in (*KINDS, "types"):
        yield from walk(json.loads((FOLDER / f"certification/{kind}.json").read_text()))


def said_by_checks(module: ModuleType) -> Iterator[str]:
    """Whatever is yielded as the words of a fault, or raised as them; in place of values stands one."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        told: ast.expr | None = None
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
            told = node.value.elts[-1]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "NoLocation":
            told = node.args[0]
        elif (
            isinstance(node, ast.Return)
            and isinstance(node.value, ast.JoinedStr)
            and "load it first" in ast.unparse(node)
        ):
            told = node.value
        if isinstance(told, ast.Constant | ast.JoinedStr):
            yield text(told)


def text(told: ast.expr) -> str:
    if isinstance(told, ast.Constant):
        return str(told.value)
    assert isinstance(told, ast.JoinedStr)
    return "".join(
        str(one.value) if isinstance(one, ast.Constant) else value(ast.unparse(one.value))  # type: ignore[attr-defined]
        for one in told.values
    )


def value(expression: str) -> str:
    if expression.startswith("meant("):
        return "there are none yet"
    return "4 steps" if expression.startswith("count(") else PART


def is_vietnamese(words: str) -> bool:
    return any(ord(one) > 127 for one in words)


def test_every_sentence_of_the_schemas_and_the_checks_has_its_vietnamese() -> None:
    asked = [*said_by_schemas(), *(one for module in CHECKS for one in said_by_checks(module))]
    assert len(asked) > 150
    left = [one for one in dict.fromkeys(asked) if in_vietnamese(one) == one]
    assert left == [], "say it in certification/web/operators/rule_faults.py"


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (
            '\'chac-chan\' must be "CONFIRMED" (a source says so), "INFERRED" (our reading) or "PROPOSAL" (our own '
            "design)",
            "'chac-chan' phải là \"CONFIRMED\" (có văn bản nêu rõ)",
        ),
        ("topic 'a' stands here a second time; each may stand once", "nội dung 'a' có ở đây lần thứ hai"),
        (
            "no criteria set 'a' is loaded; load it first, or name another: did you mean 'b'?",
            "chưa nạp bộ tiêu chí 'a'",
        ),
        ("no plan 'a' is loaded; load it first, or name another: there are b, c", "nêu tên khác: hiện có: b, c"),
        ("needs the property 'title'", "cần có thuộc tính 'title'"),
        ("kind is 'luat'; it must be one of \"plan\"", "loại (kind) là 'luat'; phải là một trong"),
        (
            "the title procedure 'a' begins on that day already; begin on a later one",
            "trình tự xét danh hiệu 'a' đã bắt",
        ),
        ("must hold {number} and {year}, or two certificates could have one number", "phải có {number} và {year}"),
    ],
)
def test_values_stay_and_things_are_called_by_name(fault: str, told: str) -> None:
    assert told in in_vietnamese(fault)


@pytest.mark.parametrize(
    "text", ["a", "a = ", 'a = "', "a = [1", "a = {b = 1", "a = 1\na = 2", "[a]\n[a]", "a = 2026-13-45", 'a = "\\q"',
             "= 1", "[a", "[[a", 'a = "\x01"', "a = {b = 1}\n[a]\nc = 1", 'a = "\\ud800"', "a = 1 b"],
)  # fmt: skip
def test_what_is_no_toml_is_told_in_vietnamese(text: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(text)
    with pytest.raises(RuleFileFaults) as refused:
        rule_files._parse("a.toml", text)
    told = in_vietnamese(refused.value.faults[0].message)
    assert told.startswith("không phải TOML") and is_vietnamese(told.partition(": ")[2])

"""Every fault that a rule file can have, each with an example of the file and the words it must produce.

The last lines of each file in `broken_rule_files`, "# > …", are what it must say: all of it, in this order.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import schemas
from certification.archives import manifest
from certification.errors import RuleFileFaults
from certification.federation import documents
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
from certification.rules.rule_store import stored
from lrs.db import Database

BROKEN = sorted((Path(__file__).parent / "broken_rule_files").glob("*.toml"))

TENANT = UUID(int=7)


@pytest.fixture(scope="module")
def with_rules(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database with every shipped file, for tests that change nothing: what is refused does not depend on it."""
    path = tmp_path_factory.mktemp("rules") / "rules.sqlite3"
    shutil.copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    with database.writing(TENANT) as session:
        rule_files.load_all(session, TENANT, now=datetime(2026, 11, 20, 5, tzinfo=UTC))
    yield database
    database.close()


@cache
def must_say(path: Path) -> list[str]:
    return re.findall(r"^# > (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_file_is_not_loaded_and_says_where_and_what_to_do(
    with_rules: Database, now: datetime, path: Path
) -> None:
    with with_rules.reading(TENANT) as session:
        before = stored(session, TENANT)
        with pytest.raises(RuleFileFaults) as refused:
            if path.stem.startswith("units-"):
                rule_files.read(path)
            else:
                rule_files.load(session, TENANT, path, now=now)
        assert stored(session, TENANT) == before
    said = [str(fault).removeprefix(path.name).lstrip(", :") for fault in refused.value.faults]
    assert must_say(path)
    assert said == must_say(path)


# ---------------------------------------------------------------- none is left out


def _words_of(node: ast.AST | None) -> str | None:
    """A pattern for a text in the code, with anything where it puts something in; None where it is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_words_of(part) or ".+" for part in node.values)
    return None


def _told_by(module: Any) -> Iterator[str]:
    """What the checks of a module say: the second half of what they yield, what they return, what they raise."""
    for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
        said: ast.AST | None = None
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
            said = node.value.elts[1]
        elif isinstance(node, ast.Return):
            said = node.value
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            said = node.exc.args[0]
        if words := _words_of(said):
            yield words


CHECKS = (rule_checks, criteria_checks, mapping_checks, plan_checks, report_form_checks, check_parts, locations)


@pytest.mark.parametrize("module", CHECKS, ids=lambda module: module.__name__)
def test_every_fault_that_the_checks_can_tell_has_an_example(module: Any) -> None:
    said = "\n".join(words for path in BROKEN for words in must_say(path))
    all_told = list(_told_by(module))
    assert len(all_told) >= 3
    assert [words for words in all_told if not re.search(words, said)] == []


def _messages(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "x-message":
                yield from inner.values() if isinstance(inner, dict) else [inner]
            else:
                yield from _messages(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _messages(inner)


OF_NO_RULES = {documents.SCHEMA, manifest.SCHEMA}
"""What comes in otherwise, and is tried there."""


@pytest.mark.parametrize(
    "name", [one for one in schemas.names() if one.startswith("certification/") and one not in OF_NO_RULES]
)
def test_every_sentence_of_the_schemas_has_an_example(name: str) -> None:
    said = "\n".join(words for path in BROKEN for words in must_say(path))
    asked = json.loads((schemas.FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert [words for words in _messages(asked) if words not in said] == []

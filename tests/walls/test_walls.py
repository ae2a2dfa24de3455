"""Every address, asked by everybody for what is theirs, what another branch has, and what another tenant has.

What is expected stands in `walls.txt`, line by line; an address without a line fails. `RENEW_WALLS=1` writes the file
anew from what is so: read what changed before it is kept. `ALL_WALLS=1` asks every cell.
"""

from __future__ import annotations

import os

import pytest
from flask import Flask

from certification.access.permissions import TABLE, Role, WithoutKey, act_of
from lrs.db import Database
from tests.walls import table
from tests.walls.asking import operations
from tests.walls.callers import COLUMNS, Caller
from tests.walls.objects import Place

WHOLE_TENANT = ("admin", "reads", "xapi")
"""Who may know of every branch of the tenant."""

ALL = bool(os.environ.get("RENEW_WALLS") or os.environ.get("ALL_WALLS"))
"""Every cell is asked, for a quarter of an hour; otherwise those below, at addresses about a place."""

ASKED = {"sqlite": ("worker", "team", "base", "firm", "admin"), "postgresql": ("worker", "firm")}
"""Who asks in every run: every kind of reach there is. `upper` and `audit` go as `base` does, over more."""


pytestmark = pytest.mark.usefixtures("undrawn")


def test_every_address_has_a_line_and_no_line_is_of_an_address_that_is_gone(app: Flask) -> None:
    there = set(operations(app))
    assert there - set(table.read()) == set(), "say what becomes of the own, the other and the foreign: tests/walls"
    assert set(table.read()) - there == set(), "these are gone"


def test_everybody_gets_what_the_table_says_and_nothing_of_anybody_else_s(
    app: Flask, database: Database, places: list[Place], everybody: dict[str, Caller]
) -> None:
    expected = table.read()
    found: dict[table.Key, dict[str, str]] = {}
    shown: list[str] = []
    with table.nothing_stays(database):
        for key in operations(app):
            for name in COLUMNS if ALL else _chosen(database, expected.get(key, {})):
                cell, answers = table.observed(key, everybody[name], places)
                found.setdefault(key, {})[name] = cell
                marks = [places[2].mark, *([] if name in WHOLE_TENANT else [places[1].mark])]
                shown += table.kept_out_of(key, name, answers, marks)
    assert shown == []
    if os.environ.get("RENEW_WALLS"):
        table.write(found)
    wrong = {
        f"{key[0]} {key[1]} {name}": (cell, expected.get(key, {}).get(name))
        for key, row in found.items()
        for name, cell in row.items()
        if cell != expected.get(key, {}).get(name)
    }
    assert wrong == {}, "by column: what is so, what the table says"
    assert sum(len(row) for row in found.values()) > (500 if database.is_sqlite else 120)


def _chosen(database: Database, row: table.Row) -> list[str]:
    asked = ASKED["sqlite" if database.is_sqlite else "postgresql"]
    return [name for name in asked if len(row.get(name, "")) == 3]


ROLES = {
    "worker": Role.WORKER, "team": Role.TEAM_LEAD, "base": Role.GRASSROOTS_OFFICER, "upper": Role.UPPER_OFFICER,
    "firm": Role.ENTERPRISE, "audit": Role.AUDITOR, "admin": Role.OPERATOR,
}  # fmt: skip


def test_the_table_lets_nobody_in_whom_the_permissions_do_not(app: Flask) -> None:
    """Who is refused for the act itself, by the one table of who may do what."""
    wrong = []
    expected = table.read()
    for rule in app.url_map.iter_rules():
        act = act_of(app.view_functions[rule.endpoint])
        if act is None or TABLE[act].without_key is not WithoutKey.REFUSED or TABLE[act].in_form:
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            row = expected[method, rule.rule]
            for name, role in ROLES.items():
                may = TABLE[act].any_account or role in TABLE[act].roles
                if row[name] != "-" and not may:
                    wrong.append(f"{method} {rule.rule} {name}: {row[name]}")
            closed = "x" if method == "GET" or rule.rule.startswith("/api/") else "x-"
            if row["nobody"] not in closed:
                wrong.append(f"{method} {rule.rule} nobody: {row['nobody']}")
    assert wrong == []


def test_the_table_lets_nobody_out_of_the_branch_but_where_it_says_why() -> None:
    """What is foreign is never shown, and of the other branch nothing but what is said below."""
    for (method, rule), row in table.read().items():
        for name, cell in row.items():
            if len(cell) < 3 or rule in table.SAME_FOR_ALL:
                continue
            assert cell[2] in ".-?x", f"{method} {rule} {name}: {cell}"
            assert cell[1] in ".-?x" or name in WHOLE_TENANT or rule in table.OF_ALL_BRANCHES, f"{rule} {name}: {cell}"

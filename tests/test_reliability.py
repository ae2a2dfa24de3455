"""docs/reliability.md says how every goal stands; the tests it names are there, and its figures are the ledger's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.faults.hostile import figures as hostile
from tests.faults.ledger import figures

HERE = Path(__file__).resolve().parent.parent
TEXT = figures.PAGE.read_text()
GOALS = {"F": 20, "B": 10, "L": 8, "U": 4, "R": 5, "D": 4, "P": 11, "K": 8}
"""How many goals of each kind there are."""


def rows() -> dict[str, list[str]]:
    """By goal: what, state, shown by, figure."""
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines()]
    return {cells[0]: cells[1:] for cells in found if re.fullmatch(r"[A-Z]\d+", cells[0])}


def test_every_goal_has_one_row_with_a_state() -> None:
    told = re.findall(r"^\| ([A-Z]\d+) \|", TEXT, re.MULTILINE)
    assert sorted(told) == sorted(f"{kind}{number + 1}" for kind, count in GOALS.items() for number in range(count))
    for goal, (_, state, shown, _) in rows().items():
        assert state in ("held", "partly", "open"), goal
        assert bool(shown) == (state != "open"), f"{goal}: what is open is shown by nothing, all else by something"


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`((?:tests|bench)/[^`]+)`", TEXT))))
def test_every_test_it_names_is_there(named: str) -> None:
    file, _, test = named.partition("::")
    assert (HERE / file).exists()
    assert not test or re.search(rf"^def {test}\(", (HERE / file).read_text(), re.MULTILINE)


def test_its_figures_are_those_of_the_ledger() -> None:
    whole = json.loads(figures.LEDGER.read_text()) if figures.LEDGER.exists() else {}
    assert figures.told(TEXT, whole) == TEXT
    for engine, total in whole.items():
        assert {name: total[name] for name in figures.FAULTS if total.get(name)} == {}, engine
        assert total["evaluations"] == total["runs"]


def test_no_hostile_request_that_was_found_waits_to_be_mended() -> None:
    whole = json.loads(hostile.LEDGER.read_text())
    assert hostile.page_of(TEXT, whole) == TEXT
    assert whole[hostile.OPEN] == []

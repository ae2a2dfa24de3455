"""What docs/security.md and docs/asvs.md say is there, and nothing is left out."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SECURITY, ASVS = ROOT / "docs" / "security.md", ROOT / "docs" / "asvs.md"

COUNTED = dict(enumerate((27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7), start=1))
"""How many requirements of levels 1 and 2 each chapter of ASVS 5.0.0 has."""


def _rows() -> list[list[str]]:
    lines = [line for line in ASVS.read_text(encoding="utf-8").splitlines() if line.startswith("| V")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_requirement_of_level_2_has_one_row_and_none_is_empty() -> None:
    rows = _rows()
    assert len({row[0] for row in rows}) == len(rows) == 253
    assert Counter(int(row[0][1:].split(".")[0]) for row in rows) == COUNTED
    assert {len(row) for row in rows} == {4}
    assert [row[0] for row in rows if not all(row)] == []
    assert {row[2] for row in rows} == {"met", "not applicable", "open"}


@pytest.mark.parametrize("page", [SECURITY, ASVS], ids=lambda page: page.stem)
def test_every_test_and_file_that_is_named_is_there(page: Path) -> None:
    named = re.findall(
        r"`((?:tests|certification|lrs|docs|\.ci)/[^`]+|pyproject\.toml)`", page.read_text(encoding="utf-8")
    )
    assert len(named) > 20
    missing = []
    for one in named:
        path, _, test = one.partition("::")
        there = (ROOT / path).is_file() and (not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"))
        missing += [] if there else [one]
    assert missing == []


def test_what_is_met_names_a_test_or_a_file() -> None:
    assert [row[0] for row in _rows() if row[2] == "met" and "`" not in row[3]] == []

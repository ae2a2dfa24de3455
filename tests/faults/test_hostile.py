"""That the rig of hostile requests (`make hostile`) makes what it says, and finds what it looks for."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tests.faults.hostile import figures
from tests.faults.hostile.asking import Answer
from tests.faults.hostile.round import wrong_of
from tests.faults.hostile.spoiling import bytes_spoilt, place_spoilt


def answer(status: int = 400, kind: str = "application/json", seconds: float = 0.1, worked: float = 0.1) -> Answer:
    return Answer(status, kind, b"{}", seconds, worked)


@pytest.mark.parametrize(
    ("one", "other", "wrong"),
    [
        (answer(), answer(), ""),
        (answer(kind="multipart/mixed; boundary=a"), answer(kind="multipart/mixed; boundary=b"), ""),
        (answer(500), answer(500), "5xx"),
        (answer(), answer(599), "5xx"),
        (answer(200), answer(400), "not the same"),
        (answer(kind="text/html"), answer(), "not the same"),
        (answer(), answer(seconds=11), "too slow"),
        (answer(worked=6), answer(), "too slow"),
    ],
)
def test_what_is_wrong_about_two_answers_is_found(one: Answer, other: Answer, wrong: str) -> None:
    assert wrong_of(one, other) == wrong


def test_what_is_spoilt_is_known_by_its_chance_and_differs_from_what_was_good() -> None:
    good = {"a": [1, {"b": "c"}], "d": None}
    text = json.dumps(good).encode()
    spoilt = [(place_spoilt(random.Random(seed), good), bytes_spoilt(random.Random(seed), text)) for seed in range(200)]
    assert spoilt == [(place_spoilt(random.Random(n), good), bytes_spoilt(random.Random(n), text)) for n in range(200)]
    assert sum(document != good for document, _ in spoilt) > 190
    assert sum(written != text for _, written in spoilt) > 150
    assert good == {"a": [1, {"b": "c"}], "d": None}


def test_rounds_add_up_and_what_was_found_stays_until_it_is_struck_out(tmp_path: Path) -> None:
    ledger, page = tmp_path / "ledger.json", tmp_path / "page.md"
    page.write_text("<!-- hostile: x -->\n<!-- /hostile -->\n")
    run = {"requests": {"pages": 2}, "statuses": {"404": 2}, "slowest_answer": 0.5, "memory": 100, "last": "2026-11-22"}
    runs = {"sqlite": run, "postgresql": run}
    assert figures.add(runs, [], ledger, page) == 2
    assert figures.add(runs, [[7, 1, "5xx"]], ledger, page) == 4
    assert "| requests | 4 (pages 4) | 4 (pages 4) |" in page.read_text()
    assert "| 100 | 100 |" in page.read_text()
    assert json.loads(ledger.read_text())[figures.OPEN] == [[7, 1, "5xx"]]
    figures.strike_out([], ledger)
    assert json.loads(ledger.read_text())[figures.OPEN] == []

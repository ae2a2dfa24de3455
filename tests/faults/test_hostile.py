"""That the rig of hostile requests (`make hostile`) makes what it says, and finds what it looks for."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from lrs.resources import access
from lrs.resources.rewriting import Application
from lrs.statements.validate import check_statements, encode
from tests.faults.hostile import figures, round, statements
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


def test_whose_a_key_is_is_asked_again_once_it_may_have_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(access, "identify", lambda _database, given, **_more: asked.append(given) or len(asked))
    with round._knowing("own") as known:
        one, other = object(), object()

        def whose(database: object, given: str) -> object:
            return access.identify(database, given, pepper=b"", now=datetime.now(UTC))  # type: ignore[arg-type]

        assert [whose(one, "own"), whose(one, "own"), whose(other, "own"), whose(one, "spoilt")] == [1, 1, 2, 3]
        assert whose(one, "spoilt") == 4
        known.clear()
        assert whose(one, "own") == 5
    assert access.identify(one, "own") == 6  # type: ignore[arg-type,call-arg]


def test_what_is_spoilt_is_known_by_its_chance_and_differs_from_what_was_good() -> None:
    good = {"a": [1, {"b": "c"}], "d": None}
    text = json.dumps(good).encode()
    spoilt = [(place_spoilt(random.Random(seed), good), bytes_spoilt(random.Random(seed), text)) for seed in range(200)]
    assert spoilt == [(place_spoilt(random.Random(n), good), bytes_spoilt(random.Random(n), text)) for n in range(200)]
    assert sum(document != good for document, _ in spoilt) > 190
    assert sum(written != text for _, written in spoilt) > 150
    assert good == {"a": [1, {"b": "c"}], "d": None}


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What Statements are made of, drawn by nobody."""
    base = {"verb": {"id": "x:did", "display": {"vi": "làm"}}, "object": {"id": "x:y"}}
    found = [
        {"id": "x", "actor": {"mbox": f"mailto:{n}@a.vn"}, **base, **more}
        for n, more in enumerate(({}, {"result": {"success": True}}, {"timestamp": "2026-11-22T09:30:00Z"}, {}))
    ]
    monkeypatch.setattr(statements, "drawn", lambda _seed: found)
    return found


def test_statements_of_parts_of_several_are_valid_and_known_by_their_chance(pool: list[dict[str, Any]]) -> None:
    made = [statements.whole(random.Random(seed), pool) for seed in range(100)]
    check_statements(made, version="2.0.0")
    assert made == [statements.whole(random.Random(seed), pool) for seed in range(100)]
    assert len({encode({**one, "id": ""}) for one in made}) > 10


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_taken_wrongly_or_comes_back_otherwise_is_found(
    app: Application, tenant: UUID, credential: Callable[..., str]
) -> None:
    own = {"Authorization": credential(tenant)}
    assert statements.wrong_of({"sqlite": app}, own, 7, 0) == []

    def takes_all(_environ: Any, start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [("Content-Type", "application/json")])
        return [b'{"statements": []}']

    wrong = statements.wrong_of({"sqlite": takes_all}, own, 7, 1)  # type: ignore[dict-item]
    assert len(wrong) == 1 + statements.BREAKS + 1


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

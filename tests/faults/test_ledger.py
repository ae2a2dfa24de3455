"""The rig of the long tier can fail: it finds whatever is lost, doubled, there by half or changed; figures add up."""

from __future__ import annotations

import json
import random
from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.faults.ledger import book, comparing, figures, kills
from tests.faults.ledger.book import Book, Kind
from tests.faults.ledger.clients import Statement, plain

OWN_PARTS = b',"authority":{"account":{"name":"a"}},"stored":"2026-11-22T00:00:00.000000Z"}'


def given_back(statement: Statement) -> bytes:
    return statement[1][:-1] + OWN_PARTS


@pytest.fixture
def batches() -> list[list[Statement]]:
    chance = random.Random(1)
    return [[plain(chance) for _ in range(3)] for _ in range(3)]


@pytest.fixture
def requests(batches: list[list[Statement]], tmp_path: Path) -> list[book.Request]:
    """Two batches that were acknowledged and one that had no answer, as the book tells them."""
    own = Book(tmp_path / "0")
    numbers = [own.sent(Kind.BATCH, batch) for batch in batches]
    for number in numbers[:2]:
        own.acknowledged(number)
    own.close()
    return book.read(tmp_path / "0")


def compare(requests: list[book.Request], stored: list[Statement]) -> dict[str, int]:
    faults = comparing.compare(requests, map(given_back, stored)).faults
    return {name: count for name, count in faults.items() if count}


def test_what_was_acknowledged_and_is_there_is_well_with_or_without_what_had_no_answer(
    requests: list[book.Request], batches: list[list[Statement]]
) -> None:
    first, second, third = batches
    assert compare(requests, first + second) == compare(requests, first + second + third) == {}
    verdict = comparing.compare(requests, map(given_back, first + second + third))
    assert (dict(verdict.acknowledged), verdict.unanswered_there) == ({"batch": 6}, 3)


def test_every_fault_is_found(requests: list[book.Request], batches: list[list[Statement]]) -> None:
    first, second, third = batches
    id_, text = first[0]
    changed = (id_, text.replace(b"PT1M", b"PT2M"))
    stranger = plain(random.Random(2))
    assert compare(requests, first) == {"lost": 3}
    assert compare(requests, first + second[1:]) == {"lost": 1, "half_stored": 1}
    assert compare(requests, first + second + third[:1]) == {"half_stored": 1}
    assert compare(requests, first + second + first[:1]) == {"doubled": 1}
    assert compare(requests, [changed, *first[1:], *second]) == {"different": 1}
    assert compare(requests, [*first, *second, stranger]) == {"unknown": 1}


def test_a_book_that_breaks_off_is_read_up_to_there(batches: list[list[Statement]], tmp_path: Path) -> None:
    own = Book(tmp_path / "0")
    own.acknowledged(own.sent(Kind.SINGLE, batches[0][:1]))
    own.sent(Kind.BULK, batches[1])
    own.close()
    whole = (tmp_path / "0").read_bytes()
    for end in range(len(whole)):
        (tmp_path / "0").write_bytes(whole[:end])
        assert all(not one.acknowledged for one in book.read(tmp_path / "0")[1:])
    assert len(book.read(tmp_path / "0")) == 1


@pytest.mark.parametrize("way", ["all", "sigterm"])
def test_the_program_is_started_once_its_database_has_recovered(way: str, tmp_path: Path) -> None:
    begun = Mock()
    killer = kills.Killer(begun.server, begun.postgres, random.Random(1), tmp_path / "kills")
    getattr(killer, way)()
    assert [name for name, _, _ in begun.mock_calls][1:] == ["postgres.wait", "server.start"]


def test_runs_add_up_and_are_told_on_the_page(tmp_path: Path) -> None:
    ledger, page = tmp_path / "ledger.json", tmp_path / "page.md"
    page.write_text("before\n<!-- ledger: written by the rig -->\n<!-- /ledger -->\nafter\n")
    run = {"runs": 1, "kills": {"all": 2}, "acknowledged": {"bulk": 1_000}, "lost": 0, "longest_silence": 2.5}
    figures.add("sqlite", {**run, "last": "2026-11-21"}, ledger, page)
    total = figures.add(
        "sqlite", {**run, "kills": {"all": 1, "worker": 4}, "longest_silence": 1.5, "last": "2026-11-22"}, ledger, page
    )
    assert total == json.loads(ledger.read_text())["sqlite"] == {
        "runs": 2, "kills": {"all": 3, "worker": 4}, "acknowledged": {"bulk": 2_000}, "lost": 0,
        "longest_silence": 2.5, "last": "2026-11-22",
    }  # fmt: skip
    text = page.read_text()
    assert "| kills (kill -9) | 7 (all 3, worker 4) |" in text
    assert text.startswith("before\n") and text.endswith("after\n")

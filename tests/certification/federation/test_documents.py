"""What is said of documents that have not the shape of a roll-up."""

from __future__ import annotations

import json
from typing import Any

import pytest

import schemas
from certification.federation import documents
from lrs.api import InvalidRequest

WHOLE: dict[str, Any] = {
    "type": "roll-up/1", "id": "urn:uuid:0192f7c0-0000-7000-8000-000000000001", "edition": 1, "corrects": None,
    "reason": "Công văn 12", "issuer": "did:web:lai-chau.example.org", "unit": {"code": "vn/lc", "name": "Lai Châu"},
    "programme": "1268", "plan": {"id": "ke-hoach", "sha256": "0" * 64}, "cut_off": "2026-10-31",
    "headcount_on": "2026-10-31", "basis": "all", "counted": "2026-11-01T01:00:00Z", "headcount": 10,
    "coverage": {"enterprises": 1, "reporting": 1, "declared": 0},
    "targets": [
        {"id": "a", "population": "p", "counted": 1, "participations": 1, "denominator": 2, "list": "f" * 64}
    ],
}  # fmt: skip
BROKEN: dict[str, tuple[str, Any]] = {
    "/type": ("type", "roll-up/2"),
    "/id": ("id", "0192F7C0-0000-7000-8000-000000000001"),
    "/issuer": ("issuer", "https://lai-chau.example.org"),
    "/counted": ("counted", "2026-11-01T08:00:00+07:00"),
    "/cut_off": ("cut_off", "31/10/2026"),
    "/plan/sha256": ("plan", {"id": "ke-hoach", "sha256": "F" * 64}),
}


def faults_of(document: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refused:
        documents.read(json.dumps(document).encode(), draft=True)
    return {fault.place: fault.message for fault in refused.value.faults}


def test_a_whole_one_is_read() -> None:
    assert documents.read(json.dumps(WHOLE).encode(), draft=True).targets[0].denominator == 2


def test_all_that_is_broken_is_told_at_once_in_the_sentences_of_the_schema() -> None:
    told = faults_of({**WHOLE, **dict(BROKEN.values())})
    assert told.keys() == BROKEN.keys()
    asked = json.loads((schemas.FOLDER / f"{documents.SCHEMA}.json").read_text(encoding="utf-8"))
    said = "\n".join(told.values())
    assert [sentence for sentence in _sentences(asked) if sentence not in said] == []


def test_days_that_no_calendar_has_are_told() -> None:
    told = faults_of({**WHOLE, "cut_off": "2026-02-30", "counted": "2026-11-01T25:00:00Z"})
    assert told == {
        "/cut_off": "'2026-02-30' is no day of the calendar",
        "/counted": "'2026-11-01T25:00:00Z' is no instant of the calendar",
    }


def test_what_no_database_keeps_and_what_has_two_ways_to_be_written_is_told_in_words() -> None:
    assert "holds a NUL character" in faults_of({**WHOLE, "reason": "Công\0văn"})["/reason"]
    assert faults_of({**WHOLE, "headcount": 10.0}) == {
        "": "10.0 at /headcount is neither a text nor a number without a decimal point."
    }


def _sentences(value: Any) -> list[str]:
    if isinstance(value, list):
        return [one for inner in value for one in _sentences(inner)]
    if not isinstance(value, dict):
        return []
    own = [value["x-message"]] if isinstance(value.get("x-message"), str) else []
    return own + [one for name, inner in value.items() if name != "x-message" for one in _sentences(inner)]

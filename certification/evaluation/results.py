"""What is known about a worker (`Evidence`) and what came out of judging it (`Result`), as plain values.

Results hold codes and quantities, never sentences: `judgement.explanations` makes words when they are read.
Everything here can be pickled and compared; equal evidence gives an equal `Result` and the same `to_json` text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

__all__ = [
    "MET",
    "NOT_MET",
    "NOT_YET_KNOWN",
    "Attested",
    "Evidence",
    "Fact",
    "IndicatorResult",
    "Reason",
    "Result",
    "from_json",
    "to_json",
]

MET = "met"
NOT_MET = "not_met"
NOT_YET_KNOWN = "not_yet_known"


@dataclass(frozen=True, slots=True)
class Fact:
    """What one Statement says, for one purpose `what`.

    `day` is the day in Vietnam, `minutes` the length (0: not said), `score` the scaled score in ten-thousandths (0 to
    10000; None: none), `quality` the evidence level 0 to 3, `activity_key` a number that stands for the activity.
    """

    statement_id: UUID
    what: str
    day: date
    minutes: int
    score: int | None
    quality: int
    activity_key: int


@dataclass(frozen=True, slots=True)
class Attested:
    """Points for an indicator that a person vouched for, for the year being judged.

    The last one counts, by `attested_on`, then by `recorded` (when it was entered), then the one with fewer points.
    """

    indicator: str
    points: int
    attested_on: date
    attested_by: str
    basis: str
    recorded: datetime | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known about one worker for one year. The order means nothing; repeats count once."""

    facts: tuple[Fact, ...] = ()
    attested: tuple[Attested, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is as it is: a code of `judgement.explanations` with its quantities, by name."""

    code: str
    quantities: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class IndicatorResult:
    """Points of one indicator: None when only a person can give them and nobody has.

    `state` is met (at or above the floor), not_met or not_yet_known; `source` says who gave the points: log,
    attestation or none. `counted` are the Statements that the log's points rest on, in the order of their days.
    """

    indicator: str
    points: int | None
    state: str
    source: str
    counted: tuple[UUID, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The judgement on one worker for one assessment year, on what was known on `as_of`.

    `outcome` is met, not_met (whatever the points still unknown turn out to be) or not_yet_known. `total` sums the
    points that are known.
    """

    criteria_set: str
    year: int
    as_of: date
    outcome: str
    total: int
    indicators: tuple[IndicatorResult, ...]
    reasons: tuple[Reason, ...]
    rubric: str = ""


def to_json(result: Result) -> str:
    """The result as compact JSON with sorted keys: equal results give equal text. `from_json` is its inverse."""
    document = {
        "criteria_set": result.criteria_set,
        "rubric": result.rubric,
        "year": result.year,
        "as_of": result.as_of.isoformat(),
        "outcome": result.outcome,
        "total": result.total,
        "indicators": [
            {
                "indicator": one.indicator,
                "points": one.points,
                "state": one.state,
                "source": one.source,
                "counted": [str(statement_id) for statement_id in one.counted],
                "reasons": _reasons_out(one.reasons),
            }
            for one in result.indicators
        ],
        "reasons": _reasons_out(result.reasons),
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_json(text: str) -> Result:
    """The result that `to_json` wrote. Text that it did not write raises KeyError or ValueError."""
    document = json.loads(text)
    return Result(
        criteria_set=document["criteria_set"],
        rubric=document["rubric"],
        year=document["year"],
        as_of=date.fromisoformat(document["as_of"]),
        outcome=document["outcome"],
        total=document["total"],
        indicators=tuple(
            IndicatorResult(
                indicator=one["indicator"],
                points=one["points"],
                state=one["state"],
                source=one["source"],
                counted=tuple(map(UUID, one["counted"])),
                reasons=_reasons_in(one["reasons"]),
            )
            for one in document["indicators"]
        ),
        reasons=_reasons_in(document["reasons"]),
    )


def _reasons_out(reasons: tuple[Reason, ...]) -> list[dict[str, Any]]:
    return [{"code": reason.code, **dict(reason.quantities)} for reason in reasons]


def _reasons_in(documents: list[dict[str, Any]]) -> tuple[Reason, ...]:
    # Keys come back sorted by name, which is also the order in which `evaluate` writes quantities.
    return tuple(
        Reason(one["code"], tuple(sorted((name, number) for name, number in one.items() if name != "code")))
        for one in documents
    )

"""What is known about a worker (`Evidence`), what was found in it (`Findings`) and what that comes to (`Result`).

Plain values, without words: `judgement.explanations` makes those when they are read. `Findings` are all that is kept
(`judgement.kept`); with the rules they were found by they give the `Result` again. Everything here can be pickled and
compared, and equal evidence gives equal values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

__all__ = [
    "ACTIVITY",
    "DAY",
    "KIND",
    "MET",
    "MINUTES",
    "NOT_MET",
    "NOT_YET_KNOWN",
    "QUALITY",
    "SCORE",
    "STATEMENT",
    "Attested",
    "ComponentResult",
    "Evidence",
    "Fact",
    "Findings",
    "Found",
    "Given",
    "Held",
    "IndicatorResult",
    "Reason",
    "Result",
    "SelfGiven",
]

MET = "met"
NOT_MET = "not_met"
NOT_YET_KNOWN = "not_yet_known"


class Fact(NamedTuple):
    """What one Statement says, for one purpose `what`.

    `day` is the day in Vietnam, `minutes` the length (0: not said), `score` the scaled score in ten-thousandths (0 to
    10000; None: none), `quality` the evidence level 0 to 3, `activity_key` a number that stands for the activity.

    A tuple, because a population has tens of millions of them: judging takes its parts by place (below), and so takes
    rows as they come from the database for facts.
    """

    statement_id: UUID
    what: str
    day: date
    minutes: int
    score: int | None
    quality: int
    activity_key: int


STATEMENT: Final = 0
KIND: Final = 1
DAY: Final = 2
MINUTES: Final = 3
SCORE: Final = 4
QUALITY: Final = 5
ACTIVITY: Final = 6


@dataclass(frozen=True, slots=True)
class Attested:
    """Points for an indicator that a person vouched for, for the year being judged.

    The last one counts, by `attested_on`, then by `recorded` (when it was entered), then the one with fewer points.
    `id` names it where it is kept.
    """

    indicator: str
    points: int
    attested_on: date
    attested_by: str
    basis: str
    recorded: datetime | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SelfGiven:
    """Points that a worker gave himself for an indicator. They are shown beside the others and decide nothing.

    The last one counts, by `given_on`, then by `recorded`, then the one with fewer points.
    """

    indicator: str
    points: int
    given_on: date
    recorded: datetime | None = None
    id: UUID | None = None


class Held(NamedTuple):
    """The last points that a person gave for an indicator, and where that is kept: all that judging asks of them.

    As with facts, a database may name the place by its bytes or those in hexadecimal.
    """

    indicator: str
    points: int
    id: UUID


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known about one worker for one year. The order means nothing; repeats count once."""

    facts: tuple[Fact, ...] = ()
    attested: tuple[Attested, ...] = ()
    self_given: tuple[SelfGiven, ...] = ()


class Found(NamedTuple):
    """What a component of the rubric came to: its measure, the Statements counted, those too weak to count.

    Statements are named by their places in `Findings.statements`, in order.
    """

    value: int
    counted: tuple[int, ...]
    weak: tuple[int, ...]


class Given(NamedTuple):
    """Points that a person gave: for which indicator (by its place), how many, and where that is kept."""

    indicator: int
    points: int
    id: UUID | None


class Findings(NamedTuple):
    """What judging finds in the evidence: no more than is needed to say everything else again.

    `statements` are those that count or are too weak to, in the order of their days; `found` has an entry for each
    component of the rubric, indicator by indicator; `reached` the key of each `Counting` that is satisfied, with the
    Statements that count.
    """

    statements: tuple[UUID, ...]
    found: tuple[Found, ...]
    attested: tuple[Given, ...]
    self_given: tuple[Given, ...]
    reached: tuple[tuple[int, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is as it is: a code of `judgement.explanations` with its quantities, by name."""

    code: str
    quantities: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ComponentResult:
    """How far one component has come: `have` of `need` for the next `gain` points; None and 0 where no step is left or
    the indicator is full. `missing` is the rest of the way, `weak` how many Statements are too weak to count."""

    have: int
    need: int | None
    missing: int
    gain: int
    points: int
    weak: int
    counted: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class IndicatorResult:
    """Points of one indicator, four kinds apart: what the log suggests, what the worker gave himself, what a person
    attested, and `points`, those decided, which count. None where nobody and nothing gave any.

    `state` is met (at or above the floor), not_met or not_yet_known; `source` says who gave the points that count: log,
    attestation or none. `counted` are the Statements that the log's points rest on, in the order of their days.
    `to_floor` is how many points are missing to the floor (the whole floor where none are known yet).
    """

    indicator: str
    points: int | None
    state: str
    source: str
    counted: tuple[UUID, ...]
    reasons: tuple[Reason, ...]
    suggested: int | None = None
    self_given: int | None = None
    attested: int | None = None
    attestation: UUID | None = None
    to_floor: int = 0
    components: tuple[ComponentResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """The judgement on one worker for one assessment year, on what was known on `as_of`.

    `outcome` is met, not_met (whatever the points still unknown turn out to be) or not_yet_known. `total` sums the
    points that are known; `to_total` is what it lacks. `reached` are the keys of the countings satisfied, each with its
    Statements.
    """

    criteria_set: str
    year: int
    as_of: date
    outcome: str
    total: int
    indicators: tuple[IndicatorResult, ...]
    reasons: tuple[Reason, ...]
    rubric: str = ""
    to_total: int = 0
    reached: tuple[tuple[int, tuple[UUID, ...]], ...] = ()

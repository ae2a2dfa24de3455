"""What a transcript tells: plain values, as `gathering` finds them and documents are drawn from them.

It tells what was learnt and which titles were recognised. It has no points and no judgement: what the union finds of a
worker serves another purpose than an employer's training records (Law 91/2025/QH15, article 25).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

__all__ = ["CONSENT", "EMPLOYMENT", "OWN", "UNION", "Basis", "Employed", "Learning", "Sum", "Title", "Transcript"]

OWN, EMPLOYMENT, CONSENT, UNION = "own", "employment", "consent", "union"
"""On what somebody is given it: the worker asks himself or herself, the contract of employment, the worker's consent,
the union's own duty towards its branch."""


@dataclass(frozen=True, slots=True)
class Basis:
    """For whom and for what it is, on which ground, and until when it may be used.

    `days` are the days (first, last; None: no end) whose learning is told; None: all. `until` is the last day of the
    ground itself, None where it has no end of its own. `employer`: whoever has it as an employer is told of no other
    employment.
    """

    ground: str
    purpose: str
    recipient: str
    days: tuple[tuple[date, date | None], ...] | None = None
    until: date | None = None
    employer: UUID | None = None

    def covers(self, day: date) -> bool:
        """Whether learning of this day is told."""
        return self.days is None or any(first <= day and (last is None or day <= last) for first, last in self.days)


@dataclass(frozen=True, slots=True)
class Employed:
    """An employment: `ended` is its last day."""

    enterprise: UUID
    name: str
    started: date
    ended: date | None


@dataclass(frozen=True, slots=True)
class Learning:
    """One activity as one provider tells of it: days in Vietnam, minutes, the best score in ten-thousandths, the best
    level of evidence 0 to 3; `times` Statements. `activity` is its id (an IRI), "" where nobody knows it any more."""

    activity: str
    name: str
    provider: str
    first: date
    last: date
    times: int
    minutes: int
    score: int | None
    quality: int
    topics: tuple[str, ...]
    groups: tuple[str, ...]
    indicators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """All that was learnt for one group or indicator. What counts for several stands in each of them."""

    code: str
    title: str
    activities: int
    times: int
    minutes: int
    quality: int


@dataclass(frozen=True, slots=True)
class Title:
    """A recognised title, with its decision; `number` and `code` of its certificate, None where none is issued.

    `credential` is the signed credential of the certificate."""

    year: int
    decision_number: str
    decided_on: date
    body: str
    withdrawn_on: date | None
    number: str | None
    code: str | None
    issued: datetime | None
    credential: bytes | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """All that is told of a worker by the end of the day `as_of`."""

    worker: UUID
    number: str
    name: str
    as_of: date
    basis: Basis
    employments: tuple[Employed, ...]
    learning: tuple[Learning, ...]
    groups: tuple[Sum, ...]
    indicators: tuple[Sum, ...]
    titles: tuple[Title, ...]
    topics: dict[str, str]
    """Names of the topics that it speaks of."""

    @property
    def minutes(self) -> int:
        """All that was learnt, each time once."""
        return sum(one.minutes for one in self.learning)

    def content(self) -> dict[str, Any]:
        """What it says, as JSON: the same for the same learning, titles and employments, whoever asks and whenever."""
        return {
            "worker": self.number,
            "name": self.name,
            "employments": [
                {"enterprise": one.name, "started": one.started, "ended": one.ended} for one in self.employments
            ],
            "minutes": self.minutes,
            "groups": [_sum(one) for one in self.groups],
            "indicators": [_sum(one) for one in self.indicators],
            "learning": [
                {
                    "activity": one.activity,
                    "name": one.name,
                    "provider": one.provider,
                    "first": one.first,
                    "last": one.last,
                    "times": one.times,
                    "minutes": one.minutes,
                    "score": None if one.score is None else one.score / 10_000,
                    "quality": f"E{one.quality}",
                    "topics": one.topics,
                    "groups": one.groups,
                    "indicators": one.indicators,
                }
                for one in self.learning
            ],
            "titles": [
                {
                    "year": one.year,
                    "decision_number": one.decision_number,
                    "decided_on": one.decided_on,
                    "body": one.body,
                    "withdrawn_on": one.withdrawn_on,
                    "certificate": one.number,
                    "code": one.code,
                }
                for one in self.titles
            ],
        }


def _sum(one: Sum) -> dict[str, Any]:
    return {
        "code": one.code,
        "title": one.title,
        "activities": one.activities,
        "times": one.times,
        "minutes": one.minutes,
        "quality": f"E{one.quality}",
    }

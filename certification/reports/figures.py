"""The figures of a yearly report: what `gathering.gather` works out, and what a filed report keeps of it for good.

Plain values that go to JSON and back, so that papers drawn from a filed report are what they were on the day of filing.
Rates are never kept beside the counts they follow from, but for forecasts, whose method may become another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import msgspec

from certification.targets.attainment import BesideFigures, TargetFigures, YearTarget
from certification.targets.forecasts import Forecast, Observation
from certification.targets.populations import Coverage

__all__ = [
    "Blocker",
    "Blockers",
    "Figures",
    "IndicatorPoints",
    "Part",
    "PlanNamed",
    "TargetRow",
    "Titles",
    "UnitRow",
    "UnitTarget",
]


@dataclass(frozen=True, slots=True)
class PlanNamed:
    """A plan that the report is about."""

    id: str
    title: str
    number: str
    issuer: str
    issued: date | None


@dataclass(frozen=True, slots=True)
class Part:
    """One topic of a target: so many distinct persons learned of it, in so many participations (lượt)."""

    code: str
    title: str
    persons: int
    participations: int


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target with what stands beside its rate. `parts`: persons by topic, who may be in several."""

    figures: TargetFigures
    last_year: Observation | None
    forecasts: tuple[Forecast, ...]
    below_parent: tuple[str, ...]
    parts: tuple[Part, ...]

    def goal(self, year: int) -> YearTarget | None:
        """What is asked by the end of the year, or by the first year after it that anything is asked for; the last one
        where all are past."""
        found = [one for one in self.figures.year_targets if one.year >= year]
        return found[0] if found else next(iter(self.figures.year_targets[-1:]), None)


@dataclass(frozen=True, slots=True)
class UnitTarget:
    """A target of a unit in a list of units; `percent` is what is asked by the year of the cut-off or the next one."""

    group: str
    counted: int
    participations: int
    denominator: int
    operator: str
    percent: int | None

    @property
    def rate(self) -> Fraction | None:
        return Fraction(self.counted, self.denominator) if self.denominator else None


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit in a list of units."""

    code: str
    name: str
    kind: str
    headcount: int
    women: int
    meets_criteria: int
    holds_title: int
    coverage: Coverage
    targets: tuple[UnitTarget, ...]

    def target(self, group: str) -> UnitTarget | None:
        return next((one for one in self.targets if one.group == group), None)


@dataclass(frozen=True, slots=True)
class Titles:
    """How far persons employed on the cut-off day have come towards the title of the cut-off's year, by their dossiers
    as they stand when asked. `by_year`: how many hold the title of each year, `ever`: of any, each person once."""

    registered: int
    self_assessed: int
    proposed: int
    recognised: int
    refused: int
    by_year: tuple[tuple[int, int], ...]
    ever: int


@dataclass(frozen=True, slots=True)
class IndicatorPoints:
    """The points of one chỉ số among those of whom a body decided: what the log suggested and what counted, each as a
    sum over so many persons (`of`), so that means are worked out where they are shown. -1 persons: too few to tell."""

    code: str
    title: str
    suggested: int
    suggested_of: int
    decided: int
    decided_of: int

    @property
    def mean_suggested(self) -> Fraction | None:
        return Fraction(self.suggested, self.suggested_of) if self.suggested_of > 0 else None

    @property
    def mean_decided(self) -> Fraction | None:
        return Fraction(self.decided, self.decided_of) if self.decided_of > 0 else None


@dataclass(frozen=True, slots=True)
class Blocker:
    """A chỉ số that some lack who do not meet the criteria: how many `persons`, of whom so many are `below` the floor
    and of so many nobody has given any points yet. -1: too few to tell."""

    code: str
    title: str
    persons: int
    below: int
    not_given: int


@dataclass(frozen=True, slots=True)
class Blockers:
    """What is missing among so many persons who have a result and do not meet the criteria, the most frequent chỉ số
    first; `total_alone`: those who lack nothing but points in all. -1: too few to tell."""

    persons: int
    total_alone: int
    indicators: tuple[Blocker, ...]

    @property
    def commonest(self) -> tuple[Blocker, ...]:
        """The chỉ số that most lack: several where as many lack each."""
        most = max((one.persons for one in self.indicators), default=0)
        return tuple(one for one in self.indicators if one.persons == most and most > max(self.total_alone, 0))


@dataclass(frozen=True, slots=True)
class Figures:
    """Every figure of an organization's report on a cut-off day (in Vietnam).

    `as_of` is the instant of working them out (UTC), `watermark` how far the feed of Statements had been followed then.
    `units` are those right below on either tree; `enterprises` all at or below, `enterprises_left_out` how many more
    there are than are listed. `commitments`: how many organizations took each thing into their programme of the year.
    `channels`: items sent out by channel from 1 January to the cut-off day; `evidence`: how many participations in
    what the targets ask for rest on each level of evidence, E0 to E3. `points`: those of each chỉ số of the cut-off's
    year among those of whom a body decided by the cut-off day. `blockers`: what those lack who do not meet the
    criteria; None where there are none, and in reports from before it was told.
    """

    organization: str
    name: str
    kind: str
    cut_off: date
    headcount_on: date
    basis: str
    as_of: datetime
    watermark: str
    plans: tuple[PlanNamed, ...]
    headcount: int
    women: int
    members: int
    union_cadres: int
    grassroots_unions: int
    unionised_enterprises: int
    meets_criteria: int
    holds_title: int
    coverage: Coverage
    targets: tuple[TargetRow, ...]
    titles: Titles
    commitments: Mapping[str, int]
    channels: Mapping[str, int]
    evidence: tuple[int, int, int, int]
    units: tuple[UnitRow, ...]
    enterprises: tuple[UnitRow, ...]
    enterprises_left_out: int = 0
    points: tuple[IndicatorPoints, ...] = ()
    blockers: Blockers | None = None

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of the targets, in their order."""
        return tuple(dict.fromkeys(one.figures.group for one in self.targets))

    def as_json(self) -> str:
        """Everything as JSON: the same text for equal figures."""
        return msgspec.json.encode(self, enc_hook=_written, order="deterministic").decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Figures:
        """What `as_json` wrote. Raises msgspec.ValidationError for anything else."""
        return msgspec.json.decode(text, type=cls, dec_hook=_read)

    def numbers(self) -> dict[str, int]:
        """The whole numbers that a difference between two reports is told in: "headcount", "1268-qd-ttg/G1/counted"."""
        found = {
            "headcount": self.headcount,
            "women": self.women,
            "members": self.members,
            "union_cadres": self.union_cadres,
            "grassroots_unions": self.grassroots_unions,
            "enterprises": self.coverage.enterprises,
            "unionised_enterprises": self.unionised_enterprises,
            "reporting": self.coverage.reporting,
            "declared": self.coverage.declared,
            "meets_criteria": self.meets_criteria,
            "holds_title": self.holds_title,
        }
        for row in self.targets:
            one = row.figures
            counts: list[tuple[str, TargetFigures | BesideFigures]] = [(one.target, one)]
            counts += [(beside.id, beside) for beside in one.beside]
            for name, count in counts:
                found[f"{one.plan}/{name}/counted"] = count.counted
                found[f"{one.plan}/{name}/participations"] = count.participations
            found[f"{one.plan}/{one.target}/denominator"] = one.denominator
        for of in self.points:
            found |= {f"points/{of.code}/{name}": getattr(of, name) for name in ("suggested", "decided", "decided_of")}
        if self.blockers is not None:
            found["blockers"] = self.blockers.persons
            found["blockers/total_alone"] = self.blockers.total_alone
            found |= {f"blockers/{one.code}": one.persons for one in self.blockers.indicators}
        found |= {f"commitment/{kind}": many for kind, many in self.commitments.items()}
        found |= {f"channel/{channel}": items for channel, items in self.channels.items()}
        return found


def _written(value: Any) -> str:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise TypeError(f"no JSON for {type(value).__name__}")


def _read(kind: type, value: Any) -> Any:
    if kind is Fraction:
        return Fraction(value)
    raise TypeError(f"no {kind.__name__} in JSON")

"""What one worker contributes to the counts of a year, as steps from day to day, and how contributions add up. Pure.

A *step* is a day of the year (1 is 1 January) with what is added from it on: so many persons, so many participations.
A worker who satisfies a rule from 20 April on, and then learns more on 3 May, is the steps (110, 1, 1), (123, 0, 1).
Whoever is employed somewhere for part of the year contributes for that part: `clip`. So a count on any cut-off day is
the sum of all steps up to it, nothing has to be done at midnight, and what lies ahead is known.

A *measure* is a rule's key or one of `HEADCOUNT`, `WOMEN`, `MEETING`. Contributions are kept apart by population
(workers, union cadres) and by whether the person works in an enterprise with a grassroots union there (`u`) or not
(`r`): the basis "unionised" is `u`, "all" is both together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from uuid import UUID

import msgspec

from certification.rules.plans import Numerator

__all__ = [
    "CADRE",
    "EVERYBODY",
    "HEADCOUNT",
    "LAST",
    "MEETING",
    "OTHERS",
    "UNIONISED",
    "WOMEN",
    "Deltas",
    "Place",
    "Standing",
    "Sum",
    "day_of_year",
    "decode",
    "encode",
    "of_facts",
    "of_titles",
    "packed",
    "rule_key",
    "unpacked",
    "up_to",
]

HEADCOUNT, WOMEN, MEETING = "#", "women", "meeting"

EVERYBODY, CADRE = "w", "c"
UNIONISED, OTHERS = "u", "r"

LAST = 366
"""The day that stands for "to the end of the year", leap year or not: nothing is taken away after it."""

Step = tuple[int, int, int]
Interval = tuple[int, int]
Job = tuple[bytes, int, int, bool]
"""Enterprise, first and last day in the year; True for a term as union cadre, which stands beside the employment."""
Deltas = dict[tuple[UUID, str], dict[int, list[int]]]
"""What is added to an organization's measure on a day: persons, participations."""


@dataclass(frozen=True, slots=True)
class Place:
    """That an enterprise was at or below these organizations from one day of the year to another, and whether it had a
    grassroots union then."""

    first: int
    last: int
    organizations: tuple[UUID, ...]
    unionised: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A worker's own contribution: where employed, and the steps of each measure (rules by their place in a list)."""

    jobs: tuple[Job, ...]
    woman: bool
    meeting: bool
    steps: Mapping[int, Sequence[Step]]


def rule_key(rule: Numerator) -> str:
    """A short name of a rule, the same for equal rules."""
    return blake2b(msgspec.json.encode(rule), digest_size=8).hexdigest()


def day_of_year(day: date, year: int) -> int:
    """A day's place in the year: 1 for what lies before it, `LAST` for its last day and what lies after."""
    if day.year != year:
        return 1 if day.year < year else LAST
    return LAST if (day.month, day.day) == (12, 31) else day.timetuple().tm_yday


# ---------------------------------------------------------------- one worker


def of_facts(rule: Numerator, statements: Iterable[tuple[int, Collection[str]]]) -> list[Step]:
    """The steps of a rule over facts: of each Statement its day and which topics of the rule it gives a fact of."""
    by_day: dict[int, int] = defaultdict(int)
    first: dict[str, int] = {}
    for day, whats in statements:
        by_day[day] += 1
        for what in whats:
            first[what] = min(day, first.get(what, day))
    if not by_day:
        return []
    since = min(by_day)
    if rule.rule == "all_of":
        if len(first) < len(set(rule.what)):
            return []
        since = max(first.values())
    steps: list[Step] = [(since, 1, sum(times for day, times in by_day.items() if day <= since))]
    return steps + [(day, 0, times) for day, times in sorted(by_day.items()) if day > since]


def of_titles(year: int, titles: Iterable[tuple[date, date | None]]) -> list[Step]:
    """The steps of titles: of each when it was decided, and from which day on it was withdrawn."""
    changes: dict[int, int] = defaultdict(int)
    for decided, withdrawn in titles:
        ends = withdrawn is not None and withdrawn.year <= year
        if decided.year > year or (withdrawn is not None and withdrawn <= decided):
            continue
        first = day_of_year(decided, year)
        last = day_of_year(withdrawn, year) if ends and withdrawn is not None else None
        if last is not None and last <= first:
            continue
        changes[first] += 1
        if last is not None:
            changes[last] -= 1
    steps: list[Step] = []
    held = 0
    for day in sorted(changes):
        before, held = held, held + changes[day]
        steps.append((day, int(held > 0) - int(before > 0), held - before))
    return [step for step in steps if step[1:] != (0, 0)]


def encode(standing: Standing) -> bytes:
    """A standing as it is kept; equal standings give equal bytes."""
    steps = [[index, *_flat(standing.steps[index])] for index in sorted(standing.steps)]
    return msgspec.msgpack.encode([sorted(standing.jobs), standing.woman, standing.meeting, steps])


def decode(content: bytes) -> Standing:
    jobs, woman, meeting, steps = msgspec.msgpack.decode(content)
    return Standing(
        tuple((bytes(one[0]), one[1], one[2], one[3]) for one in jobs),
        woman,
        meeting,
        {one[0]: [(one[at], one[at + 1], one[at + 2]) for at in range(1, len(one), 3)] for one in steps},
    )


def _flat(steps: Iterable[Step]) -> list[int]:
    return [number for step in steps for number in step]


# ---------------------------------------------------------------- many workers


@dataclass(slots=True)
class Sum:
    """Standings added up (and taken away), by their jobs: the places are looked at once for all who share them."""

    rules: Sequence[str]
    by_jobs: dict[tuple[Job, ...], dict[str, dict[int, list[int]]]] = field(default_factory=dict)

    def add(self, standing: Standing, sign: int = 1) -> None:
        """Adds a standing; takes it away where `sign` is -1."""
        measures = self.by_jobs.setdefault(standing.jobs, {})
        _note(measures, HEADCOUNT, [(1, sign, 0)])
        if standing.woman:
            _note(measures, WOMEN, [(1, sign, 0)])
        if standing.meeting:
            _note(measures, MEETING, [(1, sign, 0)])
        for index, steps in standing.steps.items():
            signed = steps if sign == 1 else [(day, -persons, -times) for day, persons, times in steps]
            _note(measures, self.rules[index], signed)

    def over(self, places: Mapping[bytes, Sequence[Place]]) -> Deltas:
        """What that adds to the measures of the organizations, by where the enterprises stood."""
        deltas: Deltas = {}
        for jobs, measures in self.by_jobs.items():
            live = {name: steps for name, steps in measures.items() if any(a or b for a, b in steps.values())}
            if not live:
                continue
            for population, of in ((EVERYBODY, jobs), (CADRE, tuple(job for job in jobs if job[3]))):
                for (everywhere, unionised), organizations in _presence(of, places).items():
                    _spread(deltas, population, organizations, live, everywhere, unionised)
        return deltas


def _note(measures: dict[str, dict[int, list[int]]], name: str, steps: Iterable[Step]) -> None:
    days = measures.setdefault(name, {})
    for day, persons, times in steps:
        there = days.get(day)
        if there is None:
            days[day] = [persons, times]
        else:
            there[0] += persons
            there[1] += times


def _presence(
    jobs: Sequence[Job], places: Mapping[bytes, Sequence[Place]]
) -> dict[tuple[tuple[Interval, ...], tuple[Interval, ...]], list[UUID]]:
    """Organizations by when the holder of these jobs is at or below them: at all, and in a unionised enterprise."""
    spans: dict[UUID, tuple[list[Interval], list[Interval]]] = {}
    for enterprise, first, last, _ in jobs:
        for place in places.get(enterprise, ()):
            span = (max(first, place.first), min(last, place.last))
            if span[0] > span[1]:
                continue
            for organization in place.organizations:
                everywhere, unionised = spans.setdefault(organization, ([], []))
                everywhere.append(span)
                if place.unionised:
                    unionised.append(span)
    found: dict[tuple[tuple[Interval, ...], tuple[Interval, ...]], list[UUID]] = defaultdict(list)
    for organization, (everywhere, unionised) in spans.items():
        found[_joined(everywhere), _joined(unionised)].append(organization)
    return found


def _joined(spans: list[Interval]) -> tuple[Interval, ...]:
    """The same days, without overlaps, in order."""
    joined: list[Interval] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined)


def _spread(
    deltas: Deltas,
    population: str,
    organizations: Sequence[UUID],
    measures: Mapping[str, Mapping[int, Sequence[int]]],
    everywhere: tuple[Interval, ...],
    unionised: tuple[Interval, ...],
) -> None:
    for name, days in measures.items():
        steps = sorted((day, persons, times) for day, (persons, times) in days.items())
        inside = clip(steps, unionised)
        outside = {} if unionised == everywhere else clip(steps, everywhere)
        if unionised != everywhere:
            for day, (persons, times) in inside.items():
                there = outside.setdefault(day, [0, 0])
                there[0] -= persons
                there[1] -= times
        for basis, clipped in ((UNIONISED, inside), (OTHERS, outside)):
            if not clipped:
                continue
            measure = f"{population}{basis}{name}"
            for organization in organizations:
                sums = deltas.setdefault((organization, measure), {})
                for day, (persons, times) in clipped.items():
                    there = sums.setdefault(day, [0, 0])
                    there[0] += persons
                    there[1] += times


def clip(steps: Sequence[Step], spans: Iterable[Interval]) -> dict[int, list[int]]:
    """The steps as they count for somebody who is there on these days alone: what was reached before comes along on the
    first day, and all of it goes after the last."""
    found: dict[int, list[int]] = {}
    for first, last in spans:
        persons = times = 0
        for day, more_persons, more_times in steps:
            if day > last:
                break
            persons, times = persons + more_persons, times + more_times
            _add(found, max(day, first), more_persons, more_times)
        if last < LAST:
            _add(found, last + 1, -persons, -times)
    return {day: counts for day, counts in found.items() if counts != [0, 0]}


def _add(found: dict[int, list[int]], day: int, persons: int, times: int) -> None:
    there = found.setdefault(day, [0, 0])
    there[0] += persons
    there[1] += times


def packed(days: Mapping[int, Sequence[int]]) -> bytes:
    """The steps of a tally as they are kept, in order of day and without those that add nothing."""
    kept = [(day, persons, times) for day, (persons, times) in sorted(days.items()) if persons or times]
    return msgspec.msgpack.encode(_flat(kept)) if kept else b""


def unpacked(content: bytes) -> dict[int, list[int]]:
    numbers = msgspec.msgpack.decode(content) if content else []
    return {numbers[at]: [numbers[at + 1], numbers[at + 2]] for at in range(0, len(numbers), 3)}


def up_to(content: bytes, day: int) -> tuple[int, int]:
    """Persons and participations on a day: the sum of the steps up to it."""
    numbers = msgspec.msgpack.decode(content) if content else []
    persons = times = 0
    for at in range(0, len(numbers), 3):
        if numbers[at] > day:
            break
        persons += numbers[at + 1]
        times += numbers[at + 2]
    return persons, times

"""How what workers contribute adds up over the organizations above them. Pure.

Whoever is employed somewhere for part of the year contributes for that part: `clip`. Contributions are kept apart by
population (workers, union cadres) and by whether the person works in an enterprise with a grassroots union there (`u`)
or not (`r`): the basis "unionised" is `u`, "all" is both together.

Persons and participations travel as one number, persons above and participations in the lower 32 bits, so that one
addition adds both; a measure and a day likewise, as one key.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import msgspec

from certification.targets.standings import AT_HEADCOUNT, AT_WOMEN, LAST, Job, Place, Standing

__all__ = [
    "CADRE",
    "EVERYBODY",
    "OTHERS",
    "UNIONISED",
    "Deltas",
    "Sum",
    "by_measure",
    "merged",
    "name_of",
    "on_days",
    "until",
    "up_to",
]

EVERYBODY, CADRE = "w", "c"
UNIONISED, OTHERS = "u", "r"
PARTS = (EVERYBODY + UNIONISED, EVERYBODY + OTHERS, CADRE + UNIONISED, CADRE + OTHERS)

Interval = tuple[int, int]
Deltas = dict[bytes, dict[int, int]]
"""What is added to an organization: by measure, part and day (`_key`), persons and participations (`_both`)."""

_PERSON = 1 << 32
_DAYS = 512
_HALF = 1 << 31


def _apart(both: int) -> tuple[int, int]:
    """Persons and participations of one number; either may be negative."""
    times = ((both + _HALF) & (_PERSON - 1)) - _HALF
    return (both - times) >> 32, times


def _key(index: int, day: int) -> int:
    """A measure's place and a day; the part is put in between by `| part * _DAYS`."""
    return index * 4 * _DAYS | day


def name_of(key: int, measures: Sequence[str]) -> str:
    """How the tally of a key (without its day) is called."""
    return PARTS[key % 4] + measures[key // 4]


def by_measure(deltas: Mapping[int, int]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """What is added to one organization, measure by measure: its key for `name_of`, and days with both numbers."""
    changes = sorted([one for one in deltas.items() if one[1]])
    for key, some in groupby(changes, key=lambda one: one[0] // _DAYS):
        yield key, [(at % _DAYS, both) for at, both in some]


# ---------------------------------------------------------------- many workers


@dataclass(slots=True)
class Sum:
    """Standings added up (and taken away), by their jobs: the places are looked at once for all who share them."""

    by_jobs: dict[tuple[Job, ...], dict[int, int]] = field(default_factory=dict)

    def add(self, standing: Standing, sign: int = 1) -> None:
        """Adds a standing; takes it away where `sign` is -1."""
        sums = self.by_jobs.get(standing.jobs)
        if sums is None:
            sums = self.by_jobs[standing.jobs] = defaultdict(int)
        person = sign * _PERSON
        sums[_key(AT_HEADCOUNT, 1)] += person
        if standing.woman:
            sums[_key(AT_WOMEN, 1)] += person
        for index, steps in standing.steps.items():
            base = _key(index, 0)
            for day, persons, times in zip(steps[::3], steps[1::3], steps[2::3], strict=True):
                sums[base | day] += persons * person + times * sign

    def enterprises(self) -> set[bytes]:
        """Where anybody who was added is employed."""
        return {job[0] for jobs in self.by_jobs for job in jobs}

    def over(self, places: Mapping[bytes, Sequence[Place]]) -> Deltas:
        """What that adds to the organizations, by where the enterprises stood."""
        deltas: Deltas = {}
        for jobs, sums in self.by_jobs.items():
            live = {key: both for key, both in sums.items() if both}
            if not live:
                continue
            for population, of in ((0, jobs), (2, tuple([job for job in jobs if job[3]]))):
                for spans, organizations in _presence(of, places).items():
                    added = _added(live, *spans, population)
                    for organization in organizations:
                        there = deltas.get(organization)
                        if there is None:
                            deltas[organization] = added.copy()
                        else:
                            for key, both in added.items():
                                there[key] = there.get(key, 0) + both
        return deltas


def _presence(
    jobs: Sequence[Job], places: Mapping[bytes, Sequence[Place]]
) -> dict[tuple[tuple[Interval, ...], tuple[Interval, ...]], list[bytes]]:
    """Organizations by when the holder of these jobs is at or below them: at all, and in a unionised enterprise."""
    spans: dict[bytes, tuple[list[Interval], list[Interval]]] = {}
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
    found: dict[tuple[tuple[Interval, ...], tuple[Interval, ...]], list[bytes]] = defaultdict(list)
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


_WHOLE_YEAR = ((1, LAST),)


def _added(
    live: Mapping[int, int], everywhere: tuple[Interval, ...], unionised: tuple[Interval, ...], population: int
) -> dict[int, int]:
    """What these sums add where the people are present at these times, the parts by population and basis apart."""
    if everywhere == _WHOLE_YEAR and unionised in (everywhere, ()):
        part = (population + (not unionised)) * _DAYS
        return {key | part: both for key, both in live.items()}
    added: dict[int, int] = {}
    for index, some in groupby(sorted(live.items()), key=lambda one: one[0] // (4 * _DAYS)):
        steps = [(key % _DAYS, both) for key, both in some]
        inside = clip(steps, unionised)
        outside = {} if unionised == everywhere else clip(steps, everywhere)
        if unionised != everywhere:
            for day, both in inside.items():
                outside[day] = outside.get(day, 0) - both
        for basis, clipped in ((0, inside), (1, outside)):
            for day, both in clipped.items():
                if both:
                    added[_key(index, day) | (population + basis) * _DAYS] = both
    return added


def clip(steps: Sequence[tuple[int, int]], spans: Iterable[Interval]) -> dict[int, int]:
    """The steps as they count for somebody who is there on these days alone: what was reached before comes along on the
    first day, and all of it goes after the last."""
    found: dict[int, int] = {}
    for first, last in spans:
        reached = 0
        for day, more in steps:
            if day > last:
                break
            reached += more
            begins = max(day, first)
            found[begins] = found.get(begins, 0) + more
        if last < LAST:
            found[last + 1] = found.get(last + 1, 0) - reached
    return found


# ---------------------------------------------------------------- tallies


def merged(content: bytes, changes: Sequence[tuple[int, int]]) -> bytes:
    """A tally as it is kept, with these changes: steps in order of day and without those that add nothing; empty where
    none is left."""
    if not content:
        new = [number for day, both in changes if both for number in (day, *_apart(both))]
        return msgspec.msgpack.encode(new) if new else b""
    steps: list[int] = msgspec.msgpack.decode(content)
    days = steps[::3]
    for day, both in changes:
        persons, times = _apart(both)
        place = bisect_left(days, day)
        at = 3 * place
        if place == len(days) or days[place] != day:
            days.insert(place, day)
            steps[at:at] = (day, persons, times)
        else:
            steps[at + 1] += persons
            steps[at + 2] += times
        if not steps[at + 1] and not steps[at + 2]:
            del days[place], steps[at : at + 3]
    return msgspec.msgpack.encode(steps) if steps else b""


def until(days: Iterable[tuple[int, int]], day: int) -> tuple[int, int]:
    """What changes add up to on a day: persons and participations."""
    return _apart(sum(both for at, both in days if at <= day))


def up_to(content: bytes, day: int) -> tuple[int, int]:
    """Persons and participations on a day: the sum of the steps up to it."""
    return on_days(content, [day])[0]


def on_days(content: bytes, days: Sequence[int]) -> list[tuple[int, int]]:
    """The same on each of these days, which come in order; a tally is read once for all of them."""
    steps: list[int] = msgspec.msgpack.decode(content) if content else []
    known = steps[::3]
    found, begin, persons, times = [], 0, 0, 0
    for day in days:
        end = 3 * bisect_left(known, day + 1)
        persons += sum(steps[begin + 1 : end : 3])
        times += sum(steps[begin + 2 : end : 3])
        begin = end
        found.append((persons, times))
    return found

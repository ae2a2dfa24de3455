"""The working out: rules made ready once (`Prepared`), and what they find in one worker's facts (`find`, `tally`).

This is where the time of a population goes, so it is written for that: facts are tuples, each goes straight to the
selections that take it, and nothing is made of what was found but numbers. One worker and a million are judged by these
two functions; `evaluate` adds what people read.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from certification.evaluation.measures import MEASURES, Function
from certification.evaluation.results import (
    KIND,
    MET,
    NOT_MET,
    NOT_YET_KNOWN,
    QUALITY,
    STATEMENT,
    Attested,
    Fact,
    Findings,
    Found,
    Given,
    SelfGiven,
)
from certification.evaluation.rules import Counting, CriteriaSet

__all__ = ["Prepared", "Tally", "find", "in_order", "last_of_each", "tally"]

_Selection = tuple[frozenset[str], int]
"""Facts of some kinds ("*" among them: of any) at or above a level. Many components select alike."""

_Route = tuple[tuple[int, ...], tuple[int, ...]]
"""Where a fact goes: the selections it is strong enough for, and those it is too weak for."""

LEVELS = 4

Points = TypeVar("Points", Attested, SelfGiven)


class _Part(NamedTuple):
    """A component made ready: its measure, its selection, its steps as two rows of numbers."""

    measure: Function
    options: Mapping[str, int]
    selection: int
    reached_at: tuple[int, ...]
    points: tuple[int, ...]


class _Target(NamedTuple):
    """A counting made ready; `every` holds the selection of each kind where all of them are asked for."""

    key: int
    selection: int
    every: tuple[int, ...]


class _Row(NamedTuple):
    """An indicator made ready: which components are its, its most points, whether the log may suggest any."""

    first: int
    last: int
    max_points: int
    suggests: bool


class _Routes(dict[str, tuple[_Route, ...]]):
    """By kind of fact and level; a kind that nothing names goes where any kind goes."""

    def __init__(self, selections: Sequence[_Selection]) -> None:
        self._selections = selections
        for kinds, _ in selections:
            for kind in kinds:
                self[kind] = self._of(kind)

    def __missing__(self, kind: str) -> tuple[_Route, ...]:
        found = self[kind] = self._of(kind)
        return found

    def _of(self, kind: str) -> tuple[_Route, ...]:
        taking = [
            (place, need) for place, (kinds, need) in enumerate(self._selections) if kind in kinds or "*" in kinds
        ]
        return tuple(
            (
                tuple(place for place, need in taking if level >= need),
                tuple(place for place, need in taking if level < need),
            )
            for level in range(LEVELS)
        )


class Prepared:
    """A criteria set and countings, turned over once so that judging a worker is nothing but counting. Unchanging."""

    def __init__(self, criteria_set: CriteriaSet, countings: Iterable[Counting] = ()) -> None:
        self.criteria_set = criteria_set
        self.countings = tuple(sorted(countings, key=lambda one: one.key))
        selections: dict[_Selection, int] = {}

        def place_of(kinds: Iterable[str], need: int) -> int:
            return selections.setdefault((frozenset(kinds), need), len(selections))

        self.parts: list[_Part] = []
        self.rows: list[_Row] = []
        for indicator in criteria_set.indicators:
            first = len(self.parts)
            for component in indicator.components if indicator.loggable else ():
                steps = component.steps
                self.parts.append(
                    _Part(
                        MEASURES[component.measure].function,
                        dict(component.options),
                        place_of(component.what, component.quality_at_least),
                        tuple(step.at_least for step in steps),
                        (0, *(step.points for step in steps)),
                    )
                )
            last = len(self.parts)
            self.rows.append(_Row(first, last, indicator.max_points, last > first))
        self.targets = [
            _Target(
                one.key,
                place_of(one.what, one.quality_at_least),
                tuple(place_of((kind,), one.quality_at_least) for kind in one.what) if one.rule == "all_of" else (),
            )
            for one in self.countings
        ]
        self.selections = len(selections)
        self.routes = _Routes(tuple(selections))
        self.kinds = frozenset(self.routes) - {"*"}
        self.places = {indicator.id: place for place, indicator in enumerate(criteria_set.indicators)}


class Tally(NamedTuple):
    """What the findings come to: for each indicator what the log suggests (None: it may not), and the points that
    count (None: nobody has given any); the total of those, and the outcome."""

    suggested: tuple[int | None, ...]
    decided: tuple[int | None, ...]
    total: int
    outcome: str


def find(
    prepared: Prepared, facts: Sequence[Fact], attested: Iterable[Attested] = (), self_given: Iterable[SelfGiven] = ()
) -> Findings:
    """What there is in the facts of one worker: of the year and up to the day judged, in the order of `in_order`.

    `attested` and `self_given` hold at most one for each indicator (`last_of_each`). Rows of a database may stand for
    facts, with anything for a Statement's id that sorts as it does.
    """
    strong: list[list[Fact]] = [[] for _ in range(prepared.selections)]
    weak: list[list[Fact]] = [[] for _ in range(prepared.selections)]
    routes = prepared.routes
    for fact in facts:
        into, short_of = routes[fact[KIND]][fact[QUALITY]]
        for place in into:
            strong[place].append(fact)
        for place in short_of:
            weak[place].append(fact)

    measured: list[tuple[int, tuple[UUID, ...], set[UUID] | tuple[()]]] = []
    named: set[UUID] = set()
    for part in prepared.parts:
        taken = strong[part.selection]
        if taken:
            value, counted = part.measure(taken, part.options)
            named.update(counted)
        else:
            value, counted = 0, ()
        too_weak: set[UUID] | tuple[()] = ()
        if weak[part.selection]:
            too_weak = {fact[STATEMENT] for fact in weak[part.selection]}.difference(
                [fact[STATEMENT] for fact in taken]
            )
            named |= too_weak
        measured.append((value, counted, too_weak))
    reached: list[tuple[int, dict[UUID, None]]] = []
    for target in prepared.targets:
        taken = strong[target.selection]
        if taken and all(strong[each] for each in target.every):
            counts = dict.fromkeys([fact[STATEMENT] for fact in taken])
            named.update(counts)
            reached.append((target.key, counts))

    statements = tuple([one for one in dict.fromkeys([fact[STATEMENT] for fact in facts]) if one in named])
    places = dict(zip(statements, range(len(statements)), strict=True))
    of = places.__getitem__
    return Findings(
        statements,
        tuple(
            [
                Found(value, tuple(sorted(set(map(of, counted)))), tuple(sorted(map(of, too_weak))))
                if counted or too_weak
                else _NOTHING_FOUND
                for value, counted, too_weak in measured
            ]
        ),
        _given(prepared, attested),
        _given(prepared, self_given),
        tuple([(key, tuple(map(of, counts))) for key, counts in reached]),
    )


_NOTHING_FOUND = Found(0, (), ())


def tally(prepared: Prepared, findings: Findings) -> Tally:
    """Points, total and outcome: the title rule, on what was found."""
    criteria_set = prepared.criteria_set
    points = [
        part.points[bisect_right(part.reached_at, found[0])]
        for part, found in zip(prepared.parts, findings.found, strict=True)
    ]
    suggested: list[int | None] = [
        min(sum(points[row.first : row.last]), row.max_points) if row.suggests else None for row in prepared.rows
    ]
    decided = suggested
    if findings.attested:
        decided = suggested.copy()
        for given in findings.attested:
            decided[given[0]] = given[1]
    known = [one for one in decided if one is not None]
    total = sum(known)
    room = (
        sum([row.max_points for row, one in zip(prepared.rows, decided, strict=True) if one is None])
        if len(known) < len(decided)
        else 0
    )
    if (known and min(known) < criteria_set.each_at_least) or total + room < criteria_set.total_at_least:
        outcome = NOT_MET
    elif len(known) < len(decided):
        outcome = NOT_YET_KNOWN
    else:
        outcome = MET
    return Tally(tuple(suggested), tuple(decided), total, outcome)


def in_order(facts: Iterable[Fact], year: int, as_of: date) -> list[Fact]:
    """The facts of the year up to the day, in the order of (day, Statement id, kind)."""
    return sorted(
        (fact for fact in facts if fact.day.year == year and fact.day <= as_of),
        key=lambda fact: (fact.day, fact.statement_id.bytes, fact.what),
    )


def last_of_each(given: Iterable[Points], year: int, as_of: date) -> list[Points]:
    """Of those given from the beginning of the year up to the day, the last for each indicator."""
    last: dict[str, Points] = {}
    first_day = date(year, 1, 1)
    for one in given:
        if first_day <= _day(one) <= as_of:
            other = last.get(one.indicator)
            if other is None or _place(one) > _place(other):
                last[one.indicator] = one
    return list(last.values())


def _given(prepared: Prepared, given: Iterable[Attested | SelfGiven]) -> tuple[Given, ...]:
    """Points for an indicator that the criteria set does not have (it changed) say nothing here."""
    places = prepared.places
    return tuple(sorted([Given(places[one.indicator], one.points, one.id) for one in given if one.indicator in places]))


_NEVER_RECORDED = datetime.min.replace(tzinfo=UTC)


def _day(one: Attested | SelfGiven) -> date:
    return one.attested_on if isinstance(one, Attested) else one.given_on


def _place(one: Attested | SelfGiven) -> tuple[date, bool, datetime, int, str, str]:
    recorded = one.recorded or _NEVER_RECORDED
    words = (one.attested_by, one.basis) if isinstance(one, Attested) else ("", "")
    return (_day(one), one.recorded is not None, recorded, -one.points, *words)

"""The working out: rules made ready once (`Prepared`), and what they find in one worker's facts (`find`, `tally`).

This is where the time of a population goes, so it is written for that: facts are tuples, each goes straight to the
selections that take it, and nothing is made of what was found but numbers. One worker and a million are judged by these
two functions; `evaluate` adds what people read.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from itertools import accumulate, compress
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from certification.evaluation.measures import MEASURES, NOTHING, Function, columns
from certification.evaluation.results import (
    KIND,
    MET,
    NOT_MET,
    NOT_YET_KNOWN,
    QUALITY,
    Attested,
    Fact,
    Findings,
    Found,
    Given,
    Held,
    SelfGiven,
)
from certification.evaluation.rules import Counting, CriteriaSet

__all__ = [
    "BELOW",
    "FAR_ENOUGH",
    "NOT_GIVEN",
    "Prepared",
    "Tally",
    "find",
    "in_order",
    "last_of_each",
    "states",
    "tally",
]

_Selection = tuple[frozenset[str], int]
"""Facts of some kinds ("*" among them: of any) at or above a level. Many components select alike."""

_Route = tuple[tuple[int, ...], tuple[int, ...]]
"""Where a fact goes: the selections it is strong enough for, and those it is too weak for."""

LEVELS = 4
BYTES = 256

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


class _Codes(dict[tuple[str, int], int]):
    """A small number for each kind and level, the same for all that go the same ways."""

    def __init__(self, selections: Sequence[_Selection]) -> None:
        self._selections = selections
        self.routes: dict[_Route, int] = {}
        for kind in sorted({kind for kinds, _ in selections for kind in kinds} | {"*"}):
            for level in range(LEVELS):
                self[kind, level] = self.routes.setdefault(self._route(kind, level), len(self.routes))

    def __missing__(self, fact: tuple[str, int]) -> int:
        """A kind that nothing names goes where any kind goes."""
        return self["*", fact[1]]

    def _route(self, kind: str, level: int) -> _Route:
        taking = [
            (place, need) for place, (kinds, need) in enumerate(self._selections) if kind in kinds or "*" in kinds
        ]
        return (
            tuple([place for place, need in taking if level >= need]),
            tuple([place for place, need in taking if level < need]),
        )


class _Marked(dict[bytes, tuple[int, tuple[int, ...]]]):
    """The places marked in a row of noughts and ones: as one number with a byte for each, and listed.

    Remembered, since workers with facts of a kind at the same places are many; forgotten when there are too many.
    """

    def __missing__(self, marks: bytes) -> tuple[int, tuple[int, ...]]:
        found = int.from_bytes(marks, "little"), tuple(compress(range(len(marks)), marks))
        if len(marks) <= REMEMBERED_LENGTH:
            if len(self) >= REMEMBERED:
                self.clear()
            self[marks] = found
        return found


REMEMBERED, REMEMBERED_LENGTH = 50_000, 64
"""Some 15 MB at most."""

_marked = _Marked()


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
        of_parts = len(selections)
        self.targets = [
            _Target(
                one.key,
                place_of(one.what, one.quality_at_least),
                tuple(place_of((kind,), one.quality_at_least) for kind in one.what) if one.rule == "all_of" else (),
            )
            for one in self.countings
        ]
        self.codes = _Codes(tuple(selections))
        self.kinds = frozenset(kind for kind, _ in self.codes) - {"*"}
        routes = list(self.codes.routes)
        width = BYTES if len(routes) <= BYTES else len(routes)
        self.takes = [_table([place in into for into, _ in routes], width) for place in range(len(selections))]
        """Of each selection, by code: whether it takes such a fact."""
        self.lacks = [_table([place in short_of for _, short_of in routes], width) for place in range(of_parts)]
        """Of each selection of a component: whether it would take such a fact if it were stronger."""
        self.matters = _table(
            [bool(into) or min(short_of, default=of_parts) < of_parts for into, short_of in routes], width
        )
        """Whether such a fact can be named at all."""
        self.places = {indicator.id: place for place, indicator in enumerate(criteria_set.indicators)}


class Tally(NamedTuple):
    """What the findings come to: for each indicator what the log suggests (None: it may not), and the points that
    count (None: nobody has given any); the total of those, and the outcome."""

    suggested: tuple[int | None, ...]
    decided: tuple[int | None, ...]
    total: int
    outcome: str


def find(
    prepared: Prepared,
    facts: Sequence[Fact],
    attested: Iterable[Attested | Held] = (),
    self_given: Iterable[SelfGiven | Held] = (),
) -> Findings:
    """What there is in the facts of one worker: of the year and up to the day judged, in the order of `in_order`.

    `attested` and `self_given` hold at most one for each indicator (`last_of_each`). Rows of a database may stand for
    facts, with anything for a Statement's id that sorts as it does.
    """
    codes = _codes(prepared, facts)
    matters = _row(codes, prepared.matters)
    if 0 in matters:
        facts, codes = tuple(compress(facts, matters)), codes.__class__(compress(codes, matters))
    if not facts:
        nothing = (_NOTHING_FOUND,) * len(prepared.parts)
        return Findings((), nothing, _given(prepared, attested), _given(prepared, self_given), ())
    turned = columns(facts)
    row = codes.translate if isinstance(codes, bytes) else partial(_row, codes)
    marked = _marked
    strong = [marked[row(table)] for table in prepared.takes]
    weak = [marked[row(table)] for table in prepared.lacks]
    statements = turned.statements
    first = _first_of_each(statements)

    named = 0
    """The facts whose Statements are named: a byte for each."""
    measured: list[tuple[int, Sequence[int], Sequence[int]]] = []
    for part in prepared.parts:
        marks, taken = strong[part.selection]
        value, counted = part.measure(turned, taken, part.options) if taken else NOTHING
        named |= marks if counted is taken else _as_marks(counted)
        marks, too_weak = weak[part.selection]
        if first is not None and too_weak:
            too_weak = tuple(sorted({first[one] for one in too_weak}.difference([first[one] for one in taken])))
            marks = _as_marks(too_weak)
        named |= marks
        measured.append((value, counted, too_weak))
    reached: list[tuple[int, tuple[int, ...]]] = []
    for target in prepared.targets:
        marks, taken = strong[target.selection]
        if taken and (not target.every or all(strong[each][1] for each in target.every)):
            named |= marks
            reached.append((target.key, taken))

    names, places = _names(statements, named, first)
    if places is not None:
        of = places.__getitem__
        if first is None:
            measured = [
                (value, tuple(map(of, some)), tuple(map(of, weak)) if weak else ()) for value, some, weak in measured
            ]
            reached = [(key, tuple(map(of, some))) for key, some in reached]
        else:
            measured = [
                (value, tuple(sorted(set(map(of, some)))), tuple(sorted(map(of, weak))))
                for value, some, weak in measured
            ]
            reached = [(key, tuple(dict.fromkeys(map(of, some)))) for key, some in reached]
    as_tuple = tuple.__new__  # half the time of calling Found
    return Findings(
        names,
        tuple(
            [
                as_tuple(Found, (value, tuple(counted), tuple(weak))) if counted or weak else _NOTHING_FOUND
                for value, counted, weak in measured
            ]
        ),
        _given(prepared, attested),
        _given(prepared, self_given),
        tuple(reached),
    )


_kind_and_quality = itemgetter(KIND, QUALITY)


def _codes(prepared: Prepared, facts: Sequence[Fact]) -> bytes | tuple[int, ...]:
    """The code of each fact, as bytes where each is small enough."""
    found = map(prepared.codes.__getitem__, map(_kind_and_quality, facts))
    return bytes(found) if len(prepared.matters) == BYTES else tuple(found)


def _row(codes: bytes | tuple[int, ...], table: bytes) -> bytes:
    """A row of noughts and ones, one for each fact: what the table says of its code."""
    return codes.translate(table) if isinstance(codes, bytes) else bytes([table[code] for code in codes])


def _table(says: Sequence[bool], width: int) -> bytes:
    return bytes(says).ljust(width, b"\0")


def _first_of_each(statements: Sequence[Any]) -> list[int] | None:
    """For each fact the first one of its Statement; None where every one is of a Statement of its own."""
    if len(set(statements)) == len(statements):
        return None
    first: dict[Any, int] = {}
    return [first.setdefault(statement, place) for place, statement in enumerate(statements)]


def _as_marks(places: Iterable[int]) -> int:
    marks = 0
    for place in places:
        marks |= 1 << 8 * place
    return marks


def _names(
    statements: Sequence[Any], named: int, first: Sequence[int] | None
) -> tuple[tuple[Any, ...], Sequence[int] | None]:
    """The Statements named, each once; and for each fact the place of its own among them (None: its own place)."""
    marks = named.to_bytes(len(statements), "little")
    if first is None:
        if 0 not in marks:
            return tuple(statements), None
        return tuple(compress(statements, marks)), list(accumulate(marks, initial=0))
    firsts = sorted({first[place] for place in compress(range(len(marks)), marks)})
    places = dict(zip(firsts, range(len(firsts)), strict=True))
    return tuple([statements[one] for one in firsts]), [places.get(one, -1) for one in first]


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


FAR_ENOUGH, BELOW, NOT_GIVEN = "+-?"
"""How far an indicator is: at or above the floor, below it, or nobody has given any points yet."""


def states(prepared: Prepared, decided: Sequence[int | None]) -> str:
    """How far each indicator is, a letter for each in their order, by the points that count (`Tally.decided`)."""
    floor = prepared.criteria_set.each_at_least
    return "".join([NOT_GIVEN if one is None else BELOW if one < floor else FAR_ENOUGH for one in decided])


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


def _given(prepared: Prepared, given: Iterable[Attested | SelfGiven | Held]) -> tuple[Given, ...]:
    """Points for an indicator that the criteria set does not have (it changed) say nothing here."""
    if not given:
        return ()
    places = prepared.places
    return tuple(sorted([Given(places[one.indicator], one.points, one.id) for one in given if one.indicator in places]))


_NEVER_RECORDED = datetime.min.replace(tzinfo=UTC)


def _day(one: Attested | SelfGiven) -> date:
    return one.attested_on if isinstance(one, Attested) else one.given_on


def _place(one: Attested | SelfGiven) -> tuple[date, bool, datetime, int, str, str, int]:
    recorded = one.recorded or _NEVER_RECORDED
    words = (one.attested_by, one.basis) if isinstance(one, Attested) else ("", "")
    return (_day(one), one.recorded is not None, recorded, -one.points, *words, -one.id.int if one.id else 0)

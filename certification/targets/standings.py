"""What one worker contributes to the counts of a year, as steps from day to day. Pure.

A *step* is a day of the year (1 is 1 January) with what is added from it on: so many persons, so many participations.
A worker who satisfies a rule from 20 April on, and then learns more on 3 May, has the steps 110, 1, 1 and 123, 0, 1,
kept one after the other as one flat row of numbers. So a count on any cut-off day is the sum of all steps up to it,
nothing has to be done at midnight, and what lies ahead is known.

A *measure* is a rule's key or one of `HEADCOUNT`, `WOMEN`, `MEETING`; a standing names it by its place in `measures`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

import msgspec

from certification.rules.plans import Numerator
from certification.targets import numerators

__all__ = [
    "FIRST_RULE",
    "HEADCOUNT",
    "LAST",
    "MEETING",
    "WOMEN",
    "Job",
    "Place",
    "Routes",
    "Standing",
    "day_of_year",
    "decode",
    "encode",
    "measures",
    "of_spells",
    "of_titles",
    "rule_key",
]

HEADCOUNT, WOMEN, MEETING = "#", "women", "meeting"
AT_HEADCOUNT, AT_WOMEN, AT_MEETING, FIRST_RULE = range(4)
"""Their places among the measures; after them come the rules."""

LAST = 366
"""The day that stands for "to the end of the year", leap year or not: nothing is taken away after it."""

Steps = Sequence[int]
"""Day, persons, participations, one step after the other, in order of day."""
Job = tuple[bytes, int, int, bool]
"""Enterprise, first and last day in the year; True for a term as union cadre, which stands beside the employment."""


@dataclass(frozen=True, slots=True)
class Place:
    """That an enterprise was at or below these organizations from one day of the year to another, and whether it had a
    grassroots union then. Organizations are named by the bytes of their ids."""

    first: int
    last: int
    organizations: tuple[bytes, ...]
    unionised: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A worker's own contribution: where employed, in order, and the steps of each measure by its place."""

    jobs: tuple[Job, ...]
    woman: bool
    steps: Mapping[int, Steps]


def rule_key(rule: Numerator) -> str:
    """A short name of a rule, the same for equal rules."""
    return blake2b(msgspec.json.encode(rule), digest_size=8).hexdigest()


def measures(rules: Iterable[Numerator]) -> list[str]:
    """All that is counted where these rules are."""
    return [HEADCOUNT, WOMEN, MEETING, *map(rule_key, rules)]


def day_of_year(day: date, year: int) -> int:
    """A day's place in the year: 1 for what lies before it, `LAST` for its last day and what lies after."""
    if day.year != year:
        return 1 if day.year < year else LAST
    return LAST if (day.month, day.day) == (12, 31) else (day - date(year, 1, 1)).days + 1


def encode(standing: Standing) -> bytes:
    """A standing as it is kept; equal standings give equal bytes."""
    steps = [[index, *standing.steps[index]] for index in sorted(standing.steps)]
    return msgspec.msgpack.encode([standing.jobs, standing.woman, steps])


def decode(content: bytes) -> Standing:
    jobs, woman, steps = msgspec.msgpack.decode(content)
    return Standing(
        tuple([(enterprise, first, last, cadre) for enterprise, first, last, cadre in jobs]),
        woman,
        {one[0]: one[1:] for one in steps},
    )


# ---------------------------------------------------------------- the steps of rules


class Routes:
    """Rules made ready: which of them take a fact, and the steps of all of them over one worker's Statements.

    What a Statement gives is one number, its *code*: the day above, below it a bit for each rule that takes one of its
    facts, and for each topic of a rule that asks for all of its topics. So what several facts of one Statement give is
    their codes joined by `|`, and sorting codes sorts by day.
    """

    def __init__(self, rules: Sequence[Numerator]) -> None:
        self._rules = [
            (place, rule) for place, rule in enumerate(rules, FIRST_RULE) if rule.rule in ("any_of", "all_of")
        ]
        self._topics = [
            (place, what) for place, rule in self._rules if rule.rule == "all_of" for what in sorted(set(rule.what))
        ]
        self.bits = len(self._rules) + len(self._topics)
        self._all = (1 << self.bits) - 1
        self._places = [place for place, _ in self._rules]
        self._whole: dict[int, list[int]] = defaultdict(list)
        """The rules that ask for all of their topics, with the bits of those."""
        for bit, (place, _) in enumerate(self._topics, len(self._rules)):
            self._whole[place].append(bit)
        self._taken: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        self.kinds = frozenset(what for _, rule in self._rules for what in rule.what) - {"*"}
        """Kinds of facts that rules tell from others."""

    def code(self, what: str, quality: int, day: int) -> int:
        """What a fact gives; 0 where no rule takes it."""
        bits = 0
        topic = len(self._rules)
        for bit, (_, rule) in enumerate(self._rules):
            takes = numerators.takes(rule, what, quality)
            bits |= takes << bit
            if rule.rule == "all_of":
                for name in sorted(set(rule.what)):
                    bits |= (takes and name == what) << topic
                    topic += 1
        return day << self.bits | bits if bits else 0

    def steps(self, codes: Iterable[int]) -> dict[int, list[int]]:
        """The steps of each rule that is satisfied, by its place among the measures; a code for each Statement."""
        found: dict[int, list[int]] = {}
        first: dict[int, int] = {}
        for code in sorted(codes):
            day, bits = code >> self.bits, code & self._all
            places, topics = self._taken.get(bits) or self._of(bits)
            for place in places:
                steps = found.get(place)
                if steps is None:
                    found[place] = [day, 1, 1]
                elif steps[-3] == day:
                    steps[-1] += 1
                else:
                    steps += (day, 0, 1)
            for topic in topics:
                first.setdefault(topic, day)
        for place, topics_of in self._whole.items():
            if place in found:
                found[place] = _since(found[place], [first.get(topic) for topic in topics_of])
                if not found[place]:
                    del found[place]
        return found

    def _of(self, bits: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        own = len(self._places)
        taken = self._taken[bits] = (
            tuple(place for bit, place in enumerate(self._places) if bits >> bit & 1),
            tuple(topic for topic in range(own, self.bits) if bits >> topic & 1),
        )
        return taken


def _since(steps: Steps, firsts: Sequence[int | None]) -> list[int]:
    """The steps as they count from the day on which the last of these came first; none where one never did."""
    known = [one for one in firsts if one is not None]
    if len(known) < len(firsts):
        return []
    since = max(known)
    left = [since, 1, 0]
    for at in range(0, len(steps), 3):
        if steps[at] <= since:
            left[2] += steps[at + 2]
        else:
            left += (steps[at], 0, steps[at + 2])
    return left


def of_titles(year: int, titles: Iterable[tuple[date, date | None]]) -> list[int]:
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
    steps: list[int] = []
    held = 0
    for day in sorted(changes):
        before, held = held, held + changes[day]
        if held != before:
            steps += (day, int(held > 0) - int(before > 0), held - before)
    return steps


def of_spells(year: int, spells: Iterable[tuple[date, date]]) -> list[int]:
    """The steps of being somewhere, or something, from one day to another; spells are in order and do not touch."""
    steps: list[int] = []
    for first, last in spells:
        steps += (day_of_year(first, year), 1, 0)
        if day_of_year(last, year) < LAST:
            steps += (day_of_year(last, year) + 1, -1, 0)
    return steps

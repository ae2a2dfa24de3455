"""Whether a regular expression may take exponentially long: found out by looking at it, without a clock.

Backtracking is exponential where the same letters can be read in two ways round a loop. The expression is made an
automaton of its positions (Glushkov); two walks through it that begin and end at the same position, over the same
letters and by different ways, are what is looked for.
"""

from __future__ import annotations

import re
import re._constants as code
import re._parser as parser
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["is_exponential"]

LETTERS = "aZ09_-. \t\n\r@/:é€ă\U0001f600\x00\x7f\xff"
"""Beside what the expression names itself: one of each kind."""

FEW = 8
"""So many rounds are written out one by one."""

Edges = Counter[tuple[int, int]]


class _Positions:
    def __init__(self, pattern: str | bytes) -> None:
        self.letters: list[frozenset[int]] = []
        self.edges: Edges = Counter()
        self.in_two_ways = False
        """Whether there are two ways to read nothing."""
        self.parts = [parser.parse(pattern)]
        self._known = {ord(one) for one in LETTERS}
        self._named(self.parts[0])

    def _named(self, part: Any) -> None:
        """Every letter that the expression names, and those beside it."""
        for op, value in part:
            if op in (code.LITERAL, code.NOT_LITERAL):
                self._known |= {value, value + 1}
            elif op is code.IN:
                self._named([(op, value) for op, value in value if op is code.LITERAL])
                for _, (low, high) in ((op, value) for op, value in value if op is code.RANGE):
                    self._known |= {max(low - 1, 0), low, high, high + 1}
            for inner in _inner(op, value):
                self._named(inner)

    def _at(self, op: Any, value: Any) -> frozenset[int]:
        """Which letters stand there."""
        if op is code.LITERAL:
            return frozenset({value})
        if op is code.NOT_LITERAL:
            return frozenset(self._known - {value})
        if op is code.ANY:
            return frozenset(self._known)
        found: set[int] = set()
        for kind, inner in value:
            if kind is code.LITERAL:
                found.add(inner)
            elif kind is code.RANGE:
                found |= {one for one in self._known if inner[0] <= one <= inner[1]}
            elif kind is code.CATEGORY:
                found |= {one for one in self._known if _is(inner, chr(one))}
        return frozenset(self._known - found if value and value[0][0] is code.NEGATE else found)

    def read(self, part: Iterable[Any]) -> tuple[bool, list[int], list[int]]:
        """Whether it may be empty, and at which positions it begins and ends."""
        empty, first, last = True, list[int](), list[int]()
        for op, value in part:
            may_be_empty, begins, ends = self._one(op, value)
            self.edges.update((one, other) for one in last for other in begins)
            first = [*first, *begins] if empty else first
            last = [*last, *ends] if may_be_empty else ends
            empty = empty and may_be_empty
        return empty, first, last

    def _one(self, op: Any, value: Any) -> tuple[bool, list[int], list[int]]:
        if op in (code.LITERAL, code.NOT_LITERAL, code.ANY, code.IN):
            self.letters.append(self._at(op, value))
            return False, [len(self.letters) - 1], [len(self.letters) - 1]
        if op is code.AT:
            return True, [], []
        if op in (code.ASSERT, code.ASSERT_NOT):
            self.read(value[1])  # has positions of its own, which nothing leads to
            return True, [], []
        if op in (code.SUBPATTERN, code.ATOMIC_GROUP):
            return self.read(value[-1] if op is code.SUBPATTERN else value)
        if op is code.BRANCH:
            parts = [self.read(one) for one in value[1]]
            self.in_two_ways |= sum(one[0] for one in parts) > 1
            first = [place for one in parts for place in one[1]]
            return any(one[0] for one in parts), first, [place for one in parts for place in one[2]]
        if op in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
            least, most, inner = value
            empty, first, last = self.read(inner)
            ends = last if least < 2 else []
            for number in range(2, most + 1 if most <= FEW else 2):
                _, begins, following = self.read(inner)
                self.edges.update((one, other) for one in last for other in begins)
                last = following
                ends = [*ends, *last] if number >= least else ends
            if most > FEW:
                self.edges.update((one, other) for one in last for other in first)
                ends = last
            return empty or least == 0, first, ends
        raise ValueError(f"{op} is in no expression of ours")


def _inner(op: Any, value: Any) -> Iterator[Any]:
    if op in (code.ASSERT, code.ASSERT_NOT):
        yield value[1]
    elif op is code.SUBPATTERN:
        yield value[-1]
    elif op is code.ATOMIC_GROUP:
        yield value
    elif op is code.BRANCH:
        yield from value[1]
    elif op in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
        yield value[2]


def _is(category: Any, letter: str) -> bool:
    name = str(category).removeprefix("CATEGORY_")
    found = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}[name.removeprefix("NOT_")]
    return (re.match(found, letter) is not None) != name.startswith("NOT_")


def is_exponential(pattern: str | bytes) -> bool:
    """Whether some letters can be read in two ways round a loop of it; more than a few rounds are a loop."""
    positions = _Positions(pattern)
    positions.read(positions.parts[0])
    if positions.in_two_ways:
        return True
    after = defaultdict(list)
    for one, other in positions.edges:
        after[one].append(other)
    pairs: dict[tuple[int, int], list[tuple[int, int]]] = {}
    waiting = [(one, one) for one in range(len(positions.letters))]
    while waiting:
        pair = waiting.pop()
        if pair in pairs:
            continue
        pairs[pair] = [
            (one, other)
            for one in after[pair[0]]
            for other in after[pair[1]]
            if one <= other or pair[0] != pair[1]
            if positions.letters[one] & positions.letters[other]
        ]
        waiting += pairs[pair]
    twice = {edge for edge, count in positions.edges.items() if count > 1}
    for group in _knots(pairs):
        same = {one for one, other in group if one == other}
        if same and any(one != other for one, other in group):
            return True
        if any(one in same and other in same for one, other in twice):
            return True
    return False


def _knots(graph: dict[Any, list[Any]]) -> Iterator[set[Any]]:
    """Which nodes lead to each other (Tarjan), those in a loop alone."""
    place: dict[Any, int] = {}
    low: dict[Any, int] = {}
    stack: list[Any] = []
    on: set[Any] = set()
    for root in graph:
        if root in place:
            continue
        walk = [(root, iter(graph[root]))]
        place[root] = low[root] = len(place)
        stack.append(root)
        on.add(root)
        while walk:
            node, rest = walk[-1]
            for following in rest:
                if following not in place:
                    place[following] = low[following] = len(place)
                    stack.append(following)
                    on.add(following)
                    walk.append((following, iter(graph[following])))
                    break
                if following in on:
                    low[node] = min(low[node], place[following])
            else:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[node])
                if low[node] == place[node]:
                    group = set()
                    while True:
                        group.add(taken := stack.pop())
                        on.discard(taken)
                        if taken == node:
                            break
                    if len(group) > 1 or node in graph[node]:
                        yield group

"""The same achievement told by several Statements counts once: which of them counts, and which repeat it.

Pure, and the same whatever came first. Looked at is one worker, one kind of fact and one activity (or activities that
the mapping declares the same). Facts of one day belong together; so do those that name one certificate, and those of
one registration as far as they tell what happens once. Of what belongs together the strongest Statement decides, by
level, then score, then length, then the earlier day, then the smaller id:

- what the same authority says beside it counts too (completed and passed are two sayings of one platform), except that
  what happens once and is told again by the same template is a repeat;
- all that other authorities say is a repeat of the strongest.

A fact that says no length or no score takes it from its own strongest repeat that does and is not self-declared (E0),
so that nobody loses minutes because a second platform reported as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

__all__ = ["Repeated", "Settled", "Told", "settle"]

SELF_DECLARED = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What one Statement says of one worker, before it is known whether it counts. Fields as `models.Fact`."""

    worker_id: UUID
    statement_id: UUID
    what: str
    day: date
    minutes: int
    score: int | None
    quality: int
    activity_key: int
    said_by: int
    once_key: int


@dataclass(frozen=True, slots=True)
class Repeated:
    """Something told that does not count, the Statement it repeats, and what it lends to that one."""

    told: Told
    repeats: UUID
    lends_minutes: bool
    lends_score: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """What counts (with what was lent to it), and what repeats it."""

    counting: tuple[Told, ...]
    repeated: tuple[Repeated, ...]


Occasions = Mapping[UUID, Collection[tuple[int, bool]]]
"""Of each Statement the keys that tie it to others across days, and whether each is a certificate's."""


def settle(told: Sequence[Told], occasions: Occasions) -> Settled:
    """Settles all that is told of one worker and one activity, of any kinds."""
    counting: list[Told] = []
    repeated: list[Repeated] = []
    by_what: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        by_what[one.what].append(one)
    for what in sorted(by_what):
        for group in _together(by_what[what], occasions):
            found = _settle_group(group)
            counting += found.counting
            repeated += found.repeated
    return Settled(tuple(counting), tuple(repeated))


def _strength(one: Told) -> tuple[int, int, int, int, int]:
    """Smallest for the strongest."""
    return (
        -one.quality,
        -1 - (one.score if one.score is not None else -1),
        -one.minutes,
        one.day.toordinal(),
        one.statement_id.int,
    )


def _together(told: Sequence[Told], occasions: Occasions) -> Iterable[list[Told]]:
    """The facts parted into those that belong together, each group with the strongest first."""
    if len(told) == 1:
        return [list(told)]
    above: dict[object, object] = {}

    def root(node: object) -> object:
        while node in above:
            above[node] = node = above.get(above[node], above[node])
        return node

    def join(one: object, other: object) -> None:
        first, second = root(one), root(other)
        if first != second:
            above[first] = second

    for one in told:
        join(one.statement_id, one.day)
        for key, is_certificate in occasions.get(one.statement_id, ()):
            if is_certificate or one.once_key:
                join(one.statement_id, key)
    groups: dict[object, list[Told]] = defaultdict(list)
    for one in sorted(told, key=_strength):
        groups[root(one.statement_id)].append(one)
    return groups.values()


def _settle_group(group: Sequence[Told]) -> Settled:
    strongest = group[0]
    counts: dict[object, Told] = {}
    repeats: dict[UUID, list[Told]] = defaultdict(list)
    for one in group:
        if one.said_by != strongest.said_by:
            repeats[strongest.statement_id].append(one)
        elif one.once_key and one.once_key in counts:
            repeats[counts[one.once_key].statement_id].append(one)
        else:
            counts[one.once_key or one.statement_id] = one
    counting: list[Told] = []
    repeated: list[Repeated] = []
    for one in counts.values():
        its = repeats[one.statement_id]
        minutes = None if one.minutes else _first(each for each in its if each.minutes)
        score = None if one.score is not None else _first(each for each in its if each.score is not None)
        counting.append(
            replace(
                one,
                minutes=minutes.minutes if minutes else one.minutes,
                score=score.score if score else one.score,
            )
        )
        repeated += [Repeated(each, one.statement_id, each is minutes, each is score) for each in its]
    return Settled(tuple(counting), tuple(repeated))


def _first(lending: Iterable[Told]) -> Told | None:
    return next((one for one in lending if one.quality > SELF_DECLARED), None)

"""Who there is in each organization on a day, and how many of them satisfy each numerator.

Rolled up in memory: workers with the same employments form a cohort, and a cohort counts once in every organization
above any of its enterprises, so that somebody with two employers is one person wherever both meet.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from certification.people import headcounts
from certification.people.workers import Employed
from certification.rules.plans import Numerator
from certification.units.trees import ENTERPRISE, GRASSROOTS_UNION, UNION, Tree
from lrs.db import Session

__all__ = [
    "ALL_ENTERPRISES",
    "BASES",
    "GRASSROOTS_UNIONS",
    "UNIONISED",
    "UNION_CADRES",
    "WORKERS",
    "Behind",
    "Cohort",
    "Coverage",
    "Populations",
    "Tally",
    "chains",
    "cohorts",
    "coverage",
    "coverage_of",
    "declared_headcounts",
    "grassroots_unions",
    "roll_up",
    "unions_of",
]

WORKERS = "workers"
UNION_CADRES = "union_cadres"
GRASSROOTS_UNIONS = "grassroots_unions"

ALL_ENTERPRISES = "all"
UNIONISED = "unionised"
BASES = (ALL_ENTERPRISES, UNIONISED)
"""Over whom a rate is: the workers of every enterprise, or of those with a grassroots union on the day. No document
says which; both are worked out."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Workers with the same employments on the day: `employments` are pairs of enterprise and "as union cadre"."""

    employments: frozenset[tuple[str, bool]]
    workers: list[UUID]
    women: set[UUID]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a headcount is known. Of so many `enterprises` at or below an organization `reporting` have somebody
    on the roster on the day; `declared` have nobody there but a declared headcount, `declared_people` in all; the rest
    say nothing, and nobody of theirs is in the denominator."""

    enterprises: int = 0
    reporting: int = 0
    declared: int = 0
    declared_people: int = 0


@dataclass(frozen=True, slots=True)
class Behind:
    """That counts are those of an instant that is past: all that was known at `known_until` (in UTC) is in them, and of
    what came since only a part, because so many workers wait to be counted again; `waiting_more`: at least so many."""

    known_until: datetime
    waiting: int
    waiting_more: bool = False

    @classmethod
    def earliest(cls, *several: Behind | None) -> Behind | None:
        """What holds of figures drawn from several counts; None where all of them are those of now."""
        known = [one for one in several if one is not None]
        if not known:
            return None
        first = min(one.known_until for one in known)
        most = max(known, key=lambda one: (one.waiting, one.waiting_more))
        return cls(first, most.waiting, most.waiting_more)


@dataclass(slots=True)
class Tally:
    headcount: int = 0
    women: int = 0
    meeting: int = 0
    persons: Counter[Numerator] = field(default_factory=Counter)
    participations: Counter[Numerator] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.headcount += other.headcount
        self.women += other.women
        self.meeting += other.meeting
        self.persons.update(other.persons)
        self.participations.update(other.participations)

    def take_away(self, other: Tally) -> None:
        self.headcount -= other.headcount
        self.women -= other.women
        self.meeting -= other.meeting
        self.persons.subtract(other.persons)
        self.participations.subtract(other.participations)


def chains(tree: Tree, basis: str = ALL_ENTERPRISES) -> dict[str, tuple[str, ...]]:
    """Every enterprise of the basis that exists on the tree's day, by code, with itself and all that is above it.

    Raises ValueError for a basis that is none of `BASES`.
    """
    if basis not in BASES:
        raise ValueError(f"the basis of a rate is one of {', '.join(BASES)}, not {basis!r}")
    return {
        node.code: tree.chain(node.code)
        for node in tree.nodes
        if node.kind == ENTERPRISE and (basis == ALL_ENTERPRISES or unions_of(tree, node.code))
    }


def unions_of(tree: Tree, enterprise: str) -> list[str]:
    """The grassroots union of an enterprise on the tree's day; none or one."""
    return [code for code in tree.parents(enterprise, UNION) if tree.node(code).kind == GRASSROOTS_UNION]


def declared_headcounts(session: Session, tenant: UUID, on: date) -> Mapping[UUID, int]:
    """What enterprises without a roster declare as their headcount on the day, by the enterprise's id."""
    return {enterprise: said.total for enterprise, said in headcounts.standing_in(session, tenant, on).items()}


def coverage(
    reporting: Collection[str], chains: Mapping[str, Sequence[str]], declared: Mapping[str, int]
) -> dict[str, Coverage]:
    """How much of each organization's headcount is known. `reporting` are the enterprises with somebody on the roster;
    `declared` headcounts by the enterprise's code, which count for nothing where there is a roster."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for enterprise, chain in chains.items():
        has_roster = enterprise in reporting
        people = 0 if has_roster else declared.get(enterprise, 0)
        for code in chain:
            counts = found[code]
            counts[0] += 1
            counts[1] += has_roster
            counts[2] += not has_roster and enterprise in declared
            counts[3] += people
    return defaultdict(Coverage, {code: Coverage(*counts) for code, counts in found.items()})


def coverage_of(
    codes: Iterable[str],
    enterprises: Mapping[str, Sequence[str]],
    chains: Mapping[str, Sequence[str]],
    reporting: Collection[str],
    declared: Mapping[str, int],
) -> dict[str, Coverage]:
    """The same of these organizations alone, where it is known which `enterprises` are at or below each of them."""
    found = {}
    for code in codes:
        below = enterprises.get(code, ())
        found[code] = [len(below), sum([one in reporting for one in below]), 0, 0]
    for enterprise, people in declared.items():
        if enterprise not in reporting:
            for code in chains.get(enterprise, ()):
                if code in found:
                    found[code][2] += 1
                    found[code][3] += people
    return defaultdict(Coverage, {code: Coverage(*counts) for code, counts in found.items()})


def cohorts(employed: Iterable[Employed], tree: Tree, enterprises: Collection[str]) -> list[Cohort]:
    """Everybody employed by one of these enterprises (codes)."""
    codes = {tree.node(code).id: code for code in enterprises}
    by_worker: dict[UUID, set[tuple[str, bool]]] = defaultdict(set)
    women: set[UUID] = set()
    for one in employed:
        if one.enterprise_id in codes:
            by_worker[one.worker_id].add((codes[one.enterprise_id], one.union_cadre))
            if one.gender == "female":
                women.add(one.worker_id)
    parted: dict[frozenset[tuple[str, bool]], list[UUID]] = defaultdict(list)
    for worker_id, employments in by_worker.items():
        parted[frozenset(employments)].append(worker_id)
    return [Cohort(employments, ids, women.intersection(ids)) for employments, ids in parted.items()]


def roll_up(
    everyone: Iterable[Cohort],
    chains: Mapping[str, Sequence[str]],
    counts: Mapping[Numerator, Mapping[UUID, int]],
    meeting: Collection[UUID],
) -> tuple[dict[str, Tally], dict[str, Tally]]:
    """Tallies by organization: of everybody, and of those who are union cadres there."""
    everybody: dict[str, Tally] = defaultdict(Tally)
    cadres: dict[str, Tally] = defaultdict(Tally)
    for cohort in everyone:
        tally = Tally(len(cohort.workers), len(cohort.women), sum(one in meeting for one in cohort.workers))
        for rule, count in counts.items():
            found = [count[one] for one in cohort.workers if one in count]
            tally.persons[rule] = len(found)
            tally.participations[rule] = sum(found)
        for code in {above for enterprise, _ in cohort.employments for above in chains[enterprise]}:
            everybody[code].add(tally)
        for code in {above for enterprise, cadre in cohort.employments if cadre for above in chains[enterprise]}:
            cadres[code].add(tally)
    return everybody, cadres


def grassroots_unions(tree: Tree, chains: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """The grassroots unions of enterprises at or below each organization, on either tree."""
    found: dict[str, set[str]] = defaultdict(set)
    for enterprise, chain in chains.items():
        unions = unions_of(tree, enterprise)
        for code in chain:
            found[code].update(unions)
    return found


@dataclass(frozen=True, slots=True)
class Populations:
    """Who there is in each organization, by population, and who of them satisfies each rule."""

    everybody: Mapping[str, Tally]
    cadres: Mapping[str, Tally]
    unions: Mapping[str, set[str]]
    committed: Mapping[str | None, set[str]]
    coverage: Mapping[str, Coverage]
    behind: Behind | None = None
    """Where these are not the counts of now."""

    def headcount(self, code: str) -> int:
        """Who is on the roster, and who is only declared."""
        return self.everybody[code].headcount + self.coverage[code].declared_people

    def count(self, code: str, population: str, rule: Numerator) -> tuple[int, int, int]:
        """How many of a population satisfy a rule, in how many participations, and how many the population has.

        Raises ValueError where the rule does not speak of that population.
        """
        if population == GRASSROOTS_UNIONS and rule.rule == "commitment":
            counted = len(self.unions[code] & self.committed[rule.commitment])
            return counted, counted, len(self.unions[code])
        if population in (WORKERS, UNION_CADRES) and rule.rule != "commitment":
            tally = (self.everybody if population == WORKERS else self.cadres)[code]
            size = self.headcount(code) if population == WORKERS else tally.headcount
            return tally.persons[rule], tally.participations[rule], size
        raise ValueError(f"a numerator by {rule.rule!r} cannot be counted over the population {population!r}")

"""Who there is in each organization on a day, and how many of them satisfy each numerator.

Rolled up in memory: workers with the same employments form a cohort, and a cohort counts once in every organization
above any of its enterprises, so that somebody with two employers is one person wherever both meet.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from certification.people import workers
from certification.rules.plans import Numerator
from certification.units.trees import ENTERPRISE, GRASSROOTS_UNION, UNION, Tree
from lrs.db import Session

__all__ = ["WORKERS", "Cohort", "Populations", "Tally", "cohorts", "grassroots_unions", "roll_up"]

WORKERS = "workers"
UNION_CADRES = "union_cadres"
GRASSROOTS_UNIONS = "grassroots_unions"


@dataclass(frozen=True, slots=True)
class Cohort:
    """Workers with the same employments on the day: `employments` are pairs of enterprise and "as union cadre"."""

    employments: frozenset[tuple[str, bool]]
    workers: list[UUID]
    women: set[UUID]


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


def cohorts(session: Session, tenant: UUID, tree: Tree, on: date) -> list[Cohort]:
    """Everybody employed on the day by an enterprise that exists on it."""
    codes = {node.id: node.code for node in tree.nodes if node.kind == ENTERPRISE}
    employed: dict[UUID, set[tuple[str, bool]]] = defaultdict(set)
    women: set[UUID] = set()
    for one in workers.employments(session, tenant, on):
        if one.enterprise_id in codes:
            employed[one.worker_id].add((codes[one.enterprise_id], one.union_cadre))
            if one.gender == "female":
                women.add(one.worker_id)
    parted: dict[frozenset[tuple[str, bool]], list[UUID]] = defaultdict(list)
    for worker_id, employments in employed.items():
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
        unions = [code for code in tree.parents(enterprise, UNION) if tree.node(code).kind == GRASSROOTS_UNION]
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

    def count(self, code: str, population: str, rule: Numerator) -> tuple[int, int, int]:
        """How many of a population satisfy a rule, in how many participations, and how many the population has.

        Raises ValueError where the rule does not speak of that population.
        """
        if population == GRASSROOTS_UNIONS and rule.rule == "commitment":
            counted = len(self.unions[code] & self.committed[rule.commitment])
            return counted, counted, len(self.unions[code])
        if population in (WORKERS, UNION_CADRES) and rule.rule != "commitment":
            tally = (self.everybody if population == WORKERS else self.cadres)[code]
            return tally.persons[rule], tally.participations[rule], tally.headcount
        raise ValueError(f"a numerator by {rule.rule!r} cannot be counted over the population {population!r}")

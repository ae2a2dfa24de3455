"""What those who do not meet the criteria lack most often: each chỉ số below the floor, or the total alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification.evaluation.findings import BELOW as BELOW_FLOOR
from certification.evaluation.findings import NOT_GIVEN, Prepared, states, tally
from certification.evaluation.results import MET
from certification.judgement import archive, kept
from certification.models import Assessment
from certification.reports.figures import Blocker, Blockers
from certification.rules import criteria
from certification.targets.disclosure import BELOW
from certification.targets.figures import HIDDEN
from certification.targets.numerators import Workers
from lrs.db import Session

__all__ = ["of_those_who_lack"]


def of_those_who_lack(
    session: Session, tenant: UUID, year: int, workers: Workers, *, on: date, programme: str
) -> Blockers | None:
    """What is missing among those of the `workers` whose last result of the year, of a day up to `on`, is not that the
    criteria are met; None where there is nobody.

    Somebody may lack several chỉ số and stands in each. Few persons are hidden (`HIDDEN`): what a report says goes
    from hand to hand. Counted by the database over what is kept beside each result; only of results from before it was
    kept they are read one by one.
    """
    found: Counter[tuple[UUID, str]] = Counter()
    mine = _last(tenant, programme, year, workers, on)
    counted = sa.select(Assessment.criteria_set_id, Assessment.states, sa.func.count())
    for rule_file, said, persons in session.execute(
        counted.where(*mine, Assessment.states.is_not(None)).group_by(Assessment.criteria_set_id, Assessment.states)
    ):
        found[rule_file, said or ""] += persons
    before = session.execute(sa.select(*archive.COLUMNS).where(*mine, Assessment.states.is_(None))).all()
    for one in archive.read(session, tenant, before, year):
        found[one.criteria_set_id, _states(one)] += 1
    return _blockers(session, tenant, found) if found else None


def _last(tenant: UUID, programme: str, year: int, workers: Workers, on: date) -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions on a result: the last of its worker of a day up to `on`, and not that the criteria are met."""
    other = aliased(Assessment)
    last = sa.select(sa.func.max(other.version)).where(
        other.worker_id == Assessment.worker_id, other.programme == programme, other.year == year, other.as_of <= on
    )
    return (
        Assessment.tenant_id == tenant, Assessment.programme == programme, Assessment.year == year,
        Assessment.outcome != MET, Assessment.version == last.scalar_subquery(), Assessment.worker_id.in_(workers),
    )  # fmt: skip


def _states(one: archive.Assessed) -> str:
    rules: Prepared = one.rules
    if kept.is_of_old(one.kept):
        known = {each.indicator: each.points for each in one.result.indicators}
        return states(rules, [known.get(each.id) for each in rules.criteria_set.indicators])
    return states(rules, tally(rules, kept.decode(one.kept)).decided)


def _blockers(session: Session, tenant: UUID, found: Counter[tuple[UUID, str]]) -> Blockers:
    persons, total_alone = sum(found.values()), 0
    lacks: dict[tuple[str, str], list[int]] = {}
    sets: dict[UUID, Any] = {
        one: criteria.of_rule_file(session, tenant, one) for one in sorted({rule_file for rule_file, _ in found})
    }
    for (rule_file, said), many in sorted(found.items()):
        if BELOW_FLOOR not in said and NOT_GIVEN not in said:
            total_alone += many
        for indicator, letter in zip(sets[rule_file].indicators, said, strict=True):
            at = lacks.setdefault((indicator.id, indicator.title), [0, 0])
            at[0] += many if letter == BELOW_FLOOR else 0
            at[1] += many if letter == NOT_GIVEN else 0
    if persons < BELOW:
        return Blockers(HIDDEN, HIDDEN, ())
    return Blockers(persons, _shown(total_alone), tuple(_lacked(lacks.items())))


def _lacked(lacks: Iterable[tuple[tuple[str, str], list[int]]]) -> Iterable[Blocker]:
    """The most frequent first. One part of a number that is told says the other, so few in either hide both."""
    for (code, title), (below, not_given) in sorted(lacks, key=lambda one: -sum(one[1])):
        if below + not_given:
            parts = (below, not_given)
            hidden = any(_shown(one) == HIDDEN for one in parts)
            yield Blocker(code, title, _shown(sum(parts)), *((HIDDEN, HIDDEN) if hidden else parts))


def _shown(persons: int) -> int:
    return HIDDEN if 0 < persons < BELOW else persons

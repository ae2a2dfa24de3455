"""Rows of facts: how many workers of a unit have facts of a kind in a month.

Whose: of those employed in the unit on the last day of the month, as rates count. How many facts those are is not told:
a unit's facts less those of the parts that are shown say whether anybody is in the hidden ones. The database hands out
worker by worker; what is held here is what units there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa

from certification.analysis.days import Standing
from certification.analysis.protecting import protected
from certification.models import Employment, Fact
from certification.targets.populations import ALL_ENTERPRISES
from lrs.db import Session

__all__ = ["COLUMNS", "facts"]

COLUMNS = {
    "month": "DATE",
    "unit": "VARCHAR",
    "unit_name": "VARCHAR",
    "unit_kind": "VARCHAR",
    "above": "VARCHAR",
    "above_union": "VARCHAR",
    "fact": "VARCHAR",
    "persons": "INTEGER",
}

AT_ONCE = 2000
"""Rows that the database hands out at a time."""

_Row = tuple[object, ...]


def facts(session: Session, tenant: UUID, last: date, there: Standing, below: int) -> Iterator[_Row]:
    """The rows of the month that ends on the day `last`, by kind and unit: those that may be written and no others."""
    chains = there.ground.chains[ALL_ENTERPRISES]
    codes = {node.id: node.code for node in there.ground.tree.nodes}
    employed = _rolled_up(_employed(session, tenant, last), codes, chains)
    for what, found in groupby(_found(session, tenant, last), key=lambda row: row[0]):
        persons = _rolled_up(Counter(_employers(row[1:] for row in found)), codes, chains)
        shown = protected({code: persons[code] for code in there.said}, there.ends, below, of=employed)
        for code in shown:
            yield (last.replace(day=1), *there.said[code], what, shown[code])


def _found(session: Session, tenant: UUID, last: date) -> Iterable[tuple[str, UUID, UUID]]:
    """Kind, worker and one of the enterprises: a row for each employment, in order of the first two."""
    of_month = (
        sa.select(Fact.what, Fact.worker_id)
        .where(
            Fact.tenant_id == tenant,
            Fact.year == last.year,
            Fact.day >= last.replace(day=1),
            Fact.day <= last,
        )
        .distinct()
        .subquery()
    )
    query = (
        sa.select(of_month.c.what, of_month.c.worker_id, Employment.enterprise_id)
        .join(Employment, Employment.worker_id == of_month.c.worker_id)
        .where(*_on(tenant, last))
        .order_by(of_month.c.what, of_month.c.worker_id)
    )
    return session.execute(query.execution_options(yield_per=AT_ONCE))


def _employed(session: Session, tenant: UUID, on: date) -> Counter[frozenset[UUID]]:
    """How many workers have exactly these employers on a day; those with several alone are handed out one by one."""
    those = _on(tenant, on)
    enterprises = sa.select(Employment.enterprise_id, sa.func.count()).where(*those).group_by(Employment.enterprise_id)
    found = Counter({frozenset([one]): many for one, many in session.execute(enterprises)})
    several = sa.select(Employment.worker_id).where(*those).group_by(Employment.worker_id).having(sa.func.count() > 1)
    query = (
        sa.select(Employment.worker_id, Employment.enterprise_id)
        .where(*those, Employment.worker_id.in_(several))
        .order_by(Employment.worker_id)
    )
    together: Counter[frozenset[UUID]] = Counter()
    for _, rows in groupby(session.execute(query.execution_options(yield_per=AT_ONCE)), key=lambda row: row[0]):
        jobs = [row[1] for row in rows]
        found.subtract(frozenset([one]) for one in jobs)
        together[frozenset(jobs)] += 1
    found.update(together)
    return found


def _on(tenant: UUID, day: date) -> tuple[sa.ColumnElement[bool], ...]:
    """What holds of employments on a day."""
    return (
        Employment.tenant_id == tenant,
        Employment.started <= day,
        sa.or_(Employment.ended.is_(None), Employment.ended >= day),
    )


def _employers(jobs: Iterable[tuple[UUID, UUID]]) -> Iterator[frozenset[UUID]]:
    """The employers of each worker, from pairs of both in order of workers."""
    for _, of_worker in groupby(jobs, key=lambda job: job[0]):
        yield frozenset([enterprise for _, enterprise in of_worker])


def _rolled_up(
    cohorts: Mapping[frozenset[UUID], int], codes: Mapping[UUID, str], chains: Mapping[str, Collection[str]]
) -> Counter[str]:
    """Persons by unit; whoever has several employers is one person where these meet."""
    persons: Counter[str] = Counter()
    for employers, many in cohorts.items():
        for code in {unit for one in employers if one in codes for unit in chains.get(codes[one], ())}:
            persons[code] += many
    return persons

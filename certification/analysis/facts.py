"""Rows of facts: how many workers of a unit have facts of a kind in a month, and how many facts those are.

Whose: of those employed in the unit on the last day of the month, as rates count. The database groups, and hands out
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
from certification.analysis.protecting import protected, rounded
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
    "facts": "INTEGER",
}

AT_ONCE = 2000
"""Rows that the database hands out at a time."""

_Row = tuple[object, ...]


def facts(session: Session, tenant: UUID, last: date, there: Standing, below: int) -> Iterator[_Row]:
    """The rows of the month that ends on the day `last`, by kind and unit: those that may be written and no others."""
    chains = there.ground.chains[ALL_ENTERPRISES]
    codes = {node.id: node.code for node in there.ground.tree.nodes}
    for what, found in groupby(_found(session, tenant, last), key=lambda row: row[0]):
        persons, times = _rolled_up(found, codes, chains)
        shown = protected({code: persons[code] for code in there.said}, there.ends, below)
        for code in shown:
            yield (last.replace(day=1), *there.said[code], what, shown[code], rounded(times[code], below))


def _found(session: Session, tenant: UUID, last: date) -> Iterable[tuple[str, UUID, UUID, int]]:
    """Kind, worker, one of the enterprises, and how many facts: a row for each employment, in order of both."""
    of_month = (
        sa.select(Fact.what, Fact.worker_id, sa.func.count().label("times"))
        .where(
            Fact.tenant_id == tenant,
            Fact.year == last.year,
            Fact.day >= last.replace(day=1),
            Fact.day <= last,
        )
        .group_by(Fact.what, Fact.worker_id)
        .subquery()
    )
    query = (
        sa.select(of_month.c.what, of_month.c.worker_id, Employment.enterprise_id, of_month.c.times)
        .join(Employment, Employment.worker_id == of_month.c.worker_id)
        .where(
            Employment.tenant_id == tenant,
            Employment.started <= last,
            sa.or_(Employment.ended.is_(None), Employment.ended >= last),
        )
        .order_by(of_month.c.what, of_month.c.worker_id)
    )
    return session.execute(query.execution_options(yield_per=AT_ONCE))


def _rolled_up(
    found: Iterable[tuple[str, UUID, UUID, int]],
    codes: Mapping[UUID, str],
    chains: Mapping[str, Collection[str]],
) -> tuple[Counter[str], Counter[str]]:
    """Persons and facts of one kind by unit; whoever has several employers is one person where these meet."""
    cohorts: Counter[frozenset[UUID]] = Counter()
    of_cohorts: Counter[frozenset[UUID]] = Counter()
    for _, rows in groupby(found, key=lambda row: row[1]):
        jobs = list(rows)
        employers = frozenset([row[2] for row in jobs])
        cohorts[employers] += 1
        of_cohorts[employers] += jobs[0][3]
    persons: Counter[str] = Counter()
    times: Counter[str] = Counter()
    for employers, many in cohorts.items():
        for code in {unit for one in employers if one in codes for unit in chains.get(codes[one], ())}:
            persons[code] += many
            times[code] += of_cohorts[employers]
    return persons, times

"""Results that were kept, read back: the last one of each worker, all versions, what had been said at an instant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification.evaluation.findings import Prepared
from certification.evaluation.results import MET, NOT_YET_KNOWN
from certification.judgement.judgements import Judgement
from certification.marks import Cause
from certification.models import Assessment, Worker
from certification.rules import criteria, plans
from lrs.db import Session, among, beside

__all__ = [
    "COLUMNS",
    "Assessed",
    "few_judged_as",
    "having",
    "judged_as",
    "judged_by",
    "kept_after",
    "last_rows",
    "latest",
    "latest_of",
    "newest",
    "newest_place",
    "outcomes",
    "read",
    "read_row",
    "said_on",
    "versions",
]


@dataclass(frozen=True, kw_only=True)
class Assessed(Judgement):
    """The last result kept for a worker. `changed`: whether it was this call that kept it.

    `as_of` is the day on which a judgement first said so, which may lie before the day asked about.
    """

    version: int
    judged: datetime
    causes: Cause
    changed_by: str | None
    changed: bool
    place: int = 0
    """Its place among all that were kept; 0 where it is not known."""


def latest(session: Session, tenant: UUID, worker_id: UUID, programme: str, year: int) -> Assessed | None:
    """The last result kept for a worker of this tenant and an assessment year, or None."""
    return latest_of(session, tenant, [worker_id], programme, year).get(worker_id)


def latest_of(
    session: Session,
    tenant: UUID,
    worker_ids: Collection[UUID],
    programme: str,
    year: int,
    *,
    by: datetime | None = None,
) -> dict[UUID, Assessed]:
    """The last result kept for each of these workers who has any: by an instant, where one is given, for what had been
    said by then on what was known then. As many SQL commands for a thousand as for one.

    `known_on` answers the other question, what is to be said today of what had happened by a day.
    """
    return _read(session, tenant, last_rows(session, tenant, worker_ids, programme, year, by).values(), year)


def kept_after(
    session: Session,
    tenant: UUID,
    programme: str,
    year: int,
    place: int,
    *,
    limit: int,
    by: datetime | None = None,
    whom: sa.ColumnElement[bool] | None = None,
) -> list[tuple[str, Assessed]]:
    """The last results of workers (by number), those that were kept after a place, in the order of their places.

    `by` as in `latest_of`; `whom` is a condition on `Worker.id`, for whoever may not see everybody.
    """
    rows = session.execute(
        sa.select(Worker.number, *COLUMNS)
        .join(Worker, Worker.id == Assessment.worker_id)
        .where(
            Assessment.tenant_id == tenant,
            Assessment.programme == programme,
            Assessment.year == year,
            Assessment.place > place,
            Assessment.version == newest(programme, year, by),
            Worker.merged_into.is_(None),
            sa.true() if whom is None else whom,
        )
        .order_by(Assessment.place)
        .limit(limit)
    ).all()
    return [(row.number, read_row(row, rules, year)) for row, rules in _with_rules(session, tenant, rows, year)]


def versions(
    session: Session,
    tenant: UUID,
    worker_id: UUID,
    programme: str,
    year: int,
    *,
    first: int = 1,
    limit: int | None = None,
) -> list[Assessed]:
    """Every result kept for a worker and a year from the version `first` on (`limit` of them), the first one first."""
    rows = session.execute(
        sa.select(*COLUMNS)
        .where(
            Assessment.worker_id == worker_id,
            Assessment.tenant_id == tenant,
            Assessment.programme == programme,
            Assessment.year == year,
            Assessment.version >= first,
        )
        .order_by(Assessment.version)
        .limit(limit)
    ).all()
    return list(read(session, tenant, rows, year))


def read(session: Session, tenant: UUID, rows: Collection[Any], year: int) -> Iterator[Assessed]:
    """What rows of `COLUMNS` say. A number of SQL commands that depends on the rules alone."""
    return (read_row(row, rules, year) for row, rules in _with_rules(session, tenant, rows, year))


def said_on(
    session: Session, tenant: UUID, worker_id: UUID, programme: str, year: int, instant: datetime
) -> Assessed | None:
    """What had been said of a worker at an instant: the last version kept by then, on what was known then."""
    return latest_of(session, tenant, [worker_id], programme, year, by=instant).get(worker_id)


def _read(session: Session, tenant: UUID, rows: Iterable[Any], year: int) -> dict[UUID, Assessed]:
    return {row.worker_id: read_row(row, rules, year) for row, rules in _with_rules(session, tenant, list(rows), year)}


def _with_rules(session: Session, tenant: UUID, rows: Collection[Any], year: int) -> Iterator[tuple[Any, Prepared]]:
    """Each row with the rules that it was judged by."""
    if not rows:
        return
    counted = plans.countings(plans.all_plans(session, tenant), year)
    rules = {
        one: criteria.prepared(criteria.of_rule_file(session, tenant, one), counted)
        for one in {row.criteria_set_id for row in rows}
    }
    for row in rows:
        yield row, rules[row.criteria_set_id]


def read_row(row: Any, rules: Prepared, year: int) -> Assessed:
    """What a row of `last_rows` says, with the rules that it was judged by."""
    return Assessed(
        row.worker_id,
        row.criteria_set_id,
        rules,
        year,
        row.as_of,
        row.outcome,
        row.total,
        row.result,
        row.watermark,
        version=row.version,
        judged=row.judged,
        causes=Cause(row.causes),
        changed_by=row.changed_by,
        changed=False,
        place=row.place,
    )


def outcomes(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], programme: str, year: int
) -> dict[UUID, str]:
    """The outcome of the last result kept for each of these workers that has one for the year."""
    rows = session.execute(
        sa.select(Assessment.worker_id, Assessment.outcome).where(
            among(session, Assessment.worker_id, worker_ids),
            beside(Assessment.tenant_id) == tenant,
            Assessment.programme == programme,
            Assessment.year == year,
            Assessment.version == newest(programme, year),
        )
    )
    return {row[0]: row[1] for row in rows}


def having(
    session: Session,
    tenant: UUID,
    worker_ids: Collection[UUID],
    programme: str,
    year: int,
    outcomes: Collection[str],
    *,
    by: datetime | None = None,
) -> dict[UUID, tuple[str, int, UUID]]:
    """Those of these workers whose last result is one of these: which, the points, and the rule file it was found by.
    `by` as in `latest_of`."""
    rows = session.execute(
        sa.select(Assessment.worker_id, Assessment.outcome, Assessment.total, Assessment.criteria_set_id).where(
            among(session, Assessment.worker_id, worker_ids),
            beside(Assessment.tenant_id) == tenant,
            Assessment.programme == programme,
            Assessment.year == year,
            Assessment.outcome.in_(sorted(outcomes)),
            Assessment.version == newest(programme, year, by),
        )
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def judged_by(session: Session, tenant: UUID, programme: str, year: int) -> dict[UUID, list[UUID]]:
    """The workers who have a result for the year, by the rule file that the last one was judged by."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    rows = session.execute(
        sa.select(Assessment.criteria_set_id, Assessment.worker_id).where(
            Assessment.tenant_id == tenant,
            Assessment.programme == programme,
            Assessment.year == year,
            Assessment.version == newest(programme, year),
        )
    )
    for rule_file_id, worker_id in rows:
        found[rule_file_id].append(worker_id)
    return found


def newest_place(session: Session, tenant: UUID, programme: str, year: int) -> int:
    """The place of what was kept last for the year; 0 where nothing was."""
    # Not max(): as long as PostgreSQL has no statistics of the table, it reads every place to find that.
    place = (
        sa.select(Assessment.place)
        .where(Assessment.tenant_id == tenant, Assessment.programme == programme, Assessment.year == year)
        .order_by(Assessment.place.desc())
        .limit(1)
    )
    return session.scalar(place) or 0


COLUMNS = (
    Assessment.worker_id,
    Assessment.version,
    Assessment.criteria_set_id,
    Assessment.as_of,
    Assessment.outcome,
    Assessment.total,
    Assessment.result,
    Assessment.judged,
    Assessment.causes,
    Assessment.changed_by,
    Assessment.watermark,
    Assessment.place,
)


def last_rows(
    session: Session,
    tenant: UUID,
    worker_ids: Collection[UUID],
    programme: str,
    year: int,
    by: datetime | None = None,
) -> dict[UUID, Any]:
    """The newest version (kept by an instant) of each worker's result."""
    rows: Iterable[Any] = session.execute(
        sa.select(*COLUMNS).where(
            among(session, Assessment.worker_id, worker_ids),
            beside(Assessment.tenant_id) == tenant,
            Assessment.programme == programme,
            Assessment.year == year,
            Assessment.version == newest(programme, year, by),
        )
    )
    return {row.worker_id: row for row in rows}


def judged_as(worker: Any, tenant: UUID, programme: str, year: int, outcome: str | None) -> sa.ColumnElement[bool]:
    """That the last result kept for the worker whom the column names is `outcome`, or for None that there is none: for
    the WHERE of a list."""
    of = (
        Assessment.worker_id == worker,
        beside(Assessment.tenant_id) == tenant,
        Assessment.programme == programme,
        Assessment.year == year,
    )
    if outcome is None:
        return ~sa.exists().where(*of)
    return sa.exists().where(*of, Assessment.outcome == outcome, Assessment.version == newest(programme, year))


def few_judged_as(
    session: Session, tenant: UUID, programme: str, year: int, outcome: str, most: int
) -> list[UUID] | None:
    """The workers whose last result is `outcome`, of which an index keeps those alone; None where there are more than
    `most`, or none is kept. One SQL command."""
    if outcome not in (MET, NOT_YET_KNOWN):
        return None
    query = sa.select(Assessment.worker_id).where(
        Assessment.tenant_id == tenant,
        Assessment.programme == programme,
        Assessment.year == year,
        Assessment.outcome == sa.literal_column(f"'{outcome}'"),  # written out: only then is that index taken
        Assessment.version == newest(programme, year),
    )
    found = list(session.scalars(query.limit(most + 1)))
    return None if len(found) > most else found


def newest(
    programme: str, year: int, by: datetime | sa.SQLColumnExpression[datetime] | None = None
) -> sa.ScalarSelect[int]:
    """The newest version (kept by an instant, or by that of the row beside it) of the worker whose row of
    `certification_assessment` is looked at."""
    other = aliased(Assessment)
    newest = sa.select(sa.func.max(other.version)).where(
        other.worker_id == Assessment.worker_id, other.programme == programme, other.year == year
    )
    return (newest if by is None else newest.where(other.judged <= by)).scalar_subquery()

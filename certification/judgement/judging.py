"""Judging again whoever has a mark (`certification.marks`).

`judge_stale` takes a batch of the marks that are due; `judge_all_stale` goes on until none is left; `mark_touched`
marks whom newly loaded rules concern. A mark tells the change it was made for, so that a change during a judgement is
not taken for judged. Evidence that is dated later than the day of judging is no reason to judge now: the mark stays and
is due on that day.

Locks on PostgreSQL: whoever judges holds the workers first (`assessments.lock`, in order of id), then marks that are
free; a mark that somebody is just renewing is passed over rather than waited for. So neither side can stop the other
half-way, in whatever order a transaction marks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification import marks
from certification.errors import NoCriteriaInForce
from certification.judgement import assessments, closings
from certification.judgement.assessments import BATCH, Judged
from certification.marks import Cause, Key
from certification.models import Assessment, Attestation, Base, Fact, Stale
from certification.rules import criteria, plans, rule_store
from certification.rules.criteria import PROGRAMME
from certification.vietnam import vietnam_day
from lrs.db import Database, Session, among, beside

__all__ = [
    "count_due",
    "count_waiting",
    "judge_all_stale",
    "judge_stale",
    "mark_touched",
    "waiting_by_year",
    "waiting_of",
]

log = logging.getLogger(__name__)

_STALE = Base.metadata.tables[Stale.__tablename__]


def count_due(session: Session, tenant: UUID, today: date) -> int:
    """How many marks are to be judged by the end of the day `today` in Vietnam."""
    return session.scalar(sa.select(sa.func.count()).where(*_due(session, tenant, today))) or 0


def count_waiting(session: Session, tenant: UUID, year: int) -> int:
    """How many workers have a mark for the year: for a closed one, of how many something came late."""
    mine = Stale.tenant_id == tenant, Stale.year == year
    return session.scalar(sa.select(sa.func.count()).where(*mine)) or 0


def waiting_of(session: Session, tenant: UUID, worker_ids: Collection[UUID], year: int) -> set[UUID]:
    """Which of these workers are to be judged again for the year as soon as may be: what is kept of them is behind. For
    a closed year nobody is. Two SQL commands."""
    if not worker_ids or year in closings.closed_years(session, tenant, PROGRAMME):
        return set()
    due = Stale.tenant_id == tenant, Stale.year == year, Stale.due.is_(None)
    return set(session.scalars(sa.select(Stale.worker_id).where(*due, among(session, Stale.worker_id, worker_ids))))


def waiting_by_year(session: Session, tenant: UUID) -> dict[int, int]:
    """The same of every year for which anybody has a mark. One SQL command."""
    rows = session.execute(sa.select(Stale.year, sa.func.count()).where(Stale.tenant_id == tenant).group_by(Stale.year))
    return {year: count for year, count in rows}  # noqa: C416


def mark_touched(session: Session, tenant: UUID, new: Collection[UUID], programme: str = PROGRAMME) -> int:
    """Marks exactly those whom newly loaded rule files concern; gives how many.

    They are those who were last judged by a criteria set or a rubric that does not hold any more for the year, those
    who have evidence of a year that had no criteria before, and those who have evidence that a new plan counts in a way
    no plan did. Closed years are left as they are.
    """
    closed = closings.closed_years(session, tenant, programme)
    concerned: set[Key] = set()
    learned = sa.select(Fact.year).where(Fact.tenant_id == tenant).distinct()
    kept = (
        sa.select(Assessment.year).where(Assessment.tenant_id == tenant, Assessment.programme == programme).distinct()
    )
    for year in sorted({*session.scalars(learned), *session.scalars(kept)} - closed.keys()):
        last = assessments.judged_by(session, tenant, programme, year)
        for rule_file_id, people in last.items():
            if not _holds(session, tenant, programme, year, rule_file_id):
                concerned |= {(one, year) for one in people}
        judged = {one for people in last.values() for one in people}
        of_year = sa.select(Fact.worker_id).where(Fact.tenant_id == tenant, Fact.year == year).distinct()
        concerned |= {(one, year) for one in session.scalars(of_year) if one not in judged}
        counted = plans.all_plans(session, tenant)
        before = {one.key for one in plans.countings([one for one in counted if one.rule_file_id not in new], year)}
        for counting in plans.countings(counted, year):
            if counting.key not in before:
                kinds = of_year if "*" in counting.what else of_year.where(Fact.what.in_(counting.what))
                concerned |= {(one, year) for one in session.scalars(kinds)}
    marks.mark_stale(session, tenant, concerned, cause=Cause.RULES)
    return len(concerned)


def _holds(session: Session, tenant: UUID, programme: str, year: int, rule_file_id: UUID) -> bool:
    """Whether this is still what the year is judged by, for the audience that it is of."""
    audience = criteria.of_rule_file(session, tenant, rule_file_id).audience
    until = closings.rules_until(session, tenant, programme, year)
    try:
        return criteria.in_force(session, tenant, programme, audience, year, loaded_until=until)[0] == rule_file_id
    except NoCriteriaInForce:
        return False


def judge_all_stale(database: Database, tenant: UUID, *, clock: Callable[[], datetime]) -> int:
    """Judges, batch by batch, until nobody's mark is due, whoever else judges meanwhile; gives how many it settled."""
    judged = 0
    while True:
        now = clock()
        settled = judge_stale(database, tenant, now=now)
        judged += settled
        if not settled:
            with database.reading(tenant) as session:
                if not count_due(session, tenant, vietnam_day(now)):
                    return judged


def judge_stale(
    database: Database, tenant: UUID, *, now: datetime, limit: int = BATCH, programme: str = PROGRAMME
) -> int:
    """Judges up to `limit` workers of those whose mark is due, in transactions of its own; gives how many it settled.

    Evidence is read and judged before the write transaction. A mark is settled only if it is still the one read: a
    worker whose evidence changed meanwhile keeps the newer mark, and what was just worked out is not kept. Nor is
    anything kept, or any mark settled, when criteria or a rubric were loaded meanwhile. A settled mark goes, or is put
    off to the day of the next evidence. Workers for whom no criteria set is in force (a Statement of a year that had
    none) are logged and let go: nothing can be said of them before a criteria set is loaded, and then
    `flask certification assess` says it.
    """
    today = vietnam_day(now)
    with database.reading(tenant) as session:
        rules = _rules(session, tenant)
        closed = closings.closed_years(session, tenant, programme)
        marks = _marks(session, tenant, today, limit)
        if not marks:
            return 0
        judged: dict[int, Judged] = {}
        for year in sorted({mark.year for mark in marks}):
            ids = [mark.worker_id for mark in marks if mark.year == year]
            judged[year] = assessments.judge(session, tenant, ids, programme, year, today)
            for missing in judged[year].without_criteria:
                log.warning("tenant %s: some stale workers cannot be judged: %s", tenant, missing)
        later = _next_evidence(session, tenant, {mark.worker_id for mark in marks}, today)
    with database.writing(tenant) as session:
        known = set(assessments.lock(session, tenant, {mark.worker_id for mark in marks}))
        # Asked with the workers locked: whoever judges them by rules loaded after this keeps the later version.
        closings.one_after_the_other(session, tenant)
        if _rules(session, tenant) != rules or closings.closed_years(session, tenant, programme) != closed:
            return 0
        settled = _settle(session, tenant, marks, later)
        for year, of_year in judged.items():
            still = [one for one in of_year.judgements if one.worker_id in known and (one.worker_id, year) in settled]
            why = {mark.worker_id: (mark.causes, mark.changed_by) for mark in marks if mark.year == year}
            assessments.keep(session, tenant, still, programme, year, now, why=why)
    return len(settled)


@dataclass(frozen=True, slots=True)
class _Mark:
    worker_id: UUID
    year: int
    mark: UUID
    causes: Cause
    changed_by: str | None


def _due(session: Session, tenant: UUID, today: date) -> tuple[sa.ColumnElement[bool], ...]:
    """Marks to be settled by now; those of a closed year wait for somebody to open it."""
    due = sa.or_(Stale.due.is_(None), Stale.due <= today)
    closed = list(closings.closed_years(session, tenant, PROGRAMME))
    return (Stale.tenant_id == tenant, due, *([Stale.year.not_in(closed)] if closed else []))


def _marks(session: Session, tenant: UUID, today: date, limit: int) -> list[_Mark]:
    rows = session.execute(
        sa.select(Stale.worker_id, Stale.year, Stale.mark, Stale.causes, Stale.changed_by)
        .where(*_due(session, tenant, today))
        .order_by(Stale.turn, Stale.worker_id, Stale.year)
        .limit(limit)
    )
    return [_Mark(worker, year, mark, Cause(causes), by) for worker, year, mark, causes, by in rows]


def _rules(session: Session, tenant: UUID) -> frozenset[UUID]:
    """What judgements are made by. A loaded file never changes, so other files are other ids."""
    return rule_store.ids(session, tenant, "criteria-set", "rubric", "plan")


def _next_evidence(session: Session, tenant: UUID, worker_ids: Collection[UUID], today: date) -> dict[Key, date]:
    """The first day after `today` on which something is known of a worker that counts for a year."""
    first: dict[Key, date] = {}
    for table, day in ((Fact, Fact.day), (Attestation, Attestation.attested_on)):
        rows = session.execute(
            sa.select(table.worker_id, table.year, sa.func.min(day))
            .where(among(session, table.worker_id, worker_ids), beside(table.tenant_id) == tenant, day > today)
            .group_by(table.worker_id, table.year)
        )
        for worker_id, year, earliest in rows:
            first[worker_id, year] = min(earliest, first.get((worker_id, year), date.max))
    return first


def _settle(session: Session, tenant: UUID, marks: Collection[_Mark], later: Mapping[Key, date]) -> set[Key]:
    """Takes away the marks that are still as they were read, or puts them off to a day of `later`; gives whose they
    were. A mark that another transaction holds is being renewed, and so no longer as it was read."""
    as_read = sa.tuple_(Stale.worker_id, Stale.year, Stale.mark).in_(
        [(mark.worker_id, mark.year, mark.mark) for mark in marks]
    )
    held = [
        (worker_id, year)
        for worker_id, year in session.execute(
            sa.select(Stale.worker_id, Stale.year)
            .where(Stale.tenant_id == tenant, as_read)
            .order_by(Stale.worker_id, Stale.year)
            .with_for_update(skip_locked=True)
        )
    ]
    of_mark = sa.and_(_STALE.c.worker_id == sa.bindparam("of_worker"), _STALE.c.year == sa.bindparam("of_year"))
    done = [{"of_worker": worker, "of_year": year} for worker, year in held if (worker, year) not in later]
    if done:
        session.execute(sa.delete(_STALE).where(of_mark), done)
    put_off = [
        {"of_worker": worker, "of_year": year, "due": later[worker, year], "causes": int(Cause.DAY), "changed_by": None}
        for worker, year in held
        if (worker, year) in later
    ]
    if put_off:
        session.execute(sa.update(_STALE).where(of_mark), put_off)
    return set(held)

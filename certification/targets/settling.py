"""Keeping the summaries (`targets.summaries`): made once, then settled for whoever is marked.

Making goes through the enterprises in order of id, so that each tally is written once or a few times, and keeps which
one it has reached; killed at any step, it goes on there. Settling takes marked workers (`certification.marks`), works
out what they contribute now, and adds the difference to what they contributed before to the tallies of all
organizations above them; of very many those of an enterprise together (`targets.waiting`).

A step reads and works out outside of any write transaction, and then writes what it found, unless the summaries are
others by then. One settles at a time for a tenant. Whatever changes meanwhile leaves a mark that is not the one read,
and stays. Locks on PostgreSQL: the right to settle first, then marks that are free.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import accumulate
from uuid import UUID, uuid4

import sqlalchemy as sa

from certification import bulk
from certification.marks import EVERY_YEAR
from certification.models import (
    Assessment,
    Attestation,
    Award,
    Employment,
    Fact,
    Organization,
    Standing,
    Summary,
    SummaryPlace,
    Tally,
    Uncounted,
    UnionRole,
    Worker,
)
from certification.rules.criteria import PROGRAMME
from certification.rules.plans import Numerator
from certification.targets import contributions, grounds, standings, summaries, tallies, waiting
from certification.targets.sums import Sum
from certification.units import revisions
from lrs.api import key_of
from lrs.db import Database, Session, among, is_postgresql

__all__ = ["BATCH", "forget", "settle", "settle_all"]

BATCH = 300
"""Marked workers settled in one step, where they are of any enterprises."""

MAKING = 8000
"""Workers taken in one step, or about so many, enterprise by enterprise: while a summary is first made, where
enterprises have moved, and where very many are marked."""

YEARS = 3
"""Of so many years summaries are kept, the newest made first: beside a figure of last year stands that of the year
before it."""

LOOKED_THROUGH = 300
"""Organizations looked through for workers in one such step."""

LET_GO = 20_000
"""Marks of workers whom nobody has counted yet that go in one step."""

READ_BY_WORKER = (
    Assessment, Attestation, Award, Employment, Fact, Standing, Tally, Uncounted, UnionRole, Worker,
)  # fmt: skip
"""Of these tables each step reads the rows of thousands of workers."""

Write = Callable[[Session], int]
"""Writes what a step has prepared; gives how many workers or steps that was."""


def settle_all(database: Database, tenant: UUID, *, today: date) -> int:
    """Settles until nothing is left to do; gives how many workers were taken. For commands and tests."""
    settled = 0
    while True:
        step = settle(database, tenant, today=today)
        settled += step
        if not step:
            return settled


def settle(database: Database, tenant: UUID, *, today: date, limit: int = BATCH) -> int:
    """Does a step of what there is to do for the tenant's summaries, in transactions of its own; gives how many
    workers or steps that were, 0 when nothing is left or another settles just now.

    Summaries are kept of the year of `today` and of those before it (`YEARS`). Marks are settled, up to `limit` of
    them, or very many of whole enterprises; then one step is made on what there is besides: a summary that does not fit
    the loaded rules is thrown away, one that is missing is made part by part, and where organizations have moved, their
    workers are counted where they stand now.
    """
    done = 0
    for prepare in (partial(_settle_marks, limit=limit), _bring_on):
        with database.reading(tenant, snapshot=True) as session:
            there = _State.read(session, tenant, today)
            write = prepare(session, there)
        if write is None:
            continue
        with database.writing(tenant) as session:
            if not _alone(session, tenant) or _versions(session, tenant) != there.versions:
                return done
            done += write(session)
    if done > limit and not database.is_sqlite:
        with database.writing(tenant) as session:
            bulk.gather_statistics(session, *READ_BY_WORKER)
    return done


def forget(session: Session, tenant: UUID) -> None:
    """Throws the tenant's summaries away; whoever settles makes them again."""
    for model in (Tally, Standing, SummaryPlace, Summary):
        session.execute(sa.delete(model).where(model.tenant_id == tenant))


@dataclass(frozen=True)
class _State:
    """What is kept, and what should be."""

    tenant: UUID
    kept: Mapping[int, Summary]
    rules: Sequence[Numerator]
    years: tuple[int, ...]

    @classmethod
    def read(cls, session: Session, tenant: UUID, today: date) -> _State:
        kept = {one.year: one for one in session.scalars(sa.select(Summary).where(Summary.tenant_id == tenant))}
        rules = summaries.all_rules(session, tenant)
        return cls(tenant, kept, rules, tuple(today.year - ago for ago in range(YEARS)))

    @property
    def versions(self) -> dict[int, UUID]:
        return {year: one.version for year, one in self.kept.items()}

    @property
    def misfits(self) -> list[int]:
        """Kept years that are none of ours any more, or do not fit the loaded rules."""
        measures = standings.measures(self.rules)
        return [
            year
            for year, one in self.kept.items()
            if year not in self.years or tallies.measures_of(one) != measures or one.programme != PROGRAMME
        ]


def _versions(session: Session, tenant: UUID) -> dict[int, UUID]:
    rows = session.execute(sa.select(Summary.year, Summary.version).where(Summary.tenant_id == tenant))
    return {year: version for year, version in rows}  # noqa: C416 — rows are no pairs to mypy


def _alone(session: Session, tenant: UUID) -> bool:
    """Whether nobody else settles for this tenant until the caller's transaction ends."""
    if not is_postgresql(session):
        return True
    lock = sa.func.pg_try_advisory_xact_lock(key_of(f"certification tallies {tenant}"))
    return session.scalar(sa.select(lock)) is True


def _update(session: Session, tenant: UUID, years: Collection[int], **values: object) -> None:
    """Another version of these summaries, and what else changes."""
    session.execute(
        sa.update(Summary)
        .where(Summary.tenant_id == tenant, Summary.year.in_(years))
        .values(version=uuid4(), **values)
        .execution_options(synchronize_session=False)
    )


# ---------------------------------------------------------------- marks


def _settle_marks(session: Session, there: _State, limit: int) -> Write | None:
    if there.misfits or there.kept.keys() != {*there.years}:
        return None
    tenant, years = there.tenant, list(there.kept)
    if all(one.built_to is None and not one.complete for one in there.kept.values()):
        # Nobody is counted yet, so that whoever is marked now will be by what there is then.
        marks = waiting.marks(session, tenant, LET_GO)
        return partial(waiting.take_away, tenant=tenant, read=marks) if marks else None
    marks = waiting.some(session, tenant, [EVERY_YEAR, *years], limit, MAKING)
    if not marks:
        return None
    changed = []
    for year, summary in there.kept.items():
        concerned = {worker for worker, of, _ in marks if of in (year, EVERY_YEAR)}
        if concerned:
            changed.append(_restated(session, there, summary, concerned))

    def write(session: Session) -> int:
        waiting.take_away(session, tenant, marks)
        for one in changed:
            one.write(session)
        _update(session, tenant, years)  # what was marked may show beside the tallies too
        return len(marks)

    return write


def _restated(session: Session, there: _State, summary: Summary, worker_ids: Collection[UUID]) -> tallies.Changes:
    """What is to be written, for the tallies to be what they are with what these workers contribute now."""
    tenant, year = there.tenant, summary.year
    before = tallies.standings_of(session, tenant, year, worker_ids)
    worked_out = contributions.work_out(session, tenant, year, summary.programme, there.rules, worker_ids)
    after = {one: standings.encode(standing) for one, standing in worked_out.items()}
    changed = [one for one in {*before, *after} if before.get(one) != after.get(one)]
    net = Sum()
    for one in changed:
        if one in before:
            net.add(standings.decode(before[one]), -1)
        if one in after:
            net.add(worked_out[one])
    deltas = net.over(tallies.places(session, tenant, year, net.enterprises()))
    return tallies.changes(
        session,
        tenant,
        summary,
        deltas,
        standings={one: after[one] for one in changed if one in after},
        no_standings=[one for one in changed if one not in after],
    )


# ---------------------------------------------------------------- making, moving, throwing away


def _bring_on(session: Session, there: _State) -> Write | None:
    for year in there.misfits:
        return partial(_throw_away, there.tenant, year)
    for year in there.years:
        if year not in there.kept:
            return partial(_begin, there.tenant, year, standings.measures(there.rules))
    for year in there.years:
        if not there.kept[year].complete:
            return _make(session, there, there.kept[year])
    stamp = revisions.current(session, there.tenant)
    for year in there.years:
        if there.kept[year].organizations != stamp:
            return _move(session, there, there.kept[year])
    return None


def _throw_away(tenant: UUID, year: int, session: Session) -> int:
    """Throws away a part of a summary, and the summary itself at last. Nobody reads one that is not complete."""
    if gone := tallies.clear(session, tenant, year):
        _update(session, tenant, [year], complete=False, rules="[]")
        return gone
    session.execute(sa.delete(Summary).where(Summary.tenant_id == tenant, Summary.year == year))
    return 1


def _begin(tenant: UUID, year: int, measures: Sequence[str], session: Session) -> int:
    """Starts a summary from nothing."""
    land = grounds.land(session, tenant)
    row = {
        "tenant_id": tenant,
        "year": year,
        "programme": PROGRAMME,
        "rules": json.dumps(measures),
        "organizations": land.stamp,
        "built_to": None,
        "complete": False,
        "version": uuid4(),
    }
    bulk.insert(session, Summary, [row])
    tallies.keep_places(session, tenant, year, land.places(year))
    return 1


def _make(session: Session, there: _State, summary: Summary) -> Write:
    """Counts the workers of the next enterprises who are not counted yet."""
    tenant, year = there.tenant, summary.year
    following, is_last = _next_organizations(session, tenant, summary.built_to)
    employed = set(
        session.scalars(
            sa.select(Employment.worker_id).where(
                Employment.tenant_id == tenant,
                among(session, Employment.enterprise_id, following),
                Employment.started <= date(year, 12, 31),
                sa.or_(Employment.ended.is_(None), Employment.ended >= date(year, 1, 1)),
            )
        )
    )
    left = sorted(employed - tallies.counted(session, tenant, year, employed))
    some, all_taken = left[:MAKING], len(left) <= MAKING
    worked_out = contributions.work_out(session, tenant, year, summary.programme, there.rules, some)
    total = Sum()
    for standing in worked_out.values():
        total.add(standing)
    deltas = total.over(tallies.places(session, tenant, year, total.enterprises()))
    contents = {one: standings.encode(standing) for one, standing in worked_out.items()}
    changed = tallies.changes(session, tenant, summary, deltas, standings=contents)
    reached = following[-1] if following and all_taken else summary.built_to

    def write(session: Session) -> int:
        changed.write(session, first_time=True)
        _update(session, tenant, [year], built_to=reached, complete=is_last and all_taken)
        return len(some) or 1

    return write


def _next_organizations(session: Session, tenant: UUID, after: UUID | None) -> tuple[list[UUID], bool]:
    """The organizations after this one, in order of id, at or in which about `MAKING` people are or were employed; and
    whether there are no more."""
    people = (
        sa.select(sa.func.count())
        .where(Employment.tenant_id == tenant, Employment.enterprise_id == Organization.id)
        .scalar_subquery()
    )
    query = sa.select(Organization.id, people).where(Organization.tenant_id == tenant)
    if after is not None:
        query = query.where(Organization.id > after)
    rows = session.execute(query.order_by(Organization.id).limit(LOOKED_THROUGH)).all()
    totals = list(accumulate(row[1] for row in rows))
    chosen = [row[0] for at, row in enumerate(rows) if at == 0 or totals[at] <= MAKING]
    return chosen, len(rows) < LOOKED_THROUGH and len(chosen) == len(rows)


def _move(session: Session, there: _State, summary: Summary) -> Write | None:
    """Counts workers of enterprises that have moved where those stand now; or notes that none is left."""
    tenant, year = there.tenant, summary.year
    land = grounds.land(session, tenant)
    now, were = land.places(year), tallies.places(session, tenant, year, None)
    moved = sorted(one for one in {*now, *were} if now.get(one) != were.get(one))
    if not moved:
        return partial(_noted, tenant, year, land.stamp)
    marks = waiting.marks(session, tenant, LET_GO)
    if len(marks) == LET_GO:
        return None  # their standings may name enterprises that no row does any more; they are settled first
    employed = (
        sa.select(Employment.enterprise_id, sa.func.count())
        .where(
            Employment.tenant_id == tenant,
            among(session, Employment.enterprise_id, [UUID(bytes=one) for one in moved]),
        )
        .group_by(Employment.enterprise_id)
    )
    people = {enterprise.bytes: count for enterprise, count in session.execute(employed)}
    moved.sort(key=lambda one: one in people)  # where nobody ever worked, nothing is to be counted again
    totals = list(accumulate(people.get(one, 0) for one in moved))
    chosen = {one for at, one in enumerate(moved) if totals[at] <= MAKING or totals[at] == people.get(one)}
    concerned = {worker for worker, _, _ in marks} | set(
        session.scalars(
            sa.select(Employment.worker_id).where(
                Employment.tenant_id == tenant,
                among(session, Employment.enterprise_id, [UUID(bytes=one) for one in chosen]),
            )
        )
    )
    total = Sum()
    for content in tallies.standings_of(session, tenant, year, concerned).values():
        standing = standings.decode(content)
        if any(job[0] in chosen for job in standing.jobs):
            total.add(standing)
    before = {one: were[one] for one in total.enterprises() if one in were}
    stand_now = {one: now[one] for one in chosen if one in now}
    deltas = total.over({**{one: of for one, of in before.items() if one not in chosen}, **stand_now})
    for organization, taken in total.over(before).items():
        there_now = deltas.setdefault(organization, {})
        for key, both in taken.items():
            there_now[key] = there_now.get(key, 0) - both
    changed = tallies.changes(session, tenant, summary, deltas, standings={})

    def write(session: Session) -> int:
        changed.write(session)
        tallies.keep_places(session, tenant, year, stand_now, chosen - now.keys())
        _update(session, tenant, [year])
        return len(chosen)

    return write


def _noted(tenant: UUID, year: int, stamp: UUID | None, session: Session) -> int:
    """Notes that the places are those of this state of the organizations."""
    _update(session, tenant, [year], organizations=stamp)
    return 1

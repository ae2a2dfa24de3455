"""Counts of a year kept for every organization, so that a rate is read and not counted.

A tally holds how one measure of one organization grows and shrinks from day to day; a standing what one worker
contributes (`targets.standings`). `settle` takes marked workers (`targets.marks`), works out what they contribute now,
and adds the difference to what they contributed before to the tallies of all organizations above them, in one
transaction. Making a summary for the first time is the same for everybody, in order of id, with the place reached kept;
killed at any step, it goes on there.

Read with the marks that are not settled yet (`read`), the figures are those that counting the rows would give; only
"meets the criteria" is as last judged. Where there is no summary, or too much is unsettled, the caller counts the rows.

One settles at a time for a tenant. Locks on PostgreSQL: the right to settle first, then marks that are free.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import msgspec
import sqlalchemy as sa

from certification import bulk, models
from certification.evaluation.results import MET
from certification.judgement import assessments
from certification.models import (
    Award,
    Base,
    Commitment,
    DeclaredHeadcount,
    Employment,
    Fact,
    Organization,
    Summary,
    SummaryPlace,
    Uncounted,
    Worker,
)
from certification.people import union_roles
from certification.rules import plans, rule_store
from certification.rules.criteria import PROGRAMME
from certification.rules.plans import Numerator
from certification.targets import grounds, numerators, standings
from certification.targets.grounds import Land
from certification.targets.marks import EVERY_YEAR
from certification.targets.populations import ALL_ENTERPRISES, Tally
from certification.targets.standings import Place, Standing, Sum, day_of_year, rule_key
from certification.units import revisions
from lrs.api import key_of
from lrs.db import Database, Session, among, beside, is_postgresql

__all__ = ["BATCH", "TITLES_OF_NOW", "Counts", "all_rules", "forget", "read", "settle", "settle_all", "version"]

BATCH = 300
"""Marked workers settled in one transaction: on SQLite, some 50 ms during which nobody else can write."""

MAKING = 2000
"""Workers taken in one transaction while a summary is first made."""

UNSETTLED = 1000
"""With more marks than this, counting the rows is quicker than adding what is unsettled."""

TITLES_OF_NOW = Numerator("title_holders", title_years=(0, -1))
"""Who holds the title where no plan that binds says of which years."""

_TALLY = Base.metadata.tables[models.Tally.__tablename__]
_STANDING = Base.metadata.tables[models.Standing.__tablename__]
_UNCOUNTED = Base.metadata.tables[Uncounted.__tablename__]
_PLACE = Base.metadata.tables[SummaryPlace.__tablename__]
_SUMMARY = Base.metadata.tables[Summary.__tablename__]


@dataclass(frozen=True, slots=True)
class Counts:
    """What was read: tallies by organization, of everybody and of union cadres, and how many enterprises report.

    `reporting` are the codes of enterprises with anybody on the roster on the day, of those asked about.
    """

    everybody: Mapping[str, Tally]
    cadres: Mapping[str, Tally]
    reporting: frozenset[str]


def all_rules(session: Session, tenant: UUID) -> tuple[Numerator, ...]:
    """Every rule by which some loaded plan counts workers, each once, in an order of their own."""
    found = {TITLES_OF_NOW}
    for plan in plans.all_plans(session, tenant):
        for target in plan.targets:
            found.update([target.numerator, *(beside.numerator for beside in target.also)])
    return tuple(sorted((rule for rule in found if rule.rule != "commitment"), key=rule_key))


# ---------------------------------------------------------------- settling


def settle_all(database: Database, tenant: UUID, *, today: date) -> int:
    """Settles until nothing is left to do; gives how many workers were taken. For commands and tests."""
    settled = 0
    while True:
        step = settle(database, tenant, today=today)
        settled += step
        if not step:
            return settled


def settle(database: Database, tenant: UUID, *, today: date, limit: int = BATCH) -> int:
    """Does one step of what there is to do for the tenant's summaries, in a transaction of its own; gives how many
    steps or workers that were, 0 when nothing is left or another settles just now.

    Summaries are kept of the year of `today` and of the year before. In this order: marks are settled, a summary that
    does not fit the loaded rules is thrown away, one that is missing is made part by part, and where organizations
    have moved, the workers of those that did are counted where they stand now.
    """
    with database.reading(tenant) as session:
        if not _anything(session, tenant, today):
            return 0
    with database.writing(tenant) as session:
        if not _alone(session, tenant):
            return 0
        rules = all_rules(session, tenant)
        kept = {one.year: one for one in session.scalars(sa.select(Summary).where(Summary.tenant_id == tenant))}
        for year in {*kept, *_years(today)}:
            if year not in _years(today):
                _throw_away(session, tenant, year)
                return 1
            if year not in kept or not _fits(kept[year], rules):
                _throw_away(session, tenant, year)
                _begin(session, tenant, year, rules)
                return 1
        marks = _marks(session, tenant, limit)
        if marks:
            for year in kept:
                concerned = {worker for worker, of, _ in marks if of in (year, EVERY_YEAR)}
                _restate(session, tenant, kept[year], rules, concerned)
                kept[year].version = uuid4()  # what was marked may show beside the tallies too
            _take_away(session, marks)
            return len(marks)
        for year in sorted(kept, reverse=True):
            if not kept[year].complete:
                return _make(session, tenant, kept[year], rules)
        stamp = revisions.current(session, tenant)
        if _any_mark(session, tenant):
            return 0  # somebody holds it just now; workers are moved when all are counted where they stood
        for year in kept:
            if kept[year].organizations != stamp:
                return _move(session, tenant, kept[year], rules)
    return 0


def _any_mark(session: Session, tenant: UUID) -> bool:
    return session.scalar(sa.select(Uncounted.worker_id).where(Uncounted.tenant_id == tenant).limit(1)) is not None


def forget(session: Session, tenant: UUID) -> None:
    """Throws the tenant's summaries away; whoever settles makes them again."""
    for table in (_TALLY, _STANDING, _PLACE, _SUMMARY):
        session.execute(sa.delete(table).where(table.c.tenant_id == tenant))


def _years(today: date) -> tuple[int, int]:
    return today.year, today.year - 1


def _fits(summary: Summary, rules: Sequence[Numerator]) -> bool:
    return _keys(summary) == [rule_key(rule) for rule in rules]


def _anything(session: Session, tenant: UUID, today: date) -> bool:
    """Whether there is anything to do, asked without a lock."""
    if _any_mark(session, tenant):
        return True
    kept = {one.year: one for one in session.scalars(sa.select(Summary).where(Summary.tenant_id == tenant))}
    if not kept.keys() >= set(_years(today)):
        return True
    rules, stamp = all_rules(session, tenant), revisions.current(session, tenant)
    if kept.keys() > set(_years(today)):
        return True
    return any(not one.complete or one.organizations != stamp or not _fits(one, rules) for one in kept.values())


def _alone(session: Session, tenant: UUID) -> bool:
    """Whether nobody else settles for this tenant until the caller's transaction ends."""
    if not is_postgresql(session):
        return True
    lock = sa.func.pg_try_advisory_xact_lock(key_of(f"certification tallies {tenant}"))
    return session.scalar(sa.select(lock)) is True


def _throw_away(session: Session, tenant: UUID, year: int) -> None:
    for table in (_TALLY, _STANDING, _PLACE, _SUMMARY):
        session.execute(sa.delete(table).where(table.c.tenant_id == tenant, table.c.year == year))


def _begin(session: Session, tenant: UUID, year: int, rules: Sequence[Numerator]) -> None:
    """Starts a summary from nothing."""
    land = grounds.land(session, tenant)
    row = {
        "tenant_id": tenant,
        "year": year,
        "programme": PROGRAMME,
        "rules": json.dumps([rule_key(rule) for rule in rules]),
        "organizations": land.stamp,
        "built_to": None,
        "complete": False,
        "version": uuid4(),
    }
    bulk.insert(session, Summary, [row])
    bulk.insert(session, SummaryPlace, _place_rows(tenant, year, land.places(year)))


def _make(session: Session, tenant: UUID, summary: Summary, rules: Sequence[Numerator]) -> int:
    """Counts the next workers, in order of id."""
    query = sa.select(Worker.id).where(Worker.tenant_id == tenant).order_by(Worker.id).limit(MAKING)
    if summary.built_to is not None:
        query = query.where(Worker.id > summary.built_to)
    ids = list(session.scalars(query))
    _restate(session, tenant, summary, rules, ids)
    summary.built_to = ids[-1] if ids else summary.built_to
    summary.complete = len(ids) < MAKING
    summary.version = uuid4()
    session.flush()
    return len(ids) or 1


def _move(session: Session, tenant: UUID, summary: Summary, rules: Sequence[Numerator]) -> int:
    """Counts the workers of one enterprise that has moved where it stands now; or notes that none is left."""
    land = grounds.land(session, tenant)
    now = land.places(summary.year)
    were = _places(session, tenant, summary.year, None)
    moved = sorted(one for one in {*now, *(UUID(bytes=raw) for raw in were)} if now.get(one) != were.get(one.bytes))
    with_people = set(
        session.scalars(
            sa.select(Employment.enterprise_id)
            .where(Employment.tenant_id == tenant, among(session, Employment.enterprise_id, moved))
            .distinct()
        )
    )
    # Where nobody ever worked, nothing is to be counted again: all such at once; then one of the others at a time.
    chosen = [one for one in moved if one not in with_people] + [one for one in moved if one in with_people][:1]
    if not chosen:
        summary.organizations = land.stamp
        session.flush()
        return 1
    ids = session.scalars(
        sa.select(Employment.worker_id)
        .where(Employment.tenant_id == tenant, among(session, Employment.enterprise_id, chosen))
        .distinct()
    )
    _restate(session, tenant, summary, rules, list(ids), moved={one: now.get(one, []) for one in chosen})
    gone = [one for one in chosen if one not in now]
    session.execute(
        sa.delete(_PLACE).where(
            _PLACE.c.tenant_id == tenant, _PLACE.c.year == summary.year, among(session, _PLACE.c.enterprise_id, gone)
        )
    )
    rows = _place_rows(tenant, summary.year, {one: now[one] for one in chosen if one in now})
    bulk.upsert(session, SummaryPlace, rows, replacing=("content",))
    return len(chosen)


def _marks(session: Session, tenant: UUID, limit: int) -> list[tuple[UUID, int, UUID]]:
    """Marks that nobody holds, held by the caller from now on."""
    rows = session.execute(
        sa.select(Uncounted.worker_id, Uncounted.year, Uncounted.mark)
        .where(Uncounted.tenant_id == tenant)
        .order_by(Uncounted.worker_id, Uncounted.year)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _take_away(session: Session, marks: Sequence[tuple[UUID, int, UUID]]) -> None:
    of_mark = sa.and_(
        _UNCOUNTED.c.worker_id == sa.bindparam("of_worker"),
        _UNCOUNTED.c.year == sa.bindparam("of_year"),
        _UNCOUNTED.c.mark == sa.bindparam("of_mark"),
    )
    session.execute(
        sa.delete(_UNCOUNTED).where(of_mark),
        [{"of_worker": worker, "of_year": year, "of_mark": mark} for worker, year, mark in marks],
    )


# ---------------------------------------------------------------- what workers contribute


def _restate(
    session: Session,
    tenant: UUID,
    summary: Summary,
    rules: Sequence[Numerator],
    worker_ids: Collection[UUID],
    *,
    moved: Mapping[UUID, list[Place]] | None = None,
) -> None:
    """Makes the tallies what they are with what these workers contribute now.

    `moved`: enterprises with where they stand from now on, all of whose workers are among those given; until now the
    tallies have them where the kept places say.
    """
    if not worker_ids:
        return
    before = _standings(session, tenant, summary.year, worker_ids)
    after = _worked_out(session, tenant, summary.year, summary.programme, rules, worker_ids)
    changed = {one for one in {*before, *after} if moved or before.get(one) != after.get(one)}
    if changed:
        added, taken = Sum(_keys(summary)), Sum(_keys(summary))
        for one in changed:
            if one in before:
                (taken if moved else added).add(standings.decode(before[one]), -1)
            if one in after:
                added.add(standings.decode(after[one]))
        places = _places(session, tenant, summary.year, _enterprises(added, taken))
        deltas = taken.over(places)
        now = {**places, **{one.bytes: there for one, there in (moved or {}).items()}}
        for key, days in added.over(now).items():
            sums = deltas.setdefault(key, {})
            for day, (persons, times) in days.items():
                there = sums.setdefault(day, [0, 0])
                there[0] += persons
                there[1] += times
        _add_to_tallies(session, tenant, summary.year, deltas)
        _keep(session, tenant, summary.year, {one: after[one] for one in changed if before.get(one) != after.get(one)
                                              and one in after}, changed - after.keys())  # fmt: skip
        summary.version = uuid4()
        session.flush()


def _keys(summary: Summary) -> list[str]:
    found: list[str] = json.loads(summary.rules)
    return found


def _enterprises(*sums: Sum) -> set[UUID]:
    return {UUID(bytes=job[0]) for one in sums for jobs in one.by_jobs for job in jobs}


def _standings(session: Session, tenant: UUID, year: int, worker_ids: Collection[UUID]) -> dict[UUID, bytes]:
    rows = session.execute(
        sa.select(models.Standing.worker_id, models.Standing.content).where(
            among(session, models.Standing.worker_id, worker_ids),
            models.Standing.year == year,
            models.Standing.tenant_id == tenant,
        )
    )
    return {row[0]: row[1] for row in rows}


def _worked_out(
    session: Session,
    tenant: UUID,
    year: int,
    programme: str,
    rules: Sequence[Numerator],
    worker_ids: Collection[UUID],
) -> dict[UUID, bytes]:
    """What each of these workers contributes in a year by the rows there are, as it is kept; nobody who is not employed
    in it. Five SQL commands."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    jobs: dict[UUID, set[standings.Job]] = defaultdict(set)
    women: set[UUID] = set()
    employed = session.execute(
        sa.select(
            Employment.worker_id,
            Employment.enterprise_id,
            Employment.started,
            Employment.ended,
            Worker.gender,
        )
        .join(Worker, Worker.id == Employment.worker_id)
        .where(
            among(session, Employment.worker_id, worker_ids),
            beside(Employment.tenant_id) == tenant,
            Employment.started <= last,
            sa.or_(Employment.ended.is_(None), Employment.ended >= first),
        )
    )
    roles = union_roles.stored(session, tenant, worker_ids)
    for worker, enterprise, started, ended, gender in employed:
        jobs[worker].add((enterprise.bytes, *_span(started, ended, year), False))
        for since, until in roles.get((worker, enterprise, union_roles.CADRE), {}).items():
            begins, ends = max(started, since), min(ended or date.max, until or date.max)
            if begins <= ends and begins <= last and ends >= first:
                jobs[worker].add((enterprise.bytes, *_span(begins, ends, year), True))
        if gender == "female":
            women.add(worker)
    steps = _steps(session, tenant, year, programme, rules, list(jobs))
    meeting = _meeting(session, tenant, year, programme, list(jobs))
    return {
        worker: standings.encode(Standing(tuple(of), worker in women, worker in meeting, steps.get(worker, {})))
        for worker, of in jobs.items()
    }


def _span(started: date, ended: date | None, year: int) -> standings.Interval:
    return day_of_year(started, year), standings.LAST if ended is None else day_of_year(ended, year)


def _steps(
    session: Session, tenant: UUID, year: int, programme: str, rules: Sequence[Numerator], ids: Collection[UUID]
) -> dict[UUID, dict[int, list[standings.Step]]]:
    taking: dict[tuple[str, int], tuple[int, ...]] = {}
    statements: dict[UUID, dict[int, dict[UUID, tuple[int, set[str]]]]] = defaultdict(lambda: defaultdict(dict))
    rows = session.execute(
        sa.select(Fact.worker_id, Fact.statement_id, Fact.what, Fact.day, Fact.quality).where(
            among(session, Fact.worker_id, ids), beside(Fact.tenant_id) == tenant, beside(Fact.year) == year
        )
    )
    for worker, statement, what, day, quality in rows:
        kind = (what, quality)
        if kind not in taking:
            taking[kind] = tuple(at for at, rule in enumerate(rules) if numerators.takes(rule, what, quality))
        if taking[kind]:
            number = day_of_year(day, year)
            of = statements[worker]
            for at in taking[kind]:
                of[at].setdefault(statement, (number, set()))[1].add(what)
    found: dict[UUID, dict[int, list[standings.Step]]] = {
        worker: {at: steps for at, one in of.items() if (steps := standings.of_facts(rules[at], one.values()))}
        for worker, of in statements.items()
    }
    by_title = [(at, rule) for at, rule in enumerate(rules) if rule.rule == "title_holders"]
    awards: dict[UUID, list[tuple[int, date, date | None]]] = defaultdict(list)
    for worker, of_year, decided, withdrawn in session.execute(
        sa.select(Award.worker_id, Award.year, Award.decided_on, Award.withdrawn_on).where(
            among(session, Award.worker_id, ids), beside(Award.tenant_id) == tenant, Award.programme == programme
        )
    ):
        awards[worker].append((of_year, decided, withdrawn))
    for worker, titles in awards.items():
        for at, rule in by_title:
            years = {year + offset for offset in rule.title_years}
            held = standings.of_titles(year, [(since, until) for of, since, until in titles if of in years])
            if held:
                found.setdefault(worker, {})[at] = held
    return found


def _meeting(session: Session, tenant: UUID, year: int, programme: str, ids: Collection[UUID]) -> set[UUID]:
    """Those of the workers whose last kept result of the year says that they meet the criteria."""
    return {
        one for one, outcome in assessments.outcomes(session, tenant, ids, programme, year).items() if outcome == MET
    }


def _keep(session: Session, tenant: UUID, year: int, changed: Mapping[UUID, bytes], gone: Collection[UUID]) -> None:
    bulk.upsert(
        session,
        models.Standing,
        [
            {"worker_id": worker, "year": year, "tenant_id": tenant, "content": changed[worker]}
            for worker in sorted(changed)
        ],
        replacing=("content",),
    )
    if gone:
        session.execute(
            sa.delete(_STANDING).where(among(session, _STANDING.c.worker_id, gone), _STANDING.c.year == year)
        )


def _add_to_tallies(session: Session, tenant: UUID, year: int, deltas: standings.Deltas) -> None:
    deltas = {key: days for key, days in deltas.items() if any(one != [0, 0] for one in days.values())}
    if not deltas:
        return
    rows = session.execute(
        sa.select(models.Tally.organization_id, models.Tally.measure, models.Tally.content).where(
            among(session, models.Tally.organization_id, {one for one, _ in deltas}),
            among(session, models.Tally.measure, {measure for _, measure in deltas}),
            models.Tally.year == year,
            models.Tally.tenant_id == tenant,
        )
    )
    there = {(row[0], row[1]): row[2] for row in rows}
    written: list[dict[str, Any]] = []
    empty: list[dict[str, Any]] = []
    for (organization, measure), days in sorted(deltas.items()):
        sums = standings.unpacked(there.get((organization, measure), b""))
        for day, (persons, times) in days.items():
            one = sums.setdefault(day, [0, 0])
            one[0] += persons
            one[1] += times
        content = standings.packed(sums)
        if content:
            written.append(
                {
                    "organization_id": organization,
                    "year": year,
                    "measure": measure,
                    "tenant_id": tenant,
                    "content": content,
                }
            )
        elif (organization, measure) in there:
            empty.append({"of_organization": organization, "of_year": year, "of_measure": measure})
    bulk.upsert(session, models.Tally, written, replacing=("content",))
    if empty:
        of_row = sa.and_(
            _TALLY.c.organization_id == sa.bindparam("of_organization"),
            _TALLY.c.year == sa.bindparam("of_year"),
            _TALLY.c.measure == sa.bindparam("of_measure"),
        )
        session.execute(sa.delete(_TALLY).where(of_row), empty)


def _places(
    session: Session, tenant: UUID, year: int, enterprises: Collection[UUID] | None
) -> dict[bytes, list[Place]]:
    """Where enterprises stand as the tallies have it; all of them where None is asked for."""
    query = sa.select(SummaryPlace.enterprise_id, SummaryPlace.content).where(
        SummaryPlace.tenant_id == tenant, SummaryPlace.year == year
    )
    if enterprises is not None:
        query = query.where(among(session, SummaryPlace.enterprise_id, enterprises))
    return {
        row[0].bytes: [
            Place(first, last, tuple(UUID(bytes=one) for one in above), unionised)
            for first, last, above, unionised in msgspec.msgpack.decode(row[1])
        ]
        for row in session.execute(query)
    }


def _place_rows(tenant: UUID, year: int, places: Mapping[UUID, Iterable[Place]]) -> list[dict[str, Any]]:
    return [
        {
            "tenant_id": tenant,
            "year": year,
            "enterprise_id": enterprise,
            "content": msgspec.msgpack.encode(
                [[one.first, one.last, [above.bytes for above in one.organizations], one.unionised] for one in there]
            ),
        }
        for enterprise, there in sorted(places.items())
    ]


# ---------------------------------------------------------------- reading


def version(session: Session, tenant: UUID, year: int) -> object | None:
    """What changes with every figure of the year; None where no summary can answer, or anything is unsettled."""
    summary = session.get(Summary, (tenant, year))
    if summary is None or not summary.complete or summary.organizations != revisions.current(session, tenant):
        return None
    if session.scalar(sa.select(Uncounted.worker_id).where(Uncounted.tenant_id == tenant).limit(1)) is not None:
        return None
    said = [
        session.execute(sa.select(sa.func.count(), sa.func.max(table.recorded)).where(mine)).one()
        for table, mine in (
            (DeclaredHeadcount, DeclaredHeadcount.tenant_id == tenant),
            (Commitment, Commitment.organization_id.in_(_organizations(tenant))),
        )
    ]
    return (
        summary.version,
        summary.organizations,
        sorted(map(str, rule_store.ids(session, tenant, "plan", "plan-inheritance"))),
        [(many, str(last)) for many, last in said],
    )


def _organizations(tenant: UUID) -> sa.Select[UUID]:
    return sa.select(Organization.id).where(Organization.tenant_id == tenant)


def read(
    session: Session,
    tenant: UUID,
    land: Land,
    rules: Iterable[Numerator],
    *,
    on: date,
    programme: str = PROGRAMME,
    basis: str = ALL_ENTERPRISES,
    codes: Collection[str],
) -> Counts | None:
    """The counts of organizations on a day from the summary of its year, what is unsettled included.

    None where there is no such summary, it lacks a rule, or too much is unsettled: then count the rows.
    """
    summary = session.get(Summary, (tenant, on.year))
    if summary is None or not summary.complete or summary.programme != programme:
        return None
    if land.stamp is None or summary.organizations != land.stamp:
        return None
    names = {rule_key(rule): rule for rule in rules if rule.rule != "commitment"}
    by_key = {rule_key(rule): rule for rule in all_rules(session, tenant)}
    if not names.keys() <= set(_keys(summary)) <= by_key.keys():
        return None
    unsettled = session.scalars(
        sa.select(Uncounted.worker_id)
        .where(Uncounted.tenant_id == tenant, Uncounted.year.in_([on.year, EVERY_YEAR]))
        .distinct()
        .limit(UNSETTLED + 1)
    ).all()
    if len(unsettled) > UNSETTLED:
        return None
    day = day_of_year(on, on.year)
    ground = land.on(on)
    enterprises = {one for code in codes for one in ground.enterprises[basis].get(code, ())}
    wanted = {land.nodes[code].id: code for code in codes}
    kept_rules = [by_key[key] for key in _keys(summary)]
    counts = _figures(session, tenant, on.year, wanted, day)
    heads = _heads(session, tenant, land, on.year, enterprises, day)
    for (organization, measure), (persons, times) in _unsettled(
        session, tenant, summary, kept_rules, unsettled, day
    ).items():
        if organization in wanted:
            known = counts[wanted[organization]].get(measure, (0, 0))
            counts[wanted[organization]][measure] = (known[0] + persons, known[1] + times)
        if measure in _HEADS and organization in heads:
            heads[organization] += persons
    parts = (standings.UNIONISED, standings.OTHERS) if basis == ALL_ENTERPRISES else (standings.UNIONISED,)
    return Counts(
        everybody=defaultdict(Tally, {code: _tally(counts[code], standings.EVERYBODY, parts, names) for code in codes}),
        cadres=defaultdict(Tally, {code: _tally(counts[code], standings.CADRE, parts, names) for code in codes}),
        reporting=frozenset(one for one in enterprises if heads[land.nodes[one].id]),
    )


_HEADS = tuple(standings.EVERYBODY + part + standings.HEADCOUNT for part in (standings.UNIONISED, standings.OTHERS))

_Measured = dict[str, tuple[int, int]]
"""Persons and participations by measure."""

ASKED_ONE_BY_ONE = 300
"""Up to so many organizations are looked up by their ids; of more, all are read and the others left aside."""


def _figures(session: Session, tenant: UUID, year: int, wanted: Mapping[UUID, str], day: int) -> dict[str, _Measured]:
    query = sa.select(models.Tally.organization_id, models.Tally.measure, models.Tally.content)
    query = query.where(models.Tally.year == year)
    if len(wanted) <= ASKED_ONE_BY_ONE:
        query = query.where(
            among(session, models.Tally.organization_id, wanted.keys()), beside(models.Tally.tenant_id) == tenant
        )
    else:
        query = query.where(models.Tally.tenant_id == tenant)
    found: dict[str, _Measured] = {code: {} for code in wanted.values()}
    for organization, measure, content in session.execute(query):
        if organization in wanted:
            found[wanted[organization]][measure] = standings.up_to(content, day)
    return found


def _heads(
    session: Session, tenant: UUID, land: Land, year: int, enterprises: Collection[str], day: int
) -> Counter[UUID]:
    """The headcount of each enterprise."""
    ids = {land.nodes[code].id for code in enterprises}
    query = sa.select(models.Tally.organization_id, models.Tally.content).where(
        models.Tally.year == year, models.Tally.measure.in_(_HEADS)
    )
    if len(ids) <= ASKED_ONE_BY_ONE:
        query = query.where(among(session, models.Tally.organization_id, ids), beside(models.Tally.tenant_id) == tenant)
    else:
        query = query.where(models.Tally.tenant_id == tenant)
    found = Counter(dict.fromkeys(ids, 0))
    for organization, content in session.execute(query):
        if organization in ids:
            found[organization] += standings.up_to(content, day)[0]
    return found


def _unsettled(
    session: Session,
    tenant: UUID,
    summary: Summary,
    rules: Sequence[Numerator],
    worker_ids: Collection[UUID],
    day: int,
) -> dict[tuple[UUID, str], tuple[int, int]]:
    """What the marked workers contribute on the day beyond what the tallies have of them."""
    if not worker_ids:
        return {}
    net = Sum(_keys(summary))
    for content in _standings(session, tenant, summary.year, worker_ids).values():
        net.add(standings.decode(content), -1)
    for content in _worked_out(session, tenant, summary.year, summary.programme, rules, worker_ids).values():
        net.add(standings.decode(content))
    deltas = net.over(_places(session, tenant, summary.year, _enterprises(net)))
    return {
        key: (
            sum(one[0] for at, one in days.items() if at <= day),
            sum(one[1] for at, one in days.items() if at <= day),
        )
        for key, days in deltas.items()
    }


def _tally(measured: _Measured, population: str, parts: Sequence[str], names: Mapping[str, Numerator]) -> Tally:
    def total(name: str) -> tuple[int, int]:
        found = [measured.get(population + part + name, (0, 0)) for part in parts]
        return sum(one[0] for one in found), sum(one[1] for one in found)

    tally = Tally(total(standings.HEADCOUNT)[0], total(standings.WOMEN)[0], total(standings.MEETING)[0])
    for key, rule in names.items():
        tally.persons[rule], tally.participations[rule] = total(key)
    return tally

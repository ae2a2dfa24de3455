"""Counts of a year kept for every organization, so that a rate is read and not counted.

A tally holds how one measure of one organization grows and shrinks from day to day (`targets.sums`); a standing what
one worker contributes (`targets.standings`). `targets.settling` keeps both as things change.

Read with the marks that are not settled yet (`read`), the figures are those that counting the rows would give. Where
too much is unsettled, they are those of an instant that is past, and say which (`Behind`). Where there is no summary,
the caller counts the rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from uuid import UUID

import sqlalchemy as sa

from certification import models
from certification.marks import EVERY_YEAR
from certification.models import Commitment, DeclaredHeadcount, Employment, Organization, Summary, Uncounted
from certification.rules import plans, rule_store
from certification.rules.criteria import PROGRAMME
from certification.rules.plans import Numerator
from certification.targets import contributions, standings, sums, tallies
from certification.targets.grounds import Land
from certification.targets.populations import ALL_ENTERPRISES, Behind, Tally
from certification.targets.standings import HEADCOUNT, MEETING, WOMEN, Standing, day_of_year, rule_key
from certification.targets.sums import CADRE, EVERYBODY, OTHERS, UNIONISED, Sum
from certification.units import revisions
from lrs.db import Session, among, beside

__all__ = ["TITLES_OF_NOW", "Counts", "all_rules", "kept_on", "overlap", "read", "version"]

UNSETTLED = 300
"""With more workers marked than this, what they contribute is not added to what is read: each costs some 0.15 ms."""

COUNTED_WAITING = 10_000
"""Marks are counted up to so many."""

TITLES_OF_NOW = Numerator("title_holders", title_years=(0, -1))
"""Who holds the title where no plan that binds says of which years."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was read: tallies by organization, of everybody and of union cadres, and how many enterprises report.

    `reporting` are the codes of enterprises with anybody on the roster on the day, of those asked about. `behind`:
    where these are not the counts of now.
    """

    everybody: Mapping[str, Tally]
    cadres: Mapping[str, Tally]
    reporting: frozenset[str]
    behind: Behind | None = None


def all_rules(session: Session, tenant: UUID) -> tuple[Numerator, ...]:
    """Every rule by which some loaded plan counts workers, each once, in an order of their own."""
    found = {TITLES_OF_NOW}
    for plan in plans.all_plans(session, tenant):
        for target in plan.targets:
            found.update([target.numerator, *(beside.numerator for beside in target.also)])
    return tuple(sorted((rule for rule in found if rule.rule != "commitment"), key=rule_key))


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
    """The counts of organizations on a day from the summary of its year, what is unsettled included unless that is too
    much: then they are `behind`.

    None where there is no such summary, or it lacks a rule: then count the rows.
    """
    names = {rule_key(rule): rule for rule in rules if rule.rule != "commitment"}
    by_key = {rule_key(rule): rule for rule in all_rules(session, tenant)}
    summary = _whole(session, tenant, land, on.year, programme, by_key, names)
    if summary is None:
        return None
    unsettled = set(_marked(session, tenant, on.year, 2 * UNSETTLED + 1))
    behind = None
    if len(unsettled) > UNSETTLED:
        unsettled = set()
        behind = _behind(session, tenant, on.year)
        if behind is None:
            return None
    day = day_of_year(on, on.year)
    ground = land.on(on)
    enterprises = {one for code in codes for one in ground.enterprises[basis].get(code, ())}
    wanted = {land.nodes[code].id: code for code in codes}
    counts = _figures(session, tenant, on.year, wanted, day)
    heads = _heads(session, tenant, land, summary, enterprises, day)
    everywhere = 2 * len(enterprises) > len(ground.chains[basis])
    net = _unsettled(session, tenant, summary, list(by_key.values()), unsettled, on, None if everywhere else {*wanted})
    for (organization, measure), (persons, times) in net.items():
        if organization in wanted:
            known = counts[wanted[organization]].get(measure, (0, 0))
            counts[wanted[organization]][measure] = (known[0] + persons, known[1] + times)
        if measure in _HEADS:
            heads[organization] += persons
    parts = (UNIONISED, OTHERS) if basis == ALL_ENTERPRISES else (UNIONISED,)
    return Counts(
        everybody=defaultdict(Tally, {code: _tally(counts[code], EVERYBODY, parts, names) for code in codes}),
        cadres=defaultdict(Tally, {code: _tally(counts[code], CADRE, parts, names) for code in codes}),
        reporting=frozenset(one for one in enterprises if heads[land.nodes[one].id]),
        behind=behind,
    )


def kept_on(
    session: Session,
    tenant: UUID,
    land: Land,
    rules: Iterable[Numerator],
    code: str,
    *,
    days: Collection[date],
    programme: str = PROGRAMME,
    basis: str = ALL_ENTERPRISES,
) -> dict[date, tuple[Tally, Tally]]:
    """The headcounts of one organization, of everybody and of union cadres, and how many of them satisfy each rule, on
    each of these days that some summary tells of; what is unsettled is not in them. One SQL command, and one for each
    year."""
    names = {rule_key(rule): rule for rule in rules if rule.rule != "commitment"}
    by_key = {rule_key(rule): rule for rule in all_rules(session, tenant)}
    told = {day.year for day in days}
    years = [year for year in told if _whole(session, tenant, land, year, programme, by_key, names) is not None]
    parts = (UNIONISED, OTHERS) if basis == ALL_ENTERPRISES else (UNIONISED,)
    measures = [whom + part + one for whom in (EVERYBODY, CADRE) for part in parts for one in (HEADCOUNT, *names)]
    rows = session.execute(
        sa.select(models.Tally.year, models.Tally.measure, models.Tally.content).where(
            models.Tally.organization_id == land.nodes[code].id,
            models.Tally.year.in_(years),
            models.Tally.measure.in_(measures),
            beside(models.Tally.tenant_id) == tenant,
        )
    )
    measured: dict[date, _Measured] = {day: {} for day in sorted(days) if day.year in years}
    of_years = {year: [day for day in measured if day.year == year] for year in years}
    for year, measure, content in rows:
        told_on = sums.on_days(content, [day_of_year(day, year) for day in of_years[year]])
        for day, both in zip(of_years[year], told_on, strict=True):
            measured[day][measure] = both
    return {day: (_tally(of, EVERYBODY, parts, names), _tally(of, CADRE, parts, names)) for day, of in measured.items()}


def _whole(
    session: Session,
    tenant: UUID,
    land: Land,
    year: int,
    programme: str,
    by_key: Mapping[str, Numerator],
    names: Mapping[str, Numerator],
) -> Summary | None:
    """The summary of a year, where it is whole, of these trees and these rules, and has all that is asked for."""
    summary = session.get(Summary, (tenant, year))
    if summary is None or not summary.complete or summary.programme != programme:
        return None
    if land.stamp is None or summary.organizations != land.stamp:
        return None
    if standings.measures(by_key.values()) != tallies.measures_of(summary) or not names.keys() <= by_key.keys():
        return None
    return summary


def overlap(
    session: Session,
    tenant: UUID,
    land: Land,
    rules: Iterable[Numerator],
    *,
    on: date,
    programme: str,
    basis: str,
    codes: Collection[str],
    worker_ids: Collection[UUID],
    as_kept: bool,
) -> tuple[Tally, Tally]:
    """By how much the counts of these enterprises, added up, count these workers too often: of everybody, of cadres.

    The workers are those who have several of the enterprises as employers. `as_kept`: as the tallies have them, where
    those are behind; otherwise as they are now. Where `read` answers.
    """
    summary = session.get_one(Summary, (tenant, on.year))
    changed = set() if as_kept else set(_marked(session, tenant, on.year, 2 * UNSETTLED)).intersection(worker_ids)
    of_them = Sum()
    for content in tallies.standings_of(session, tenant, on.year, {*worker_ids} - changed).values():
        of_them.add(standings.decode(content))
    if changed:
        every_rule = all_rules(session, tenant)
        now = contributions.work_out(session, tenant, on.year, programme, every_rule, changed, on=on)
        for standing in now.values():
            of_them.add(standing)
    stand = tallies.places(session, tenant, on.year, [land.nodes[code].id.bytes for code in codes])
    day, names = day_of_year(on, on.year), tallies.measures_of(summary)
    found: dict[str, tuple[int, int]] = {}
    for sign, together in ((1, False), (-1, True)):
        places = {
            one: [replace(place, organizations=(b"" if together else one,)) for place in of]
            for one, of in stand.items()
        }
        for deltas in of_them.over(places).values():
            for key, days in sums.by_measure(deltas):
                persons, times = sums.until(days, day)
                before = found.get(name := sums.name_of(key, names), (0, 0))
                found[name] = before[0] + sign * persons, before[1] + sign * times
    parts = (UNIONISED, OTHERS) if basis == ALL_ENTERPRISES else (UNIONISED,)
    wanted = {rule_key(rule): rule for rule in rules if rule.rule != "commitment"}
    return _tally(found, EVERYBODY, parts, wanted), _tally(found, CADRE, parts, wanted)


def _marked(session: Session, tenant: UUID, year: int, limit: int) -> Sequence[UUID]:
    """Whose marks of a year are not settled, up to so many marks; a worker has two at most."""
    query = sa.select(Uncounted.worker_id).where(Uncounted.tenant_id == tenant, Uncounted.year.in_([year, EVERY_YEAR]))
    return session.scalars(query.limit(limit)).all()


def _behind(session: Session, tenant: UUID, year: int) -> Behind | None:
    """Since when somebody waits to be counted, and how many do; None where that is not known of all of them."""
    first = [
        session.scalar(
            sa.select(Uncounted.since)
            .where(Uncounted.tenant_id == tenant, Uncounted.year == of)
            .order_by(Uncounted.since)
            .limit(1)
        )
        for of in (year, EVERY_YEAR)
    ]
    since = min((one for one in first if one is not None), default=None)
    if since is None or not since.int:  # somebody settled what waited, just now
        return None
    mine = sa.select(Uncounted.worker_id).where(Uncounted.tenant_id == tenant, Uncounted.year.in_([year, EVERY_YEAR]))
    waiting = mine.limit(COUNTED_WAITING).subquery()
    persons, marked = session.execute(
        sa.select(sa.func.count(waiting.c.worker_id.distinct()), sa.func.count()).select_from(waiting)
    ).one()
    milliseconds = since.int >> 80
    known_until = datetime.fromtimestamp(milliseconds // 1000, UTC).replace(microsecond=milliseconds % 1000 * 1000)
    return Behind(known_until, persons, marked == COUNTED_WAITING)


_HEADS = tuple(EVERYBODY + part + HEADCOUNT for part in (UNIONISED, OTHERS))

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
            found[wanted[organization]][measure] = sums.up_to(content, day)
    return found


def _heads(
    session: Session, tenant: UUID, land: Land, summary: Summary, enterprises: Collection[str], day: int
) -> Counter[UUID]:
    """The headcount of each enterprise. Those of many are remembered until the summary is another."""
    ids = {land.nodes[code].id for code in enterprises}
    query = sa.select(models.Tally.organization_id, models.Tally.content).where(
        models.Tally.year == summary.year, models.Tally.measure.in_(_HEADS)
    )
    if len(ids) <= ASKED_ONE_BY_ONE:
        few = query.where(among(session, models.Tally.organization_id, ids), beside(models.Tally.tenant_id) == tenant)
        return _counted(session, few, day)
    known = _remembered((str(session.info["database"].url), tenant, summary.year, summary.version, day))
    if not known:
        known.append(_counted(session, query.where(models.Tally.tenant_id == tenant), day))
    return Counter({one: known[0][one] for one in ids})


def _counted(session: Session, query: sa.Select[UUID, bytes], day: int) -> Counter[UUID]:
    found: Counter[UUID] = Counter()
    for organization, content in session.execute(query):
        found[organization] += sums.up_to(content, day)[0]
    return found


@lru_cache(maxsize=8)
def _remembered(_key: object) -> list[Counter[UUID]]:
    """A place to remember headcounts in."""
    return []


def _unsettled(
    session: Session,
    tenant: UUID,
    summary: Summary,
    rules: Sequence[Numerator],
    worker_ids: Collection[UUID],
    on: date,
    wanted: Collection[UUID] | None,
) -> dict[tuple[UUID, str], tuple[int, int]]:
    """What the marked workers contribute on the day beyond what the tallies have of them; with `wanted`, right for
    these organizations alone."""
    if not worker_ids:
        return {}
    before = {
        worker: standings.decode(content)
        for worker, content in tallies.standings_of(session, tenant, summary.year, worker_ids).items()
    }
    if wanted is not None:
        worker_ids = _concerned(session, tenant, summary.year, worker_ids, before, wanted)
    net = Sum()
    for worker in before.keys() & {*worker_ids}:
        net.add(before[worker], -1)
    now = contributions.work_out(session, tenant, summary.year, summary.programme, rules, worker_ids, on=on)
    for standing in now.values():
        net.add(standing)
    names = tallies.measures_of(summary)
    return {
        (UUID(bytes=organization), sums.name_of(key, names)): sums.until(days, day_of_year(on, summary.year))
        for organization, of in net.over(tallies.places(session, tenant, summary.year, net.enterprises())).items()
        for key, days in sums.by_measure(of)
    }


def _concerned(
    session: Session,
    tenant: UUID,
    year: int,
    worker_ids: Collection[UUID],
    before: Mapping[UUID, Standing],
    wanted: Collection[UUID],
) -> set[UUID]:
    """Who of the marked is employed at or below one of these organizations, or was when they were counted last."""
    where: dict[UUID, set[bytes]] = defaultdict(set)
    employments = sa.select(Employment.worker_id, Employment.enterprise_id).where(
        among(session, Employment.worker_id, worker_ids), beside(Employment.tenant_id) == tenant
    )
    for worker, enterprise in session.execute(employments):
        where[worker].add(enterprise.bytes)
    for worker, standing in before.items():
        where[worker].update(job[0] for job in standing.jobs)
    asked = {one.bytes for one in wanted}
    stand = tallies.places(session, tenant, year, set().union(*where.values()))
    inside = {
        enterprise
        for enterprise, of in stand.items()
        if not asked.isdisjoint(one for place in of for one in place.organizations)
    }
    return {worker for worker, enterprises in where.items() if not inside.isdisjoint(enterprises)}


def _tally(measured: _Measured, population: str, parts: Sequence[str], names: Mapping[str, Numerator]) -> Tally:
    def total(name: str) -> tuple[int, int]:
        found = [measured.get(population + part + name, (0, 0)) for part in parts]
        return sum(one[0] for one in found), sum(one[1] for one in found)

    tally = Tally(total(HEADCOUNT)[0], total(WOMEN)[0], total(MEETING)[0])
    for key, rule in names.items():
        tally.persons[rule], tally.participations[rule] = total(key)
    return tally
